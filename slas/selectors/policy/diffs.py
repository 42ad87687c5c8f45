"""Two documents of one SLA compared, in words: what was added, removed, changed and moved."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions.services import action_words
from sla_project.operations.models import Reopening
from slas.domain.durations import Duration
from slas.selectors.policy.sentences import KINDS, DocumentWords

Document = Mapping[str, Any]
ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"


@dataclass(frozen=True)
class FieldChange:
    """One thing that reads differently. `field` is for programs, the texts are for people; either may be empty."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ItemDiff:
    """One item. `change` is added, removed, changed or moved; a changed one may be moved as well.

    Positions count from 1; None where the item is not there.
    """

    change: str
    key: str
    name: str
    before: int | None
    after: int | None
    is_moved: bool = False
    changes: Sequence[FieldChange] = ()


@dataclass(frozen=True)
class DocumentDiff:
    """`terms` are what holds for all items: hours, reopening, and what was frozen with the document."""

    items: list[ItemDiff] = field(default_factory=list)
    terms: list[FieldChange] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.items and not self.terms

    def summary(self) -> str:
        """“1 item added, 2 items changed”."""
        counts = {
            change: sum(1 for item in self.items if item.change == change)
            for change in (ADDED, REMOVED, CHANGED, MOVED)
        }
        said = [
            ngettext("%d item added", "%d items added", counts[ADDED]) % counts[ADDED] if counts[ADDED] else "",
            ngettext("%d removed", "%d removed", counts[REMOVED]) % counts[REMOVED] if counts[REMOVED] else "",
            ngettext("%d changed", "%d changed", counts[CHANGED]) % counts[CHANGED] if counts[CHANGED] else "",
            ngettext("%d moved", "%d moved", counts[MOVED]) % counts[MOVED] if counts[MOVED] else "",
            _("what holds for all items changed") if self.terms else "",
        ]
        return ", ".join(filter(None, said)) or _("nothing changed")


def document_diff(words: DocumentWords, before: Document, after: Document) -> DocumentDiff:
    """Compares two documents, both frozen or both as written: frozen ones also tell what was frozen with them."""
    old = {item["key"]: (number, item) for number, item in enumerate(before["items"], 1)}
    new = {item["key"]: (number, item) for number, item in enumerate(after["items"], 1)}
    moved = _moved([key for key in old if key in new], {key: number for key, (number, _item) in new.items()})
    items = [
        ItemDiff(REMOVED, key, item["name"], number, None) for key, (number, item) in old.items() if key not in new
    ]
    for key, (number, item) in new.items():
        if key not in old:
            items.append(ItemDiff(ADDED, key, item["name"], None, number, changes=_all_of(words, item)))
            continue
        place, earlier = old[key]
        changes = list(_item_changes(words, earlier, item)) if earlier != item else []
        if changes or key in moved:
            change = CHANGED if changes else MOVED
            items.append(ItemDiff(change, key, item["name"], place, number, key in moved, changes))
    return DocumentDiff(items, list(_pairs(_terms(words, before), _terms(words, after))))


def _moved(keys: Sequence[str], numbers: Mapping[str, int]) -> set[str]:
    """The fewest items whose moves explain the new order: all but a longest run that kept its order."""
    tails: list[int] = []
    ends: list[str] = []
    previous: dict[str, str | None] = {}
    for key in keys:
        at = bisect_left(tails, numbers[key])
        tails[at : at + 1] = [numbers[key]]
        ends[at : at + 1] = [key]
        previous[key] = ends[at - 1] if at else None
    kept: set[str] = set()
    key_or_none = ends[-1] if ends else None
    while key_or_none is not None:
        kept.add(key_or_none)
        key_or_none = previous[key_or_none]
    return set(keys) - kept


# --- one item ---


def _item_changes(words: DocumentWords, before: Document, after: Document) -> Iterator[FieldChange]:
    yield from _pairs(_said(words, before), _said(words, after))
    yield from _pairs(_mails(before), _mails(after))


def _all_of(words: DocumentWords, item: Document) -> list[FieldChange]:
    """A new item, complete."""
    return [FieldChange(name, label, "", said) for name, (label, said) in _said(words, item).items() if said]


Said = dict[str, tuple[str, str]]
"""Field → (its label, what it says)."""


def _said(words: DocumentWords, item: Document) -> Said:
    said = {
        "name": (_("Name"), item["name"]),
        "kpi": (_("KPI"), words.kpis.get(item["kpi"], item["kpi"])),
        "applicable_when": (_("Applies when"), words.condition(item["applicable_when"])),
        "success_when": (_("Succeeds when"), words.condition(item["success_when"])),
        "business_hours": (
            _("Hours"),
            words.hours_words(item["business_hours"]) if item["business_hours"] else _("As the SLA"),
        ),
        "pause": (_("Pauses"), words.pause(item["pause"])),
    }
    for moment in item["moments"]:
        label = str(KINDS[moment["kind"]][0])
        place = f"moments.{moment['key']}"
        if moment.get("after"):
            said[place] = (label, _("after %(time)s") % {"time": Duration.parse_document(moment["after"]).words()})
        actions = [action_words(action, target_type=words.record_type.name) for action in moment["actions"]]
        said[f"{place}.actions"] = (_("%(moment)s: actions") % {"moment": label}, "; ".join(actions) or _("none"))
    return said


def _mails(item: Document) -> Said:
    """Texts of mails that were frozen with the item: editing a template changes them and nothing else."""
    found: Said = {}
    for moment in item["moments"]:
        for position, action in enumerate(moment["actions"], 1):
            text = action.get("text")
            if isinstance(text, Mapping):
                place = f"moments.{moment['key']}.actions.{position}"
                label = _("Email “%(name)s”") % {"name": text.get("name", "")}
                found[f"{place}.subject"] = (_("%(email)s: subject") % {"email": label}, text.get("subject", ""))
                found[f"{place}.body"] = (_("%(email)s: text") % {"email": label}, text.get("body", ""))
    return found


# --- what holds for all items ---


def _terms(words: DocumentWords, document: Document) -> Said:
    terms: Said = {
        "business_hours": (_("Usual hours"), words.hours_words(document["business_hours"])),
        "reopening": (_("When a record is reopened"), _reopening(document["reopening"])),
        "recalculate_on_terminal": (
            _("Recalculate after success or failure"),
            {True: _("Yes"), False: _("No"), None: _("As the organisation")}[document["recalculate_on_terminal"]],
        ),
    }
    if "pause_statuses" in document:
        terms["pause_statuses"] = (_("Statuses that pause"), _statuses(words, document))
    for code, kpi in document.get("kpis", {}).items():
        pause = words.condition(kpi["pause_when"]) if kpi["pause_when"] else _("By the pause statuses")
        terms[f"kpis.{code}.name"] = (_("KPI: name"), kpi["name"])
        terms[f"kpis.{code}.pause_when"] = (_("%(kpi)s pauses") % {"kpi": kpi["name"]}, pause)
    return terms


def _reopening(code: str | None) -> str:
    return str(Reopening(code).label) if code else _("As the organisation")


def _statuses(words: DocumentWords, document: Document) -> str:
    field_ = words.record_type.fields.get(document["pause_field"])
    labels = [str((field_.choice_label(code) if field_ else None) or code) for code in document["pause_statuses"]]
    return ", ".join(labels) or _("none")


def _pairs(before: Said, after: Said) -> Iterator[FieldChange]:
    """What is said of the same thing and differs; a thing that only one of both has is said of that one."""
    for name in dict.fromkeys((*before, *after)):
        label = (after.get(name) or before[name])[0]
        was, now = (said[name][1] if name in said else "" for said in (before, after))
        if was != now:
            yield FieldChange(name, label, was, now)
