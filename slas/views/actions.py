"""Pages of reusable actions. In this app, since their forms are those of an SLA item's actions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from actions import lookups, services, targets
from actions.filters import ActionFilter
from actions.models import Action
from actions.selectors import actions_list
from sla_project.accounts.policy import administrator_required, can_configure, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, Problem, Stale
from sla_project.operations.requests import user_of
from sla_project.operations.seen import SEEN, Edited
from sla_project.operations.web import Cell, Column, command_view, list_page, verb_view
from slas import records
from slas.forms.actions import ActionHeadForm
from slas.forms.items.action_base import ActionForm
from slas.forms.items.actions import action_form, action_raw, new_action
from slas.forms.items.edits import item_edit
from slas.forms.items.offers import Offers
from slas.forms.items.raw import Raw, raw_of_post
from slas.selectors.policy.usage import uses_of_action

TONES = {Action.State.ACTIVE: "good", Action.State.INACTIVE: "neutral"}
PREFIX = "moments-0-actions-0"
"""The form of an action knows itself as the first action of the first moment of an item."""
SAVE = "save"


# --- reading ---


@signed_in
@lookups.read_together()
def action_list(request: HttpRequest) -> HttpResponse:
    def row(action: Action) -> list[Cell]:
        return [
            {"text": action.name, "url": _url(action), "sub": action.code},
            {"text": services.action_words(action.document, target_type=action.target_type)},
            {"text": _type_words(action.target_type)},
            {"badge": action.get_state_display(), "tone": TONES[Action.State(action.state)]},
            {"time": action.modified_at},
        ]

    new = {"label": _("New action"), "url": reverse("slas:action_new"), "icon": "plus", "primary": True}
    return list_page(
        request,
        title=_("Actions"),
        queryset=actions_list(),
        columns=[
            Column(_("Name"), "name", first=True),
            Column(_("Does")),
            Column(_("For"), "target_type"),
            Column(_("State"), "state"),
            Column(_("Changed"), "modified_at"),
        ],
        row=row,
        filterset=ActionFilter,
        context={
            "lead": _("Said once, used by many SLA items. Publishing an SLA copies what an action says."),
            "actions": [new] if can_configure(request.user) else [],
            "empty": {
                "icon": "bolt",
                "heading": _("No reusable action yet"),
                "text": _("What several items do the same way, such as escalating, is better said once."),
            },
        },
    )


@signed_in
def action_detail(request: HttpRequest, pk: int) -> HttpResponse:
    action = get_object_or_404(Action, pk=pk)
    context = {
        "title": action.name,
        "breadcrumbs": _crumbs(),
        "action": action,
        "tone": TONES[Action.State(action.state)],
        "words": services.action_words(action.document, target_type=action.target_type),
        "facts": [
            {"label": _("Code"), "value": action.code},
            {"label": _("For"), "value": _type_words(action.target_type)},
            {"label": _("Created"), "time": action.created_at},
            {"label": _("Changed"), "time": action.modified_at},
        ],
        "uses": uses_of_action(action.code),
        "may_configure": can_configure(request.user),
    }
    return render(request, "slas/action_detail.html", context)


# --- writing ---


@administrator_required
def action_new(request: HttpRequest) -> HttpResponse:
    """First the kind of action, then its form."""
    target_type = request.POST.get("for") or request.GET.get("for", "")
    choice = request.POST.get("choice") or request.GET.get("kind", "")
    if not target_type or not choice:
        return _choices(request)
    offers = _offers(target_type)
    raw = new_action(choice, offers)
    if raw is None or choice == services.REUSABLE:
        raise Http404
    head = ActionHeadForm(request.POST or None, action=None)
    return _edit(request, None, offers, raw, head, choice=choice)


@administrator_required
def action_edit(request: HttpRequest, pk: int) -> HttpResponse:
    action = get_object_or_404(Action, pk=pk)
    offers = _offers(action.target_type)
    initial = {"name": action.name, "code": action.code}
    head = ActionHeadForm(request.POST or None, initial=initial, action=action)
    return _edit(request, action, offers, action_raw(action.document, offers), head)


def _edit(
    request: HttpRequest, action: Action | None, offers: Offers, raw: Raw, head: ActionHeadForm, *, choice: str = ""
) -> HttpResponse:
    item: Raw = {"moments": [{"actions": [raw]}]}
    command = request.POST.get("do", SAVE)
    if request.method == "POST":
        item = raw_of_post(request.POST)
        if command != SAVE:
            head = ActionHeadForm(initial=request.POST.dict(), action=action)
            item_edit(item, command, offers)
    saving = request.method == "POST" and command == SAVE
    form = _form(item, offers, quiet=not saving)
    if saving and head.is_valid() & form.tree_is_valid():
        try:
            saved = _save(request, action, offers, head.cleaned_data, form.document())
        except Invalid as invalid:
            for problem in invalid.problems:
                _show(head, form, problem)
        except Stale:
            assert action is not None  # nobody else writes a new one
            head.add_error(None, Edited(action).tell(head).message)
        else:
            created = _("The action is created. Activate it to use it in an SLA.")
            messages.success(request, _("The action is saved.") if action else created)
            return redirect(_url(saved))
    context = {
        "title": _("Edit %(name)s") % {"name": action.name} if action else _("New action"),
        "breadcrumbs": _crumbs(*[action] if action else []),
        "action": action,
        "head": head,
        "form": form,
        "actions_shown": [form],
        "moment": {"index": 0},
        "offers": offers,
        "edit_url": request.path,
        "choice": choice,
        "cancel_url": _url(action) if action else reverse("slas:action_list"),
    }
    part = command != SAVE and request.headers.get("HX-Request")
    template = "slas/_action_body.html" if part else "slas/action_form.html"
    return render(request, template, context, status=422 if saving else 200)


def _save(
    request: HttpRequest, action: Action | None, offers: Offers, head: dict[str, Any], document: dict[str, Any]
) -> Action:
    by, now = user_of(request), clock_now()
    if action is None:
        values = {"code": head["code"], "name": head["name"], "target_type": offers.record_type.name}
        created = services.action_create(**values, document=document, by=by, now=now)
        return services.action_activate(action=created, by=by, now=now)
    changes = {"name": head["name"], "document": document}
    with Edited(action).unchanged(head[SEEN]):
        return services.action_update(action=action, changes=changes, by=by, now=now)


def _form(item: Raw, offers: Offers, *, quiet: bool) -> ActionForm:
    try:
        raw = item["moments"][0]["actions"][0]
    except (KeyError, IndexError):
        raise Http404 from None
    form = action_form(raw, prefix=PREFIX, quiet=quiet, offers=offers)
    if form is None:
        raise Http404
    return form


def _show(head: ActionHeadForm, form: ActionForm, problem: Problem) -> None:
    first, *rest = problem.pointer.strip("/").split("/")
    if first == "document":
        form.add_problem(rest, problem)
    else:
        head.add_error(first if first in head.fields else None, problem.message)


def _choices(request: HttpRequest) -> HttpResponse:
    found = [
        _offers(target.name) for target in targets.all_targets() if target.name in {each.name for each in records.all()}
    ]
    groups = [
        {
            "name": offers.record_type.name,
            "label": offers.record_type.plural,
            "kinds": [choice for choice in offers.new_actions if choice[0] != services.REUSABLE],
        }
        for offers in found
    ]
    context = {"title": _("New action"), "breadcrumbs": _crumbs(), "groups": groups}
    return render(request, "slas/action_choices.html", context)


# --- buttons ---

COMMANDS = {
    "activate": (services.action_activate, gettext_lazy("The action can be used now.")),
    "deactivate": (services.action_deactivate, gettext_lazy("The action is no longer offered to SLA items.")),
}


@require_POST
@administrator_required
def action_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    action = get_object_or_404(Action, pk=pk)
    return verb_view(request, COMMANDS, verb, to=_url(action), action=action)


@require_POST
@administrator_required
def action_clone(request: HttpRequest, pk: int) -> HttpResponse:
    clone = services.action_clone(action=get_object_or_404(Action, pk=pk), by=user_of(request), now=clock_now())
    messages.success(request, _("An inactive copy. Give it a name of its own."))
    return redirect("slas:action_edit", pk=clone.pk)


@require_POST
@administrator_required
def action_delete(request: HttpRequest, pk: int) -> HttpResponse:
    action = get_object_or_404(Action, pk=pk)

    def act() -> str:
        services.action_delete(action=action, by=user_of(request), now=clock_now())
        return _("“%(name)s” is deleted.") % {"name": action.name}

    return command_view(request, act=act, to=_url(action), then=reverse("slas:action_list"))


# --- what the pages share ---


def _offers(target_type: str) -> Offers:
    try:
        return Offers(target_type)
    except records.UnknownRecordType:
        raise Http404 from None


def _type_words(name: str) -> str:
    target = targets.find(name)
    return str(target.label) if target else name


def _url(action: Action) -> str:
    return reverse("slas:action_detail", args=[action.pk])


def _crumbs(*above: Action) -> list[dict[str, str]]:
    first = {"label": _("Actions"), "url": reverse("slas:action_list")}
    return [first, *({"label": each.name, "url": _url(each)} for each in above)]
