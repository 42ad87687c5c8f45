"""The commands on a case: a form where something is to be said, a button where not."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from actions.delivery import leaves_the_house
from cases import forms, services
from cases.choices import CaseState, CaseStatus, HoldReason
from cases.models import Case
from cases.selectors import pausing_statuses, reply_recipient
from cases.services.cases import Assignment
from cases.views.meeting import meeting_words
from sla_project.accounts.policy import case_worker_required
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import NotPossible
from sla_project.operations.requests import user_of
from sla_project.operations.web import command_view, form_page
from slas.models import SLA
from slas.services.flow.choosing import AUTOMATIC, NO_SLA, SLAChoice


def _command_form(
    request: HttpRequest,
    case: Case,
    *,
    title: str,
    form: django_forms.Form,
    act: Any,
    submit: str,
    message: str = "",
    note: str = "",
    danger: bool = False,
    cancel: str = "",
    only_open: bool = True,
) -> HttpResponse:
    """A page with the command's form; `act(values)` calls the service, and may return what to say for `message`.

    Where the command is `only_open`, its form is not shown on a closed case: nobody types what is refused afterwards.
    """
    if only_open and not case.is_open and request.method != "POST":
        messages.error(request, _closed_words(case))
        return redirect(case)

    def save(values: dict[str, Any]) -> str:
        done = act(values)
        messages.success(request, done if isinstance(done, str) else message)
        return case.get_absolute_url()

    return form_page(
        request,
        title=title,
        form=form,
        save=save,
        context={
            "submit_label": submit,
            "cancel_url": case.get_absolute_url(),
            "cancel_label": cancel,
            "danger": danger,
            "form_note": note,
            "lead": case.title,
            "breadcrumbs": [
                {"label": _("Cases"), "url": reverse("cases:case_list")},
                {"label": case.number, "url": case.get_absolute_url()},
            ],
        },
    )


def _closed_words(case: Case) -> str:
    if case.status == CaseStatus.MERGED:
        return _("This case was merged: work goes on in the other one.")
    return _("This case is %(state)s. Reactivate it first.") % {"state": case.get_state_display().lower()}


@require_POST
@case_worker_required
def case_status(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(Case, pk=pk)
    status, shown = request.POST.get("status", ""), request.POST.get("shown", "") or None
    asks_why = status in pausing_statuses() and shown in (None, case.status)
    if status != case.status and asks_why:
        return redirect(f"{reverse('cases:case_hold', args=[pk])}?status={status}")

    def act() -> str:
        services.case_set_status(case=case, status=status, shown=shown, by=user_of(request), now=clock_now())
        return _("Status: %(status)s.") % {"status": case.get_status_display()}

    return command_view(request, act=act, to=case.get_absolute_url())


@case_worker_required
def case_hold(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(Case, pk=pk)
    status = request.GET.get("status", "")
    reason = HoldReason.CUSTOMER if status == CaseStatus.WAITING_FOR_CUSTOMER else HoldReason.SUPPLIER
    initial = {"status": status, "reason": reason}
    return _command_form(
        request,
        case,
        title=_("Put %(number)s on hold") % {"number": case.number},
        form=forms.HoldForm(request.POST or None, initial=initial, pausing=pausing_statuses()),
        act=lambda values: services.case_hold(case=case, by=user_of(request), now=clock_now(), **values),
        message=_("The case is on hold."),
        submit=_("Put on hold"),
        note=_(
            "Timers that allow it stand still until the status changes again. The reason stands in the case's history."
        ),
    )


@require_POST
@case_worker_required
def case_escalate(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(Case, pk=pk)
    escalated = request.POST.get("escalated") == "yes"

    def act() -> str:
        services.case_update(case=case, is_escalated=escalated, by=user_of(request), now=clock_now())
        return _("The case is escalated.") if escalated else _("The case is no longer escalated.")

    return command_view(request, act=act, to=case.get_absolute_url())


@require_POST
@case_worker_required
def case_take(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(Case, pk=pk)

    def act() -> str:
        services.case_update(case=case, owner=user_of(request), by=user_of(request), now=clock_now())
        return _("The case is yours.")

    return command_view(request, act=act, to=case.get_absolute_url())


@case_worker_required
def case_reply(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(Case, pk=pk)
    to = reply_recipient(case)
    note = " ".join(filter(None, [_reply_note(to, case), _reply_meets(case)]))

    def act(values: dict[str, Any]) -> str:
        try:
            services.case_reply(case=case, by=user_of(request), now=clock_now(), **values)
        except NotPossible as error:
            if error.code != "sent_already":
                raise
            return error.message
        return _replied_words(to)

    return _command_form(
        request,
        case,
        title=_("Reply to %(number)s") % {"number": case.number},
        form=forms.ReplyForm(request.POST or None),
        act=act,
        submit=_("Send reply") if to else _("Record reply"),
        note=note,
    )


def _replied_words(to: tuple[str, str] | None) -> str:
    if to is None:
        return _("The reply is recorded.")
    if leaves_the_house():
        return _("The reply is on its way to %(email)s.") % {"email": to[1]}
    return _("The reply to %(email)s is kept in the outbox: no mail server is set up.") % {"email": to[1]}


def _reply_meets(case: Case) -> str:
    """Which timers the answer meets, and how much time is left for it."""
    meets = meeting_words(case, services.values_of_reply(case), now=clock_now())
    if meets or case.first_response_sent:
        return meets
    return _("It counts as the first response.")


def _reply_note(to: tuple[str, str] | None, case: Case) -> str:
    """To whom the answer goes, or that it goes to nobody, and why."""
    if to is not None:
        words = {"name": to[0], "email": to[1]}
        if leaves_the_house():
            return _("It is mailed to %(name)s, %(email)s, and kept with the case.") % words
        return _("No mail server is set up: it is kept in the outbox, addressed to %(name)s, %(email)s.") % words
    if name := case.contact or case.customer:
        return _("%(name)s has no email address: your answer is kept with the case, and not sent.") % {"name": name}
    return _("The case has no contact: your answer is kept with the case, and not sent.")


@case_worker_required
def case_resolve(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(Case, pk=pk)
    return _command_form(
        request,
        case,
        title=_("Resolve %(number)s") % {"number": case.number},
        form=forms.ResolveForm(request.POST or None),
        act=lambda values: services.case_resolve(case=case, by=user_of(request), now=clock_now(), **values),
        message=_("The case is resolved."),
        submit=_("Resolve case"),
        note=meeting_words(case, {"state": CaseState.RESOLVED}, now=clock_now(), closing=True),
    )


@case_worker_required
def case_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(Case, pk=pk)
    return _command_form(
        request,
        case,
        title=_("Cancel %(number)s") % {"number": case.number},
        form=django_forms.Form(request.POST if request.method == "POST" else None),
        act=lambda values: services.case_cancel(case=case, by=user_of(request), now=clock_now()),
        message=_("The case is canceled."),
        submit=_("Cancel case"),
        cancel=_("Keep the case"),
        note=_("Its running timers end as canceled, and actions that still wait do not run."),
        danger=True,
    )


@require_POST
@case_worker_required
def case_reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(Case, pk=pk)

    def act() -> str:
        services.case_reactivate(case=case, by=user_of(request), now=clock_now())
        return _("The case is active again.")

    return command_view(request, act=act, to=case.get_absolute_url())


@case_worker_required
def case_assign(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(Case, pk=pk)
    form = forms.AssignForm(request.POST or None, initial={"owner": case.owner_id, "team": case.team_id})
    forms.only_active(form, case)

    def act(values: Assignment) -> None:
        services.case_assign(case=case, by=user_of(request), now=clock_now(), **values)

    return _command_form(
        request,
        case,
        title=_("Assign %(number)s") % {"number": case.number},
        form=form,
        act=act,
        message=_("The case is assigned."),
        submit=_("Assign"),
        only_open=False,
    )


@case_worker_required
def case_merge(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(Case, pk=pk)
    return _command_form(
        request,
        case,
        title=_("Merge %(number)s into another case") % {"number": case.number},
        form=forms.MergeForm(request.POST or None),
        act=lambda values: services.case_merge(case=case, by=user_of(request), now=clock_now(), **values),
        message=_("The case is merged."),
        submit=_("Merge"),
        note=_("This case ends as merged; that cannot be undone."),
        danger=True,
    )


@case_worker_required
def case_apply_sla(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(Case, pk=pk)

    def act(values: dict[str, str]) -> str:
        sla = chosen_sla(values["sla"])
        services.case_apply_sla(case=case, sla=sla, by=user_of(request), now=clock_now())
        return applied_words(sla)

    return _command_form(
        request,
        case,
        title=_("Apply an SLA to %(number)s") % {"number": case.number},
        form=forms.ApplySLAForm(request.POST or None, record_type="case"),
        act=act,
        submit=_("Apply SLA"),
        note=_("Another SLA ends the running timers and starts its own."),
    )


def chosen_sla(code: str) -> SLA | SLAChoice:
    """What a person picked in `ApplySLAForm`."""
    if code == forms.ApplySLAForm.AUTOMATIC:
        return AUTOMATIC
    return NO_SLA if code == forms.ApplySLAForm.NONE else SLA.objects.get(pk=code)


def applied_words(choice: SLA | SLAChoice) -> str:
    if choice is NO_SLA:
        return _("No SLA applies any more.")
    if choice is AUTOMATIC:
        return _("The SLA is chosen automatically again.")
    return _("“%(sla)s” is applied.") % {"sla": choice}
