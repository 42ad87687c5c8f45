"""SLAs that live by the former state of what they share, and new versions of those chosen (engine.md R6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from sla_project.accounts.policy import administrator_required
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import ServiceError
from sla_project.operations.numbers import whole_number
from sla_project.operations.requests import user_of
from sla_project.operations.web import error_words
from slas.forms.publishing import RepublishForm
from slas.models import KPI, SLA
from slas.selectors.forecasts.publications import Forecast, reapplications
from slas.services.policy.republishing import (
    Outdated,
    Uses,
    republication_forecast_start,
    republication_forecasts,
    sla_republish,
    slas_outdated,
    uses_action,
    uses_kpi,
    uses_template,
)


@administrator_required
def republish(request: HttpRequest) -> HttpResponse:
    """Everything that is outdated, or with `?kpi=<id>`, `?template=<code>` or `?action=<code>` what uses that.

    htmx gets one sentence about it, for the pages of what is shared.
    """
    uses, record_type, subject = _narrowed(request)
    outdated = slas_outdated(uses=uses, record_type=record_type)
    if request.headers.get("HX-Request"):
        return render(request, "slas/_outdated.html", {"count": len(outdated), "url": request.get_full_path()})
    choices = [(_choice(one), one.sla.name) for one in outdated if one.can_publish]
    forecasts = {} if request.method == "POST" else republication_forecasts(outdated, now=clock_now())
    form = RepublishForm(
        request.POST or None,
        choices=choices,
        initial={"slas": [value for value, _label in choices]},
        open_records=None if request.method == "POST" else _open_records(forecasts),
    )
    if request.method == "POST" and form.is_valid():
        jobs = _publish(request, form, outdated)
        if len(jobs) == 1:
            return redirect("operations:job_detail", pk=jobs[0])
        return redirect("operations:job_list" if jobs else "slas:sla_list")
    forecasts = forecasts or republication_forecasts(outdated, now=clock_now())
    context = {
        "title": _("Publish what SLAs share"),
        "breadcrumbs": [{"label": _("SLAs"), "url": reverse("slas:sla_list")}],
        "form": form,
        "outdated": outdated,
        "chosen": form["slas"].value() or [],
        "rows": [(_choice(one), one, forecasts.get(one.sla.pk)) for one in outdated],
        "subject": subject,
    }
    return render(request, "slas/republish.html", context, status=422 if form.errors else 200)


@require_POST
@administrator_required
def republish_forecast(request: HttpRequest, pk: int) -> HttpResponse:
    """Counting all open records of one SLA in the background, where there are very many."""
    sla = get_object_or_404(SLA.objects.select_related("current"), pk=pk)
    try:
        job = republication_forecast_start(sla=sla, by=user_of(request), now=clock_now())
    except ServiceError as error:
        messages.error(request, error_words(error))
        return redirect("slas:republish")
    return redirect("operations:job_detail", pk=job.pk)


def _open_records(forecasts: Mapping[int, Forecast]) -> int | None:
    """0 where nobody would be reached; else the choice is among the SLAs first, so no number is promised."""
    is_empty = all(forecast.is_complete and not forecast.counts["records"] for forecast in forecasts.values())
    return 0 if is_empty else None


def _publish(request: HttpRequest, form: RepublishForm, outdated: Sequence[Outdated]) -> list[Any]:
    """Each SLA by itself: one that cannot be published keeps no other from it. Returns the jobs that re-apply."""
    known = {_choice(one): one for one in outdated}
    published: list[SLA] = []
    for choice in form.cleaned_data["slas"]:
        one = known[choice]
        try:
            sla_republish(
                sla=one.sla,
                expected_version=one.version.number,
                reason=form.cleaned_data["reason"],
                reapply=form.reapplies,
                run_actions=form.cleaned_data.get("run_actions", False),
                by=user_of(request),
                now=clock_now(),
            )
            published.append(one.sla)
        except ServiceError as error:
            messages.error(request, f"{one.sla}: {error_words(error)}")
    if published:
        count = len(published)
        said = ngettext("%d SLA has a new version.", "%d SLAs have a new version.", count) % count
        messages.success(request, said)
    return [reapplications(sla)[0].pk for sla in published] if form.reapplies else []


def _choice(one: Outdated) -> str:
    """The SLA and the version that was seen: another version makes the choice void."""
    return f"{one.sla.pk}-{one.version.number}"


def _narrowed(request: HttpRequest) -> tuple[Uses | None, str, str]:
    """Which SLAs are meant, and what is shared."""
    if kpi_id := request.GET.get("kpi"):
        kpi = get_object_or_404(KPI, pk=whole_number(kpi_id))
        return uses_kpi(kpi.code), kpi.record_type, kpi.name
    if code := request.GET.get("template"):
        return uses_template(code), "", code
    if code := request.GET.get("action"):
        return uses_action(code), "", code
    return None, "", ""
