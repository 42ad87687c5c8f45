"""How often fields change on this installation: a condition on one that does is judged again each time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from slas.models import RecordChange
from slas.records import RecordType

DAYS = 30
OFTEN = 1.0
"""Changes per record and window from which on a field counts as changing often."""
MOST_CHANGES = 20_000
"""Rows of the log that are looked at, the newest."""


@dataclass(frozen=True)
class FieldChanges:
    """Changes of one field after creation, and the records that the log tells of in the same time."""

    path: str
    label: str
    record_label: str
    changes: int
    records: int
    is_volatile: bool
    is_capped: bool = False

    @property
    def per_record(self) -> float:
        return self.changes / self.records if self.records else 0.0

    @property
    def is_often(self) -> bool:
        """By what happened here; where nothing did yet, by what the registry says of the field."""
        return self.per_record >= OFTEN if self.records else self.is_volatile

    def words(self) -> str:
        if not self.records:
            return _("%(field)s usually changes often.") % {"field": self.label}
        window = (
            _("in the newest %(count)s changes") % {"count": f"{MOST_CHANGES:,}"}
            if self.is_capped
            else _("in the last %(days)d days") % {"days": DAYS}
        )
        return _("%(field)s changed %(times).1f times per %(record)s %(window)s on this installation.") % {
            "field": self.label,
            "times": self.per_record,
            "record": self.record_label.lower(),
            "window": window,
        }


def field_changes(record_type: RecordType, paths: Iterable[str], *, now: datetime) -> list[FieldChanges]:
    """How often these fields of open and closed records changed in the last 30 days; two queries."""
    known = sorted(path for path in set(paths) if path in record_type.fields)
    if not known:
        return []
    recent = RecordChange.objects.filter(
        pk__gt=_newest_floor(), record__record_type=record_type.name, at__gte=now - timedelta(days=DAYS)
    )
    later = Q(kind=RecordChange.Kind.CHANGE, seq__gt=1)
    counts = recent.aggregate(
        records=Count("record", distinct=True),
        rows=Count("pk"),
        **{f"field_{index}": Count("pk", filter=later & Q(fields__has_key=path)) for index, path in enumerate(known)},
    )
    return [
        FieldChanges(
            path=path,
            label=record_type.fields.full_label(path),
            record_label=str(record_type.label),
            changes=counts[f"field_{index}"],
            records=counts["records"],
            is_volatile=record_type.fields[path].volatile,
            is_capped=counts["rows"] >= MOST_CHANGES,
        )
        for index, path in enumerate(known)
    ]


def _newest_floor() -> int:
    """The key below the newest rows of the log; a range is read in a moment, a list of keys is not."""
    older = RecordChange.objects.order_by("-pk").values_list("pk", flat=True)[MOST_CHANGES : MOST_CHANGES + 1]
    return next(iter(older), 0)


def often_changing(record_type: RecordType, paths: Iterable[str], *, now: datetime) -> list[FieldChanges]:
    """Those of these fields that change often, the worst first."""
    often = [one for one in field_changes(record_type, paths, now=now) if one.is_often]
    return sorted(often, key=lambda one: -one.per_record)
