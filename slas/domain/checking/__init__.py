"""What is wrong or doubtful with an SLA, found before it is published (engine.md R28, docs/checker.md).

Pure: conditions become sets of records (`slas.domain.conditions.diagrams`), questions about items become questions
about these sets, and every example is put to the engine before it is shown.
"""

from slas.domain.checking.check import examine, examine_refusals
from slas.domain.checking.reading import checked_sla
from slas.domain.checking.subject import (
    Act,
    CheckedItem,
    CheckedMoment,
    CheckedSLA,
    Create,
    Examination,
    Finding,
    How,
    RecordKind,
    Write,
    is_set,
)

__all__ = [
    "Act", "CheckedItem", "CheckedMoment", "CheckedSLA", "Create", "Examination", "Finding", "How", "RecordKind",
    "Write", "checked_sla", "examine", "examine_refusals", "is_set",
]  # fmt: skip
