"""Pages of action runs: what waits, what was done, what was given up and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actions import causes, selectors, services, targets
from actions.filters import ActionRunFilter
from actions.models import ActionRun
from actions.wording import (
    RUN_TONES,
    action_summary,
    kind_label,
    moment_label,
    numbers_of,
    reason_of,
    reason_words,
    target_label,
    target_url,
)
from sla_project.accounts.policy import administrator_required, can_configure, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.web import Cell, Column, command_view, csv_asked, csv_url, list_csv, list_page

COLUMNS = (
    Column(gettext_lazy("State"), order="state"),
    Column(gettext_lazy("Action"), order="kind", first=True),
    Column(gettext_lazy("For")),
    Column(gettext_lazy("Moment"), order="moment"),
    Column(gettext_lazy("Caused"), order="caused_at"),
    Column(gettext_lazy("Finished"), order="finished_at"),
    Column(gettext_lazy("Attempts"), order="attempts", num=True),
)


@signed_in
def run_list(request: HttpRequest) -> HttpResponseBase:
    if csv_asked(request):
        return _file(request)
    counts = selectors.runs_by_state()
    may_retry = can_configure(request.user) and _any_to_retry(request, counts)
    columns = [Column(_("Select")), *COLUMNS] if may_retry else list(COLUMNS)

    def rows(runs: Sequence[ActionRun]) -> Iterator[list[Cell]]:
        numbers = numbers_of(runs)
        for run in runs:
            number = numbers.get((run.target_type, run.target_id), "")
            yield [_tick(run, number), *_row(run, number)] if may_retry else _row(run, number)

    return list_page(
        request,
        title=_("Action runs"),
        queryset=selectors.runs_list(),
        columns=columns,
        rows=rows,
        filterset=RunPageFilter,
        template="actions/run_list.html",
        context={
            "may_retry": may_retry,
            "csv_url": csv_url(request),
            "lead": _("One row per action, cause and recipient. Nothing is run twice."),
            "chips": _chips(request, counts),
            "empty": {
                "icon": "bolt",
                "heading": _("No action runs"),
                "text": _("They appear when an SLA item reaches a warning, a failure or its success."),
            },
        },
    )


def _any_to_retry(request: HttpRequest, counts: Mapping[str, int]) -> bool:
    """Whether the chosen states hold any run that could be tried again."""
    chosen = request.GET.getlist("state") or list(counts)
    return any(counts.get(state) for state in chosen if state in ActionRun.RETRYABLE)


def _tick(run: ActionRun, number: str) -> Cell:
    if not run.can_retry:
        return {"text": "", "blank": True}
    label = _("Select: %(action)s") % {"action": action_summary(run, number=number)[:80]}
    return {"html": format_html('<input type="checkbox" name="run" value="{}" aria-label="{}">', run.pk, label)}


def _file(request: HttpRequest) -> HttpResponseBase:
    def row(run: ActionRun) -> list[Any]:
        return [
            *(run.pk, run.state, run.kind, run.moment, run.target_type, run.target_id, run.recipient),
            *(run.caused_at, run.finished_at, run.attempts, run.reason, run.last_error),
        ]

    head = (
        *("id", "state", "action", "moment", "for_type", "for_id", "recipient"),
        *("caused", "finished", "attempts", "reason", "last_error"),
    )
    return list_csv(
        request,
        name="action-runs",
        queryset=selectors.runs_list(),
        columns=COLUMNS,
        head=head,
        row=row,
        filterset=RunPageFilter,
    )


class RunPageFilter(ActionRunFilter):
    """What a person filters by; the chips above choose the state."""

    state = django_filters.MultipleChoiceFilter(choices=ActionRun.State.choices, widget=forms.MultipleHiddenInput)
    target_id = cause_kind = cause_key = created_after = created_before = None


def _row(run: ActionRun, number: str) -> list[Cell]:
    url = reverse("actions:run_detail", args=[run.pk])
    note = reason_words(run.reason) if run.reason else run.last_error[:120]
    return [
        {"badge": run.get_state_display(), "tone": RUN_TONES[run.state]},
        {"text": action_summary(run, number=number)[:120], "url": url, "sub": note},
        {"text": target_label(run, number), "url": target_url(run)},
        {"text": moment_label(run.moment)},
        {"time": run.caused_at},
        {"time": run.finished_at} if run.finished_at else {"text": "–"},
        {"text": run.attempts},
    ]


def _chips(request: HttpRequest, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    chosen = request.GET.getlist("state")
    states = [("", _("All"), sum(counts.values()))]
    states += [(state.value, str(state.label), counts.get(state.value, 0)) for state in ActionRun.State]
    return [
        {
            "label": label,
            "url": f"?state={value}" if value else "?",
            "count": count,
            "active": chosen == [value] if value else not chosen,
        }
        for value, label, count in states
    ]


@signed_in
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(selectors.runs_list().select_related("message"), pk=pk)
    number = numbers_of([run]).get((run.target_type, run.target_id), "")
    return render(
        request,
        "actions/run_detail.html",
        {
            "title": action_summary(run, number=number)[:200],
            "breadcrumbs": [{"label": _("Action runs"), "url": reverse("actions:run_list")}],
            "run": run,
            "tone": RUN_TONES[run.state],
            "reason": reason_of(run),
            "facts": _facts(run),
            "message": getattr(run, "message", None),
            "can_retry": run.can_retry and can_configure(request.user),
        },
    )


def _facts(run: ActionRun) -> list[dict[str, Any]]:
    cause = causes.describe(run.cause_kind, run.cause_key)
    return [
        {"label": _("Kind"), "value": kind_label(run.kind)},
        {
            "label": _("For"),
            "value": targets.label_of(run.target_type, run.target_id),
            "url": targets.url_of(run.target_type, run.target_id),
        },
        {"label": _("Caused by"), "value": cause["text"], "url": cause.get("url", "")},
        {"label": _("Moment"), "value": moment_label(run.moment)},
        {"label": _("Recipient"), "value": run.recipient.removeprefix("address:") or "–"},
        {"label": _("Happened"), "time": run.caused_at},
        {"label": _("Asked for"), "time": run.created_at},
        {"label": _("Next try"), "time": run.next_try_at, "value": "–"},
        {"label": _("Finished"), "time": run.finished_at, "value": "–"},
        {"label": _("Attempts"), "value": run.attempts},
        {"label": _("Depth"), "value": run.depth},
    ]


@administrator_required
def run_retry(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(ActionRun, pk=pk)

    def act() -> str:
        services.run_retry(run=run, by=user_of(request), now=clock_now())
        return _("The action will be tried again within seconds.")

    return command_view(request, act=act, to=reverse("actions:run_detail", args=[pk]))
