"""The items of a document for the editor: rows in evaluation order, and the matrix of conditions × KPIs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla_project.operations.errors import Problem
from slas.domain.conditions import ALWAYS
from slas.domain.durations import Duration
from slas.selectors.policy.sentences import DocumentWords

NEVER_APPLIES = frozenset({"never_applies", "duplicate_item"})


@dataclass(frozen=True)
class ItemRow:
    """One item in a few lines. `never` says that, and why, it never comes to its turn."""

    number: int
    key: str
    name: str
    kpi: str
    kpi_code: str
    applies: str
    times: str
    hours: str
    actions: str
    never: str = ""
    refusals: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class RestRow:
    """What happens to the cases of a KPI that no item takes; `taken_by` is the item that leaves none."""

    kpi: str
    taken_by: ItemRow | None


@dataclass(frozen=True)
class MatrixRow:
    """One distinct condition, with the items of each KPI that have it."""

    applies: str
    like: str
    cells: list[tuple[str, list[ItemRow]]]
    """(code of the KPI, items), in the order of the columns."""


def item_rows(
    words: DocumentWords,
    document: Mapping[str, Any],
    refusals: Sequence[Problem] = (),
    warnings: Sequence[Problem] = (),
) -> list[ItemRow]:
    """The items in evaluation order, each with what the checker says about it."""
    return [
        _row(words, document, index, _of_item(refusals, index), _of_item(warnings, index))
        for index in range(len(document["items"]))
    ]


def _row(
    words: DocumentWords, document: Mapping[str, Any], index: int, refusals: list[Problem], warnings: list[Problem]
) -> ItemRow:
    item = document["items"][index]
    return ItemRow(
        number=index + 1,
        key=item["key"],
        name=item["name"],
        kpi=words.kpis.get(item["kpi"], item["kpi"]),
        kpi_code=item["kpi"],
        applies=_applies(words, item),
        times=times_words(item),
        hours=words.hours_words(item["business_hours"] or document["business_hours"]),
        actions=_actions_words(item),
        never=next((one.message for one in warnings if one.code in NEVER_APPLIES), ""),
        refusals=refusals,
        warnings=[one for one in warnings if one.code not in NEVER_APPLIES],
    )


def _of_item(problems: Sequence[Problem], index: int) -> list[Problem]:
    place = f"/items/{index}"
    return [one for one in problems if one.pointer == place or one.pointer.startswith(f"{place}/")]


def _applies(words: DocumentWords, item: Mapping[str, Any]) -> str:
    if item["applicable_when"] == ALWAYS.to_document():
        return _("Always applies")
    return _("When %(sentence)s") % {"sentence": words.condition(item["applicable_when"])}


def _sentence(words: DocumentWords, condition: Mapping[str, Any]) -> str:
    return _("Always") if condition == ALWAYS.to_document() else words.condition(condition)


def times_words(item: Mapping[str, Any]) -> str:
    """“warn 45 min, fail 1 h”."""
    said = {"warning": _("warn %(time)s"), "failure": _("fail %(time)s")}
    timed = [moment for kind in said for moment in item["moments"] if moment["kind"] == kind and moment.get("after")]
    return ", ".join(said[one["kind"]] % {"time": Duration.parse_document(one["after"]).words()} for one in timed)


def _actions_words(item: Mapping[str, Any]) -> str:
    count = sum(len(moment["actions"]) for moment in item["moments"])
    if not count:
        return _("no actions")
    return ngettext("%(count)d action", "%(count)d actions", count) % {"count": count}


def rest_rows(words: DocumentWords, document: Mapping[str, Any], rows: Sequence[ItemRow]) -> list[RestRow]:
    """One for each KPI that items name, in the order in which they do."""
    always = {item["key"] for item in document["items"] if item["applicable_when"] == ALWAYS.to_document()}
    found: dict[str, RestRow] = {}
    for row in rows:
        known = found.get(row.kpi_code)
        taken_by = row if row.key in always else None
        if known is None or (known.taken_by is None and taken_by is not None):
            found[row.kpi_code] = RestRow(row.kpi, taken_by)
    return list(found.values())


def matrix(
    words: DocumentWords, document: Mapping[str, Any], rows: Sequence[ItemRow], kpis: Sequence[str]
) -> list[MatrixRow]:
    """Conditions in the order in which items first have them; `kpis` are the codes of the columns."""
    by_condition: dict[str, list[ItemRow]] = {}
    for item, row in zip(document["items"], rows, strict=True):
        by_condition.setdefault(json.dumps(item["applicable_when"], sort_keys=True), []).append(row)
    return [
        MatrixRow(
            applies=_sentence(words, json.loads(condition)),
            like=found[0].key,
            cells=[(kpi, [row for row in found if row.kpi_code == kpi]) for kpi in kpis],
        )
        for condition, found in by_condition.items()
    ]
