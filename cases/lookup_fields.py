"""A form field for one record among thousands: a text field that finds it, with or without scripts."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.forms.widgets import Script
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.lookups import lookup_find, lookup_label, lookup_meant, narrowed
from sla_project.operations.numbers import whole_number

ID, LABEL = "-id", "-label"
SUGGESTED = 5


class Typed(str):
    """What somebody typed without choosing; a plain text is the id of a record."""

    __slots__ = ()


class LookupInput(forms.TextInput):
    """The text, and the record that it was chosen for. Without scripts the newest records are offered.

    A request without the label (a link, a test) gives the id itself, as a select would.
    """

    template_name = "cases/widgets/lookup.html"
    field: LookupField

    class Media:
        js = [Script("console/lookup-box.js", defer=True)]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        text = data.get(name)
        if text is None or name + LABEL not in data:
            return text
        if not text.strip():
            return ""
        chosen = data.get(name + ID) if text == data.get(name + LABEL) else ""
        return chosen or Typed(text)

    def format_value(self, value: Any) -> str:
        return self._shown(value)[1]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        pk, text = self._shown(value)
        context = super().get_context(name, Typed(text), {**(attrs or {}), "autocomplete": "off"})
        context["box"] = {
            "id": f"{name}{ID}",
            "label": f"{name}{LABEL}",
            "pk": pk,
            "text": text if pk else "",
            "offered": lookup_find(self.field.rows, self.field.lookup, ""),
            "url": reverse("cases:lookup", args=[self.field.lookup]),
            "follow": self.field.follow,
            "inactive": self.field.inactive,
        }
        return context

    def _shown(self, value: Any) -> tuple[str, str]:
        """The id and the label of the chosen record; of a text that names none, only the text."""
        pk = None if isinstance(value, Typed) else whole_number(str(value))
        if pk is None:
            return "", str(value or "")
        every = self.field.rows.model._base_manager.all()
        row = narrowed(every, self.field.lookup, None).filter(pk=pk).first()
        return (str(row.pk), lookup_label(row)) if row is not None else ("", str(value))


class LookupField(forms.ModelChoiceField):
    """A record by its name. `follow` is the field of the form with the customer that it belongs to."""

    widget = LookupInput

    def __init__(self, queryset: Any, *, inactive: bool = False, **kwargs: Any) -> None:
        for name in ("null_label", "null_value", "empty_label"):
            kwargs.pop(name, None)
        super().__init__(queryset, **kwargs)
        self.lookup = str(queryset.model._meta.model_name)
        self.inactive = inactive
        self.follow = ""
        self.customer: int | None = None
        self.widget.field = self

    def __deepcopy__(self, memo: Any) -> LookupField:
        result: LookupField = super().__deepcopy__(memo)
        result.widget.field = result
        return result

    def belong(self, customer: int | None, *, follow: str) -> None:
        """Offer and find only what belongs to this customer. A service decides what may be saved."""
        self.customer, self.follow = customer, follow

    @property
    def rows(self) -> QuerySet[Any, Any]:
        """What it offers and finds."""
        assert self.queryset is not None
        return narrowed(self.queryset, self.lookup, self.customer)

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, Typed):
            return super().to_python(value)
        found = lookup_meant(self.rows, self.lookup, value)
        if len(found) == 1:
            return found[0]
        if found:
            names = _names([(row.pk, lookup_label(row)) for row in found[:SUGGESTED]])
            message = _("Several are called “%(text)s”. Write one of: %(names)s.")
            raise forms.ValidationError(message % {"text": value[:60], "names": names}, code="ambiguous")
        near = [(one.id, one.label) for one in lookup_find(self.rows, self.lookup, value, limit=SUGGESTED)]
        message = _("Nothing here is called “%(text)s”.") % {"text": value[:60]}
        if near:
            message += " " + _("Did you mean %(names)s?") % {"names": _names(near)}
        raise forms.ValidationError(message, code="unknown")


def _names(found: list[tuple[int, str]]) -> str:
    """With the numbers by which a text without scripts can name them."""
    return ", ".join(label if label.endswith(f"#{pk}") else f"{label} #{pk}" for pk, label in found)


class LookupFilter(django_filters.ModelChoiceFilter):
    """A filter of a list by one record among thousands, active or not."""

    field_class = LookupField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, inactive=True, **kwargs)
