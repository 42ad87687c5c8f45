"""Numbers for people: CASE-1001, CASE-1002, … and ACT-1001 for activities."""

from __future__ import annotations

from django.db import transaction

from cases.models import NumberSeries

FIRST = 1001


@transaction.atomic
def numbers_take(*, series: str, count: int = 1) -> list[str]:
    """The next `count` numbers. The series' row is locked until the caller's transaction ends, so none is lost.

    Take a number after the locks on tracked records: it is the innermost lock (`engine.md` R1).
    """
    NumberSeries.objects.get_or_create(name=series, defaults={"last": FIRST - 1})
    row = NumberSeries.objects.select_for_update().get(name=series)
    first = row.last + 1
    row.last += count
    row.save(update_fields=["last"])
    return [f"{series}-{number}" for number in range(first, first + count)]


def number_next(series: str) -> str:
    return numbers_take(series=series)[0]
