"""Pages of the teams: everybody reads, administrators write."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sla_project.accounts import selectors, services
from sla_project.accounts.forms import TeamForm
from sla_project.accounts.models import Team
from sla_project.accounts.policy import administrator_required, can_configure, can_read_all, signed_in
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.seen import Edited
from sla_project.operations.web import Cell, Column, form_page, list_page


@signed_in
def team_list(request: HttpRequest) -> HttpResponse:
    def row(team: Team) -> list[Cell]:
        return [
            {"text": team.name, "url": _url(team), "sub": team.code},
            {"text": str(team.lead) if team.lead else None},
            {"text": team.email or None},
            {"text": team.active_members},  # type: ignore[attr-defined]  # annotated
        ]

    new = {"label": _("New team"), "url": reverse("accounts:team_new"), "icon": "plus", "primary": True}
    return list_page(
        request,
        title=_("Teams"),
        queryset=selectors.teams(),
        columns=[
            Column(_("Team"), "name", first=True),
            Column(_("Lead")),
            Column(_("Email")),
            Column(_("Active members"), "active_members", num=True),
        ],
        row=row,
        context={
            "lead": _("Groups that cases are assigned to; actions reach a team by its address or its lead."),
            "actions": [new] if can_configure(request.user) else [],
            "empty": {"icon": "users", "heading": _("No team yet")},
        },
    )


@signed_in
def team_detail(request: HttpRequest, pk: int) -> HttpResponse:
    team = get_object_or_404(selectors.teams(), pk=pk)
    context = {
        "title": team.name,
        "breadcrumbs": _crumbs(),
        "team": team,
        "facts": [
            {"label": _("Code"), "value": team.code},
            {"label": _("Lead"), "value": str(team.lead) if team.lead else None},
            {"label": _("Email"), "value": team.email or None},
        ],
        "members": team.members.all(),
        "may_configure": can_configure(request.user),
        "may_see_people": can_read_all(request.user),
    }
    return render(request, "accounts/team_detail.html", context)


@administrator_required
def team_new(request: HttpRequest) -> HttpResponse:
    return _team_form(request, Team(), _("New team"), _crumbs(), reverse("accounts:team_list"))


@administrator_required
def team_edit(request: HttpRequest, pk: int) -> HttpResponse:
    team = get_object_or_404(Team, pk=pk)
    return _team_form(request, team, _("Edit %(name)s") % {"name": team.name}, _crumbs(team), _url(team))


@require_POST
@administrator_required
def team_delete(request: HttpRequest, pk: int) -> HttpResponse:
    team = get_object_or_404(Team, pk=pk)

    try:
        services.team_delete(team=team, by=user_of(request), now=clock_now())
    except ProtectedError:
        messages.error(request, _("Cases or activities belong to this team, so it stays."))
        return redirect("accounts:team_detail", pk=pk)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": team.name})
    return redirect("accounts:team_list")


def _team_form(
    request: HttpRequest, team: Team, title: str, crumbs: list[dict[str, str]], cancel_url: str
) -> HttpResponse:
    def save(values: dict[str, Any]) -> str:
        members = values.pop("members")
        fresh = Team.objects.get(pk=team.pk) if team.pk else Team()
        saved = services.team_save(team=fresh, changes=values, members=members, by=user_of(request), now=clock_now())
        return _url(saved)

    return form_page(
        request,
        title=title,
        form=TeamForm(request.POST or None, instance=team),
        save=save,
        edits=Edited(team, services.team_etag) if team.pk else None,
        message=_("The team is saved."),
        context={"breadcrumbs": crumbs, "cancel_url": cancel_url},
    )


def _url(team: Team) -> str:
    return reverse("accounts:team_detail", args=[team.pk])


def _crumbs(*teams: Team) -> list[dict[str, str]]:
    first = {"label": _("Teams"), "url": reverse("accounts:team_list")}
    return [first, *({"label": each.name, "url": _url(each)} for each in teams)]
