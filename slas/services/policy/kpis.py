"""Commands on SLA KPIs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from sla_project.accounts.models import User
from sla_project.operations.codes import create_copy
from sla_project.operations.errors import NotPossible
from sla_project.operations.problems import Problems
from sla_project.operations.services import audit_write
from sla_project.operations.unique import unique_or_invalid
from slas import records
from slas.domain.conditions import ConditionError, parse
from slas.domain.fields import FieldSet, FieldType
from slas.models import KPI
from slas.selectors.policy.reading import slas_using_kpi

EDITABLE = frozenset({"name", "description", "pause_override", "pause_when"})
FIXED = frozenset({"code", "record_type", "applicable_from"})


def kpi_snapshot(kpi: KPI) -> dict[str, Any]:
    """What the audit log keeps of a KPI."""
    return {name: getattr(kpi, name) for name in sorted(EDITABLE | FIXED | {"state"})}


@transaction.atomic
def kpi_create(
    *,
    code: str,
    name: str,
    record_type: str,
    applicable_from: str,
    description: str = "",
    pause_override: bool = False,
    pause_when: dict[str, Any] | None = None,
    by: User | None,
    now: datetime,
) -> KPI:
    """A new KPI, inactive until activated. `applicable_from` is a time of the record (engine.md R13)."""
    problems = Problems()
    kpi = KPI(record_type=record_type, created_at=now, modified_at=now)
    kpi.code = problems.code(code, "/code", taken=KPI.objects.filter(record_type=record_type))
    fields = _fields(record_type, problems)
    if fields is not None:
        kpi.applicable_from = _applicable_from(applicable_from, fields, problems)
    _assign(kpi, {"name": name, "description": description}, problems)
    _assign_pause(kpi, pause_override, pause_when, fields, problems)
    problems.raise_if_any()
    with unique_or_invalid("code"):
        kpi.save(force_insert=True)
    audit_write(by=by, action="kpi.create", obj=kpi, after=kpi_snapshot(kpi), now=now)
    return kpi


@transaction.atomic
def kpi_update(*, kpi: KPI, changes: Mapping[str, Any], by: User | None, now: datetime) -> KPI:
    """Changes name, description or pause rule. Published SLAs keep the rule they froze (engine.md R6)."""
    kpi = KPI.objects.select_for_update(no_key=True).get(pk=kpi.pk)
    before, problems = kpi_snapshot(kpi), Problems()
    for attribute in sorted(FIXED & changes.keys()):
        if changes[attribute] != getattr(kpi, attribute):
            problems.add(f"/{attribute}", "immutable", _("This cannot be changed once the KPI exists."))
    _assign(kpi, changes, problems)
    override = changes.get("pause_override", kpi.pause_override)
    pause_when = changes.get("pause_when", kpi.pause_when if override else None)
    _assign_pause(kpi, override, pause_when, _fields(kpi.record_type, problems), problems)
    problems.raise_if_any()
    if kpi_snapshot(kpi) != before:
        _save(kpi, "kpi.update", before, by, now)
    return kpi


@transaction.atomic
def kpi_clone(*, kpi: KPI, code: str = "", name: str = "", by: User | None, now: datetime) -> KPI:
    """A new inactive KPI with the same rule; code and name are made up where not given."""
    create = partial(
        kpi_create,
        name=name or _("%(name)s (copy)") % {"name": kpi.name[:90]},
        record_type=kpi.record_type,
        applicable_from=kpi.applicable_from,
        description=kpi.description,
        pause_override=kpi.pause_override,
        pause_when=kpi.pause_when,
        by=by,
        now=now,
    )
    return create_copy(create, code, of=kpi.code, taken=KPI.objects.filter(record_type=kpi.record_type))


@transaction.atomic
def kpi_activate(*, kpi: KPI, by: User | None, now: datetime) -> KPI:
    return _move(kpi, KPI.State.ACTIVE, "kpi.activate", by, now)


@transaction.atomic
def kpi_deactivate(*, kpi: KPI, by: User | None, now: datetime) -> KPI:
    """Refused while an active SLA measures it: its records would lose their timers unseen."""
    kpi = KPI.objects.select_for_update(no_key=True).get(pk=kpi.pk)
    if users := slas_using_kpi(kpi, active_only=True):
        raise NotPossible(
            _("Used by %(slas)s. Deactivate or change that first.") % {"slas": _names(users)}, code="in_use"
        )
    return _move(kpi, KPI.State.INACTIVE, "kpi.deactivate", by, now)


@transaction.atomic
def kpi_delete(*, kpi: KPI, by: User | None, now: datetime) -> None:
    """Only while no SLA names it and nothing was ever measured by it."""
    kpi = KPI.objects.select_for_update().get(pk=kpi.pk)
    if users := slas_using_kpi(kpi):
        raise NotPossible(_("Used by %(slas)s.") % {"slas": _names(users)}, code="in_use")
    audit_write(by=by, action="kpi.delete", obj=kpi, before=kpi_snapshot(kpi), now=now)
    try:
        kpi.delete()
    except ProtectedError:
        raise NotPossible(_("Records were measured by this KPI; deactivate it instead."), code="in_use") from None


def _move(kpi: KPI, state: KPI.State, action: str, by: User | None, now: datetime) -> KPI:
    kpi = KPI.objects.select_for_update(no_key=True).get(pk=kpi.pk)
    if kpi.state == state:
        raise NotPossible(_("The KPI is %(state)s already.") % {"state": kpi.get_state_display().lower()})
    before = kpi_snapshot(kpi)
    kpi.state = state
    _save(kpi, action, before, by, now)
    return kpi


def _save(kpi: KPI, action: str, before: dict[str, Any], by: User | None, now: datetime) -> None:
    kpi.modified_at = now
    kpi.save()
    audit_write(by=by, action=action, obj=kpi, before=before, after=kpi_snapshot(kpi), now=now)


def _fields(record_type: str, problems: Problems) -> FieldSet | None:
    try:
        return records.get(record_type).fields
    except records.UnknownRecordType:
        problems.add("/record_type", "unknown_record_type", _("There is no such record type."))
        return None


def _applicable_from(path: str, fields: FieldSet, problems: Problems) -> str:
    field = fields.get(path)
    if field is None:
        problems.add("/applicable_from", "unknown_field", _("There is no such field."))
    elif field.type is not FieldType.DATETIME:
        problems.add("/applicable_from", "wrong_type", _("Choose a field that holds a time."))
    elif field.system:
        problems.add("/applicable_from", "system_field", _("The system updates this field itself; choose another."))
    return path


def _assign(kpi: KPI, changes: Mapping[str, Any], problems: Problems) -> None:
    if "name" in changes:
        kpi.name = problems.text(changes["name"], "/name", longest=100)
    if "description" in changes:
        kpi.description = problems.text(changes["description"], "/description", longest=2000, required=False)


def _assign_pause(
    kpi: KPI, override: bool, pause_when: dict[str, Any] | None, fields: FieldSet | None, problems: Problems
) -> None:
    """A rule of its own replaces the record type's pause statuses; it must say something (engine.md R23)."""
    kpi.pause_override = override
    if not override:
        if pause_when:
            problems.add(
                "/pause_when",
                "unexpected_value",
                _("Only a KPI with its own pause rule has conditions here."),
            )
        kpi.pause_when = None
        return
    if not pause_when:
        problems.add("/pause_when", "required", _("Say when the KPI pauses."))
        return
    if fields is None:
        return
    try:
        condition = parse(pause_when, fields, pointer="/pause_when")
    except ConditionError as error:
        problems.extend(error.problems)
        return
    if not condition.paths:  # always true: it would never run
        problems.add("/pause_when", "required", _("Say when the KPI pauses."))
    kpi.pause_when = condition.to_document()


def _names(slas: list[Any]) -> str:
    return ", ".join(f"“{sla}”" for sla in slas)
