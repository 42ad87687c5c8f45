"""Forms of holiday schedules. They shape what people type; services decide what is valid."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import holidays as holiday_library
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla_project.operations.errors import Invalid, Problem
from slas.domain.fields import fold
from slas.domain.icalendar import MAX_BYTES
from slas.domain.week_text import HoursError, intervals_text, parse_hours, written
from slas.forms.schedules import hours_error_words
from slas.models import Holiday, HolidaySchedule

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
CLOSED = "closed"  # in the lines of text, which are the same in every language
MAX_SPAN_DAYS = 62
MAX_YEARS_AHEAD = 20


class HolidayScheduleForm(forms.ModelForm):
    """Name and description; the holidays as lines of text: date, hours for a part day, name."""

    holidays = forms.CharField(
        label=gettext_lazy("Holidays as text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"data-code": "text", "rows": 14, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One on a line: 2026-12-25 Christmas Day. Part days with the hours that are open: 2026-12-24 09:00–12:00 "
            "Christmas Eve; or with those that are closed: 2026-12-31 closed 12:00–24:00 New Year’s Eve."
        ),
    )

    class Meta:
        model = HolidaySchedule
        fields = ("name", "code", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]
            self.fields["holidays"].initial = "\n".join(holiday_line(day) for day in self.instance.holidays.all())
        else:
            self.fields["code"].help_text = _("A stable name for the API and in files, such as uk-holidays.")

    def _post_clean(self) -> None:
        """The service assigns and checks."""

    def clean_holidays(self) -> list[dict[str, Any]]:
        found = []
        for number, line in enumerate(self.cleaned_data["holidays"].splitlines(), 1):
            if line.strip():
                try:
                    found.append(_holiday(line))
                except ValueError as error:
                    words = hours_error_words(error) if isinstance(error, HoursError) else str(error)
                    message = _("Line %(number)d: %(message)s") % {"number": number, "message": words}
                    self.add_error("holidays", message)
        return found


def holiday_line(holiday: Holiday) -> str:
    """`2026-12-24 09:00–12:00 Christmas Eve`, as the text field takes it."""
    word = CLOSED if holiday.closed else ""
    hours = intervals_text(holiday.closed or holiday.hours or ())
    return " ".join(filter(None, (holiday.date.isoformat(), word, hours, holiday.name)))


def _holiday(line: str) -> dict[str, Any]:
    first, _space, rest = line.strip().partition(" ")
    words = rest.split()
    is_closed = len(words) > 1 and words[0].lower() == CLOSED and words[1][0].isdigit() and ":" in words[1]
    words = words[1:] if is_closed else words
    # Everything up to the name that looks like hours: 09:00–12:00, 13:00–14:00 Christmas Eve.
    count = 0
    while count < len(words) and words[count][0].isdigit() and ":" in words[count]:
        count += 1
    hours, name = " ".join(words[:count]), " ".join(words[count:])
    try:
        day = date.fromisoformat(first) if len(first) == 10 else None
    except ValueError:
        day = None
    if day is None or not name:
        raise ValueError(_("Expected a date and a name, such as 2026-12-25 Christmas Day."))
    part = written(parse_hours(hours, nights=False)) if hours else None
    return {"date": first, "name": name, "hours": None, "closed" if is_closed else "hours": part}


def at_lines(invalid: Invalid) -> Invalid:
    """Problems of single holidays at the one text field, each with the number of its holiday."""
    moved = []
    for problem in invalid.problems:
        parts = problem.pointer.split("/")
        if parts[1:2] == ["holidays"] and len(parts) > 2:
            words = {"number": int(parts[2]) + 1, "message": problem.message}
            message = _("Holiday %(number)d: %(message)s") % words
            moved.append(Problem("/holidays", problem.code, message))
        else:
            moved.append(problem)
    return Invalid(moved)


class HolidayForm(forms.Form):
    """One holiday: a date, its name, closed as a whole or in part."""

    date = forms.DateField(label=gettext_lazy("Date"), widget=DATE)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    closed = forms.CharField(
        label=gettext_lazy("Closed"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("The whole day")}),
        help_text=gettext_lazy("For a part day, such as 12:00–24:00; otherwise it is open as usual."),
    )
    hours = forms.CharField(
        label=gettext_lazy("Open"),
        required=False,
        help_text=gettext_lazy("In place of the usual hours, such as 09:00–12:00."),
    )

    def clean_hours(self) -> list[list[str]] | None:
        return self._intervals("hours")

    def clean_closed(self) -> list[list[str]] | None:
        return self._intervals("closed")

    def _intervals(self, name: str) -> list[list[str]] | None:
        text = self.cleaned_data[name]
        if not text.strip():
            return None
        try:
            return written(parse_hours(text, nights=False)) or None
        except HoursError as error:
            raise forms.ValidationError(hours_error_words(error)) from None


class HolidayAddForm(HolidayForm):
    """The same over several days, and again in the years to come."""

    last_date = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=DATE,
        help_text=gettext_lazy("The last day, where it is more than one."),
    )
    until_year = forms.IntegerField(
        label=gettext_lazy("Every year until"),
        required=False,
        min_value=1970,
        max_value=2100,
        help_text=gettext_lazy("The last year; empty for this once."),
    )
    field_order = ("date", "last_date", "name", "closed", "hours", "until_year")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last, year = values.get("date"), values.get("last_date"), values.get("until_year")
        if first and last and not 0 <= (last - first).days < MAX_SPAN_DAYS:
            words = _("The last day comes after the first, at most %(count)d days later.")
            self.add_error("last_date", words % {"count": MAX_SPAN_DAYS - 1})
        if first and year is not None and not 0 <= year - first.year <= MAX_YEARS_AHEAD:
            words = _("From the year of the date on, at most %(count)d years.")
            self.add_error("until_year", words % {"count": MAX_YEARS_AHEAD})
        return values

    def dates(self) -> list[date]:
        """All dates that are meant, none while they cannot be read; 29 February comes in leap years."""
        values = self.cleaned_data
        if not {"date", "last_date", "until_year"} <= values.keys():
            return []
        first, last = values["date"], values["last_date"] or values["date"]
        found = []
        for year in range(first.year, (values["until_year"] or first.year) + 1):
            for step in range((last - first).days + 1):
                day = first + timedelta(days=step)
                try:
                    found.append(day.replace(year=day.year + year - first.year))
                except ValueError:
                    continue
        return found


class YearsForm(forms.Form):
    """Which years an import is about."""

    first_year = forms.IntegerField(label=gettext_lazy("From year"), min_value=1970, max_value=2100)
    last_year = forms.IntegerField(label=gettext_lazy("To year"), min_value=1970, max_value=2100)

    def years(self) -> list[int]:
        """At most one more than a service would take, whatever was typed."""
        first, last = self.cleaned_data["first_year"], self.cleaned_data["last_year"]
        return list(range(first, min(last, first + 50) + 1))


class PublicHolidaysForm(YearsForm):
    """Country and region; the regions are those of the country that is chosen already."""

    country = forms.ChoiceField(label=gettext_lazy("Country"))
    subdivision = forms.ChoiceField(label=gettext_lazy("Region"), required=False)
    field_order = ("country", "subdivision", "first_year", "last_year")

    def __init__(self, data: Mapping[str, Any] | None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        country = (data or {}).get("country") or self.initial.get("country", "")
        for name, choices in (("country", country_choices()), ("subdivision", region_choices(str(country)))):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


def country_choices() -> list[tuple[str, str]]:
    """Code and name of every country the library knows, by name."""
    names: dict[str, str] = {}
    for module, (title, code, *_others) in holiday_library.registry.COUNTRIES.items():
        if code in holiday_library.list_supported_countries():
            names.setdefault(code, _spaced(title) or module.title())
    return sorted(names.items(), key=lambda pair: pair[1])


def region_choices(country: str) -> list[tuple[str, str]]:
    """Code and name of the country's regions, by name: *Bayern (BY)*."""
    regions = holiday_library.list_supported_countries().get(country)
    if not regions:
        return [("", _("The whole country"))]
    aliases = holiday_library.country_holidays(country).get_subdivision_aliases()
    named = [(region, _region_name(region, aliases.get(region, ()))) for region in regions]
    return [("", _("The whole country")), *sorted(named, key=lambda pair: fold(pair[1]))]


def _region_name(code: str, aliases: Sequence[str]) -> str:
    """The first alias that is a name: others are further codes, such as *GUA* for Guadeloupe."""
    name = next((alias for alias in aliases if not alias.isupper()), "")
    return f"{name} ({code})" if name and name != code else code


def _spaced(title: str) -> str:
    """`BosniaAndHerzegovina` → `Bosnia and Herzegovina`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", title).split()
    return " ".join(word.lower() if word in ("And", "Of", "The") else word for word in words)


class CalendarForm(YearsForm):
    """A calendar as a file or as text."""

    file = forms.FileField(
        label=gettext_lazy("Calendar file (.ics)"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".ics,text/calendar"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"data-code": "text", "rows": 8, "spellcheck": "false"}),
    )
    tz = forms.CharField(
        label=gettext_lazy("Time zone"),
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Times of the day are converted to its clocks. That of the business hours, as a rule."),
    )
    field_order = ("file", "text", "first_year", "last_year", "tz")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        upload, text = values.get("file"), values.get("text", "")
        if upload and text.strip():
            self.add_error("text", _("Give a file or a text, not both."))
        elif upload:
            values["ics"] = self._read(upload)
        elif text.strip():
            values["ics"] = text
        elif "file" not in self.errors:
            self.add_error("file", _("Choose a file, or paste its text below."))
        return values

    def _read(self, upload: Any) -> str:
        if upload.size > MAX_BYTES:
            self.add_error("file", _("The calendar is larger than %(size)d kB.") % {"size": MAX_BYTES // 1000})
            return ""
        try:
            text: str = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", _("This is no text in UTF-8, so no calendar."))
            return ""
        return text


def chosen_days(values: list[str]) -> list[tuple[date, str, list[Any] | None]]:
    """The days that were ticked in a preview, each a JSON list of date, name and what is closed (null: all of it).

    `ValueError` if one is not.
    """
    found = []
    for value in values:
        match json.loads(value):
            case [str(day), str(name), (None | list()) as closed]:
                found.append((date.fromisoformat(day), name, closed))
            case _:
                raise ValueError(value)
    return found


def day_value(day: date, name: str, closed: list[list[str]] | None) -> str:
    return json.dumps([day.isoformat(), name, closed], ensure_ascii=False)
