"""What the condition builder asks while somebody edits: how a condition reads, what it matches, which records exist."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from sla_project.accounts.policy import manager_required
from sla_project.operations.clock import clock_now
from sla_project.operations.numbers import whole_number, whole_numbers
from slas import records
from slas.condition_links import records_url
from slas.domain.conditions import Condition, ConditionError, parse
from slas.forms.condition_fields import problem_words, read_json
from slas.models import SLA
from slas.records import RecordType
from slas.selectors.conditions.options import options_find, options_named
from slas.selectors.conditions.previews import MOST_RECORDS, condition_preview, rivals_of
from slas.selectors.policy.draft_history import document_seen

PROBLEMS_SHOWN = 5
OPTIONS_FOUND = 20
MOST_IDS = 200
APPLICABLE = "applicable"


@require_POST
@manager_required
def preview(request: HttpRequest) -> HttpResponse:
    """A fragment of HTML. What is wrong with a condition is an answer too.

    With the id of an `sla`, its `kpi` and the key of the `item` that is edited it also says who takes the others, by
    the draft as the page shows it: of the `revision` that it was opened at, with the KPI and the condition as typed.
    """
    record_type = _record_type(request.POST.get("record_type", ""))
    try:
        condition = parse(read_json(request.POST.get("condition", "")), record_type.fields)
    except ConditionError as error:
        problems = [{"pointer": one.pointer, "words": problem_words(one)} for one in error.problems[:PROBLEMS_SHOWN]]
        return render(request, "slas/_condition_preview.html", {"problems": problems})
    applies = request.POST.get("purpose", APPLICABLE) == APPLICABLE
    place = _among_items(request.POST, record_type, condition) if applies else {}
    shown = condition_preview(record_type, condition, now=clock_now(), warn=applies, **place)
    since = {"created_after": shown.since.isoformat()}
    live = {record_type.lifecycle_field: next(iter(record_type.open_values), "")}
    context = {
        "preview": shown,
        "record_type": record_type,
        "most": MOST_RECORDS,
        "matching_url": records_url(record_type, condition, **since),
        "open_url": records_url(record_type, condition, **since, **live),
    }
    return render(request, "slas/_condition_preview.html", context)


def _among_items(asked: QueryDict, record_type: RecordType, condition: Condition) -> dict[str, Any]:
    """The other items of the KPI, where an SLA is being edited."""
    pk, kpi = whole_number(asked.get("sla", "")), asked.get("kpi", "")
    if pk is None or not kpi:
        return {}
    sla = SLA.objects.select_related("current").filter(pk=pk, record_type=record_type.name).first()
    if sla is None:
        return {}
    seen = whole_number(asked.get("revision", ""))
    items = document_seen(sla, sla.draft_revision if seen is None else seen)["items"]
    rivals, place = rivals_of(items, record_type, kpi=kpi, item=asked.get("item", ""), condition=condition)
    return {"rivals": rivals, "place": place}


@require_GET
@manager_required
def options(request: HttpRequest) -> JsonResponse:
    """Active records of one kind that a text finds (`q`), or the names of those with some ids (`id`, repeated)."""
    record_type = _record_type(request.GET.get("record_type", ""))
    lookup = request.GET.get("lookup", "")
    if lookup not in {field.lookup for field in record_type.fields.values() if field.lookup}:
        raise Http404
    ids = whole_numbers(request.GET.getlist("id")[:MOST_IDS])
    found = (
        options_named(record_type, lookup, ids)
        if "id" in request.GET
        else options_find(record_type, lookup, request.GET.get("q", ""), limit=OPTIONS_FOUND)
    )
    return JsonResponse({"results": [{"id": one.id, "label": one.label, "active": one.is_active} for one in found]})


def _record_type(name: str) -> RecordType:
    try:
        return records.get(name)
    except records.UnknownRecordType:
        raise Http404 from None
