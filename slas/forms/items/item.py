"""The form of an item: its own fields, its moments, and the way from a problem's pointer to the field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla_project.operations.errors import Problem
from slas.domain.durations import Duration
from slas.forms.condition_fields import ALWAYS, ConditionField
from slas.forms.duration_fields import DurationField, duration_text
from slas.forms.items.action_base import ActionForm
from slas.forms.items.actions import action_form, action_raw
from slas.forms.items.offers import Offers
from slas.forms.items.parts import Choice, PartForm, ProblemText, field_ids, labels, with_current
from slas.forms.items.raw import Raw, text_in
from slas.models import KPI, BusinessHours

USUAL, OWN, NEVER = "usual", "own", "never"
MOMENTS = {
    "warning": gettext_lazy("Warning"),
    "failure": gettext_lazy("Failure"),
    "success": gettext_lazy("Success"),
}
_ORDER = list(MOMENTS)
CONDITIONS = {
    "applicable_when": (gettext_lazy("Applies when"), "applicable"),
    "success_when": (gettext_lazy("Succeeds when"), "success"),
    "pause_when": (gettext_lazy("Pauses when"), "pause"),
}
FIELD_ORDER = ("name", "kpi", "applicable_when", "success_when", "business_hours", "pause", "pause_when")


class MomentForm(PartForm):
    """A warning, the failure or the success, with its actions in order."""

    key = forms.CharField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(widget=forms.HiddenInput, choices=list(MOMENTS.items()))
    after = DurationField(label=gettext_lazy("After"))
    new_action = forms.ChoiceField(label=gettext_lazy("Add an action"), choices=(), required=False)

    def __init__(self, raw: Raw, *, prefix: str, quiet: bool, offers: Offers, index: int) -> None:
        super().__init__({**raw, "new_action": [""]}, prefix=prefix, quiet=quiet)
        self.index = index
        self.moment_kind = text_in(raw, "kind")
        if self.moment_kind == "success":
            del self.fields["after"]
        else:
            self.fields["after"].label = _("Warn after") if self.moment_kind == "warning" else _("Fail after")
        self.offer("new_action", [("", _("Choose an action …")), *offers.new_actions])
        found = (
            action_form(action, prefix=f"{prefix}-actions-{place}", quiet=quiet, offers=offers)
            for place, action in enumerate(raw.get("actions", []))
        )
        self.actions: list[ActionForm] = [form for form in found if form is not None]

    @property
    def children(self) -> Sequence[PartForm]:
        return self.actions

    def document(self) -> dict[str, Any]:
        values = self.cleaned_data
        document: dict[str, Any] = {"key": values["key"], "kind": values["kind"]}
        if "after" in values:
            document["after"] = values["after"]
        return {**document, "actions": [action.document() for action in self.actions]}

    def add_problem(self, parts: Sequence[str], problem: ProblemText) -> None:
        if parts[:1] == ["actions"] and (action := _at(self.actions, parts[1:2])):
            action.add_problem(parts[2:], problem)
        else:
            super().add_problem(parts, problem)


class ItemForm(PartForm):
    """One item. `raw` is what was typed, or `item_raw(document)`; `document()` is what it says."""

    key = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    kpi = forms.ChoiceField(label=gettext_lazy("KPI"), choices=())
    business_hours = forms.ChoiceField(label=gettext_lazy("Business hours"), choices=(), required=False)
    pause = forms.ChoiceField(label=gettext_lazy("Pausing"), widget=forms.RadioSelect, choices=(), initial=USUAL)

    def __init__(self, raw: Raw, *, quiet: bool, offers: Offers, usual_hours: str | None, sla: int) -> None:
        super().__init__(raw, prefix="", quiet=quiet)
        about = {"sla": sla, "item": text_in(raw, "key")}
        follow = {"kpi": "kpi", "revision": "revision"}
        for name, (label, purpose) in CONDITIONS.items():
            self.fields[name] = ConditionField(
                offers.record_type.name, label=label, purpose=purpose, about=about, follow=follow
            )
        self.order_fields(FIELD_ORDER)
        self.offer("kpi", [("", _("Choose a KPI …")), *with_current(_kpi_choices(offers), text_in(raw, "kpi"))])
        inherited = _("As the SLA: %(hours)s") % {"hours": hours_label(offers.hours, usual_hours)}
        offered = with_current(hours_choices(offers.hours), text_in(raw, "business_hours"))
        self.offer("business_hours", [("", inherited), *offered])
        self.offer("pause", pause_choices(offers))
        self.moments = [
            MomentForm(moment, prefix=f"moments-{index}", quiet=quiet, offers=offers, index=index)
            for index, moment in enumerate(raw.get("moments", []))
        ]

    @property
    def children(self) -> Sequence[PartForm]:
        return self.moments

    @property
    def offers_kpis(self) -> bool:
        return any(code for code, _label in self.offered("kpi"))

    @property
    def ordered_moments(self) -> list[MomentForm]:
        """Warnings, failure, success: as they come, whatever the document's order."""
        return sorted(self.moments, key=lambda moment: _ORDER.index(moment.moment_kind))

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("pause") != OWN:
            self.errors.pop("pause_when", None)
        elif "pause_when" not in self.errors and values.get("pause_when") == ALWAYS:
            message = _("Say when it pauses; an empty rule would pause for ever.")
            self.add_error("pause_when", ValidationError(message, code="required"))
        return values

    def document(self) -> dict[str, Any]:
        values = self.cleaned_data
        own = values["pause"] == OWN
        return {
            "key": values["key"],
            "name": values["name"],
            "kpi": values["kpi"],
            "applicable_when": values["applicable_when"],
            "success_when": values["success_when"],
            "business_hours": values["business_hours"] or None,
            "pause": {"allowed": values["pause"] != NEVER, "when": values["pause_when"] if own else None},
            "moments": [moment.document() for moment in self.moments],
        }

    # --- problems ---

    def add_problems(self, problems: Iterable[Problem], index: int, names: Sequence[str]) -> None:
        """Shows what a service refused; `index` is the item's place in the document, `names` are those of all items."""
        for problem in problems:
            parts = [part.replace("~1", "/").replace("~0", "~") for part in problem.pointer.split("/")[1:]]
            if parts[:2] == ["items", str(index)]:
                self.add_problem(parts[2:], problem)
            else:
                other = _at(names, parts[1:2]) if parts[:1] == ["items"] else None
                message = f"“{other}”: {problem.message}" if other else problem.message
                self.add_error(None, ValidationError(message, code=problem.code))

    def add_problem(self, parts: Sequence[str], problem: ProblemText) -> None:
        if parts[:2] == ["pause", "when"]:
            parts = ["pause_when"]
        if parts[:1] == ["moments"] and (moment := _at(self.moments, parts[1:2])):
            moment.add_problem(parts[2:], problem)
        else:
            super().add_problem(parts, problem)

    def faults(self) -> list[Fault]:
        """Everything that is wrong, with where it is on the page."""
        return [Fault(*found) for part in self.tree() for found in field_ids(part)]


@dataclass(frozen=True)
class Fault:
    """A line of the error summary; `target` is the id of the field, where there is one."""

    label: str
    target: str
    message: str


# --- documents as what is typed ---


def item_raw(item: Mapping[str, Any], offers: Offers) -> Raw:
    """A document's item as its form posts it."""
    pause = item["pause"]
    how = NEVER if not pause["allowed"] else USUAL if pause["when"] is None else OWN
    return {
        "key": [item["key"]],
        "name": [item["name"]],
        "kpi": [item["kpi"]],
        "business_hours": [item["business_hours"] or ""],
        "applicable_when": [_json(item["applicable_when"])],
        "success_when": [_json(item["success_when"])],
        "pause": [how],
        "pause_when": [_json(pause["when"] or ALWAYS)],
        "moments": [_moment_raw(moment, offers) for moment in item["moments"]],
    }


def _moment_raw(moment: Mapping[str, Any], offers: Offers) -> Raw:
    raw: Raw = {"key": [moment["key"]], "kind": [moment["kind"]]}
    if "after" in moment:
        raw["after"] = [duration_text(Duration.parse_document(moment["after"]))]
    return {**raw, "actions": [action_raw(action, offers) for action in moment["actions"]]}


def empty_item(*, kpi: str = "", applicable_when: Mapping[str, Any] | None = None) -> Raw:
    """A new item: one warning, the failure, and a success that can have actions."""
    always = _json(ALWAYS)
    return {
        "kpi": [kpi],
        "applicable_when": [_json(applicable_when or ALWAYS)],
        "success_when": [always],
        "pause": [USUAL],
        "pause_when": [always],
        "moments": [{"kind": [kind], "after": [""], "actions": []} for kind in MOMENTS],
    }


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


# --- choices ---


def hours_choices(hours: Iterable[BusinessHours]) -> list[Choice]:
    return [(one.code, f"{one.name} ({one.tz})") for one in hours if one.state == BusinessHours.State.ACTIVE]


def hours_label(hours: Iterable[BusinessHours], code: str | None) -> str:
    return next((one.name for one in hours if one.code == code), code or _("24 × 7"))


def _kpi_choices(offers: Offers) -> list[Choice]:
    return [(kpi.code, offers.kpi_label(kpi)) for kpi in offers.kpis if kpi.state == KPI.State.ACTIVE]


def pause_choices(offers: Offers) -> list[Choice]:
    statuses = ", ".join(offers.pausing_statuses)
    usual = _("As usual: by the KPI's rule, else never: the settings name no status that pauses")
    if statuses:
        usual = _("As usual: by the KPI's rule, else while the status is %(statuses)s") % {"statuses": statuses}
    return labels(
        {
            USUAL: usual,
            OWN: _("By a rule of its own"),
            NEVER: _("Never: the clock runs through every status"),
        }
    )


def _at(parts: Sequence[Any], index: Sequence[str]) -> Any:
    """The part that a number in a pointer leads to, else None."""
    if index and index[0].isascii() and index[0].isdigit() and int(index[0]) < len(parts):
        return parts[int(index[0])]
    return None
