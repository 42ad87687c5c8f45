"""What actions may write to: record types by name, with an allow-list of fields (engine.md R31).

The app that owns a record type registers it in its `ready()`. Every function below is called inside the
transaction that finishes the run, under the record's lock, and raises what its service raises.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import QuerySet

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    Words = str | StrPromise


class FieldType(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATETIME = "datetime"
    USER = "user"
    TEAM = "team"
    LOOKUP = "lookup"


@dataclass(frozen=True)
class TargetField:
    """One field that an action may write.

    `choices` are code → label. A `user` is written as an email address and a `team` as its code; the
    target gets their ids. A `lookup` is written as an id and needs `options`, the active records that may
    be chosen. A finished text is cut at `max_length`.
    """

    label: Words
    type: str
    choices: Mapping[str, Words] = field(default_factory=dict)
    options: Callable[[], QuerySet[Any]] | None = None
    max_length: int | None = None
    required: bool = False
    """Must be given when a record of this type is created."""


class Update(Protocol):
    def __call__(self, id: int, values: Mapping[str, Any], *, now: datetime, depth: int, cause: str) -> str:
        """Writes the values; returns what it did in words."""


class Create(Protocol):
    def __call__(
        self,
        values: Mapping[str, Any],
        *,
        origin_type: str,
        origin_id: int,
        now: datetime,
        depth: int,
        cause: str,
    ) -> tuple[str, int]:
        """Creates a record for the origin; returns its (type, id)."""


class ChangeStatus(Protocol):
    def __call__(self, id: int, status: str, *, now: datetime, depth: int, cause: str) -> Any:
        """Moves the record to the status, with what belongs to it (resolving, canceling)."""


class Assign(Protocol):
    def __call__(
        self, id: int, *, user_id: int | None, team_id: int | None, now: datetime, depth: int, cause: str
    ) -> Any:
        """Assigns to the user or the team given; what that means for the other is the target's rule."""


@dataclass(frozen=True)
class Target:
    """A record type that actions can write to.

    `fields`: the allow-list; `statuses`: code → label; `placeholders`: path → label, the path begins with
    `name` (`case.customer.name`). `recipient(id, role)` answers (name, email) for owner, team, lead and
    contact, or None. `current(id, names)` reads values for append, increment and decrement; without it
    those are refused at save. What a type cannot do (`create`, `change_status`, `assign`) stays None and
    is refused at save.
    """

    name: str
    label: Words
    fields: Mapping[str, TargetField]
    placeholders: Mapping[str, Words]
    exists: Callable[[int], bool]
    label_of: Callable[[int], str]
    url: Callable[[int], str]
    update: Update
    recipient: Callable[[int, str], tuple[str, str] | None]
    statuses: Mapping[str, Words] = field(default_factory=dict)
    create: Create | None = None
    change_status: ChangeStatus | None = None
    assign: Assign | None = None
    current: Callable[[int, Sequence[str]], Mapping[str, Any]] | None = None
    find: Callable[[str], int | None] | None = None
    """The id of the record with this number, for previews and filters."""
    numbers: Callable[[Collection[int]], Mapping[int, str]] | None = None
    """The numbers of these records, for lists; those that are gone are left out."""
    context: Callable[[int], Mapping[str, Any]] | None = None
    """What a text about the record may name, with the values of now, for previews."""


class UnknownTarget(LookupError):
    """Somebody names a record type that no app registered."""


_targets: dict[str, Target] = {}


def register(target: Target) -> None:
    _targets[target.name] = target


def get(name: str) -> Target:
    try:
        return _targets[name]
    except KeyError:
        raise UnknownTarget(name) from None


def find(name: str) -> Target | None:
    return _targets.get(name)


def all_targets() -> list[Target]:
    return list(_targets.values())


def label_of(name: str, id: int) -> str:
    """The record in words, also when its type or the record itself is gone."""
    target = _targets.get(name)
    return target.label_of(id) if target and target.exists(id) else f"{name} {id}"


def url_of(name: str, id: int) -> str:
    target = _targets.get(name)
    return target.url(id) if target and target.exists(id) else ""


@contextmanager
def registered(*targets: Target) -> Iterator[None]:
    """Known only inside the block: for tests."""
    before = dict(_targets)
    for target in targets:
        register(target)
    try:
        yield
    finally:
        _targets.clear()
        _targets.update(before)
