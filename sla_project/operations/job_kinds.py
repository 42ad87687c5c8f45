"""The registry of job kinds: what the pieces of a long work are, and how one piece is done.

`operations` knows no other app; the apps register their kinds from `AppConfig.ready()`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

if TYPE_CHECKING:
    from sla_project.operations.models import Job

Arguments = Mapping[str, Any]
Worker = Callable[[int, datetime], Mapping[str, int]]


class UnknownKind(KeyError):
    """No job kind of that name is registered."""


class Busy(Exception):
    """Somebody else is writing the item: the job comes back to it, for the passes that carry jobs wait for nobody."""


@dataclass(frozen=True)
class JobKind:
    """One kind of work on many items, each with an id.

    `title(arguments)` asks no database, since lists show many. `batch(arguments, after)` gives the next ids above
    `after`, ascending, a few hundred at most; nothing means the work is done. `worker(job)` gives the function that
    does one item at a moment and says what came of it as counts, which are added up in the job's result; it runs in a
    savepoint of its own, raises `Busy` rather than wait for a lock, and may be called again for an item whose batch was
    lost. `counts` are the counts in words,
    in the order in which they are shown.
    """

    name: str
    title: Callable[[Arguments], str]
    total: Callable[[Arguments], int]
    batch: Callable[[Arguments, int], Sequence[int]]
    worker: Callable[[Job], Worker]
    url: Callable[[Arguments], str]
    item_label: Callable[[int], str] = str
    counts: Mapping[str, str | Promise] = field(default_factory=dict)


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Add a kind. Called once per kind, from `AppConfig.ready()`."""
    _kinds[kind.name] = kind


def get(name: str) -> JobKind:
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(name) from None


def title(name: str, arguments: Arguments) -> str:
    """What such a job is called; a kind that is registered no longer, by its name."""
    kind = _kinds.get(name)
    return kind.title(arguments) if kind else name
