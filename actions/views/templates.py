"""Pages of email templates: list, reading with a preview, writing with the placeholders beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from actions import placeholders, selectors, services, targets, usage
from actions.filters import EmailTemplateFilter
from actions.forms import EmailTemplateForm
from actions.models import EmailTemplate
from actions.previews import preview_of
from actions.wording import TEMPLATE_TONES
from sla_project.accounts.policy import administrator_required, can_configure, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid
from sla_project.operations.requests import user_of
from sla_project.operations.seen import Edited
from sla_project.operations.web import Cell, Column, command_view, form_page, list_page

COLUMNS = (
    Column(gettext_lazy("Name"), order="name", first=True),
    Column(gettext_lazy("Subject"), order="subject"),
    Column(gettext_lazy("For"), order="target_type"),
    Column(gettext_lazy("State"), order="state"),
    Column(gettext_lazy("Changed"), order="modified_at"),
)


@signed_in
def email_template_list(request: HttpRequest) -> HttpResponse:
    new = {
        "label": _("New email template"),
        "url": reverse("actions:email_template_create"),
        "icon": "plus",
        "primary": True,
    }
    may = can_configure(request.user)
    return list_page(
        request,
        title=_("Email templates"),
        queryset=selectors.templates_list(),
        columns=COLUMNS,
        row=_row,
        filterset=TemplatePageFilter,
        context={
            "lead": _("Publishing an SLA copies the text: editing a template never changes what runs already."),
            "actions": [new] if may else [],
            "empty": {
                "icon": "file-text",
                "heading": _("No email templates"),
                "text": _("Write a text once and use it in many SLA items."),
                **({"action_url": new["url"], "action_label": new["label"]} if may else {}),
            },
        },
    )


class TemplatePageFilter(EmailTemplateFilter):
    """What a person filters by."""

    code = None


def _row(template: EmailTemplate) -> list[Cell]:
    url = reverse("actions:email_template_detail", args=[template.pk])
    return [
        {"text": template.name, "url": url, "sub": template.code},
        {"text": template.subject},
        {"text": target_words(template.target_type)},
        {"badge": template.get_state_display(), "tone": TEMPLATE_TONES[template.state]},
        {"time": template.modified_at},
    ]


def target_words(name: str) -> str:
    try:
        return str(targets.get(name).label)
    except targets.UnknownTarget:
        return name


@signed_in
def email_template_detail(request: HttpRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(EmailTemplate, pk=pk)
    record = request.GET.get("record", "").strip()[:60]
    facts = [
        {"label": _("Code"), "value": template.code},
        {"label": _("For"), "value": target_words(template.target_type)},
        {"label": _("Created"), "time": template.created_at},
        {"label": _("Changed"), "time": template.modified_at},
    ]
    return render(
        request,
        "actions/email_template_detail.html",
        {
            "title": template.name,
            "breadcrumbs": _breadcrumbs(),
            "template": template,
            "tone": TEMPLATE_TONES[template.state],
            "facts": facts,
            "may_configure": can_configure(request.user),
            "uses": usage.uses(usage.TEMPLATE, template.code),
            "record": record,
            **_preview(template.target_type, template.subject, template.body, record),
        },
    )


@administrator_required
def email_template_create(request: HttpRequest) -> HttpResponse:
    form = EmailTemplateForm(request.POST or None, is_new=True, initial={"target_type": "case"})

    def save(values: dict[str, Any]) -> str:
        template = services.email_template_create(**values, by=user_of(request), now=clock_now())
        return reverse("actions:email_template_detail", args=[template.pk])

    return _form_page(request, form, save, title=_("New email template"), cancel="actions:email_template_list")


@administrator_required
def email_template_update(request: HttpRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(EmailTemplate, pk=pk)
    form = EmailTemplateForm(request.POST or None, is_new=False, initial=services.email_template_snapshot(template))
    page = reverse("actions:email_template_detail", args=[pk])

    def save(values: dict[str, Any]) -> str:
        services.email_template_update(template=template, changes=values, by=user_of(request), now=clock_now())
        return page

    title = _("Edit %(name)s") % {"name": template.name}
    return _form_page(request, form, save, title=title, cancel=page, edits=Edited(template))


def _form_page(
    request: HttpRequest,
    form: EmailTemplateForm,
    save: Callable[[Any], str],
    *,
    title: str,
    cancel: str,
    edits: Edited | None = None,
) -> HttpResponse:
    return form_page(
        request,
        title=title,
        form=form,
        save=save,
        edits=edits,
        message=_("The template is saved.")
        if edits
        else _("The template is created. Activate it to use it in an SLA."),
        template="actions/email_template_form.html",
        context={
            "breadcrumbs": _breadcrumbs(),
            "cancel_url": cancel if cancel.startswith("/") else reverse(cancel),
            "groups": placeholder_groups(),
            "preview_url": reverse("actions:email_template_preview"),
        },
    )


@administrator_required
@require_POST
def email_template_preview(request: HttpRequest) -> HttpResponse:
    """A fragment: how the mail will look, or what is wrong with it. Saves nothing."""
    values = [request.POST.get(name, "") for name in ("target_type", "subject", "body", "record")]
    return render(request, "actions/_preview.html", _preview(*values))


@administrator_required
@require_POST
def email_template_test(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview as a mail to whoever asked."""
    template = get_object_or_404(EmailTemplate, pk=pk)
    record = request.POST.get("record", "").strip()[:60]
    try:
        preview = preview_of(
            target_type=template.target_type, subject=template.subject, body=template.body, record=record
        )
    except Invalid as invalid:
        messages.error(request, " ".join(problem.message for problem in invalid.problems))
        return redirect("actions:email_template_detail", pk=pk)
    message = services.email_template_test(
        template=template, record=record, **asdict(preview), by=user_of(request), now=clock_now()
    )
    messages.success(request, _("The test is in the outbox, addressed to you."))
    return redirect("actions:message_detail", pk=message.pk)


def _preview(target_type: str, subject: str, body: str, record: str = "") -> dict[str, Any]:
    try:
        return {"preview": preview_of(target_type=target_type, subject=subject, body=body, record=record)}
    except Invalid as invalid:
        return {"preview": None, "problems": invalid.problems}


def placeholder_groups() -> list[dict[str, Any]]:
    """Per record type, what its texts may name."""
    return [
        {"label": target.label, "placeholders": sorted(placeholders.for_mail(target).items())}
        for target in targets.all_targets()
    ]


def _breadcrumbs() -> list[dict[str, str]]:
    return [{"label": _("Email templates"), "url": reverse("actions:email_template_list")}]


# --- buttons ---


@administrator_required
def email_template_activate(request: HttpRequest, pk: int) -> HttpResponse:
    return _button(request, pk, services.email_template_activate, _("The template can be used now."))


@administrator_required
def email_template_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    return _button(request, pk, services.email_template_deactivate, _("The template is no longer offered to actions."))


@require_POST
@administrator_required
def email_template_clone(request: HttpRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(EmailTemplate, pk=pk)
    clone = services.email_template_clone(template=template, by=user_of(request), now=clock_now())
    messages.success(request, _("An inactive copy. Give it a name of its own."))
    return redirect("actions:email_template_update", pk=clone.pk)


@administrator_required
def email_template_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """An active one is in use, and stays."""
    done = _("The template is deleted.")
    return _button(request, pk, services.email_template_delete, done, then=reverse("actions:email_template_list"))


def _button(request: HttpRequest, pk: int, service: Callable[..., Any], done: str, *, then: str = "") -> HttpResponse:
    template = get_object_or_404(EmailTemplate, pk=pk)

    def act() -> str:
        service(template=template, by=user_of(request), now=clock_now())
        return done

    return command_view(request, act=act, to=reverse("actions:email_template_detail", args=[pk]), then=then)
