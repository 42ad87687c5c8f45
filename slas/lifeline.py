"""`python -m slas.lifeline FD COMMAND ARG…`: a management command that ends with its parent, however that went.

FD is the reading end of a pipe whose writing end the parent holds. It is watched before Django is imported: a parent
that is killed while its child still starts must not leave it behind either. Hence standard library only.
"""

from __future__ import annotations

import os
import select
import sys
import threading

WATCH_EVERY = 0.2


def end_with_parent(lifeline: int) -> None:
    """End this process as soon as the pipe closes.

    A child that the parent forked meanwhile may hold a copy of the writing end, so the parent's process id is
    watched as well.
    """
    parent = os.getppid()

    def watch() -> None:
        while True:
            readable, _, _ = select.select([lifeline], [], [], WATCH_EVERY)
            if readable or os.getppid() != parent:
                os._exit(0)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def main() -> None:
    lifeline, *arguments = sys.argv[1:]
    end_with_parent(int(lifeline))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sla_project.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - only now may Django be imported

    execute_from_command_line(["manage.py", *arguments])


if __name__ == "__main__":
    main()
