"""Forms of business hours. They shape what people type; services decide what is valid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla_project.operations.errors import Invalid, Problem
from slas.domain.durations import Duration, DurationError
from slas.domain.week_text import (
    WHOLE_DAY,
    HoursError,
    Span,
    intervals_text,
    parse_hours,
    week_document,
    week_lines,
    written,
)
from slas.models import BusinessHours
from slas.weekdays import DAYS

WORKING_DAYS = ("mon", "tue", "wed", "thu", "fri")
USUAL_HOURS = "09:00–17:00"
MAX_LINES = 1_000

_HOURS_ERRORS: dict[str, str | Promise] = {
    "not_an_interval": gettext_lazy("“%(part)s” is not from–to. Write 09:00–12:00, 13:00–17:30."),
    "not_a_time": gettext_lazy("“%(part)s” is not a time. Write 09:00; 24:00 ends a day."),
    "empty": gettext_lazy("“%(part)s” ends when it begins. Write 00:00–24:00 for the whole day."),
    "starts_at_end": gettext_lazy("“%(part)s” begins at the end of the day. Write it on the next day."),
    "end_before_start": gettext_lazy("“%(part)s” ends before it begins. A single date ends at 24:00."),
    "overlap": gettext_lazy("“%(part)s” overlap."),
    "night_overlap": gettext_lazy("The night shift that begins here runs into the hours of the next day."),
    "too_long": gettext_lazy("That is too long to be the hours of a day."),
}


def hours_error_words(error: HoursError) -> str:
    """For the person who typed it."""
    return str(_HOURS_ERRORS[error.code]) % {"part": error.part}


class BusinessHoursForm(forms.ModelForm):
    """The week in one of three ways: the same hours on some days, day by day, or around the clock."""

    SAME, VARY, ALWAYS = "same", "vary", "always"
    PATTERNS = (
        (SAME, gettext_lazy("The same on each working day")),
        (VARY, gettext_lazy("Different from day to day")),
        (ALWAYS, gettext_lazy("Around the clock, 24 × 7")),
    )

    pattern = forms.ChoiceField(
        label=gettext_lazy("Working hours"), choices=PATTERNS, widget=forms.RadioSelect, initial=SAME
    )
    work_days = forms.MultipleChoiceField(
        label=gettext_lazy("Working days"),
        choices=list(DAYS.items()),
        required=False,
        initial=WORKING_DAYS,
        widget=forms.CheckboxSelectMultiple,
    )
    same_hours = forms.CharField(
        label=gettext_lazy("Hours of a working day"),
        required=False,
        initial=USUAL_HOURS,
        widget=forms.TextInput(attrs={"data-hours": ""}),
        help_text=gettext_lazy("Such as 09:00–12:00, 13:00–17:30. A night shift is 22:00–06:00."),
    )
    overrides = forms.CharField(
        label=gettext_lazy("Dates with other hours"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One on a line: 2026-12-24 09:00–12:00, or 2026-12-31 closed. They win over the week and over holidays."
        ),
    )

    class Meta:
        model = BusinessHours
        fields = ("name", "code", "description", "tz", "holiday_schedule")
        widgets = {
            "description": forms.Textarea(attrs={"rows": 2}),
            "tz": forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.week: dict[str, list[list[str]]] = {}
        if self.instance.pk:
            del self.fields["code"]
        else:
            self.fields["code"].help_text = _("A stable name for the API and in files, such as uk-support.")
        self.fields["tz"].help_text = _("Type a city. Daylight saving time is that of the zone.")
        observed = self.fields["holiday_schedule"]
        assert isinstance(observed, forms.ModelChoiceField)
        observed.empty_label = _("No holidays")
        lines = week_lines(self.instance.week or {})
        for day, label in DAYS.items():
            widget = forms.TextInput(attrs={"data-hours": "", "placeholder": _("Closed")})
            self.fields[day] = forms.CharField(label=str(label), required=False, initial=lines[day], widget=widget)
        if self.instance.pk:
            self._show(lines)

    def _show(self, lines: Mapping[str, str]) -> None:
        """Start from the simplest way that says what is stored."""
        open_days = [day for day in DAYS if lines[day]]
        hours = {lines[day] for day in open_days}
        initial: dict[str, Any] = {"pattern": self.VARY, "overrides": overrides_text(self.instance.overrides)}
        if hours == {WHOLE_DAY} and len(open_days) == len(DAYS):
            initial["pattern"] = self.ALWAYS
        elif len(hours) == 1:
            initial |= {"pattern": self.SAME, "work_days": open_days, "same_hours": hours.pop()}
        for name, value in initial.items():
            self.fields[name].initial = value

    def _post_clean(self) -> None:
        """The service assigns and checks."""

    @property
    def head_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.Meta.fields if name in self.fields]

    @property
    def day_fields(self) -> list[forms.BoundField]:
        return [self[day] for day in DAYS]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        pattern = values.get("pattern")
        if pattern == self.ALWAYS:
            lines = {day: [(0, 24 * 60)] for day in DAYS}
        elif pattern == self.SAME:
            spans = self._spans("same_hours", values)
            lines = dict.fromkeys(values.get("work_days") or (), spans)
        else:
            lines = {day: self._spans(day, values) for day in DAYS}
        if not self.errors.keys() & {"pattern", "work_days", "same_hours", *DAYS}:  # faults elsewhere do not matter
            self._set_week(pattern, lines)
        return values

    def clean_overrides(self) -> dict[str, list[list[str]]]:
        found: dict[str, list[list[str]]] = {}
        for number, line in enumerate(self.cleaned_data["overrides"].splitlines(), 1):
            if number > MAX_LINES:
                raise forms.ValidationError(_("At most %(count)d lines.") % {"count": MAX_LINES})
            if line.strip():
                try:
                    day, hours = dated_hours(line)
                    if day.isoformat() in found:
                        raise ValueError(_("This date is named twice."))
                    found[day.isoformat()] = written(hours)
                except ValueError as error:
                    words = hours_error_words(error) if isinstance(error, HoursError) else str(error)
                    message = _("Line %(number)d: %(message)s") % {"number": number, "message": words}
                    self.add_error("overrides", message)
        return found

    def _spans(self, name: str, values: Mapping[str, Any]) -> list[Span]:
        try:
            return parse_hours(values.get(name, ""))
        except HoursError as error:
            self.add_error(name, hours_error_words(error))
            return []

    def _set_week(self, pattern: str | None, lines: Mapping[str, Iterable[Span]]) -> None:
        first = "same_hours" if pattern == self.SAME else "mon"
        try:
            self.week = week_document(lines)
        except HoursError as error:
            self.add_error(error.part if pattern == self.VARY else first, hours_error_words(error))
            return
        if not self.week:
            place = "work_days" if pattern == self.SAME and any(parse_hours(self.cleaned_data[first])) else first
            self.add_error(place, _("The hours are never open: no day of the week has any."))

    def changes(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the service takes."""
        names = (*self.Meta.fields, "overrides")
        return {name: values[name] for name in names if name in values} | {"week": self.week}

    def with_lines_copied(self) -> BusinessHoursForm:
        """The same form, with Monday's hours on the other working days: what the button does without JavaScript."""
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        for day in WORKING_DAYS[1:]:
            data[self.add_prefix(day)] = data.get(self.add_prefix("mon"), "")
        return type(self)(data, instance=self.instance)


def dated_hours(line: str) -> tuple[date, list[Span]]:
    """`2026-12-24 09:00–12:00` → the date and its intervals. `ValueError` in words, or `HoursError`."""
    first, _space, rest = line.strip().partition(" ")
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", first):
            raise ValueError
        day = date.fromisoformat(first)
    except ValueError:
        raise ValueError(_("Begin with a date such as 2026-12-24.")) from None
    if not rest.strip():
        raise ValueError(_("Write the hours after the date, or “closed”."))
    return day, parse_hours(rest, nights=False)


def overrides_text(overrides: Mapping[str, Iterable[Iterable[str]]] | None) -> str:
    lines = ((day, intervals_text(hours) or _("closed")) for day, hours in sorted((overrides or {}).items()))
    return "\n".join(f"{day} {hours}" for day, hours in lines)


def at_days(invalid: Invalid) -> Invalid:
    """Problems of a part of the week or of one override at the field that holds it."""
    moved = []
    for problem in invalid.problems:
        first, *rest = problem.pointer.lstrip("/").split("/")
        place = problem.pointer
        if first == "week":
            place = f"/{rest[0]}" if rest and rest[0] in DAYS else "/mon"
        elif first in ("overrides", "holidays"):
            place = "/overrides"
        moved.append(Problem(place, problem.code, problem.message))
    return Invalid(moved)


class ComputeForm(forms.Form):
    """When is it due, or how long is it open? One of the two."""

    start = forms.DateTimeField(
        label=gettext_lazy("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    duration = forms.CharField(
        label=gettext_lazy("Add working time"),
        required=False,
        help_text=gettext_lazy("Such as 45m, 4h 30m or 2 business days."),
    )
    end = forms.DateTimeField(
        label=gettext_lazy("Or count until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def clean_duration(self) -> Duration | None:
        text = self.cleaned_data["duration"]
        if not text.strip():
            return None
        try:
            return Duration.parse_text(text)
        except DurationError as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors and bool(values.get("duration")) == bool(values.get("end")):
            raise forms.ValidationError(_("Give either a working time or an end."))
        return values
