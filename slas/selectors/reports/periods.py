"""Periods that move with the calendar, such as last month."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext_lazy

PERIODS = {
    "last_7_days": gettext_lazy("Last 7 days"),
    "last_30_days": gettext_lazy("Last 30 days"),
    "last_90_days": gettext_lazy("Last 90 days"),
    "last_week": gettext_lazy("Last week"),
    "this_month": gettext_lazy("This month"),
    "last_month": gettext_lazy("Last month"),
    "this_year": gettext_lazy("This year"),
    "all": gettext_lazy("Everything"),
}
DEFAULT_PERIOD = "last_30_days"


def period_dates(period: str, today: date) -> tuple[date | None, date | None]:
    """The first and the last day of a period that moves with the calendar; weeks begin on Monday."""
    if period == "all":
        return None, None
    if period == "last_week":
        monday = today - timedelta(days=today.weekday() + 7)
        return monday, monday + timedelta(days=6)
    if period == "last_month":
        last = today.replace(day=1) - timedelta(days=1)
        return last.replace(day=1), last
    if period == "this_month":
        return today.replace(day=1), today
    if period == "this_year":
        return today.replace(month=1, day=1), today
    days = int(period.removeprefix("last_").removesuffix("_days"))
    return today - timedelta(days=days - 1), today
