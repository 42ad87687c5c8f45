"""Reading people: whom a sign-in must wait for, whose tokens one sees."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from sla_project.accounts.models import ApiToken, LoginFailure, Team, User

LOGIN_WINDOW = timedelta(minutes=15)
# Somebody who guesses one password, and somebody who tries one password on many accounts.
FAILURES_OF_ACCOUNT_AND_ADDRESS = 5
FAILURES_OF_ADDRESS = 50


def login_is_throttled(*, email: str, address: str, now: datetime) -> bool:
    """Whether this address has failed too often lately, for this account or altogether."""
    recent = LoginFailure.objects.filter(address=address, at__gt=now - LOGIN_WINDOW)
    if recent.filter(email=email.lower()).count() >= FAILURES_OF_ACCOUNT_AND_ADDRESS:
        return True
    return recent.count() >= FAILURES_OF_ADDRESS


def tokens_seen_by(user: User) -> QuerySet[ApiToken]:
    """One's own tokens; administrators see everybody's."""
    tokens = ApiToken.objects.select_related("user")
    return tokens if user.is_administrator else tokens.filter(user=user)


def people() -> QuerySet[User]:
    return User.objects.prefetch_related("teams")


def teams() -> QuerySet[Team]:
    """With the number of active members."""
    active = Count("members", filter=Q(members__is_active=True))
    return Team.objects.select_related("lead").annotate(active_members=active).order_by("name", "id")


def people_offered(team: Team) -> QuerySet[User]:
    """Who can be put into a team: active people, and who is in it already."""
    offered = Q(is_active=True)
    if team.pk is not None:
        offered |= Q(teams=team) | Q(teams_led=team)
    return User.objects.filter(offered).distinct()
