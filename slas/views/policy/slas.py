"""Pages of SLAs: list, items in words, the document, commands."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sla_project.accounts.policy import administrator_required, can_configure, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.web import Column, command_view, empty_list, form_page, list_page, verb_view
from slas import records
from slas.filters import SLAPageFilter
from slas.forms.slas import SLANewForm, SLARenameForm
from slas.models import SLA
from slas.selectors.policy import reading
from slas.selectors.policy.gone import gone_parts
from slas.selectors.policy.reach import reach_of
from slas.selectors.policy.sentences import DocumentWords
from slas.services.checking.documents import CheckResult, document_check
from slas.services.policy import slas as services
from slas.views.policy.frame import TONES, shows_draft, sla_crumbs, sla_frame, sla_get


@signed_in
def sla_list(request: HttpRequest) -> HttpResponse:
    def row(sla: SLA) -> list[dict[str, Any]]:
        version = _("Version %(number)d") % {"number": sla.current.number} if sla.current else _("Not published")
        default = _("Default for %(records)s") % {"records": records.get(sla.record_type).plural}
        return [
            {"text": sla.name, "url": reverse("slas:sla_detail", args=[sla.pk]), "sub": sla.code},
            {"badge": sla.get_state_display(), "tone": TONES[sla.state], "sub": default if sla.is_default else ""},
            {"text": records.get(sla.record_type).plural},
            {"text": version, "sub": _("Draft with changes") if sla.draft and sla.current else ""},
            {"text": sla.open_records},  # type: ignore[attr-defined]  # annotated
            {"time": sla.modified_at},
        ]

    buttons = [
        {"label": _("Templates"), "url": reverse("slas:sla_starters"), "icon": "copy"},
        {"label": _("Import"), "url": reverse("slas:sla_import"), "icon": "file-import"},
        {"label": _("New SLA"), "url": reverse("slas:sla_new"), "icon": "plus", "primary": True},
    ]
    return list_page(
        request,
        title=_("SLAs"),
        queryset=reading.slas(),
        columns=[
            Column(_("Name"), "name"),
            Column(_("State"), "state"),
            Column(_("Judges"), "record_type"),
            Column(_("Version")),
            Column(_("Open records"), "open_records", num=True),
            Column(_("Changed"), "modified_at"),
        ],
        row=row,
        filterset=SLAPageFilter,
        context={
            "lead": _("What is promised, to whom, and what happens when it is about to be missed."),
            "actions": buttons if can_configure(request.user) else [],
            "empty": empty_list(
                "file-text",
                _("No SLA yet"),
                _("An SLA says which KPIs count for which records, with their warning and failure times."),
                {"label": _("Choose a template"), "url": reverse("slas:sla_starters")}
                if can_configure(request.user)
                else None,
            ),
        },
    )


@administrator_required
def sla_new(request: HttpRequest) -> HttpResponse:
    def save(values: dict[str, Any]) -> str:
        sla = services.sla_create(**values, by=user_of(request), now=clock_now())
        return reverse("slas:sla_edit", args=[sla.pk])

    return form_page(
        request,
        title=_("New SLA"),
        form=SLANewForm(request.POST or None),
        save=save,
        message=_("The SLA is created as a draft. Now say what it promises."),
        context={"cancel_url": reverse("slas:sla_list"), "breadcrumbs": sla_crumbs()},
    )


@administrator_required
def sla_rename(request: HttpRequest, pk: int) -> HttpResponse:
    sla = sla_get(pk)

    def save(values: dict[str, Any]) -> str:
        services.sla_rename(sla=sla, changes=values, by=user_of(request), now=clock_now())
        return reverse("slas:sla_detail", args=[pk])

    return form_page(
        request,
        title=_("Rename %(name)s") % {"name": sla.name},
        form=SLARenameForm(request.POST or None, instance=sla_get(pk)),
        save=save,
        message=_("The name is saved."),
        context={"cancel_url": reverse("slas:sla_detail", args=[pk]), "breadcrumbs": sla_crumbs(sla)},
    )


# --- reading ---


@signed_in
def sla_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The items in evaluation order. Administrators see the draft, with what the checker says of it."""
    sla = sla_get(pk)
    show_draft = shows_draft(request, sla)
    document = reading.editable_document(sla) if show_draft else reading.published_document(sla)
    now = clock_now()
    check = document_check(document, record_type=sla.record_type, now=now) if show_draft else CheckResult()
    words = DocumentWords(sla.record_type)
    frozen = None if show_draft or sla.current is None else sla.current.document
    context = {
        "items": words.items(document, check.refusals, check.warnings, frozen=frozen),
        "check": check,
        "general": [problem for problem in check.refusals if not problem.pointer.startswith("/items/")],
        "hours": words.hours_words(document["business_hours"]),
        "show_draft": show_draft,
        "gone": gone_parts(sla),
        "reach": reach_of(sla),
        "entitlements_url": records.get(sla.record_type).entitlements_url(sla.pk),
    }
    return render(request, "slas/sla_detail.html", {**sla_frame(request, sla, "items"), **context})


@signed_in
def sla_document(request: HttpRequest, pk: int) -> HttpResponse:
    sla = sla_get(pk)
    show_draft = shows_draft(request, sla)
    document = reading.editable_document(sla) if show_draft else reading.published_document(sla)
    context = {"document": document, "show_draft": show_draft}
    return render(request, "slas/sla_document.html", {**sla_frame(request, sla, "document"), **context})


# --- commands ---


COMMANDS = {
    "activate": (services.sla_activate, gettext_lazy("The SLA is active. It is not the default.")),
    "deactivate": (services.sla_deactivate, gettext_lazy("The SLA is never chosen from now on.")),
    "set-default": (services.sla_set_default, gettext_lazy("The SLA is the default now.")),
    "clear-default": (services.sla_clear_default, gettext_lazy("There is no default SLA any more.")),
    "discard": (services.sla_discard_draft, gettext_lazy("The draft is discarded.")),
}


@require_POST
@administrator_required
def sla_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    sla = sla_get(pk)
    return verb_view(request, COMMANDS, verb, to=reverse("slas:sla_detail", args=[pk]), sla=sla)


@require_POST
@administrator_required
def sla_clone(request: HttpRequest, pk: int) -> HttpResponse:
    clone = services.sla_clone(sla=sla_get(pk), by=user_of(request), now=clock_now())
    messages.success(request, _("This is the copy, all draft."))
    return redirect("slas:sla_detail", pk=clone.pk)


@require_POST
@administrator_required
def sla_delete(request: HttpRequest, pk: int) -> HttpResponse:
    sla = sla_get(pk)

    def act() -> str:
        services.sla_delete(sla=sla, by=user_of(request), now=clock_now())
        return _("“%(name)s” is deleted.") % {"name": sla.name}

    back = reverse("slas:sla_detail", args=[pk])
    return command_view(request, act=act, to=back, then=reverse("slas:sla_list"))
