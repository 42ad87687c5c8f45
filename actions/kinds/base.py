"""What every kind of action is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from actions.models import ActionRun
    from actions.targets import Target, Words

Document = Mapping[str, Any]


class Skip(Exception):
    """This run has nothing to do, and never will; `code` says why (engine.md R31)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Outcome:
    """What a run came to, in words, and what it made."""

    summary: str
    created: tuple[str, int] | None = None
    handed_on: bool = False
    """A mail: stored in the outbox, the run is done when it is sent."""

    def to_result(self) -> dict[str, Any]:
        result: dict[str, Any] = {"summary": self.summary}
        if self.created:
            result["created"] = {"type": self.created[0], "id": self.created[1]}
        return result


class Validate(Protocol):
    def __call__(self, document: Document, *, target: Target, pointer: str) -> dict[str, Any]:
        """The normalised document; raises `Invalid` with pointers below `pointer`."""


@dataclass(frozen=True)
class Kind:
    """One kind of action.

    `freeze(document)` completes a validated document for publishing (raises `Invalid` for what became
    inactive); `words(document, target)` says in English what it will do; `perform(run, now)` does it, inside the
    transaction that finishes the run. `writes_record`: a failing one holds back later ones of its event
    that do too (engine.md R30). `fans_out`: one run per entry of the document's `to`.
    """

    name: str
    label: Words
    validate: Validate
    freeze: Callable[[Document], dict[str, Any]]
    words: Callable[[Document, Target | None], str]
    perform: Callable[[ActionRun, datetime], Outcome]
    writes_record: bool = False
    fans_out: bool = False
