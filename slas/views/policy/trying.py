"""*Try on a case*: who would win, when it would be due and what would happen. Nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sla_project.accounts.policy import signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, NotPossible, Problem
from slas import records
from slas.domain.fields import FieldValueError
from slas.forms.trying import DRAFT, PREFIX, TryForm, values_of
from slas.models import SLA, SLAVersion, TrackedRecord
from slas.records import RecordType
from slas.selectors.clocks.instances import record_view
from slas.selectors.forecasts.trials import Trace, document_paths
from slas.selectors.policy.reading import editable_document
from slas.services.forecasts.trials import record_find, sla_try
from slas.views.policy.frame import sla_crumbs, sla_frame, sla_get

VERSIONS_OFFERED = 20


@signed_in
def sla_try_page(request: HttpRequest, pk: int) -> HttpResponse:
    sla, now = sla_get(pk), clock_now()
    versions = {str(version.number): version for version in sla.versions.order_by("-number")[:VERSIONS_OFFERED]}
    problems: list[Problem] = []
    record = _record(request, sla, problems)
    form = _form(request, sla, versions, record, problems, now)
    found = None
    if form.is_bound and form.is_valid() and not problems:
        found = _trace(form, sla, versions, record, problems, now)
    for problem in problems:
        form.add_error(_field_of(problem, form), problem.message) if form.is_bound else None
    context = {
        **sla_frame(request, sla, "try"),
        "title": _("Try %(name)s on %(record)s") % {"name": sla.name, "record": records.get(sla.record_type).one},
        "breadcrumbs": sla_crumbs(sla),
        "form": form,
        "problems": problems,
        "trace": found,
        "record": record,
        "record_url": records.get(sla.record_type).url(record.object_id) if record else "",
    }
    return render(request, "slas/sla_try.html", context, status=422 if form.errors or problems else 200)


def _record(request: HttpRequest, sla: SLA, problems: list[Problem]) -> TrackedRecord | None:
    number = request.GET.get("record", "").strip()
    if not number:
        return None
    try:
        return record_find(sla.record_type, number)
    except Invalid as invalid:
        problems += invalid.problems
        return None


def _form(
    request: HttpRequest,
    sla: SLA,
    versions: Mapping[str, SLAVersion],
    record: TrackedRecord | None,
    problems: list[Problem],
    now: datetime,
) -> TryForm:
    """Inputs show the record's values until somebody types others; a new number loads them anew."""
    record_type = records.get(sla.record_type)
    choices = [(number, _("Version %(number)s") % {"number": number}) for number in versions]
    if sla.draft is not None:
        choices.insert(0, (DRAFT, _("Draft")))
    asked = request.GET.get("version", "")
    version = asked if asked in dict(choices) else choices[0][0]
    document = versions[version].document if version in versions else editable_document(sla)
    paths = document_paths(document, record_type)
    known = _known(record, record_type, now)
    loaded = record.number if record else ""
    is_typed = request.GET.get("loaded", "") == loaded and any(name.startswith(PREFIX) for name in request.GET)
    data: Any = None
    if is_typed:
        data = request.GET
    elif request.GET.keys() & {"record", "values"}:
        data = request.GET.copy()
        data["loaded"], data["version"] = loaded, version
        given = {**known, **_asked(request, record_type, problems)}
        blank = TryForm(record_type=record_type, paths=paths, versions=choices, values=given)
        for bound in blank.typed_fields:
            data[bound.html_name] = _as_input(bound)
    return TryForm(
        data,
        record_type=record_type,
        paths=paths,
        versions=choices,
        values=known,
        initial={"version": version, "loaded": loaded, "at": None},
    )


def _as_input(bound: Any) -> str:
    """An initial value as a browser would send it back."""
    value = bound.field.widget.format_value(bound.field.prepare_value(bound.value()))
    if isinstance(value, list):
        value = value[0] if value else ""
    return "" if value is None else str(value)


def _known(record: TrackedRecord | None, record_type: RecordType, now: datetime) -> dict[str, object]:
    """The record's present values; without a record only that it is open."""
    if record is not None:
        return dict(record_view(record, now).state.values)
    is_open = (code for code, state in record_type.lifecycle.items() if state == "open")
    return {record_type.lifecycle_field: next(is_open)}


def _asked(request: HttpRequest, record_type: RecordType, problems: list[Problem]) -> dict[str, object]:
    """`?values=<json>` as Python values; what is wrong with them is noted."""
    values: dict[str, object] = {}
    for path, value in values_of(request.GET.get("values", "{}")).items():
        field = record_type.fields.get(path)
        try:
            if field is None:
                raise FieldValueError("unknown_field", _("There is no field “%(path)s”.") % {"path": path})
            values[path] = field.check(field.parse(value))
        except FieldValueError as error:
            problems.append(Problem(f"/values/{path}", error.code, str(error)))
    return values


def _trace(
    form: TryForm,
    sla: SLA,
    versions: Mapping[str, SLAVersion],
    record: TrackedRecord | None,
    problems: list[Problem],
    now: datetime,
) -> Trace | None:
    try:
        return sla_try(
            sla=sla,
            version=versions.get(form.cleaned_data["version"]),
            record=record,
            values=_typed(form, record),
            at=form.cleaned_data["at"] or now,
            now=now,
        )
    except Invalid as invalid:
        problems += invalid.problems
    except NotPossible as error:
        problems.append(Problem("", error.code, error.message))
    return None


def _typed(form: TryForm, record: TrackedRecord | None) -> dict[str, Any]:
    """What differs from the record; its own times are finer than an input. Without a record, all that is given."""
    typed = form.typed_values()
    if record is not None:
        return {path: value for path, value in typed.items() if PREFIX + path in form.changed_data}
    return {path: value for path, value in typed.items() if value is not None}


def _field_of(problem: Problem, form: TryForm) -> str | None:
    """`/values/priority` and `/record` at their inputs, everything else at the form."""
    first, _slash, rest = problem.pointer.strip("/").partition("/")
    name = PREFIX + rest if first == "values" else first
    return name if name in form.fields else None
