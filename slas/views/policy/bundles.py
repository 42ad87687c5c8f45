"""SLAs as code: the file to take away, the page that brings one in, the ready-made ones."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from sla_project.accounts.policy import administrator_required, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.codes import free_code
from sla_project.operations.errors import Invalid, NotPossible
from sla_project.operations.requests import user_of
from sla_project.operations.yaml import yaml_read, yaml_write
from slas import starters
from slas.forms.bundles import BundleForm
from slas.models import SLA
from slas.selectors.policy.bundles import sla_bundle
from slas.services.policy.bundles import CHANGED, CREATED, UNCHANGED, Step, bundle_import, imported_sla
from slas.views.policy.frame import shows_draft, sla_crumbs, sla_get

OUTCOMES = {
    CREATED: (gettext_lazy("New"), "good"),
    CHANGED: (gettext_lazy("Changed"), "warn"),
    UNCHANGED: (gettext_lazy("Unchanged"), "neutral"),
}
KINDS = {
    "sla": gettext_lazy("SLA"),
    "kpis": gettext_lazy("KPI"),
    "business_hours": gettext_lazy("Business hours"),
    "holiday_schedules": gettext_lazy("Holiday schedule"),
    "email_templates": gettext_lazy("Email template"),
    "actions": gettext_lazy("Action"),
}


@require_safe
@signed_in
def sla_export(request: HttpRequest, pk: int) -> HttpResponse:
    sla = sla_get(pk)
    draft = shows_draft(request, sla)
    answer = HttpResponse(yaml_write(sla_bundle(sla, draft=draft)), content_type="application/yaml; charset=utf-8")
    name = f"{sla.code}-draft.yaml" if draft else f"{sla.code}.yaml"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@administrator_required
def sla_import(request: HttpRequest) -> HttpResponse:
    """First what would happen; a second press of a button does it.

    `?starter=` says at once what a ready-made SLA would do: as a new one, or with `?into=` in the draft of that code.
    """
    starter = _starter(request.GET.get("starter", ""))
    text = _starter_text(starter, into=request.GET.get("into", "")) if starter else ""
    is_starter = starter is not None
    data = request.POST or ({"text": text} if is_starter else None)
    form = BundleForm(data, request.FILES or None, is_starter=is_starter)
    steps: list[Step] = []
    if form.is_valid():
        confirmed = "confirm" in request.POST
        try:
            steps = _run(request, form.cleaned_data["text"], dry_run=not confirmed)
        except Invalid as invalid:
            for problem in invalid.problems:
                place = f"{problem.pointer}: " if problem.pointer else ""
                form.add_error(None, f"{place}{problem.message}")
        except NotPossible as refused:
            form.add_error(None, refused.message)
        else:
            if confirmed:
                return _done(request, steps)
            form = BundleForm(initial={"text": form.cleaned_data["text"]}, is_starter=is_starter)
    context = {
        "title": _("Start from “%(name)s”") % {"name": starter.name} if starter else _("Import an SLA"),
        "breadcrumbs": sla_crumbs(),
        "form": form,
        "starter": starter,
        "steps": [_shown(step) for step in steps],
        "cancel_url": reverse("slas:sla_starters" if starter else "slas:sla_list"),
    }
    status = 422 if request.method == "POST" and form.is_bound else 200
    return render(request, "slas/sla_import.html", context, status=status)


@administrator_required
def sla_starters(request: HttpRequest) -> HttpResponse:
    context = {
        "title": _("Start from a template"),
        "lead": _("Each opens as a draft, with the KPIs, hours and mail texts that it needs."),
        "breadcrumbs": sla_crumbs(),
        "starters": starters.starters(),
    }
    return render(request, "slas/sla_starters.html", context)


def _run(request: HttpRequest, text: str, *, dry_run: bool) -> list[Step]:
    return bundle_import(bundle=yaml_read(text), by=user_of(request), now=clock_now(), dry_run=dry_run)


def _done(request: HttpRequest, steps: list[Step]) -> HttpResponse:
    sla = imported_sla(steps)
    if all(step.outcome == UNCHANGED for step in steps):
        messages.info(request, _("Everything is here already; nothing was changed."))
    else:
        messages.success(request, _("The import is done. What the SLA promises is a draft until you publish it."))
    return redirect("slas:sla_detail", pk=sla.pk)


def _starter(code: str) -> starters.Starter | None:
    """The ready-made SLA that was asked for."""
    found = starters.starter(code)
    if code and found is None:
        raise Http404
    return found


def _starter_text(found: starters.Starter, *, into: str) -> str:
    """As a file: under the code and names of `into`, else under a code that is still free."""
    if into:
        sla = get_object_or_404(SLA, code=into)
        return found.text(sla.code, name=sla.name, description=sla.description)
    taken = SLA.objects.filter(code=found.code).exists()
    return found.text(free_code(found.code, SLA.objects.all()) if taken else found.code)


def _shown(step: Step) -> dict[str, Any]:
    label, tone = OUTCOMES[step.outcome]
    return {"step": step, "kind": KINDS[step.kind], "outcome": label, "tone": tone}
