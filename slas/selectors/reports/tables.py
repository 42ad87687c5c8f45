"""The compliance report as lines of cells: the table, its links, the charts and the file read the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla_project.operations.times import words_of_ticking
from slas.selectors.reports.compliance import Compliance, Figures, Group
from slas.selectors.reports.questions import Question

MINUTE, HOUR = 60, 3600
MANY_HOURS = 100
NOTHING = "–"


@dataclass(frozen=True)
class Measure:
    """One column: how a figure is said, and by which parameters the list shows what it counts."""

    name: str
    label: Any
    words: Callable[[Any], str]
    show: Mapping[str, str]


def count_words(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")


def percent_words(percent: float | None) -> str:
    return NOTHING if percent is None else f"{percent:.1f}%"


def working_words(seconds: float | None) -> str:
    """Working time in hours and minutes, many hours without: a day of it would be somebody's guess."""
    if seconds is None:
        return NOTHING
    hours, minutes = int(seconds) // HOUR, int(seconds) % HOUR // MINUTE
    if not hours:
        return words_of_ticking(seconds)
    if hours >= MANY_HOURS:
        return _("%(hours)d h") % {"hours": round(seconds / HOUR)}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


MEASURES = (
    Measure("finished", gettext_lazy("Finished"), count_words, {"show": "finished"}),
    Measure("met", gettext_lazy("Met"), count_words, {"show": "met"}),
    Measure("missed", gettext_lazy("Missed"), count_words, {"show": "missed"}),
    Measure("attainment", gettext_lazy("Attainment"), percent_words, {"show": "finished"}),
    Measure("median", gettext_lazy("Median time"), working_words, {"show": "measured", "sort": "used_seconds"}),
    Measure("p90", gettext_lazy("90% within"), working_words, {"show": "measured", "sort": "-used_seconds"}),
    Measure("late", gettext_lazy("Missed, met late"), count_words, {"show": "late"}),
    Measure("closed_paused", gettext_lazy("Closed while paused"), count_words, {"show": "closed_paused"}),
    Measure("closed_unmet", gettext_lazy("Closed unmet"), count_words, {"show": "closed_unmet"}),
    Measure("paused_long", gettext_lazy("Paused too long"), count_words, {}),
    Measure("open", gettext_lazy("Open now"), count_words, {"show": "open"}),
    Measure("breached", gettext_lazy("Breached now"), count_words, {"show": "breached"}),
)


def lines(report: Compliance, question: Question) -> list[dict[str, Any]]:
    """One line for each group, each cell a link to its rows."""
    return [
        {"label": group.label, "sub": group.sub, "cells": _cells(group.figures, question, group_query(question, group))}
        for group in report.groups
    ]


def total_cells(report: Compliance, question: Question) -> list[dict[str, str]]:
    return _cells(report.total, question, question.list_query)


def _cells(figures: Figures, question: Question, query: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {
            "label": str(measure.label),
            "text": measure.words(value := getattr(figures, measure.name)),
            "url": measure_url(measure, question, query) if value or isinstance(value, float) else "",
        }
        for measure in MEASURES
    ]


def measure_url(measure: Measure, question: Question, query: Mapping[str, str]) -> str:
    show = measure.show or {"paused_longer": str(question.pause_hours)}
    return list_url({**query, **show})


def list_url(query: Mapping[str, str]) -> str:
    """The list of the instances that these parameters find."""
    return f"{reverse('slas:kpi_instance_list')}?{urlencode(query)}"


def group_query(question: Question, group: Group) -> dict[str, str]:
    """The parameters of one line: those of the question and its own; a month is cut by the asked period."""
    query = {**question.list_query, **group.query}
    if "since" in group.query:
        asked = question.list_query
        query["since"] = max(asked.get("since", ""), group.query["since"])
        query["until"] = min(asked.get("until", "9999-12-31"), group.query["until"])
    return query


def chart_data(report: Compliance) -> dict[str, Any]:
    """What `report-chart.js` draws; every number of it also stands in the table."""
    shown = [group for group in report.groups if group.figures.finished]
    return {
        "sideways": report.group_by != "month",
        "labels": [group.label for group in shown],
        "met": [group.figures.met for group in shown],
        "late": [group.figures.late for group in shown],
        "missed": [group.figures.missed - group.figures.late for group in shown],
        "attainment": [round(group.figures.attainment or 0, 1) for group in shown],
    }


def file_head(group_label: str) -> list[str]:
    return [
        group_label,
        *("of", "finished", "met", "missed", "attainment_percent", "attainment_without_closed_paused_percent"),
        *("median_working_seconds", "p90_working_seconds", "measured", "met_late", "never_met"),
        *("closed_while_paused", "closed_unmet", "paused_too_long", "open_now", "breached_now"),
    ]


def file_row(label: str, of: str, figures: Figures) -> list[Any]:
    return [
        *(label, of),
        *(figures.finished, figures.met, figures.missed),
        *(_rounded(figures.attainment), _rounded(figures.worked_attainment)),
        *(figures.median, figures.p90, figures.measured, figures.late, figures.never_met),
        *(figures.closed_paused, figures.closed_unmet, figures.paused_long, figures.open, figures.breached),
    ]


def _rounded(percent: float | None) -> float | None:
    return None if percent is None else round(percent, 2)
