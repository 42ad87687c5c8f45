"""What a condition means here: how it reads, which recent records it matches, and which item takes the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, Value, When

from slas.domain.conditions import Condition, ConditionError, parse
from slas.records import RecordType
from slas.selectors.clocks.explanations import Words
from slas.selectors.conditions.changing_fields import FieldChanges, often_changing
from slas.selectors.conditions.matching import condition_query

DAYS = 30
MOST_RECORDS = 10_000
"""Recent records that are counted, the newest; a preview has to answer while somebody types."""


@dataclass(frozen=True)
class Rival:
    """An item of the same KPI, in the order in which they are asked."""

    key: str
    name: str
    condition: Condition


@dataclass(frozen=True)
class Share:
    """Records that an item takes."""

    name: str
    count: int


@dataclass(frozen=True)
class Shares:
    """Who takes what. `earlier` take matching records before this item; `own` it takes; of the records that are left,
    `later` items take some and none takes `unclaimed`.
    """

    own: int
    earlier: list[Share]
    later: list[Share]
    unclaimed: int

    @property
    def taken(self) -> int:
        return sum(share.count for share in self.earlier)

    @property
    def left(self) -> int:
        return self.unclaimed + sum(share.count for share in self.later)


@dataclass(frozen=True)
class ConditionPreview:
    sentence: str
    since: datetime
    matching: int
    matching_open: int
    total: int
    changing: list[FieldChanges]
    shares: Shares | None = None

    @property
    def is_capped(self) -> bool:
        """There may be more recent records than were counted."""
        return self.total >= MOST_RECORDS

    @property
    def percent(self) -> int:
        return round(100 * self.matching / self.total) if self.total else 0


def condition_preview(
    record_type: RecordType,
    condition: Condition,
    *,
    now: datetime,
    rivals: Sequence[Rival] = (),
    place: int | None = None,
    warn: bool = True,
) -> ConditionPreview:
    """Counts over the records of the last 30 days, with one query however many items there are.

    `rivals` are all items of the KPI, the one in question at `place` with this condition; `warn` looks for fields
    that change often, which matters where a change decides again which item applies.
    """
    since = now - timedelta(days=DAYS)
    counts = _counts(record_type, condition, since, rivals)
    return ConditionPreview(
        sentence=Words(record_type).sentence(condition),
        since=since,
        matching=sum(n for (_, matches, _), n in counts.items() if matches),
        matching_open=sum(n for (_, matches, is_open), n in counts.items() if matches and is_open),
        total=sum(counts.values()),
        changing=often_changing(record_type, condition.paths, now=now) if warn else [],
        shares=_shares(counts, rivals, place) if place is not None else None,
    )


def rivals_of(
    items: Sequence[Mapping[str, Any]], record_type: RecordType, *, kpi: str, item: str, condition: Condition
) -> tuple[list[Rival], int]:
    """The KPI's items of a document, with this KPI and condition for the one that is edited; and its place.

    An item that is not among them stands last. Items whose condition is no longer readable take nothing.
    """
    found: list[Rival] = []
    place: int | None = None
    for document in items:
        is_own = bool(item) and document.get("key") == item
        if document.get("kpi") != kpi and not is_own:
            continue
        own = condition if is_own else _readable(document, record_type)
        if own is not None:
            place = len(found) if is_own else place
            found.append(Rival(document.get("key", ""), str(document.get("name", "")), own))
    if place is None:
        place = len(found)
        found.append(Rival(item, "", condition))
    return found, place


def _readable(document: Mapping[str, Any], record_type: RecordType) -> Condition | None:
    try:
        return parse(document.get("applicable_when"), record_type.fields)
    except ConditionError:
        return None


# --- counting ---

_Counts = dict[tuple[int, bool, bool], int]
"""(index of the item that takes it or -1, matches, is open) → records."""


def _counts(record_type: RecordType, condition: Condition, since: datetime, rivals: Sequence[Rival]) -> _Counts:
    created = record_type.created_field
    manager = record_type.model._default_manager
    newest = manager.filter(Q((f"{created}__gte", since))).order_by(f"-{created}", "-pk").values("pk")[:MOST_RECORDS]
    takers = [(condition_query(record_type, rival.condition), index) for index, rival in enumerate(rivals)]
    is_open = Q((f"{record_type.lifecycle_field}__in", record_type.open_values))
    rows = (
        manager.filter(pk__in=newest)
        .annotate(
            taker=_first(takers, otherwise=-1),
            matches=_first([(condition_query(record_type, condition), 1)], otherwise=0),
            is_live=_first([(is_open, 1)], otherwise=0),
        )
        .order_by()
        .values_list("taker", "matches", "is_live")
        .annotate(n=Count("pk"))
    )
    return {(taker, bool(matches), bool(live)): n for taker, matches, live, n in rows}


def _first(cases: Sequence[tuple[Q, int]], *, otherwise: int) -> Case:
    whens = [When(query, then=Value(number)) for query, number in cases]
    return Case(*whens, default=Value(otherwise), output_field=IntegerField())


def _shares(counts: _Counts, rivals: Sequence[Rival], place: int) -> Shares:
    taken = [0] * len(rivals)
    unclaimed = 0
    for (taker, matches, _), n in counts.items():
        if taker < 0:
            unclaimed += n
        elif taker >= place or matches:
            taken[taker] += n
    shares = [Share(rival.name, n) for rival, n in zip(rivals, taken, strict=True)]
    return Shares(
        own=taken[place],
        earlier=[share for share in shares[:place] if share.count],
        later=[share for share in shares[place + 1 :] if share.count],
        unclaimed=unclaimed,
    )
