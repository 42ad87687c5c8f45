"""Publishing a draft: what changes, what it would do to open records, and the question whom it reaches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sla_project.accounts.policy import administrator_required
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import ServiceError
from sla_project.operations.numbers import whole_number
from sla_project.operations.requests import user_of
from sla_project.operations.web import command_view, error_words, form_page
from slas.forms.publishing import PublishForm
from slas.models import SLA
from slas.selectors.forecasts.publications import Forecast, reapplications
from slas.services.checking.documents import CheckResult, document_check
from slas.services.forecasts.publications import draft_diff, forecast_start, publication_forecast
from slas.services.policy import slas as services
from slas.views.policy.frame import sla_crumbs, sla_frame, sla_get


@administrator_required
def sla_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """What would happen, and the question whom it reaches. Re-applying leads to the page of its job.

    The counting is done only where it is shown: a form that was sent is answered without it.
    """
    sla, now = sla_get(pk), clock_now()
    if sla.draft is None:
        messages.info(request, _("There is no draft to publish."))
        return redirect("slas:sla_detail", pk=pk)
    check: Any = SimpleLazyObject(lambda: document_check(sla.draft or {}, record_type=sla.record_type, now=now))
    forecast: Any = SimpleLazyObject(lambda: _forecast(sla, check, now))
    form = PublishForm(
        request.POST or None,
        initial={"revision": sla.draft_revision},
        open_records=None if request.method == "POST" else _open_records(forecast),
    )

    def save(values: dict[str, Any]) -> str:
        services.sla_publish(
            sla=sla,
            reason=values["reason"],
            reapply=form.reapplies,
            run_actions=values.get("run_actions", False),
            expected_revision=values["revision"],
            by=user_of(request),
            now=now,
        )
        return _after(sla, reapplied=form.reapplies)

    return form_page(
        request,
        title=_("Publish %(name)s") % {"name": sla.name},
        form=form,
        save=save,
        message=_("The draft is published."),
        template="slas/sla_publish.html",
        context={
            **sla_frame(request, sla, "items"),
            "title": _("Publish %(name)s") % {"name": sla.name},
            "breadcrumbs": sla_crumbs(sla),
            "check": check,
            "diff": SimpleLazyObject(lambda: draft_diff(sla) if check.can_publish and sla.current else None),
            "forecast": forecast,
            "next_version": sla.current.number + 1 if sla.current else 1,
            "submit_label": _("Publish"),
            "cancel_url": reverse("slas:sla_detail", args=[pk]),
        },
    )


@require_POST
@administrator_required
def sla_forecast(request: HttpRequest, pk: int) -> HttpResponse:
    """Counting all open records in the background, where there are very many."""
    try:
        job = forecast_start(sla=sla_get(pk), by=user_of(request), now=clock_now())
    except ServiceError as error:
        messages.error(request, error_words(error))
        return redirect("slas:sla_publish", pk=pk)
    return redirect("operations:job_detail", pk=job.pk)


@require_POST
@administrator_required
def sla_restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A version becomes the draft; the page says which draft it replaces."""
    sla = sla_get(pk)
    version = sla.versions.filter(number=number).first()
    revision = whole_number(request.POST.get("revision", ""))

    def act() -> str:
        if version is None or revision is None:
            return ""
        by, now = user_of(request), clock_now()
        services.sla_restore(sla=sla, version=version, expected_revision=revision, by=by, now=now)
        return _("The draft says what version %(number)d says. Nothing is judged by it until you publish.") % {
            "number": number
        }

    return command_view(request, act=act, to=f"{reverse('slas:sla_detail', args=[pk])}?show=draft")


def _forecast(sla: SLA, check: CheckResult, now: datetime) -> Forecast:
    return publication_forecast(sla=sla, now=now) if check.can_publish else Forecast(total=0)


def _open_records(forecast: Forecast) -> int:
    """Exact where all were counted, else how many there are to look at."""
    return forecast.counts["records"] if forecast.is_complete else forecast.total


def _after(sla: SLA, *, reapplied: bool) -> str:
    job = reapplications(sla).first() if reapplied else None
    return reverse("operations:job_detail", args=[job.pk]) if job else reverse("slas:sla_detail", args=[sla.pk])
