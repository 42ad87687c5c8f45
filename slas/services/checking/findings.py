"""What the checker hands to pages and API: findings with their place, words and an example record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sla_project.operations.errors import Problem


class Severity(StrEnum):
    """A refusal stops a publication; a warning may proceed (engine.md R28)."""

    REFUSAL = "refusal"
    WARNING = "warning"


@dataclass(frozen=True)
class Shown:
    """One field of an example in words; `moment` is set for times, which pages show in the reader's zone."""

    label: str
    text: str
    moment: datetime | None = None


@dataclass(frozen=True)
class Finding(Problem):
    """One fault or doubt. `pointer` leads into the document.

    `item` is the key of the item it is about ("" for the whole SLA). `witness` is an example record, field path → JSON
    value (null: not set), that shows what is meant, and `shown` the same in words; None where no example can show it.
    Whatever has a witness was confirmed by the engine on that record; in fields that it does not name, the record is as
    new ones are.
    """

    severity: Severity = Severity.REFUSAL
    item: str = ""
    witness: Mapping[str, Any] | None = None
    shown: tuple[Shown, ...] = ()
    item_name: str = ""
    record: Mapping[str, Any] | None = None
    """The witness made a whole record, for trying it: with what new ones have, and the times that KPIs count from."""

    @property
    def sentence(self) -> str:
        return f"“{self.item_name}”: {self.message}" if self.item_name else self.message


@dataclass(frozen=True)
class CheckResult:
    """`refusals` stop a publication; `warnings` may proceed."""

    refusals: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    @property
    def can_publish(self) -> bool:
        return not self.refusals

    @property
    def findings(self) -> list[Finding]:
        """All of them, what stops a publication first."""
        return [*self.refusals, *self.warnings]

    def of_item(self, key: str) -> list[Finding]:
        """What concerns one item; with "" what concerns the SLA as a whole."""
        return [finding for finding in self.findings if finding.item == key]
