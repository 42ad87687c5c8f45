"""The whole examination of an SLA, within a bound (engine.md R28).

Every question may take so many steps, and so may the examination in all, so that no SLA, however contrived, takes long.
A question that is cut off finds nothing, and the examination says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

from slas.domain.checking.changing import check_changing_fields
from slas.domain.checking.gaps import check_gaps
from slas.domain.checking.kpi_view import KPIView
from slas.domain.checking.loops import check_loops, check_own_success
from slas.domain.checking.parts import check_condition
from slas.domain.checking.pauses import check_pauses
from slas.domain.checking.reach import check_reach
from slas.domain.checking.subject import CheckedItem, CheckedSLA, Examination, Finding
from slas.domain.checking.timing import check_timing
from slas.domain.conditions import Condition
from slas.domain.conditions.steps import MAX_STEPS, Steps, TooMuch

TOTAL_STEPS = 400_000
"""For one examination; some 0.8 s. A quarter is set aside for the conditions by themselves."""
KPI_STEPS = 200_000
"""For drawing up the items of one KPI, before any question about them."""
LOOP_STEPS = 100_000
"""For rehearsing actions: some thousand events."""

Questions = tuple[Callable[[KPIView, CheckedItem, datetime], Iterator[Finding]], ...]
ITEM_QUESTIONS: Questions = (
    check_reach,
    check_pauses,
    check_timing,
    check_own_success,
)


def examine(sla: CheckedSLA, now: datetime, *, total_steps: int = TOTAL_STEPS) -> Examination:
    """Everything that can be found by looking at the SLA itself; `now` is when records are imagined to begin."""
    examiner = _Examiner(sla, now, total_steps)
    findings = tuple(examiner.findings())
    return Examination(findings, tuple(dict.fromkeys(examiner.limited)))


def examine_refusals(sla: CheckedSLA) -> tuple[Finding, ...]:
    """Only what a publication is refused for; that does not depend on the moment."""
    examiner = _Examiner(sla, _ANY_MOMENT, TOTAL_STEPS, questions=(check_reach,))
    return tuple(finding for finding in examiner.reachable() if finding.refused)


_ANY_MOMENT = datetime(2000, 1, 3, 9, tzinfo=UTC)


class _Examiner:
    def __init__(self, sla: CheckedSLA, now: datetime, total_steps: int, questions: Questions = ITEM_QUESTIONS) -> None:
        self.sla = sla
        self.questions = questions
        self.now = now
        self.condition_steps = Steps(total_steps // 4)
        self.steps = Steps(total_steps - total_steps // 4)
        self.views: dict[str, KPIView] = {}
        self.limited: list[str] = []

    def findings(self) -> Iterator[Finding]:
        yield from self.reachable()
        for item in self.sla.items:
            yield from check_changing_fields(self.sla, item)
        for view in self.views.values():
            yield from self._ask("/items", partial(check_gaps, view))
        if any(item.acts for item in self.sla.items):
            yield from self._ask("/items", partial(check_loops, self.sla, self.views, self.now), LOOP_STEPS)

    def reachable(self) -> Iterator[Finding]:
        """What is found in conditions by themselves and by asking about every item."""
        for item in self.sla.items:
            yield from self._conditions(item)
        for kpi in self.sla.policy.kpis:
            yield from self._kpi(kpi)

    def _kpi(self, kpi: str) -> Iterator[Finding]:
        self.steps.begin(KPI_STEPS)
        try:
            view = KPIView(self.sla, kpi, self.steps)
        except TooMuch:
            for item in self.sla.of_kpi(kpi):
                yield from self._alone(item)
            return
        self.views[kpi] = view
        for item in view.items:
            yield from self._item(view, item)

    def _alone(self, item: CheckedItem) -> Iterator[Finding]:
        """What can be said of an item without the others of its KPI."""
        self.limited.append(item.pointer)
        self.steps.begin()
        try:
            view = KPIView(self.sla, item.policy.kpi, self.steps, alone=item)
        except TooMuch:
            return
        yield from self._item(view, item)

    def _item(self, view: KPIView, item: CheckedItem) -> Iterator[Finding]:
        for question in self.questions:
            yield from self._ask(item.pointer, partial(question, view, item, self.now))

    def _conditions(self, item: CheckedItem) -> Iterator[Finding]:
        """The conditions that are written in the item, each by itself."""
        policy = item.policy
        rules: list[tuple[Condition | None, str, bool]] = [
            (policy.applicable_when, f"{item.pointer}/applicable_when", True),
            (policy.success_when, f"{item.pointer}/success_when", True),
        ]
        if item.owns_pause_rule:
            rules.append((policy.pause_when, item.pause_pointer, False))
        for condition, pointer, must_hold in rules:
            if condition is None or not condition.paths:
                continue
            steps = self.condition_steps
            steps.begin()
            try:
                yield from check_condition(self.sla, item, condition, pointer, must_hold=must_hold, steps=steps)
            except TooMuch:
                self.limited.append(pointer)

    def _ask(self, pointer: str, question: Callable[[], Iterator[Finding]], most: int = MAX_STEPS) -> list[Finding]:
        self.steps.begin(most)
        found: list[Finding] = []
        try:
            found.extend(question())
        except TooMuch:
            self.limited.append(pointer)
        return found
