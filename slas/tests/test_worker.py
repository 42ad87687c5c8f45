"""How soon a worker starts its pass process again."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

from slas.worker import LONGEST_WAIT, RESTART_AFTER, next_wait

KILLED, FAILED = -9, 1


def test_a_killed_process_comes_back_at_once_however_often() -> None:
    assert next_wait(LONGEST_WAIT, lived=0.2, code=KILLED) == RESTART_AFTER


def test_one_that_fails_at_every_start_is_tried_ever_less_often() -> None:
    waits = [RESTART_AFTER]
    for _ in range(8):
        waits.append(next_wait(waits[-1], lived=1.5, code=FAILED))
    assert waits[:4] == [0.05, 0.1, 0.2, 0.4]
    assert waits[-1] == LONGEST_WAIT


def test_one_that_failed_after_a_good_while_comes_back_at_once() -> None:
    assert next_wait(LONGEST_WAIT, lived=60, code=FAILED) == RESTART_AFTER


def test_a_process_whose_parent_is_gone_ends_before_it_has_imported_django() -> None:
    """The pipe is closed already: nobody holds the writing end."""
    command = [sys.executable, "-X", "importtime", "-m", "slas.lifeline", "0", "run_passes"]
    process = subprocess.run(
        command, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0
    assert "django.db.models" not in process.stderr
