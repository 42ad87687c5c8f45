"""What can cause an action run. `actions` knows a cause only by kind and key.

The app that owns a kind of cause registers it in its `ready()`; `slas` registers *kpi-event*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


class UnknownCause(LookupError):
    """A run names a kind of cause that nobody registered."""


@dataclass(frozen=True)
class CauseKind:
    """The three questions that a pass and a page ask about a cause.

    `lock(key)` takes the lock that all writers of the cause's record take, for the transaction it is
    called in, without waiting; False: somebody else has it, come back later (engine.md R1).
    `deserved(key, moment)` is asked under that lock: "" = run it, else the code of the reason why not (R31).
    `describe(key)` is for people: at least `text`; also `url` where there is a page.
    """

    name: str
    lock: Callable[[str], bool]
    deserved: Callable[[str, str], str]
    describe: Callable[[str], Mapping[str, Any]]


_causes: dict[str, CauseKind] = {}


def register(cause: CauseKind) -> None:
    _causes[cause.name] = cause


def get(name: str) -> CauseKind:
    try:
        return _causes[name]
    except KeyError:
        raise UnknownCause(name) from None


def describe(name: str, key: str) -> Mapping[str, Any]:
    """The cause in words; a kind that is gone is named as it was written."""
    cause = _causes.get(name)
    return cause.describe(key) if cause else {"text": f"{name} {key}", "url": ""}


@contextmanager
def registered(cause: CauseKind) -> Iterator[CauseKind]:
    """Known only inside the block: for tests."""
    before = dict(_causes)
    register(cause)
    try:
        yield cause
    finally:
        _causes.clear()
        _causes.update(before)
