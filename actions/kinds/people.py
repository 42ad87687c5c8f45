"""Users and teams as arguments: refused at save and skipped at run when inactive (engine.md R31)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from actions import lookups
from actions.kinds.base import Skip
from actions.kinds.documents import refuse
from sla_project.accounts.models import Team, User

EMAIL_ROLES = ("owner", "team", "lead", "contact")
ADDRESS = "address:"


def user_by_email(email: str) -> User | None:
    """The active user with this address."""
    return User.objects.filter(email__iexact=email, is_active=True).first()


def check_user(email: str, *, pointer: str) -> User:
    user = lookups.user(email)
    if user is None:
        refuse(pointer, "unknown_user", _("There is no user with the address %(email)s.") % {"email": email})
    if not user.is_active:
        refuse(pointer, "inactive_user", _("%(user)s is not active.") % {"user": user})
    return user


def check_team(code: str, *, pointer: str) -> Team:
    team = lookups.team(code)
    if team is None:
        refuse(pointer, "unknown_team", _("There is no team with the code %(code)s.") % {"code": code})
    return team


def take_user(email: str) -> User:
    """At run: the user, or the run is skipped."""
    user = user_by_email(email)
    if user is None:
        raise Skip("inactive_user", _("%(email)s is no longer an active user.") % {"email": email})
    return user


def take_team(code: str) -> Team:
    team = Team.objects.filter(code=code).first()
    if team is None:
        raise Skip("unknown_team", _("There is no team %(code)s any more.") % {"code": code})
    return team


def is_email(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def is_inactive_user(email: str) -> bool:
    user = lookups.user(email)
    return user is not None and not user.is_active
