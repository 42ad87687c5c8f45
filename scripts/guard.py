"""Run one command so that nothing of it can outlive the supervisor: guard.py PIPE COMMAND ARG…

PIPE is the reading end of a pipe whose writing end only the supervisor holds. When it closes, the supervisor
is gone, however it went, and the whole process group of the command is ended. The guard leads that group.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType

ORPHAN_GRACE = 1.5  # seconds an orphaned command has to end by itself
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def prctl(option: int, value: int) -> None:
    """Linux alone has it; elsewhere the pipe does the work."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def before_exec() -> None:
    """Die with the guard, and listen to SIGINT again where the shell had it ignored."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def kill_group() -> None:
    """Ends the guard too: it leads the group."""
    os.killpg(os.getpgrp(), signal.SIGKILL)


def watch(pipe: int, child: subprocess.Popen[bytes]) -> None:
    while os.read(pipe, 1):
        pass
    child.terminate()
    time.sleep(ORPHAN_GRACE)
    kill_group()


def main(arguments: Sequence[str]) -> int:
    pipe, command = int(arguments[0]), list(arguments[1:])
    os.set_inheritable(pipe, False)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=before_exec)

    def forward(number: int, frame: FrameType | None) -> None:
        """To the command alone: it knows how to stop what it started."""
        child.send_signal(number)

    signal.signal(signal.SIGTERM, forward)
    signal.signal(signal.SIGINT, forward)
    threading.Thread(target=watch, args=(pipe, child), daemon=True).start()
    code = child.wait()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(os.getpgrp(), signal.SIGTERM)  # what the command left behind
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
