"""The queue: a list of tracked records with their live timers, shared by cases and activities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import HiddenInput
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import FilterSet

from cases.filters import DUE_CHOICES, WHOSE_CHOICES, due_range, whose
from cases.selectors import attach_tracking
from sla_project.operations.clock import clock_now
from sla_project.operations.times import words_of_clock, words_of_time
from sla_project.operations.web import (
    ROWS_ON_A_PAGE,
    Cell,
    Column,
    column_head,
    empty_list,
    ordered,
    pagination,
    query_with,
)
from slas import records
from slas.selectors.clocks.explanations import Words
from slas.selectors.clocks.instance_lists import leading_clock
from slas.selectors.clocks.timers import Timer, Timers

PRIORITY_TONES = {"urgent": "bad", "high": "warn", "normal": "neutral", "low": "neutral"}
FROM_LINKS = ("condition", "created_after")
"""Filters that no control sets but a link from another page."""
CHIP_FILTERS = ("whose", "due")
FILTERS_AT_HAND = ("q", "owner", "priority")
"""The others wait behind *More filters*, so that on a phone the first timer is in sight."""


def queue_page(
    request: HttpRequest,
    *,
    queryset: QuerySet[Any],
    filterset: type[FilterSet],
    shown_filters: Sequence[str],
    open_states: Mapping[str, str],
    columns: Sequence[Column],
    row: Callable[[Any], Sequence[Cell]],
    context: Mapping[str, Any],
    has_file: bool = False,
) -> HttpResponse:
    """Open records in the order of their failure times, unless the reader asks for something else (R34).

    `has_file`: the page offers its rows as a file, which asks for them in so many words.
    """
    now = clock_now()
    asked = _with_defaults(request.GET, open_states)
    filters = filterset(asked, queryset=queryset, request=request)
    narrowed = _narrowed(filters, asked)
    found = filters.qs.none() if any(one["fault"] for one in narrowed) else filters.qs
    page = Paginator(ordered(found, columns, asked.get("sort", "")), ROWS_ON_A_PAGE).get_page(asked.get("page"))
    records = list(page.object_list)
    attach_tracking(records)
    timers = Timers(now)
    chips = _chips(queryset.filter(**open_states), asked, now, me=request.user.pk)
    more = [name for name in shown_filters if name not in FILTERS_AT_HAND]
    shown = {
        "columns": [column_head(column, asked) for column in columns],
        "rows": [{"cells": [_time_left(record, timers), *row(record)]} for record in records],
        "chips": chips,
        "narrowed": narrowed,
        "filter_form": _only(filters, shown_filters),
        "filter_more": more,
        "filter_more_used": any(request.GET.get(name) for name in more if name not in CHIP_FILTERS),
        "clear_url": request.path,
        "csv_url": query_with(asked, format="csv", page=None) if has_file else "",
        "pagination": pagination(page, asked),
        "breached": next(chip["count"] for chip in chips if chip["code"] == "breached"),
        "updating": any(record.tracking and record.tracking.is_waiting for record in records),
    }
    shown |= context
    if text := request.GET.get("q"):
        shown["empty"] = _nothing_found(text, query_with(request.GET, q=None, page=None))
    return render(request, "cases/queue.html", shown)


def _nothing_found(text: str, without: str) -> dict[str, Any]:
    words = _("The search for “%(text)s” finds nothing here.") % {"text": text}
    return empty_list("search", _("Nothing found"), words, {"url": without, "label": _("Clear the search")})


def _with_defaults(query: QueryDict, open_states: Mapping[str, str]) -> QueryDict:
    """A search looks everywhere; without one, a plain visit shows what is open."""
    asked = query.copy()
    for name, value in open_states.items():
        if name not in asked and not asked.get("q"):
            asked[name] = value
    return asked


def _time_left(record: Any, timers: Timers) -> Cell:
    clock = leading_clock(record.clocks, timers.now)
    updating = _("Updating …") if record.tracking and record.tracking.is_waiting else ""
    if clock is None:
        return {"text": "–", "sub": updating or _("No timer")}
    timer = timers.of(clock)
    return {"timer": timer, "sub": updating or _due_words(clock.kpi.name, timer)}


def _due_words(kpi: str, timer: Timer) -> str:
    """The clock on the wall beside the working time that is left: “Resolve by, due Mon 13:00”."""
    if timer.due is None or timer.ended:
        return kpi
    words = _("%(kpi)s, due %(time)s") if timer.due > timer.now else _("%(kpi)s, was due %(time)s")
    return words % {"kpi": kpi, "time": words_of_clock(timer.due, timer.now, timezone.get_current_timezone())}


def _chips(queryset: QuerySet[Any], query: QueryDict, now: datetime, *, me: int | None) -> list[dict[str, Any]]:
    """Whose, and ranges over stored times, among what is open, each with its count. A second click takes one back."""
    all_open = not any(query.get(name) for name in CHIP_FILTERS)
    everything = query_with(query, **dict.fromkeys(CHIP_FILTERS), page=None)
    chips = [{"code": "", "label": _("All open"), "url": everything, "active": all_open, "count": None}]
    for code, label in WHOSE_CHOICES:
        chips.append(_chip(query, "whose", code, label, whose(queryset, code, me=me)))
    if chosen := query.get("whose"):
        queryset = whose(queryset, chosen, me=me)
    return [
        *chips,
        *(_chip(query, "due", code, label, due_range(queryset, code, now=now)) for code, label in DUE_CHOICES),
    ]


def _chip(query: QueryDict, name: str, code: str, label: Any, found: QuerySet[Any]) -> dict[str, Any]:
    is_active = query.get(name, "") == code
    url = query_with(query, **{name: None if is_active else code, "page": None})
    return {"code": code, "label": label, "url": url, "active": is_active, "count": found.count()}


def _narrowed(filters: FilterSet, query: QueryDict) -> list[dict[str, Any]]:
    """What a link has narrowed the list by, in words, each with a link that takes it away."""
    zone = timezone.get_current_timezone()
    words: dict[str, Callable[[Any], str]] = {
        "condition": Words(records.for_model(filters.queryset.model)).sentence,
        "created_after": lambda moment: _("Created since %(time)s") % {"time": words_of_time(moment, None, zone)},
    }
    form, narrowed = filters.form, []
    for name in FROM_LINKS:
        faults, value = form.errors.get(name), form.cleaned_data.get(name)
        if faults or value:
            shown = "" if faults else words[name](value)
            url = query_with(query, **{name: None, "page": None})
            narrowed.append({"words": shown, "fault": " ".join(faults or ()), "url": url})
    return narrowed


def _only(filters: FilterSet, names: Sequence[str]) -> Any:
    """The filter form with the fields that fit on a page, and hidden those that a link set; the API has all of them."""
    form = filters.form
    for name, field in list(form.fields.items()):
        if name in FROM_LINKS and form.data.get(name):
            field.widget = HiddenInput()
        elif name not in names:
            del form.fields[name]
    return form
