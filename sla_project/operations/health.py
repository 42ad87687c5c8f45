"""What machines ask: is the process up, is the console ready, and eight numbers."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sla_project.operations.clock import clock_now
from sla_project.operations.selectors import MonitorStatus, monitor_status

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as this process answers; it asks nobody else."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and timers come due in time, else 503. Ages are seconds."""
    try:
        monitor = monitor_status(clock_now())
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "unavailable"}, status=503)
    body = {
        "status": "ok" if monitor.healthy else "unavailable",
        "database": "ok",
        "monitor": "running" if monitor.running else "not running",
        "last_pass_age": monitor.last_pass_age,
        "oldest_due_age": monitor.oldest_due_age,
        "actions": "running" if monitor.actions_running else "not running",
        "dead": monitor.dead,
        "queued_mail": monitor.queued_mail,
    }
    return JsonResponse(body, status=200 if monitor.healthy else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The same in the text format of Prometheus; 503 without numbers while the database does not answer."""
    try:
        gauges = _gauges(monitor_status(clock_now()))
    except DatabaseError:
        return HttpResponse("# The database does not answer.\n", status=503, content_type=PROMETHEUS)
    lines = [f"# TYPE sla_console_{name} gauge\nsla_console_{name} {value}" for name, value in gauges.items()]
    return HttpResponse("\n".join(lines) + "\n", content_type=PROMETHEUS)


def _gauges(monitor: MonitorStatus) -> dict[str, float]:
    return {
        "monitor_running": int(monitor.running),
        "actions_running": int(monitor.actions_running),
        "last_pass_age_seconds": -1 if monitor.last_pass_age is None else monitor.last_pass_age,
        "oldest_due_age_seconds": monitor.oldest_due_age,
        "dead": monitor.dead,
        "queued_mail": monitor.queued_mail,
        "workers": monitor.workers,
    }
