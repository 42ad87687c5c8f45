from __future__ import annotations

import gc
import weakref

from sla_project.operations.garbage import collecting_between


class Node:
    """Refers to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.me = self


def test_cycles_are_freed_when_it_is_time_and_not_before():
    with collecting_between() as collect:
        node = weakref.ref(Node())
        _ = [[] for _ in range(100_000)]  # would make Python look for garbage
        assert node() is not None
        collect()
        assert node() is None


def test_the_collector_is_as_it_was_afterwards():
    with collecting_between():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
