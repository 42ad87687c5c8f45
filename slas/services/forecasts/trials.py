"""Trying a draft or a version on a real record or on typed values. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from actions.previews import ActionPreview, action_previews
from sla_project.operations.errors import Invalid, NotPossible, Problem
from slas import records
from slas.domain.engine import Instance, RecordState
from slas.domain.fields import FieldValueError
from slas.models import SLA, SLAVersion, TrackedRecord
from slas.records import RecordType
from slas.selectors.clocks.instances import RecordView, record_view
from slas.selectors.clocks.states import StoredPolicies
from slas.selectors.forecasts.publications import DRAFT, ForeseenPolicies
from slas.selectors.forecasts.trials import Trace, Trial, trace
from slas.services.flow.contexts import run_context
from slas.services.policy.documents import document_freeze, document_validate


def sla_try(
    *,
    sla: SLA,
    version: SLAVersion | None,
    record: TrackedRecord | None = None,
    values: Mapping[str, Any] | None = None,
    at: datetime,
    now: datetime,
) -> Trace:
    """What the version (None: the draft) does with a record at its present values, or with typed ones, at a moment.

    Typed `values` (JSON, by registered path) replace those of the record. Without a record, a field that is not given
    is empty, applicable-from is `at`, and the record is open. Raises `Invalid` for values of the wrong type and for a
    draft that cannot be published.
    """
    policies = _policies(sla, version)
    number = version.pk if version is not None else DRAFT
    view = record_view(record, now) if record is not None else None
    typed = _parse(values or {}, policies.record_type)
    known = {**(view.state.values if view else _usual(policies, number, at)), **typed}
    trial = Trial(policies, sla.pk, number, known, at)
    stored = {row.kpi.code: row for row in view.instances} if view else {}
    return trace(trial, _Previews(policies, view), stored)


def record_find(record_type: str, number: str) -> TrackedRecord:
    """By the number that people use. Raises `Invalid`."""
    found = TrackedRecord.objects.filter(record_type=record_type, number__iexact=number.strip(), deleted_at=None)
    record = found.order_by("pk").first()
    if record is None:
        message = _("There is no record “%(number)s”.") % {"number": number}
        raise Invalid([Problem("/record", "unknown_record", message)])
    return record


def _policies(sla: SLA, version: SLAVersion | None) -> StoredPolicies:
    record_type = records.get(sla.record_type)
    if version is not None:
        return StoredPolicies(record_type)
    if sla.draft is None:
        raise NotPossible(_("There is no draft."), code="no_draft")
    document = document_freeze(sla, document_validate(sla.draft, sla.record_type))
    return ForeseenPolicies(record_type, sla.pk, document)


def _usual(policies: StoredPolicies, version: int, at: datetime) -> dict[str, object]:
    """A record that nobody has said anything about yet."""
    values: dict[str, object] = dict.fromkeys(policies.record_type.fields)
    values |= dict.fromkeys(policies.sla(version).applicable_from.values(), at)
    is_open = (code for code, state in policies.lifecycle.items() if state == "open")
    values[policies.lifecycle_field] = next(is_open)
    return values


def _parse(values: Mapping[str, Any], record_type: RecordType) -> dict[str, object]:
    problems: list[Problem] = []
    parsed: dict[str, object] = {}
    for path, value in values.items():
        field = record_type.fields.get(path)
        if field is None:
            problems.append(Problem(f"/values/{path}", "unknown_field", _("There is no such field.")))
            continue
        try:
            parsed[path] = field.check(field.parse(value))
        except FieldValueError as error:
            problems.append(Problem(f"/values/{path}", error.code, str(error)))
    lifecycle = record_type.lifecycle_field
    if lifecycle in parsed and parsed[lifecycle] not in record_type.lifecycle:
        problems.append(Problem(f"/values/{lifecycle}", "required", _("Every record has one.")))
    if problems:
        raise Invalid(problems)
    return parsed


class _Previews:
    """What the actions of a clock's moment would do, for the real record where there is one."""

    def __init__(self, policies: StoredPolicies, view: RecordView | None) -> None:
        self._policies = policies
        self._record = view.record if view else None

    def __call__(self, state: RecordState, clock: Instance, moment: str) -> Sequence[ActionPreview]:
        actions = self._policies.actions(clock.version, clock.item, moment)
        if not actions:
            return ()
        record_type = self._policies.record_type
        record = self._record or TrackedRecord(record_type=record_type.name, object_id=0)
        return action_previews(
            actions,
            target_type=record_type.name,
            target_id=record.object_id or None,
            context=run_context(record, state, clock, record_type, self._policies),
        )
