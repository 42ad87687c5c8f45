"""What every part of the item's form is: bound to what was typed, and silent until somebody saves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from django import forms
from django.forms.utils import ErrorDict

from slas.forms.items.raw import Raw, flat

Choice = tuple[str, Any]


class ProblemText(Protocol):
    """What a part needs to know of a problem to show it."""

    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...


class SelectsForm(forms.Form):
    """A form that fills its selects when it is made, and can say what is chosen in them."""

    def offer(self, name: str, choices: list[Choice]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def offered(self, name: str) -> list[Choice]:
        choices: Any = getattr(self.fields[name], "choices", ())
        return list(choices)


class PartForm(SelectsForm):
    """A part of the tree (`raw.py`), with parts below it in `children`.

    A quiet part shows what was typed without judging it: a page before its first save, or after *Add warning*.
    """

    def __init__(self, raw: Raw, *, prefix: str, quiet: bool) -> None:
        super().__init__(flat(raw, prefix), prefix=prefix or None)
        self.quiet = quiet

    def full_clean(self) -> None:
        if self.quiet:
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()

    @property
    def children(self) -> Sequence[PartForm]:
        return ()

    def tree(self) -> Iterator[PartForm]:
        """This part and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.tree()

    def tree_is_valid(self) -> bool:
        """Judges every part, so that all faults show at once."""
        return not [part for part in self.tree() if not part.is_valid()]

    def texts(self) -> dict[str, Any]:
        """All that stands in this part and below, by the names under which it is posted; lines end in one way."""
        values = {field.html_name: field.value() for part in self.tree() for field in part}
        return {
            name: value.replace("\r\n", "\n") if isinstance(value, str) else value for name, value in values.items()
        }

    @property
    def has_faults(self) -> bool:
        """Whether anything below here is wrong: a folded part then opens."""
        return any(part.errors for part in self.tree())

    def text(self, name: str) -> str:
        """What stands in a field now."""
        value = self[name].value()
        return str(value if value is not None else "")

    def chosen(self, name: str) -> str:
        """The label of what stands in a select; nothing where nothing is chosen."""
        value = self.text(name)
        return label_of(self.offered(name), value) if value else ""

    def add_problem(self, parts: Sequence[str], problem: ProblemText) -> None:
        """Shows a problem at the field that the rest of its pointer leads to, else above this part."""
        name = parts[0] if parts and parts[0] in self.fields and not self.fields[parts[0]].widget.is_hidden else None
        self.add_error(name, forms.ValidationError(problem.message, code=problem.code))


def field_ids(part: PartForm) -> Iterable[tuple[str, str, str]]:
    """(label, id, message) of every fault of one part, for the summary."""
    for message in part.non_field_errors():
        yield "", "", str(message)
    for field in part:
        for message in field.errors:
            yield str(field.label), field.id_for_label or field.auto_id, str(message)


def with_current(choices: Iterable[Choice], current: str, label: str = "") -> list[Choice]:
    """The choices, and what stands in the document now although it is no longer offered."""
    found = list(choices)
    if current and current not in known(found):
        found.append((current, label or current))
    return found


def known(choices: Iterable[Choice]) -> Iterator[str]:
    """The values of choices, also of those in groups."""
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from (inner for inner, _label in label)
        else:
            yield value


def label_of(choices: Iterable[Any], value: str) -> str:
    """The label of a value, also of one in a group; nothing if it is not among them."""
    for key, label in choices:
        if isinstance(label, list | tuple):
            if found := label_of(label, value):
                return found
        elif str(key) == value:
            return str(label)
    return ""


def labels(choices: Mapping[str, Any]) -> list[Choice]:
    return [(code, str(label)) for code, label in choices.items()]
