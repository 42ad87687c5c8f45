"""Reading the items of an SLA document: checked and normalised, or every problem with its pointer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from actions.services import action_validate
from sla_project.operations.errors import Invalid
from sla_project.operations.problems import Problems
from sla_project.operations.unknown import unknown_keys
from slas.domain.conditions import ALWAYS, Condition, ConditionError, parse
from slas.domain.durations import Duration, DurationError
from slas.records import RecordType
from slas.selectors.policy import shared

MAX_ITEMS, MAX_MOMENTS, MAX_ACTIONS = 100, 20, 20
KINDS = ("warning", "failure", "success")
_KEY = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,98}[a-z0-9])?")
_ITEM_KEYS = frozenset({"key", "name", "kpi", "applicable_when", "success_when", "business_hours", "pause", "moments"})


class ItemReader:
    """Reads items of one record type; what is wrong is noted and reads as empty, so that all is reported."""

    def __init__(self, record_type: RecordType, problems: Problems) -> None:
        self.record_type = record_type
        self.problems = problems
        self.kpi_types: dict[str, set[str]] = {}
        for kpi in shared.kpis():
            self.kpi_types.setdefault(kpi.code, set()).add(kpi.record_type)
        self.hours = {hours.code for hours in shared.business_hours()}

    def items(self, documents: object, pointer: str) -> list[dict[str, Any]]:
        if not isinstance(documents, list):
            self.problems.add(pointer, "wrong_type", _("Expected a list of items."))
            return []
        if len(documents) > MAX_ITEMS:
            self.problems.add(pointer, "too_many", _("An SLA can have %(count)d items.") % {"count": MAX_ITEMS})
            return []
        read = [self.item(document, f"{pointer}/{index}") for index, document in enumerate(documents)]
        self._give_keys(read, pointer, lambda item: slugify(item["name"])[:80].strip("-_") or "item")
        return read

    def item(self, document: object, pointer: str) -> dict[str, Any]:
        document = self.mapping(document, pointer, _ITEM_KEYS)
        return {
            "key": self.key(document.get("key"), f"{pointer}/key"),
            "name": self.problems.text(document.get("name"), f"{pointer}/name", longest=100),
            "kpi": self.kpi(document.get("kpi"), f"{pointer}/kpi"),
            "applicable_when": self.condition(
                document.get("applicable_when"), f"{pointer}/applicable_when"
            ).to_document(),
            "success_when": self.success(document.get("success_when"), f"{pointer}/success_when"),
            "business_hours": self.business_hours(document.get("business_hours"), f"{pointer}/business_hours"),
            "pause": self.pause(document.get("pause"), f"{pointer}/pause"),
            "moments": self.moments(document.get("moments"), f"{pointer}/moments"),
        }

    # --- parts of an item ---

    def kpi(self, code: object, pointer: str) -> str:
        if code is None or code == "":
            self.problems.add(pointer, "required", _("Choose a KPI."))
        elif not isinstance(code, str):
            self.problems.add(pointer, "wrong_type", _("Expected the code of a KPI."))
        elif code not in self.kpi_types:
            self.problems.add(pointer, "unknown_kpi", _("There is no KPI “%(code)s”.") % {"code": code[:60]})
        elif self.record_type.name not in self.kpi_types[code]:
            self.problems.add(
                pointer,
                "wrong_record_type",
                _("This KPI does not measure %(records)s.") % {"records": str(self.record_type.plural).lower()},
            )
        else:
            return code
        return ""

    def business_hours(self, code: object, pointer: str) -> str | None:
        """Null inherits: the SLA's hours for an item, around the clock for the SLA."""
        if code is None:
            return None
        if not isinstance(code, str):
            self.problems.add(pointer, "wrong_type", _("Expected the code of business hours, or null."))
        elif code not in self.hours:
            message = _("There are no business hours “%(code)s”.") % {"code": code[:60]}
            self.problems.add(pointer, "unknown_business_hours", message)
        else:
            return code
        return None

    def condition(self, document: object, pointer: str) -> Condition:
        try:
            return parse(document, self.record_type.fields, pointer=pointer)
        except ConditionError as error:
            self.problems.extend(error.problems)
            return ALWAYS

    def success(self, document: object, pointer: str) -> dict[str, object]:
        before = len(self.problems.found)
        condition = self.condition(document, pointer)
        if condition == ALWAYS and len(self.problems.found) == before:
            message = _("Say what success is; without criteria the item would succeed as soon as it starts.")
            self.problems.add(pointer, "required", message)
        return condition.to_document()

    def pause(self, document: object, pointer: str) -> dict[str, Any]:
        """Allowed unless switched off; `when` replaces the KPI's rule and the statuses (engine.md R23)."""
        if document is None:
            return {"allowed": True, "when": None}
        document = self.mapping(document, pointer, frozenset({"allowed", "when"}))
        allowed, when = document.get("allowed", True), document.get("when")
        if not isinstance(allowed, bool):
            self.problems.add(f"{pointer}/allowed", "wrong_type", _("Expected true or false."))
        if when is None:
            return {"allowed": allowed, "when": None}
        before = len(self.problems.found)
        condition = self.condition(when, f"{pointer}/when")
        if allowed is False:
            message = _("Conditions mean nothing while the item may not pause.")
            self.problems.add(f"{pointer}/when", "unexpected_value", message)
        elif condition == ALWAYS and len(self.problems.found) == before:
            message = _("An empty rule would pause the item forever; use null for the usual pauses.")
            self.problems.add(f"{pointer}/when", "required", message)
        return {"allowed": allowed, "when": condition.to_document()}

    # --- moments ---

    def moments(self, documents: object, pointer: str) -> list[dict[str, Any]]:
        """Exactly one failure, any number of warnings, at most one success (engine.md R6)."""
        if not isinstance(documents, list):
            code = "required" if documents is None else "wrong_type"
            self.problems.add(pointer, code, _("Expected a list of moments: warnings, failure, success."))
            return []
        if len(documents) > MAX_MOMENTS:
            message = _("An item can have %(count)d moments.") % {"count": MAX_MOMENTS}
            self.problems.add(pointer, "too_many", message)
            return []
        read = [self.moment(document, f"{pointer}/{index}") for index, document in enumerate(documents)]
        kinds = [moment["kind"] for moment in read]
        if kinds.count("failure") != 1:
            self.problems.add(pointer, "one_failure", _("An item has exactly one failure time."))
        if kinds.count("success") > 1:
            self.problems.add(pointer, "one_success", _("An item has at most one success moment."))
        self._give_keys(read, pointer, lambda moment: moment["kind"] or "moment")
        return read

    def moment(self, document: object, pointer: str) -> dict[str, Any]:
        document = self.mapping(document, pointer, frozenset({"key", "kind", "after", "actions"}))
        kind = document.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            self.problems.add(f"{pointer}/kind", "unknown_kind", _("A moment is a warning, a failure or a success."))
            kind = ""
        moment: dict[str, Any] = {"key": self.key(document.get("key"), f"{pointer}/key"), "kind": kind}
        after = document.get("after")
        if kind != "success":
            moment["after"] = self.duration(after, f"{pointer}/after")
        elif after is not None:
            message = _("Success comes when its criteria hold, not after a time.")
            self.problems.add(f"{pointer}/after", "unexpected_value", message)
        moment["actions"] = self.actions(document.get("actions"), f"{pointer}/actions")
        return moment

    def duration(self, document: object, pointer: str) -> dict[str, Any]:
        if document is None:
            self.problems.add(pointer, "required", _("Say after how long."))
            return {}
        try:
            duration = Duration.parse_document(document)
        except DurationError as error:
            self.problems.add(pointer, error.code, str(error))
            return {}
        return {"amount": duration.amount, "unit": duration.unit.value}

    def actions(self, documents: object, pointer: str) -> list[dict[str, Any]]:
        if documents is None:
            return []
        if not isinstance(documents, list):
            self.problems.add(pointer, "wrong_type", _("Expected a list of actions."))
            return []
        if len(documents) > MAX_ACTIONS:
            message = _("A moment can have %(count)d actions.") % {"count": MAX_ACTIONS}
            self.problems.add(pointer, "too_many", message)
            return []
        return [self.action(document, f"{pointer}/{index}") for index, document in enumerate(documents)]

    def action(self, document: object, pointer: str) -> dict[str, Any]:
        if not isinstance(document, dict):
            self.problems.add(pointer, "wrong_type", _("Expected an action: an object with a kind."))
            return {}
        try:
            return dict(action_validate(document, target_type=self.record_type.name, pointer=pointer))
        except Invalid as invalid:
            self.problems.extend(invalid.problems)
            return {}

    # --- shapes ---

    def mapping(self, document: object, pointer: str, known: frozenset[str]) -> Mapping[str, Any]:
        """The document if it is an object, else an empty one; the first ten unknown keys are noted."""
        if not isinstance(document, Mapping):
            self.problems.add(pointer, "wrong_type", _("Expected an object."))
            return {}
        self.problems.extend(unknown_keys(document, known, pointer=pointer))
        return document

    def key(self, key: object, pointer: str) -> str:
        """A permanent name within its list; "" where one is to be made up."""
        if key is None or key == "":
            return ""
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            message = _("A key has up to 100 lower case letters, digits, hyphens and underscores.")
            self.problems.add(pointer, "invalid_key", message)
            return ""
        return key

    def _give_keys(self, entries: list[dict[str, Any]], pointer: str, base_of: Any) -> None:
        """Refuses a key that occurs twice and makes up the missing ones from the entries themselves."""
        taken: set[str] = set()
        for index, entry in enumerate(entries):
            if entry["key"] in taken:
                self.problems.add(f"{pointer}/{index}/key", "duplicate_key", _("This key occurs twice."))
            if entry["key"]:
                taken.add(entry["key"])
        for entry in entries:
            if not entry["key"]:
                entry["key"] = _free_key(base_of(entry), taken)
                taken.add(entry["key"])


def _free_key(base: str, taken: set[str]) -> str:
    number = 1
    while (key := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return key
