"""The mapping of an event log: which column of another system's audit log is what of a case (docs/import.md)."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from cases.choices import CASE_STATUSES, CaseStatus, CaseType, Channel, Priority, ServiceLevel
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.unknown import unknown_keys

TEXTS = {"title": 200, "description": 100_000}
CHOICES: Mapping[str, Sequence[object]] = {
    "type": CaseType.values,
    "channel": Channel.values,
    "priority": Priority.values,
    "service_level": [*ServiceLevel.values, ""],
    # Merged needs a case that it was merged into, which a log does not name.
    "status": [status for status in CaseStatus.values if status != CaseStatus.MERGED],
    "first_response_sent": [True, False],
}
TIMES = ("opened_on",)
LOOKUPS = {"customer": 160, "team": 120}
KNOWN_FIELDS = (*TEXTS, *CHOICES, *TIMES, *LOOKUPS)
REQUIRED_FIELDS = ("title", "status")

STATE_OF: Mapping[str, str] = {
    str(status): str(state) for state, statuses in CASE_STATUSES.items() for status in statuses
}
_SOURCE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?")
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*")


@dataclass(frozen=True)
class FieldMapping:
    """Where a field of the case comes from: a column, a template over columns, or one constant value.

    `values` translates what the column says; null keeps what the case had. `name` is how a customer or team made
    from the column is called; `{value}` stands for what the column says.
    """

    field: str
    pointer: str
    column: str = ""
    template: str = ""
    value: object = None
    values: Mapping[str, object] | None = None
    name: str = "{value}"


@dataclass(frozen=True)
class EventLogMapping:
    """A checked mapping. Times in the file are `time_format` in `time_zone`; `missing` are the ways to say nothing."""

    source: str
    encoding: str
    delimiter: str
    time_format: str
    time_zone: ZoneInfo
    missing: frozenset[str]
    sla: str
    number: str
    at: str
    fields: Sequence[FieldMapping]


def mapping_load(path: Path) -> EventLogMapping:
    """Read and check a mapping file. Raises `Invalid` with everything that is wrong with it."""
    try:
        document = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise _invalid("", "unreadable", _("The mapping cannot be read: %s.") % error.strerror) from None
    except UnicodeDecodeError:
        raise _invalid("", "invalid_encoding", _("The mapping is not UTF-8.")) from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise _invalid("", "invalid_json", _("The mapping is not JSON: %s.") % error) from None
    return mapping_parse(document)


def mapping_parse(document: object) -> EventLogMapping:
    """Check a mapping document. Raises `Invalid` with a pointer for every fault."""
    if not isinstance(document, dict):
        raise _invalid("", "wrong_type", _("A mapping is an object with source, number, at and fields."))
    return _Parser(document).parse()


def _invalid(pointer: str, code: str, message: str) -> Invalid:
    return Invalid([Problem(pointer, code, message)])


class _Parser:
    KEYS = frozenset(
        [
            "name",
            "source",
            "encoding",
            "delimiter",
            "time_format",
            "time_zone",
            "missing",
            "sla",
            "number",
            "at",
            "fields",
        ]
    )

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def parse(self) -> EventLogMapping:
        self.problems.extend(unknown_keys(self.document, self.KEYS))
        mapping = EventLogMapping(
            source=self.text("source", fits=lambda text: _SOURCE.fullmatch(text) is not None),
            encoding=self.text("encoding", default="utf-8", fits=_is_encoding),
            delimiter=self.text("delimiter", default=",", fits=lambda text: len(text) == 1 and text not in '"\r\n'),
            time_format=self.text("time_format", fits=lambda text: "%" in text and "%Y" in text),
            time_zone=ZoneInfo(self.text("time_zone", default="UTC", fits=_is_zone) or "UTC"),
            missing=self._missing(),
            sla=self.text("sla", default=""),
            number=self.text("number"),
            at=self.text("at"),
            fields=self._fields(),
        )
        if self.problems:
            raise Invalid(self.problems)
        return mapping

    def add(self, pointer: str, code: str, message: str) -> None:
        self.problems.append(Problem(pointer, code, message))

    def text(self, key: str, *, default: str | None = None, fits: Callable[[str], bool] = bool) -> str:
        """A text that fits; what does not is a problem, and the empty text stands in for it."""
        value = self.document.get(key, default)
        if value is None:
            self.add(f"/{key}", "required", _("This is required."))
        elif not isinstance(value, str):
            self.add(f"/{key}", "wrong_type", _("Expected a text."))
        elif value != default and not fits(value):
            self.add(f"/{key}", "invalid_value", _("“%(value)s” cannot be used here.") % {"value": value[:60]})
        else:
            return value
        return ""

    def _missing(self) -> frozenset[str]:
        words = self.document.get("missing", [""])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            self.add("/missing", "wrong_type", _("Expected a list of texts."))
            return frozenset()
        return frozenset(words) | {""}

    def _fields(self) -> list[FieldMapping]:
        given = self.document.get("fields")
        if not isinstance(given, dict):
            self.add("/fields", "required", _("Expected an object: field of the case → where it comes from."))
            return []
        for field in REQUIRED_FIELDS:
            if field not in given:
                self.add(f"/fields/{field}", "required", _("This is required."))
        found = []
        for field, rule in given.items():
            pointer = f"/fields/{field}"
            if field not in KNOWN_FIELDS:
                known = ", ".join(KNOWN_FIELDS)
                self.add(pointer, "unknown_field", _("A case has no such field; there are: %s.") % known)
            elif not isinstance(rule, dict):
                self.add(pointer, "wrong_type", _('Expected an object such as {"column": "priority"}.'))
            else:
                found.append(self._field(field, rule, pointer))
        return found

    def _field(self, field: str, rule: Mapping[str, Any], pointer: str) -> FieldMapping:
        ways = [way for way in ("column", "template", "value") if way in rule]
        allowed = {*ways, *(["values"] if field in CHOICES else []), *(["name"] if field in LOOKUPS else [])}
        self.problems.extend(unknown_keys(rule, allowed, pointer=pointer))
        if len(ways) != 1:
            self.add(pointer, "required", _("Give exactly one of column, template and value."))
        for way in {"column", "template", "name"} & rule.keys():
            if not isinstance(rule[way], str) or not rule[way]:
                self.add(f"{pointer}/{way}", "wrong_type", _("Expected a text."))
        if "template" in rule and field not in TEXTS:
            self.add(f"{pointer}/template", "unexpected_value", _("Only texts are made from a template."))
        if "value" in rule:
            self._check_value(field, rule["value"], f"{pointer}/value")
        return FieldMapping(
            field,
            pointer,
            column=str(rule.get("column", "")),
            template=str(rule.get("template", "")),
            value=rule.get("value"),
            values=self._values(field, rule, pointer) if "column" in rule and field in CHOICES else None,
            name=str(rule.get("name", "{value}")),
        )

    def _values(self, field: str, rule: Mapping[str, Any], pointer: str) -> Mapping[str, object]:
        values = rule.get("values")
        if not isinstance(values, dict) or not values:
            self.add(f"{pointer}/values", "required", _("Say what each word of the column means."))
            return {}
        for word, value in values.items():
            if value is not None:
                self._check_value(field, value, f"{pointer}/values/{word}")
        return values

    def _check_value(self, field: str, value: object, pointer: str) -> None:
        if field in CHOICES:
            known = CHOICES[field]
            if not isinstance(value, str | bool) or value not in known:
                words = ", ".join(str(one) for one in known if one != "")
                self.add(pointer, "unknown_choice", _("Expected one of: %s.") % words)
        elif field not in TEXTS:
            self.add(pointer, "unexpected_value", _("This field comes from a column."))
        elif not isinstance(value, str) or not 0 < len(value) <= TEXTS[field]:
            self.add(pointer, "wrong_type", _("Expected a text of at most %d characters.") % TEXTS[field])


def _is_encoding(name: str) -> bool:
    """Lines are split before they are decoded, so a line feed must be one byte."""
    try:
        return codecs.lookup(name)._is_text_encoding and "\n,".encode(name) == b"\n,"
    except (LookupError, UnicodeError, ValueError):
        return False


def _is_zone(name: str) -> bool:
    try:
        return _ZONE.fullmatch(name) is not None and ZoneInfo(name) is not None
    except (OSError, ValueError, KeyError):
        return False
