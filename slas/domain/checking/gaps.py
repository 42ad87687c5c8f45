"""Kinds of records that no item of a KPI is for."""

from __future__ import annotations

from collections.abc import Iterator

from slas.domain.checking.kpi_view import KPIView
from slas.domain.checking.regions import regions
from slas.domain.checking.subject import Finding
from slas.domain.conditions.diagrams import NEVER

MAX_REGIONS = 3


def check_gaps(view: KPIView) -> Iterator[Finding]:
    """One finding for each region, up to `MAX_REGIONS`; it belongs to the SLA, not to an item."""
    d = view.diagrams
    gap = d.without(view.open, view.taken)
    if gap in (NEVER, view.open):  # where no item is for anything, each of them says so itself
        return
    for region, inside in regions(d, gap, view.open, MAX_REGIONS):
        witness = view.example(d.both(gap, inside))
        if witness is None or view.winner(witness) is not None or not region.evaluate(view.filled(witness)):
            continue
        yield Finding("gap", "/items", data={"kpi": view.kpi, "region": region}, witness=witness)
