"""A small support desk for engine tests: fields, policies and a log that is written like a story.

Not a mock: `Policies` here answers from documents that the real compiler compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from slas.domain.engine import (
    Applied,
    Change,
    Deleted,
    Extended,
    Hours,
    Instance,
    Kind,
    LogEvent,
    NoSLA,
    Reapplied,
    Recalculated,
    RecordState,
    Transition,
    replay,
)
from slas.domain.fields import Choice, Field, FieldSet, FieldType
from slas.domain.policy import SLAPolicy, compile_sla
from slas.domain.worktime import WorkingTime

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def choice(name: str, *codes: str) -> Field:
    return Field(name, name.capitalize(), FieldType.CHOICE, choices=tuple(Choice(code, code) for code in codes))


FIELDS = FieldSet(
    [
        choice("state", "active", "resolved", "canceled"),
        choice("status", "new", "in_progress", "on_hold", "waiting", "problem_solved", "canceled"),
        choice("level", "gold", "silver"),
        choice("priority", "high", "normal"),
        Field("responded", "First response sent", FieldType.BOOLEAN),
        Field("title", "Title", FieldType.TEXT),
        Field("opened_on", "Opened on", FieldType.DATETIME),
    ]
)
NINE_TO_FIVE = WorkingTime.from_dict(
    {"tz": "UTC", "week": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
)
SHORT_DAYS = WorkingTime.from_dict(
    {"tz": "UTC", "week": {day: [["10:00", "14:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
)
RESOLVED: dict[str, Any] = {"all": [{"field": "state", "op": "is", "value": "resolved"}]}
RESPONDED: dict[str, Any] = {"all": [{"field": "responded", "op": "is", "value": True}]}
KPIS = {
    "response": {"id": 1, "name": "First response by", "applicable_from": "opened_on", "pause_when": None},
    "resolve": {"id": 2, "name": "Resolve by", "applicable_from": "opened_on", "pause_when": None},
}


def at(hours: float, day: int = 0) -> datetime:
    """`hours` o'clock on the Monday of the examples, or some days later."""
    return MONDAY + timedelta(days=day, hours=hours)


def minutes(amount: int) -> dict[str, Any]:
    return {"amount": amount, "unit": "minutes"}


def item(
    key: str = "resolve",
    *,
    kpi: str = "resolve",
    when: Mapping[str, Any] | None = None,
    success: Mapping[str, Any] = RESOLVED,
    warn: int | list[int] | None = 180,
    fail: int | dict[str, Any] = 240,
    hours: str | None = None,
    pause: bool = True,
    pause_when: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """An item of a document; times in minutes."""
    warnings = [] if warn is None else [warn] if isinstance(warn, int) else warn
    return {
        "key": key,
        "name": key.replace("-", " ").capitalize(),
        "kpi": kpi,
        "applicable_when": when or {},
        "success_when": success,
        "business_hours": hours,
        "pause": {"allowed": pause, "when": pause_when},
        "moments": [
            *({"key": f"warning-{n}", "kind": "warning", "after": minutes(w)} for n, w in enumerate(warnings, 1)),
            {"key": "failure", "kind": "failure", "after": minutes(fail) if isinstance(fail, int) else fail},
            {"key": "success", "kind": "success"},
        ],
    }


def is_(field: str, value: object) -> dict[str, Any]:
    """A condition of one leaf."""
    return {"all": [{"field": field, "op": "is", "value": value}]}


def level_is(level: str) -> dict[str, Any]:
    return is_("level", level)


def document(*items: Mapping[str, Any], **settings: Any) -> dict[str, Any]:
    return {
        "items": list(items) or [item()],
        "kpis": KPIS,
        "pause_field": "status",
        "pause_statuses": ["on_hold", "waiting"],
        "schedules": {"office": 1},
        "business_hours": None,
        **settings,
    }


class Desk:
    """Published versions and schedules. Versions are numbered 1, 2, …; hours change with `publish_hours`."""

    lifecycle_field: str = "state"
    lifecycle: Mapping[str, str] = {"active": "open", "resolved": "resolved", "canceled": "canceled"}

    def __init__(self, *documents: Mapping[str, Any], sla_of_version: Mapping[int, int] | None = None) -> None:
        slas = sla_of_version or {}
        self._slas = {
            version: compile_sla(each, FIELDS, sla=slas.get(version, 1), version=version)
            for version, each in enumerate(documents or [document()], 1)
        }
        self._hours = [(datetime.min.replace(tzinfo=UTC), Hours(1, NINE_TO_FIVE))]

    def publish_hours(self, since: datetime, time: WorkingTime) -> None:
        self._hours.append((since, Hours(len(self._hours) + 1, time)))

    def sla(self, version: int) -> SLAPolicy:
        return self._slas[version]

    def hours_at(self, business_hours: int | None, at: datetime) -> Hours:
        if business_hours is None:
            return Hours(None, WorkingTime.always())
        return [hours for since, hours in self._hours if since <= at][-1]

    def hours(self, version: int | None) -> Hours:
        if version is None:
            return Hours(None, WorkingTime.always())
        return next(hours for _, hours in self._hours if hours.version == version)


class Story:
    """A log under construction: each line happens at a moment."""

    def __init__(self, desk: Desk | None = None) -> None:
        self.desk = desk or Desk()
        self.log: list[LogEvent] = []

    def created(
        self, moment: datetime, *, sla: int | None = 1, version: int = 1, depth: int = 0, **values: Any
    ) -> Story:
        snapshot = {
            "state": "active", "status": "new", "level": "gold", "priority": "normal", "responded": False,
            "title": "Printer", "opened_on": moment, **values,
        }  # fmt: skip
        decision = Applied(sla, version, "default") if sla else NoSLA("none")
        return self._add(Change(self._seq, moment, snapshot, decision, depth=depth))

    def changed(self, moment: datetime, *, starting: bool = True, depth: int = 0, **values: Any) -> Story:
        return self._add(Change(self._seq, moment, values, starting=starting, depth=depth))

    def applied(self, moment: datetime, sla: int | None, version: int = 1, **values: Any) -> Story:
        decision = Applied(sla, version, "hand") if sla else NoSLA("hand_none")
        return self._add(Change(self._seq, moment, values, decision))

    def resolved(self, moment: datetime, **values: Any) -> Story:
        return self.changed(moment, **{"state": "resolved", "status": "problem_solved", **values})

    def canceled(self, moment: datetime, **values: Any) -> Story:
        return self.changed(moment, **{"state": "canceled", "status": "canceled", **values})

    def reopened(self, moment: datetime, **values: Any) -> Story:
        return self.changed(moment, **{"state": "active", "status": "in_progress", **values})

    def reapplied(
        self,
        moment: datetime,
        version: int,
        *,
        run_actions: bool = False,
        starting: bool = True,
        published: datetime | None = None,
    ) -> Story:
        return self._add(Reapplied(self._seq, moment, 1, version, run_actions, starting, published_at=published))

    def recalculated(self, moment: datetime, *kpis: str, starting: bool = True, running_only: bool = False) -> Story:
        return self._add(Recalculated(self._seq, moment, kpis, starting, running_only=running_only))

    def extended(self, moment: datetime, kpi: str, seconds: float) -> Story:
        return self._add(Extended(self._seq, moment, kpi, seconds))

    def deleted(self, moment: datetime) -> Story:
        return self._add(Deleted(self._seq, moment))

    @property
    def _seq(self) -> int:
        return len(self.log) + 1

    def _add(self, event: LogEvent) -> Story:
        self.log.append(event)
        return self

    # How it ends

    def until(self, moment: datetime) -> tuple[RecordState, list[Transition]]:
        return replay(self.desk, self.log, moment)

    def instance(self, until: datetime, kpi: str = "resolve") -> Instance:
        """The KPI's latest clock; the story is told up to `until`."""
        return self.until(until)[0].instances[kpi]

    def all_instances(self, until: datetime, kpi: str = "resolve") -> list[Instance]:
        """Every clock that the KPI ever had, oldest first."""
        state, _ = self.until(until)
        every = sorted((*state.past, *state.instances.values()), key=lambda instance: instance.number)
        return [instance for instance in every if instance.kpi == kpi]

    def transitions(self, until: datetime, kind: Kind) -> list[Transition]:
        return [transition for transition in self.until(until)[1] if transition.kind is kind]

    def kinds(self, until: datetime) -> list[tuple[Kind, datetime]]:
        """What happened, and when."""
        return [(transition.kind, transition.at) for transition in self.until(until)[1]]
