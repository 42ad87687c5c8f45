"""Conditions in forms: a field whose text is JSON, its widget, and what `<condition-builder>` needs to know.

The JSON text is what is posted and what counts; the builder only edits it, so a form works without scripts too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from slas import records
from slas.domain.conditions import ConditionError, GroupKind, Problem, parse
from slas.domain.fields import OPERATORS, Field, fold
from slas.forms.condition_texts import builder_texts
from slas.records import RecordType

ALWAYS: dict[str, Any] = {"all": []}
OPTIONS_ON_PAGE = 50
"""A lookup with more active records is searched instead of chosen from a list."""
MAX_LENGTH = 200_000
MAX_ERRORS = 10
_GROUP_FAULTS = frozenset({"empty_any", "too_deep", "several_groups", "empty_node", "too_many_nodes"})


class ConditionWidget(forms.Textarea):
    """A `<condition-builder>` around the textarea that holds the JSON.

    `purpose` is what the condition decides (applicable, success or pause); `about` is sent along with a preview: the
    id of an `sla`, a `kpi`, an `item` key. `follow` names other controls of the form whose present value belongs to
    it: `{"record_type": "record_type", "kpi": "item-kpi"}`. Without `preview` the builder asks the server nothing.
    """

    template_name = "slas/widgets/condition.html"

    def __init__(
        self,
        record_type: str,
        *,
        purpose: str = "applicable",
        about: Mapping[str, Any] | None = None,
        follow: Mapping[str, str] | None = None,
        preview: bool = True,
    ) -> None:
        super().__init__({"data-code": "json", "rows": 8, "spellcheck": "false"})
        self.record_type = record_type
        self.purpose = purpose
        self.about = about or {}
        self.follow = follow or {}
        self.preview = preview

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        about = {key: value for key, value in self.about.items() if value not in (None, "")}
        context["builder"] = {
            "record_type": self.record_type,
            "purpose": self.purpose,
            "about": about,
            "follow": " ".join(f"{key}={control}" for key, control in self.follow.items()),
            "preview_url": reverse("slas:condition_preview") if self.preview else "",
        }
        return context


class ConditionField(forms.CharField):
    """A condition on records of one type: a document in, the checked and normalised document out.

    What is empty is always true, `{"all": []}`. Errors say where in the tree: “Rule 2.1: Choose a field.”
    """

    def __init__(
        self,
        record_type: str,
        *,
        required: bool = False,
        purpose: str = "applicable",
        about: Mapping[str, Any] | None = None,
        follow: Mapping[str, str] | None = None,
        preview: bool = True,
        **kwargs: Any,
    ) -> None:
        widget = ConditionWidget(record_type, purpose=purpose, about=about, follow=follow, preview=preview)
        super().__init__(required=required, strip=False, max_length=MAX_LENGTH, widget=widget, **kwargs)
        self.record_type = record_type

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No maxlength: browsers would cut a pasted text without a word."""
        return {}

    def prepare_value(self, value: Any) -> Any:
        """A document as text to edit; what was posted comes back as it was written."""
        if value is None or isinstance(value, str):
            return value
        return json.dumps(value, indent=2, ensure_ascii=False)

    def clean(self, value: Any) -> dict[str, Any]:
        text = super().clean(value)
        try:
            document = read_json(text)
            condition = parse(document, records.get(self.record_type).fields)
        except ConditionError as error:
            faults = [forms.ValidationError(problem_words(one), code=one.code) for one in error.problems[:MAX_ERRORS]]
            raise forms.ValidationError(faults) from None
        if self.required and condition.root.to_document() == ALWAYS:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return condition.to_document()

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(read_json(data or "") != (initial or ALWAYS))
        except ConditionError:
            return True


def read_json(text: str) -> Any:
    """The JSON value in a text, nothing meaning always. Raises `ConditionError`."""
    if not text.strip():
        return ALWAYS
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f" ({error})" if isinstance(error, json.JSONDecodeError) else ""
        message = _("This is not JSON%(place)s.") % {"place": place}
        raise ConditionError([Problem("", "invalid_json", message)]) from None


# --- where in the tree ---


def place_words(problem: Problem) -> str:
    """*Rule 2.1* for `/all/1/any/0/value`: the first rule in the group that stands second. Empty for the whole."""
    steps = problem.pointer.split("/")[1:]
    numbers: list[str] = []
    while len(steps) >= 2 and steps[0] in {kind.value for kind in GroupKind} and steps[1].isdecimal():
        numbers.append(str(int(steps[1]) + 1))
        steps = steps[2:]
    if not numbers:
        return ""
    name = _("Group %(number)s") if problem.code in _GROUP_FAULTS else _("Rule %(number)s")
    words = name % {"number": ".".join(numbers)}
    if steps[:1] == ["value"] and len(steps) == 2 and steps[1].isdecimal():
        words = _("%(rule)s, value %(number)d") % {"rule": words, "number": int(steps[1]) + 1}
    return words


def problem_words(problem: Problem) -> str:
    place = place_words(problem)
    return f"{place}: {problem.message}" if place else problem.message


# --- what the builder knows ---


def condition_assets(*record_types: str) -> dict[str, Any]:
    """Everything that builders on one page need, for `json_script`: fields, operators, active records, words.

    One query for each kind of record that a field looks up, however many builders there are.
    """
    types = [records.get(name) for name in record_types]
    return {
        "records": {one.name: _groups(one) for one in types},
        "operators": {
            kind.value: [[operator.value, operator.label_for(kind)] for operator in operators]
            for kind, operators in OPERATORS.items()
        },
        "options": _options(types),
        "options_url": reverse("slas:condition_options"),
        "zone": timezone.get_current_timezone_name(),
        "icons": static("console/icons.svg"),
        "texts": builder_texts(),
    }


def _groups(record_type: RecordType) -> list[list[Any]]:
    """Fields by relation, without those that the system updates by itself (engine.md R13)."""
    groups = [
        [label, [_field(record_type, field) for field in fields if not field.system]]
        for label, fields in record_type.fields.groups()
    ]
    return [group for group in groups if group[1]]


def _field(record_type: RecordType, field: Field) -> dict[str, Any]:
    known: dict[str, Any] = {
        "path": field.path,
        "label": record_type.fields.full_label(field.path),
        "type": field.type.value,
    }
    if field.choices:
        known["choices"] = [[choice.code, str(choice.label)] for choice in field.choices]
    if field.lookup:
        known["lookup"] = field.lookup
    return known


def _options(types: Iterable[RecordType]) -> dict[str, list[list[Any]] | None]:
    """Active records by kind, by name; None where there are so many that they have to be searched."""
    offered: dict[str, list[list[Any]] | None] = {}
    for record_type in types:
        for field in record_type.fields.values():
            if field.lookup and not field.system and field.lookup not in offered:
                rows = list(record_type.options(field.lookup)[: OPTIONS_ON_PAGE + 1])
                named = sorted(([row.pk, str(row)] for row in rows), key=lambda option: fold(option[1]))
                offered[field.lookup] = None if len(rows) > OPTIONS_ON_PAGE else named
    return offered
