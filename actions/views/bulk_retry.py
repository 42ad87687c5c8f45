"""Trying many runs again: first what it would do, then what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from actions import selectors, services
from actions.models import ActionRun
from actions.selectors import RETRIED_AT_ONCE, RetryPreview
from actions.services.runs import Retried
from actions.views.runs import RunPageFilter
from actions.wording import action_summary, numbers_of, target_label, target_url
from sla_project.accounts.policy import administrator_required
from sla_project.operations.clock import clock_now
from sla_project.operations.numbers import whole_numbers
from sla_project.operations.requests import user_of


@require_POST
@administrator_required
def runs_retry(request: HttpRequest) -> HttpResponse:
    """`what` is *selected* (the ticked `run`s) or *all* (what the list's `query` finds); `confirmed` does it."""
    query = request.POST.get("query", "")
    back = f"{reverse('actions:run_list')}?{query}"
    ids, left_out = _asked(request, query)
    if not ids:
        messages.warning(request, _("No run was chosen that can be tried again."))
        return redirect(back)
    context: dict[str, Any] = {
        "breadcrumbs": [{"label": _("Action runs"), "url": back}],
        "back": back,
        "left_out": left_out,
    }
    if not request.POST.get("confirmed"):
        title = ngettext("Try %(count)d run again?", "Try %(count)d runs again?", len(ids)) % {"count": len(ids)}
        words = preview_words(selectors.retry_preview(ids))
        return render(
            request, "actions/runs_retry.html", {**context, "title": title, "consequences": words, "run_ids": ids}
        )
    done = services.runs_retry(run_ids=ids, by=user_of(request), now=clock_now())
    numbers = numbers_of(one.run for one in done)
    return render(
        request,
        "actions/runs_retried.html",
        {
            **context,
            "title": _("Tried again"),
            "lead": _summary(done),
            "results": [_result(one, numbers) for one in done],
        },
    )


def _asked(request: HttpRequest, query: str) -> tuple[list[int], int]:
    """The runs, at most `RETRIED_AT_ONCE`, and how many more were meant."""
    if request.POST.get("what") == "all":
        found = RunPageFilter(QueryDict(query), queryset=ActionRun.objects.all()).qs
        return selectors.runs_to_retry(found)
    ticked = whole_numbers(request.POST.getlist("run"))
    return ticked[:RETRIED_AT_ONCE], max(0, len(ticked) - RETRIED_AT_ONCE)


def preview_words(preview: RetryPreview) -> list[str]:
    """What would happen, and what hangs on it."""
    counted = vars(preview)
    words = []
    if preview.mails:
        words.append(
            ngettext("%(mails)d mail goes to its recipient.", "%(mails)d mails go to their recipients.", preview.mails)
        )
    if preview.writes:
        words.append(
            ngettext(
                "%(writes)d action writes to %(records)d record.",
                "%(writes)d actions write to %(records)d records.",
                preview.writes,
            )
        )
    if preview.waiting:
        words.append(
            ngettext(
                "%(waiting)d later action of the same event waits for them and follows.",
                "%(waiting)d later actions of the same events wait for them and follow.",
                preview.waiting,
            )
        )
    if preview.refused:
        words.append(
            ngettext(
                "%(refused)d run cannot be tried again and stays as it is.",
                "%(refused)d runs cannot be tried again and stay as they are.",
                preview.refused,
            )
        )
    words.append(_("Each is asked again whether it is still deserved; a warning of a clock that has ended is skipped."))
    return [sentence % counted for sentence in words]


def _summary(done: list[Retried]) -> str:
    well = sum(not one.problem for one in done)
    return _("%(well)d of %(all)d will be tried again within seconds.") % {"well": well, "all": len(done)}


def _result(one: Retried, numbers: Mapping[tuple[str, int], str]) -> dict[str, Any]:
    number = numbers.get((one.run.target_type, one.run.target_id), "")
    return {
        "url": reverse("actions:run_detail", args=[one.run.pk]),
        "text": action_summary(one.run, number=number)[:120],
        "target": target_label(one.run, number),
        "target_url": target_url(one.run),
        "problem": one.problem,
    }
