"""Run by the supervisor's tests: supervised.py FOLDER KIND… keeps a process of each kind, polite or deaf.

Each process writes its number into a file of the folder, and so does a child that it starts itself.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.bootstrap import ROOT, clean_environ
from scripts.supervisor import Supervisor

POLITE = """
import os, pathlib, subprocess, sys, time
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
(folder / f"{name}-{os.getpid()}.pid").write_text(str(os.getpid()))
(folder / f"{name}-child-{child.pid}.pid").write_text(str(child.pid))
time.sleep(600)
"""
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + POLITE


KINDS = {"polite": POLITE, "deaf": DEAF}


def main(folder: Path, kinds: Sequence[str]) -> None:
    supervisor = Supervisor(environ=clean_environ(), folder=ROOT)
    for kind in kinds:
        command = [sys.executable, "-c", KINDS[kind], str(folder), kind]
        supervisor.start(f"{kind} one", command, folder / f"{kind}.log")
    while not supervisor.asked_to_stop():
        supervisor.tick()
    supervisor.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
