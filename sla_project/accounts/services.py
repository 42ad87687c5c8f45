"""Writing people: users, teams, tokens, failed sign-ins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from sla_project.accounts.models import ApiToken, LoginFailure, Role, Team, User
from sla_project.accounts.selectors import LOGIN_WINDOW
from sla_project.operations.errors import Invalid, NotPossible, Problem
from sla_project.operations.etags import etag_of
from sla_project.operations.services import audit_write
from sla_project.operations.unique import unique_or_invalid

USER_FIELDS = ("email", "display_name", "time_zone", "role", "is_active")


@transaction.atomic
def user_create(*, fields: Mapping[str, Any], password: str | None, by: User | None, now: datetime) -> User:
    """A user; without a password one who cannot sign in, such as a machine with tokens."""
    user = User(**{**fields, "email": fields["email"].strip().lower()})
    _password_set(user, password)
    user.full_clean()
    with _one_with_this_email():
        user.save(force_insert=True)
    audit_write(by=by, action="user.create", obj=user, after=user_snapshot(user), now=now)
    return user


@transaction.atomic
def user_update(
    *, user: User, changes: Mapping[str, Any], password: str | None = None, by: User, now: datetime
) -> User:
    """Raises NotPossible if nobody would be left who can administer the console."""
    user = user_locked(user)
    before = user_snapshot(user)
    for name, value in changes.items():
        setattr(user, name, value.strip().lower() if name == "email" else value)
    if password is not None:
        _password_set(user, password)
    user.full_clean()
    with _one_with_this_email():
        user.save()
    if before["role"] == Role.ADMINISTRATOR and not _administrators_left():
        raise NotPossible(_("This is the last administrator. Make somebody else one first."), code="last_administrator")
    after = user_snapshot(user)
    if after != before:
        audit_write(by=by, action="user.update", obj=user, before=before, after=after, now=now)
    if password is not None:
        password_change_note(user=user, by=by, now=now)
    return user


@transaction.atomic
def password_change_note(*, user: User, by: User, now: datetime) -> None:
    """Who gave whom another password; in the transaction that does it."""
    audit_write(by=by, action="user.set_password", obj=user, now=now)


def _one_with_this_email() -> AbstractContextManager[None]:
    return unique_or_invalid("email", _("A user with this email address exists already."))


def user_locked(user: User) -> User:
    """Two administrators who demote themselves at once wait for each other, and the second sees what the first did."""
    rows = User.objects.filter(Q(pk=user.pk) | Q(role=Role.ADMINISTRATOR, is_active=True)).order_by("pk")
    return {each.pk: each for each in rows.select_for_update(no_key=True)}[user.pk]


def _administrators_left() -> bool:
    return User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists()


def user_etag(user: User) -> str:
    """Changes with what people write, not with each sign-in; a password is nobody's to read."""
    return etag_of({"id": user.pk, **user_snapshot(user)})


def user_snapshot(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in USER_FIELDS}


def _password_set(user: User, password: str | None) -> None:
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid([Problem("/password", "weak_password", text) for text in error.messages]) from None
    user.set_password(password)


@transaction.atomic
def team_save(
    *, team: Team, changes: Mapping[str, Any], members: Iterable[User] | None = None, by: User, now: datetime
) -> Team:
    """Writes a new or a changed team; `members` None leaves them as they are."""
    created = team.pk is None
    if not created:
        team = Team.objects.select_for_update().get(pk=team.pk)
    before = None if created else team_snapshot(team)
    for name, value in changes.items():
        setattr(team, name, value)
    team.full_clean()
    with unique_or_invalid("code"):
        team.save()
    if members is not None:
        team.members.set(members)
    after = team_snapshot(team)
    if after != before:
        action = "team.create" if created else "team.update"
        audit_write(by=by, action=action, obj=team, before=before, after=after, now=now)
    return team


@transaction.atomic
def team_delete(*, team: Team, by: User, now: datetime) -> None:
    """Raises ProtectedError while cases belong to the team."""
    team = Team.objects.select_for_update().get(pk=team.pk)
    audit_write(by=by, action="team.delete", obj=team, before=team_snapshot(team), now=now)
    team.delete()


def team_etag(team: Team) -> str:
    """Changes with the members too."""
    return etag_of({"id": team.pk, **team_snapshot(team)})


def team_snapshot(team: Team) -> dict[str, Any]:
    return {
        "code": team.code,
        "name": team.name,
        "email": team.email,
        "lead": team.lead_id,
        "members": sorted(team.members.values_list("pk", flat=True)),
    }


@transaction.atomic
def token_create(
    *,
    user: User,
    name: str,
    scope: str,
    expires_at: datetime | None,
    by: User,
    now: datetime,
    through: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """The token and its plain text, which nobody can read again.

    `through` is the token that asks, if one does: what it makes never outlives it.
    """
    if expires_at is not None and expires_at <= now:
        raise Invalid([Problem("/expires_at", "past", _("This time has passed."))])
    if through is not None and through.expires_at is not None:
        expires_at = min(expires_at or through.expires_at, through.expires_at)
    plaintext = ApiToken.plaintext_new()
    token = ApiToken(
        user=user,
        name=name,
        scope=scope,
        prefix=plaintext[:8],
        key_hash=ApiToken.hash_of(plaintext),
        expires_at=expires_at,
        created_at=now,
    )
    token.full_clean()
    token.save()
    audit_write(by=by, action="token.create", obj=token, after={"user": user.pk, "scope": scope}, now=now)
    return token, plaintext


@transaction.atomic
def token_revoke(*, token: ApiToken, by: User, now: datetime) -> None:
    audit_write(by=by, action="token.revoke", obj=token, before={"user": token.user_id}, now=now)
    token.delete()


def login_failure_note(*, email: str, address: str, now: datetime) -> None:
    LoginFailure.objects.filter(at__lt=now - LOGIN_WINDOW).delete()
    LoginFailure.objects.create(email=email[:254].lower(), address=address, at=now)


def login_failures_forget(*, email: str, address: str) -> None:
    """After a sign-in that worked."""
    LoginFailure.objects.filter(email=email[:254].lower(), address=address).delete()
