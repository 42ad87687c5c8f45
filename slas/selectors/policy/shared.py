"""What SLAs share, KPIs, hours and settings: read when it is asked for, or once for many documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property

from actions import lookups
from sla_project.operations.models import OrganisationSettings
from sla_project.operations.selectors import settings_get
from slas.models import KPI, BusinessHours


class _Lists:
    """Each read when it is first needed."""

    @cached_property
    def kpis(self) -> Sequence[KPI]:
        return list(KPI.objects.order_by("code", "id"))

    @cached_property
    def hours(self) -> Sequence[BusinessHours]:
        return list(BusinessHours.objects.order_by("code"))

    @cached_property
    def schedules(self) -> Sequence[BusinessHours]:
        rows = BusinessHours.objects.select_related("holiday_schedule").order_by("code")
        return list(rows.prefetch_related("holiday_schedule__holidays"))

    @cached_property
    def settings(self) -> OrganisationSettings:
        return settings_get()


_lists: ContextVar[_Lists | None] = ContextVar("policy_shared", default=None)


@contextmanager
def read_together() -> Iterator[None]:
    """Inside, every list is read at most once, those of actions included, so that any number of documents takes as many
    queries. For reading and checking only: what is written meanwhile is not seen."""
    with lookups.read_together():
        if _lists.get() is not None:
            yield
            return
        token = _lists.set(_Lists())
        try:
            yield
        finally:
            _lists.reset(token)


def kpis(record_type: str = "") -> list[KPI]:
    """By code; without a record type those of all."""
    return [kpi for kpi in _now().kpis if record_type in ("", kpi.record_type)]


def business_hours() -> Sequence[BusinessHours]:
    return _now().hours


def schedules(codes: set[str]) -> list[BusinessHours]:
    """These hours with their holidays."""
    return [hours for hours in _now().schedules if hours.code in codes]


def settings() -> OrganisationSettings:
    return _now().settings


def _now() -> _Lists:
    return _lists.get() or _Lists()
