"""`python -m cases.tests.services.crasher`: does jobs in processes that die at the n-th statement boundary.

One job is one line of JSON: `{"do": "advance", "crash_at": 3, …}`. A boundary lies after every SQL statement and one
after the job; at number `crash_at` the process ends like after a `kill -9`. The answer is `{"code": 9}`, or 0 when
the job ended before that boundary. Each job runs in a fork with a connection of its own.

Between two statements lies more than their commit when a mail is sent there; such jobs have boundaries before every
statement, too.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sla_project.settings")

CRASHED = 9


class Boundaries:
    def __init__(self, crash_at: int, *, before_too: bool) -> None:
        self._left = crash_at
        self._before_too = before_too

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        if self._before_too:
            self.reach()
        result = execute(*arguments)
        self.reach()
        return result

    def reach(self) -> None:
        self._left -= 1
        if self._left == 0:
            os._exit(CRASHED)


def perform(job: Mapping[str, Any]) -> None:
    from actions.passes import mail_pass
    from actions.services import cause_execute
    from sla_project.operations.clock import clock_now
    from slas.event_keys import KPI_EVENT
    from slas.services.flow.judging import record_advance

    match job["do"]:
        case "advance":
            record_advance(record_id=job["record"])
        case "act":
            cause_execute(kind=KPI_EVENT, key=job["cause"], now=clock_now())
        case "mail":
            mail_pass(limit=1)


def run(job: Mapping[str, Any]) -> None:
    """In the fork; never returns."""
    from django.db import connection

    boundaries = Boundaries(job["crash_at"], before_too=job["do"] == "mail")
    try:
        with connection.execute_wrapper(boundaries):
            perform(job)
        boundaries.reach()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def main() -> None:
    django.setup()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            run(json.loads(line))
        _, status = os.waitpid(pid, 0)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status)}), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
