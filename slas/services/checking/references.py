"""Refusals: a document without items, and what one names that is inactive, missing or never open (engine.md R28)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from sla_project.operations.errors import Invalid, Problem
from slas.domain.conditions import Condition, Group, Leaf, Node, parse
from slas.domain.fields import FieldType
from slas.domain.worktime import ScheduleError
from slas.models import KPI, BusinessHours
from slas.records import RecordType
from slas.selectors.policy import shared
from slas.selectors.policy.reading import hours_named
from slas.services.hours.versions import schedule_document
from slas.services.policy.documents import freeze_action


def check_references(document: Mapping[str, Any], record_type: RecordType) -> Iterator[Problem]:
    """All of them, for a validated document."""
    if not document["items"]:
        message = _("There is nothing to publish: an SLA needs at least one item.")
        yield Problem("/items", "no_items", message)
    yield from _unusable(document, record_type)
    yield from _unusable_actions(document)
    yield from _missing_records(document, record_type)


def _unusable(document: Mapping[str, Any], record_type: RecordType) -> Iterator[Problem]:
    kpis = {kpi.code: kpi for kpi in shared.kpis(record_type.name)}
    closed = dict(_unusable_hours(hours_named(document)))
    if document["business_hours"] in closed:
        yield Problem("/business_hours", *closed[document["business_hours"]])
    for index, item in enumerate(document["items"]):
        kpi = kpis.get(item["kpi"])
        if kpi is None or kpi.state != KPI.State.ACTIVE:
            yield Problem(f"/items/{index}/kpi", "inactive", _("The KPI is inactive; activate it first."))
        elif kpi.applicable_from not in record_type.fields:
            message = _("The KPI counts from a field that there is no more (%(field)s); edit it first.")
            yield Problem(f"/items/{index}/kpi", "unknown_field", message % {"field": kpi.applicable_from})
        if item["business_hours"] in closed:
            yield Problem(f"/items/{index}/business_hours", *closed[item["business_hours"]])


def _unusable_hours(codes: set[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    for hours in shared.schedules(codes):
        if hours.state != BusinessHours.State.ACTIVE:
            yield hours.code, ("inactive", _("The business hours are inactive; activate them first."))
            continue
        try:
            schedule_document(hours)
        except ScheduleError:
            yield hours.code, ("never_open", _("The business hours are not usable; edit them first."))


def _unusable_actions(document: Mapping[str, Any]) -> Iterator[Problem]:
    for index, item in enumerate(document["items"]):
        for number, moment in enumerate(item["moments"]):
            for position, action in enumerate(moment["actions"]):
                try:
                    freeze_action(action, f"/items/{index}/moments/{number}/actions/{position}")
                except Invalid as invalid:
                    yield from invalid.problems


# --- records that conditions name ---


def _missing_records(document: Mapping[str, Any], record_type: RecordType) -> Iterator[Problem]:
    """One query for each kind of record."""
    named = list(_named_records(document, record_type))
    wanted: dict[str, set[int]] = {}
    for _pointer, leaf, value in named:
        if isinstance(value, int):
            wanted.setdefault(_lookup_of(leaf, record_type), set()).add(value)
    offered = {
        lookup: set(record_type.options(lookup).filter(pk__in=ids).values_list("pk", flat=True))
        for lookup, ids in wanted.items()
    }
    for pointer, leaf, value in named:
        # Rows have numbers for ids; a text that a condition names is no row's.
        if not isinstance(value, int) or value not in offered[_lookup_of(leaf, record_type)]:
            words = {"field": record_type.fields.full_label(leaf.path), "id": value}
            message = _("%(field)s names a record (#%(id)s) that is inactive or gone.") % words
            yield Problem(pointer, "missing_record", message)


def _lookup_of(leaf: Leaf, record_type: RecordType) -> str:
    return record_type.fields[leaf.path].lookup or leaf.path


def _named_records(document: Mapping[str, Any], record_type: RecordType) -> Iterator[tuple[str, Leaf, object]]:
    for index, item in enumerate(document["items"]):
        rules = {
            "applicable_when": item["applicable_when"],
            "success_when": item["success_when"],
            "pause/when": item["pause"]["when"],
        }
        for part, rule in rules.items():
            condition: Condition = parse(rule, record_type.fields)
            yield from _values(condition.root, f"/items/{index}/{part}")


def _values(node: Node, pointer: str) -> Iterator[tuple[str, Leaf, object]]:
    """Every record that a tree names, with the place of its id."""
    if isinstance(node, Group):
        for index, child in enumerate(node.children):
            yield from _values(child, f"{pointer}/{node.kind.value}/{index}")
    elif node.type is FieldType.LOOKUP:
        is_list = isinstance(node.value, tuple)
        for index, value in enumerate(node.values):
            yield f"{pointer}/value/{index}" if is_list else f"{pointer}/value", node, value
