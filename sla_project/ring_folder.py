"""Kombu's filesystem transport, made safe for several readers and writers at once.

The original writes a message into a file that readers can see already. A worker that takes it between its creation and
its first byte ends with a JSON error, and everything that runs in that worker with it; the same can happen to the file
in which the bindings stand. Here a message appears whole or not at all, and a file that is no message is thrown away
with a warning: a ring is never worth a worker.
"""

from __future__ import annotations

import logging
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

from sla_project import ring_delivery

log = logging.getLogger(__name__)

ENDING = ".msg"
TRANSPORT = f"{__name__}:Transport"


class Channel(filesystem.Channel):
    """One folder for all queues; a file's name is its age, something unique and its queue."""

    def _put(self, queue: str, message: Any, **_options: Any) -> None:  # type: ignore[override] # the parents disagree
        folder = Path(self.data_folder_out)
        path = folder / f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}{ENDING}"
        unseen = path.with_suffix(".new")
        unseen.write_text(dumps(message), encoding="utf-8")
        unseen.replace(path)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] == f"{queue}{ENDING}" and (message := take(folder / name)) is not None:
                return message
        raise Empty

    def get_table(self, exchange: str) -> list[Any]:
        """Every queue of ours has an exchange of its own name, so nothing need be written down; others have none."""
        known = exchange in self.transport_options["queues"]
        return [filesystem.exchange_queue_t(exchange, "", exchange)] if known else []

    def _queue_bind(self, *binding: Any) -> None:
        """See `get_table`."""


class Transport(ring_delivery.Transport, filesystem.Transport):
    Channel = Channel


def take(path: Path) -> Any:
    """A message, which nobody else gets any more; None if somebody was faster or it cannot be read."""
    try:
        with path.open(encoding="utf-8") as file:
            path.unlink()  # only one can
            return loads(file.read())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.warning("%s is no message and was thrown away: %s", path.name, error)
        return None
