"""The Celery broker as a doorbell: it carries rings, never state.

A ring may be lost, doubled or late without harm, but rings must not pile up while no worker
reads them: 20,000 left-over rings on the filesystem transport take ten minutes to drain. So
beat does not ring while one lies unread, and whoever starts empties the folder first.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from celery import Celery, bootsteps
from celery.beat import ScheduleEntry, Scheduler
from kombu import Exchange, Queue
from kombu.exceptions import OperationalError

from sla_project import ring_folder, ring_redis

log = logging.getLogger(__name__)

RING_SECONDS = 2.0
TIMERS, ACTIONS = "timers", "actions"
# Without these, publishing while Redis is away would retry for ever inside a web request.
NO_LONG_RETRIES = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}


def configuration(*, redis_url: str, folder: Path, prefix: str) -> dict[str, Any]:
    """Celery's settings, for Redis or, without an address, for the filesystem transport."""
    return {
        **(_redis(redis_url) if redis_url else _filesystem(folder, [prefix + TIMERS, prefix + ACTIONS])),
        "accept_content": ["json"],
        "beat_schedule": _beat_schedule(prefix),
        "beat_scheduler": "sla_project.broker:RingScheduler",
        "beat_max_loop_interval": RING_SECONDS,
        "broker_connection_retry_on_startup": True,
        "broker_connection_timeout": 2,
        "broker_connection_max_retries": None,
        "enable_utc": True,
        "task_create_missing_queues": False,
        "task_default_queue": prefix + TIMERS,
        "task_ignore_result": True,
        "task_publish_retry": False,
        "task_queues": [_queue(prefix + TIMERS), _queue(prefix + ACTIONS)],
        "task_routes": {
            "actions.tasks.*": {"queue": prefix + ACTIONS},
            "slas.tasks.mail_reports": {"queue": prefix + ACTIONS},
            "*": {"queue": prefix + TIMERS},
        },
        "task_serializer": "json",
        # Threads, not forks: a killed worker leaves no children behind.
        "worker_concurrency": 2,
        "worker_hijack_root_logger": False,
        "worker_max_tasks_per_child": 1000,
        "worker_pool": "threads",
        "worker_prefetch_multiplier": 1,
    }


def _queue(name: str) -> Queue:
    """With an exchange of its own; by default all share one, and with it their messages."""
    return Queue(name, Exchange(name), routing_key=name)


def _redis(url: str) -> dict[str, Any]:
    ring_redis.install()
    return {
        "broker_url": url,
        "broker_transport_options": {
            **NO_LONG_RETRIES,
            "health_check_interval": 30,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "socket_timeout": 5,
        },
    }


def _filesystem(folder: Path, queues: list[str]) -> dict[str, Any]:
    for name in ("", "messages"):
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        "broker_url": "filesystem://localhost//",
        "broker_transport": ring_folder.TRANSPORT,
        "broker_transport_options": {
            **NO_LONG_RETRIES,
            "data_folder_in": str(folder / "messages"),
            "data_folder_out": str(folder / "messages"),
            # The default of 1 s loses every second ring of half a second.
            "polling_interval": 0.2,
            "queues": queues,
        },
        # Remote control would leave a file per worker and heartbeat behind.
        "worker_enable_remote_control": False,
    }


def _beat_schedule(prefix: str) -> dict[str, dict[str, Any]]:
    def every(seconds: float, task: str, queue: str) -> dict[str, Any]:
        options = {"queue": prefix + queue, "expires": max(5.0, seconds)}
        return {"task": task, "schedule": seconds, "options": options}

    return {
        "advance": every(RING_SECONDS, "slas.tasks.advance", TIMERS),
        "run-actions": every(RING_SECONDS, "actions.tasks.run", ACTIONS),
        "work-on-jobs": every(RING_SECONDS, "sla_project.operations.tasks.work", ACTIONS),
        "mail-reports": every(60.0, "slas.tasks.mail_reports", ACTIONS),
        "reconcile": every(60.0, "slas.tasks.reconcile", TIMERS),
        "entitlement-dates": every(3600.0, "cases.tasks.entitlement_dates", TIMERS),
        "tidy-mail": every(3600.0, "actions.tasks.tidy", ACTIONS),
        "tidy-log": every(3600.0, "slas.tasks.tidy", TIMERS),
        "tidy": every(3600.0, "sla_project.operations.tasks.tidy", TIMERS),
    }


def message_folder(app: Celery) -> Path | None:
    """Where the filesystem transport keeps its messages; None with another broker."""
    folder = (app.conf.broker_transport_options or {}).get("data_folder_in")
    return Path(folder) if folder else None


def unread(app: Celery, queue: str) -> bool:
    """Whether a message lies unread in the queue."""
    folder = message_folder(app)
    if folder is not None:
        with os.scandir(folder) as entries:
            return any(entry.name.endswith(f".{queue}.msg") for entry in entries)
    with app.connection_for_write() as connection:
        channel: Any = connection.default_channel
        try:
            return bool(channel.queue_declare(queue, passive=True).message_count)
        except connection.channel_errors:
            return False  # Redis knows no empty queues: to it this one does not exist


def empty(app: Celery) -> int:
    """Removes left-over rings from the filesystem transport and says how many there were."""
    folder = message_folder(app)
    if folder is None:
        return 0
    endings = tuple(f".{queue}.msg" for queue in app.amqp.queues)
    removed = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(endings):
                Path(entry.path).unlink(missing_ok=True)  # a worker may have taken it
                removed += 1
    if removed:
        log.info("Removed %d left-over rings.", removed)
    return removed


class RingScheduler(Scheduler):
    """Celery's beat in memory, which does not ring while an earlier ring lies unread."""

    def setup_schedule(self) -> None:
        empty(self.app)
        super().setup_schedule()
        self.merge_inplace(self.app.conf.beat_schedule)

    def apply_async(
        self,
        entry: ScheduleEntry,
        producer: Any = None,
        advance: bool = True,
        **kwargs: Any,
    ) -> Any:
        queue = (entry.options or {}).get("queue", self.app.conf.task_default_queue)
        try:
            waiting = unread(self.app, queue)
        except (OSError, OperationalError) as error:
            log.warning("The broker does not answer, no ring: %s", error)
            waiting = True
        if waiting:
            if advance:
                self.reserve(entry)
            return None
        return super().apply_async(entry, producer=producer, advance=advance, **kwargs)


class EmptyRings(bootsteps.Step):
    """Worker step: rings from before this start say nothing that the tables do not say."""

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        empty(parent.app)
