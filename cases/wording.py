"""A record's log in words: what a person reads of a change. What the clocks did is worded by `slas.wording`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case, Contact, Customer, Entitlement, Product
from cases.services.folding import SUFFIX
from sla_project.accounts.models import Team, User
from sla_project.operations.times import words_of_time
from slas.domain.fields import Field, FieldType
from slas.models import SLA, RecordChange
from slas.records import RecordType

LOOKUPS: Mapping[str, type[Model]] = {
    "user": User,
    "team": Team,
    "customer": Customer,
    "contact": Contact,
    "product": Product,
    "entitlement": Entitlement,
    "sla": SLA,
    "case": Case,
}
# Written along with what it derives from, or by the system: no news to a reader.
UNSHOWN = frozenset({"modified_on", "resolved_on", "completed_on", "escalated_on"})
LONG_TEXTS = frozenset({"description", "resolution"})
EXTRA_LABELS = {"description": "Description", "resolution": "Resolution", "merged_into": "Merged into"}


@dataclass
class ChangeWords:
    """Words for the changes of one kind of record; remembers the names behind lookups that it has read."""

    record_type: RecordType
    now: datetime
    _names: dict[tuple[str, Any], str] = field(default_factory=dict)

    def read_names(self, changes: Iterable[RecordChange]) -> None:
        """The names behind all lookups of these changes, with one query for each kind."""
        wanted: dict[str, set[Any]] = {}
        for change in changes:
            for path, pair in shown_fields(change).items():
                lookup = self._lookup(path)
                if lookup:
                    wanted.setdefault(lookup, set()).update(value for value in pair if value is not None)
        for lookup, ids in wanted.items():
            for obj in LOOKUPS[lookup]._base_manager.filter(pk__in=ids):
                self._names[lookup, obj.pk] = str(obj)

    def of(self, change: RecordChange) -> str:
        """One sentence without its author."""
        if change.kind == RecordChange.Kind.DELETED:
            return _("Deleted.")
        parts = [self._created(change)] if change.seq == 1 else self._changed(change)
        choice = change.data.get("choice")
        if choice:
            parts.append(self._choice(choice))
        note = change.data.get("note")
        if note:
            parts.append(_("Reason: %(note)s.") % {"note": note.rstrip(".")})
        if not parts:
            parts.append(str(RecordChange.Kind(change.kind).label) + ".")
        return " ".join(parts)

    def _created(self, change: RecordChange) -> str:
        channel = self._value("channel", (change.fields.get("channel") or [None, None])[1])
        label = self.record_type.label
        if channel:
            return _("%(record)s opened by %(channel)s.") % {"record": label, "channel": within_sentence(channel)}
        return _("%(record)s created.") % {"record": label}

    def _changed(self, change: RecordChange) -> list[str]:
        return [self._one(path, *pair) for path, pair in shown_fields(change).items()]

    def _one(self, path: str, old: Any, new: Any) -> str:
        label = EXTRA_LABELS.get(path) or self.record_type.fields.full_label(path)
        if path in LONG_TEXTS:
            return _("%(field)s changed.") % {"field": label}
        before, after = self._value(path, old), self._value(path, new)
        if not before and not after:
            return _("%(field)s changed, erased since.") % {"field": label}
        if not before:
            return _("%(field)s set to %(new)s.") % {"field": label, "new": after}
        if not after:
            return _("%(field)s cleared, was %(old)s.") % {"field": label, "old": before}
        return _("%(field)s changed from %(old)s to %(new)s.") % {"field": label, "old": before, "new": after}

    def _choice(self, choice: Mapping[str, Any]) -> str:
        sla = choice.get("sla")
        if sla is None:
            return _("No SLA applies.")
        name = self._names.get(("sla", sla)) or str(SLA.objects.filter(pk=sla).first() or sla)
        self._names["sla", sla] = name
        return _("%(sla)s applied.") % {"sla": name}

    def _lookup(self, path: str) -> str:
        if path == "merged_into":
            return "case"
        known = self.record_type.fields.get(path)
        return (known.lookup or "") if known else ""

    def _value(self, path: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        lookup = self._lookup(path)
        if lookup:
            return self._names.get((lookup, value), str(value))
        known = self.record_type.fields.get(path)
        return self._typed(known, value) if known else str(value)

    def _typed(self, known: Field, value: Any) -> str:
        if known.type is FieldType.BOOLEAN:
            return _("yes") if value else _("no")
        if known.type is FieldType.DATETIME:
            moment = known.parse(value)
            assert isinstance(moment, datetime)
            return words_of_time(moment, self.now, timezone.get_current_timezone())
        return known.choice_label(value) or str(value)


def within_sentence(label: str) -> str:
    """In small letters; an abbreviation keeps its capitals."""
    return label if label.isupper() else label.lower()


def shown_fields(change: RecordChange) -> dict[str, Any]:
    """Path → [old, new] without what the system writes along."""
    return {path: pair for path, pair in change.fields.items() if path not in UNSHOWN and not path.endswith(SUFFIX)}
