"""Templates, users and teams that documents name: looked up one by one, or read once for many documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property

from actions.models import Action, EmailTemplate
from sla_project.accounts.models import Team, User


class _Lists:
    """Each read when it is first needed."""

    @cached_property
    def templates(self) -> dict[str, EmailTemplate]:
        return {template.code: template for template in EmailTemplate.objects.all()}

    @cached_property
    def actions(self) -> dict[str, Action]:
        return {action.code: action for action in Action.objects.all()}

    @cached_property
    def users(self) -> dict[str, User]:
        return {user.email.lower(): user for user in User.objects.all()}

    @cached_property
    def teams(self) -> dict[str, Team]:
        return {team.code: team for team in Team.objects.all()}


_lists: ContextVar[_Lists | None] = ContextVar("action_lookups", default=None)


@contextmanager
def read_together() -> Iterator[None]:
    """Inside, every list is read at most once, so that checking an SLA takes as many queries for any number of
    actions. For reading and checking only: what is written meanwhile is not seen."""
    if _lists.get() is not None:
        yield
        return
    token = _lists.set(_Lists())
    try:
        yield
    finally:
        _lists.reset(token)


def template(code: str) -> EmailTemplate | None:
    lists = _lists.get()
    return lists.templates.get(code) if lists else EmailTemplate.objects.filter(code=code).first()


def action(code: str) -> Action | None:
    """A reusable action."""
    lists = _lists.get()
    return lists.actions.get(code) if lists else Action.objects.filter(code=code).first()


def user(email: str) -> User | None:
    """By the address in any case, active or not."""
    lists = _lists.get()
    return lists.users.get(email.lower()) if lists else User.objects.filter(email__iexact=email).first()


def team(code: str) -> Team | None:
    lists = _lists.get()
    return lists.teams.get(code) if lists else Team.objects.filter(code=code).first()
