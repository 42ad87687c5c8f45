"""Work in a second process: answers in order, errors told, and nobody left behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from sla_project.operations.side_process import SideProcess, SideProcessFailed, ThisProcess

pytestmark = pytest.mark.slow


class Doubling:
    """Doubles what it is asked, and does some other things on demand."""

    def __init__(self, plus: int) -> None:
        self.plus = plus

    def __call__(self, question: Any) -> Any:
        match question:
            case "pid":
                return os.getpid()
            case "sleep":
                time.sleep(600)
            case "database":
                from django.contrib.contenttypes.models import ContentType

                return ContentType.objects.count()
        return question * 2 + self.plus


@pytest.fixture
def side():
    process = SideProcess(Doubling, 1)
    yield process
    process.close()
    assert _is_gone(process.pid)


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("make", [SideProcess, ThisProcess])
def test_answers_come_in_the_order_of_the_questions(make: Callable[..., Any]):
    worker = make(Doubling, 1)
    for number in range(3):
        worker.ask(number)
    assert [worker.answer() for _ in range(2)] == [1, 3]
    worker.ask(10)
    assert [worker.answer() for _ in range(2)] == [5, 21]
    worker.close()


def test_it_is_another_process(side):
    side.ask("pid")
    assert side.answer() == side.pid != os.getpid()


def test_long_questions_wait_for_nobody(side):
    """Both could wait for each other, each with more to send than the connection holds."""
    long = "x" * 3_000_000
    process = SideProcess(Repeating)
    for _ in range(4):
        process.ask(long)
    assert [len(process.answer()) for _ in range(4)] == [6_000_000] * 4
    process.close()


class Repeating:
    def __call__(self, question: str) -> str:
        return question * 2


def test_an_error_is_told_with_its_place(side):
    side.ask(None)
    with pytest.raises(SideProcessFailed, match="TypeError"):
        side.answer()


def test_it_cannot_reach_a_database(side):
    side.ask("database")
    with pytest.raises(SideProcessFailed, match="ImproperlyConfigured"):
        side.answer()


def test_a_killed_process_is_noticed(side):
    side.ask("sleep")
    os.kill(side.pid, signal.SIGKILL)
    with pytest.raises(SideProcessFailed, match="without an answer"):
        side.answer()


def test_closing_ends_it_in_the_middle_of_its_work(side):
    side.ask("sleep")
    side.close()
    assert _is_gone(side.pid)


def test_it_leaves_ctrl_c_to_whoever_started_it(side):
    side.ask(1)
    assert side.answer() == 3
    os.kill(side.pid, signal.SIGINT)
    side.ask(2)
    assert side.answer() == 5
