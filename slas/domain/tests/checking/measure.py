"""Recall of the checker by kind of defect, and its false alarms.

`python -m slas.domain.tests.checking.measure 1000` prints the table of docs/checker.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from slas.domain.checking import CheckedSLA, Examination, examine
from slas.domain.tests.checking import defects, defects_in_time
from slas.domain.tests.checking.claims import holds
from slas.domain.tests.checking.clean import clean_document
from slas.domain.tests.checking.desk import NOW, subject
from slas.domain.tests.checking.seeding import DEFECTS, Seeded, seeded

MODULES = (defects, defects_in_time)
"""Importing them fills `DEFECTS`."""


@dataclass
class Score:
    """`found` of `seeded` defects; `witnesses` of the findings that were asked for, `confirmed` by the engine."""

    seeded: int = 0
    found: int = 0
    witnesses: int = 0
    confirmed: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.seeded


def examined(case: Seeded) -> tuple[CheckedSLA, Examination]:
    sla = subject(case.document, **case.given)
    return sla, examine(sla, NOW)


def score(name: str, count: int) -> Score:
    result = Score()
    for seed in range(count):
        case = seeded(name, seed)
        sla, examination = examined(case)
        asked = [one for one in examination.findings if one.code in case.codes and one.pointer.startswith(case.pointer)]
        shown = [one for one in asked if one.witness is not None]
        result.seeded += 1
        result.found += bool(asked)
        result.witnesses += len(shown)
        result.confirmed += sum(1 for one in shown if holds(sla, one))
    return result


def false_alarms(count: int) -> Iterator[tuple[int, Examination]]:
    """Clean SLAs, by seed, about which something was found, or which were not examined in full."""
    for seed in range(count):
        examination = examine(subject(clean_document(Random(seed))), NOW)
        if examination.findings or examination.limited:
            yield seed, examination


def table(count: int) -> Iterator[str]:
    """Markdown: a row for each kind of defect, one for all, and the clean SLAs."""
    yield "| defect | seeded | found | recall | witnesses | confirmed |"
    yield "|---|---:|---:|---:|---:|---:|"
    total = Score()
    for name in DEFECTS:
        one = score(name, count)
        yield _row(name.replace("_", " "), one)
        total = Score(*[getattr(total, part) + getattr(one, part) for part in vars(one)])
    yield _row("**all**", total)
    yield ""
    alarms = sum(1 for _alarm in false_alarms(count * 5))
    yield f"Clean SLAs: {count * 5}; with a finding, or not examined in full: {alarms}."


def _row(name: str, score: Score) -> str:
    numbers = f"{score.seeded} | {score.found} | {score.recall:.1%} | {score.witnesses} | {score.confirmed}"
    return f"| {name} | {numbers} |"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in table(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
