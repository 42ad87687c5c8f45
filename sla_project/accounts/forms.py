"""The forms for signing in, one's profile, and a new token."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from sla_project.accounts import services
from sla_project.accounts.fields import PeopleField
from sla_project.accounts.models import Team, TokenScope, User
from sla_project.accounts.selectors import login_is_throttled, people_offered
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import client_address
from sla_project.operations.zones import time_zone_choices

log = logging.getLogger(__name__)


class SignInForm(AuthenticationForm):
    """Slows down whoever guesses: five failures for one account, then a quarter of an hour's wait."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("This email address and password do not go together."),
        "throttled": _("Too many failed attempts. Wait a quarter of an hour, then try again."),
    }

    def clean(self) -> dict[str, Any]:
        assert self.request is not None  # LoginView gives it
        who = {
            "email": self.cleaned_data.get("username", "").strip(),
            "address": client_address(self.request),
        }
        now = clock_now()
        if login_is_throttled(**who, now=now):
            log.warning("A sign-in from %s waits after too many failures (%s)", who["address"], _account(who["email"]))
            raise forms.ValidationError(self.error_messages["throttled"], code="throttled")
        try:
            cleaned = super().clean()
        except forms.ValidationError:
            services.login_failure_note(**who, now=now)
            log.warning("A sign-in from %s failed (%s)", who["address"], _account(who["email"]))
            raise
        services.login_failures_forget(**who)
        return cleaned


def _account(email: str) -> str:
    """For the log: never what was typed, which may be a password in the wrong field."""
    user = User.objects.filter(email__iexact=email).first()
    return f"user {user.pk}" if user else "no such account"


class ProfileForm(forms.ModelForm):
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)

    class Meta:
        model = User
        fields = ["display_name", "time_zone"]


class UserForm(forms.ModelForm):
    """Somebody who works here. An empty password leaves the present one, or makes a user without one."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)
    password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave it empty to keep the present one. Who has none signs in nowhere, and can have API tokens."),
    )

    class Meta:
        model = User
        fields = ["email", "display_name", "role", "time_zone", "is_active"]
        help_texts = {
            "role": _(
                "Agents work cases. Managers also read reports and the audit log. Administrators configure everything."
            ),
            "is_active": _("Who is not active cannot sign in. History keeps the name, so people are never deleted."),
        }

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("A user with this email address exists already."), code="unique")
        return email


class TeamForm(forms.ModelForm):
    class Meta:
        model = Team
        fields = ["name", "code", "email", "lead", "members"]
        field_classes = {"members": PeopleField}
        help_texts = {
            "code": _("A stable name for the API, such as first-line."),
            "email": _("Where mail to the team goes."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("lead", "members"):
            chosen = self.fields[name]
            assert isinstance(chosen, forms.ModelChoiceField)
            chosen.queryset = people_offered(self.instance)


class TokenForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("What will use it, such as “ticket import”."))
    scope = forms.ChoiceField(label=_("Scope"), choices=TokenScope.choices, initial=TokenScope.READ)
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("A year")), (0, _("Until it is revoked"))],
        initial=90,
    )

    def expires_at(self, now: datetime) -> datetime | None:
        days = self.cleaned_data["days"]
        return now + timedelta(days=days) if days else None
