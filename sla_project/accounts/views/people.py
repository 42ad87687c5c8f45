"""Pages of the people who work here: managers read, administrators write."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from sla_project.accounts import selectors, services
from sla_project.accounts.filters import PersonFilter
from sla_project.accounts.forms import UserForm
from sla_project.accounts.models import Role, User
from sla_project.accounts.policy import administrator_required, can_configure, manager_required
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.seen import Edited
from sla_project.operations.selectors import settings_get
from sla_project.operations.web import Cell, Column, form_page, list_page

TONES = {Role.ADMINISTRATOR: "info", Role.MANAGER: "info", Role.AGENT: "neutral"}


@manager_required
def person_list(request: HttpRequest) -> HttpResponse:
    def row(user: User) -> list[Cell]:
        return [
            {"text": str(user), "url": _url(user), "sub": user.email},
            {"badge": user.get_role_display(), "tone": TONES[Role(user.role)]},
            {"text": ", ".join(team.name for team in user.teams.all()) or None},
            {"text": user.time_zone},
            _state(user),
        ]

    new = {"label": _("New person"), "url": reverse("accounts:person_new"), "icon": "plus", "primary": True}
    return list_page(
        request,
        title=_("People"),
        queryset=selectors.people(),
        columns=[
            Column(_("Name"), "display_name", first=True),
            Column(_("Role"), "role"),
            Column(_("Teams")),
            Column(_("Time zone"), "time_zone"),
            Column(_("State"), "is_active"),
        ],
        row=row,
        filterset=PersonFilter,
        context={
            "lead": _("Who works cases, who reads reports, who configures."),
            "actions": [new] if can_configure(request.user) else [],
            "empty": {"icon": "user", "heading": _("Nobody fits")},
        },
    )


@manager_required
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(selectors.people(), pk=pk)
    context = {
        "title": str(user),
        "breadcrumbs": _crumbs(),
        "person": user,
        "facts": [
            {"label": _("Email address"), "value": user.email},
            {"label": _("Role"), "value": user.get_role_display()},
            {"label": _("Time zone"), "value": user.time_zone},
            {"label": _("State"), **_state(user)},
            {"label": _("Since"), "time": user.created_at},
        ],
        "teams": user.teams.all(),
        "may_configure": can_configure(request.user),
        "tokens": selectors.tokens_seen_by(user_of(request)).filter(user=user),
    }
    return render(request, "accounts/person_detail.html", context)


@administrator_required
def person_new(request: HttpRequest) -> HttpResponse:
    def save(values: dict[str, Any]) -> str:
        password = values.pop("password") or None
        user = services.user_create(fields=values, password=password, by=user_of(request), now=clock_now())
        return _url(user)

    return form_page(
        request,
        title=_("New person"),
        form=UserForm(request.POST or None, initial={"time_zone": settings_get().time_zone}),
        save=save,
        message=_("The person is saved."),
        context={"breadcrumbs": _crumbs(), "cancel_url": reverse("accounts:person_list")},
    )


@administrator_required
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)

    def save(values: dict[str, Any]) -> str:
        password = values.pop("password") or None
        services.user_update(user=user, changes=values, password=password, by=user_of(request), now=clock_now())
        return _url(user)

    return form_page(
        request,
        title=_("Edit %(name)s") % {"name": user},
        form=UserForm(request.POST or None, instance=User.objects.get(pk=pk)),
        save=save,
        edits=Edited(user, services.user_etag, services.user_locked),
        message=_("The person is saved."),
        context={"breadcrumbs": _crumbs(user), "cancel_url": _url(user)},
    )


def _url(user: User) -> str:
    return reverse("accounts:person_detail", args=[user.pk])


def _crumbs(*people: User) -> list[dict[str, str]]:
    first = {"label": _("People"), "url": reverse("accounts:person_list")}
    return [first, *({"label": str(each), "url": _url(each)} for each in people)]


def _state(user: User) -> Cell:
    return {"badge": _("Active"), "tone": "good"} if user.is_active else {"badge": _("Inactive"), "tone": "neutral"}
