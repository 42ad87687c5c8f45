"""Signing in, one's profile, and API tokens."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.contrib.messages.views import SuccessMessageMixin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from sla_project.accounts import services
from sla_project.accounts.forms import ProfileForm, SignInForm, TokenForm
from sla_project.accounts.models import User
from sla_project.accounts.policy import signed_in
from sla_project.accounts.selectors import tokens_seen_by
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.web import command_view, form_page


class SignIn(LoginView):
    form_class = SignInForm
    redirect_authenticated_user = True
    extra_context = {"title": gettext_lazy("Sign in")}


class ChangePassword(SuccessMessageMixin, PasswordChangeView):
    template_name = "operations/form.html"
    success_url = reverse_lazy("accounts:profile")
    success_message = gettext_lazy("Your password is changed.")
    extra_context = {"title": gettext_lazy("Change password"), "cancel_url": success_url}

    @transaction.atomic
    def form_valid(self, form: SetPasswordForm[User]) -> HttpResponse:
        """Other sessions of this user end with it; API tokens stay."""
        answer = super().form_valid(form)
        user = user_of(self.request)
        services.password_change_note(user=user, by=user, now=clock_now())
        return answer


@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    user = user_of(request)

    def save(changes: dict[str, Any]) -> str:
        services.user_update(user=user, changes=changes, by=user, now=clock_now())
        return reverse("accounts:profile")

    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    context = {"lead": user.email, "role": user.get_role_display()}
    return form_page(
        request,
        title=_("Your profile"),
        form=form,
        save=save,
        message=_("Your profile is saved."),
        template="accounts/profile.html",
        context=context,
    )


@signed_in
@never_cache
def token_list(request: HttpRequest) -> HttpResponse:
    """The tokens, and on POST a new one, whose plain text this one answer shows."""
    user, now, plaintext = user_of(request), clock_now(), ""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _token, plaintext = services.token_create(
            user=user,
            name=form.cleaned_data["name"],
            scope=form.cleaned_data["scope"],
            expires_at=form.expires_at(now),
            by=user,
            now=now,
        )
        form = TokenForm()
    context = {
        "title": _("API tokens"),
        "lead": _("Keys for programs that use the REST API on your behalf."),
        "form": form,
        "tokens": tokens_seen_by(user),
        "plaintext": plaintext,
        "now": now,
        "api_url": settings.PUBLIC_URL + reverse("me"),
    }
    return render(request, "accounts/token_list.html", context)


@signed_in
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    token = get_object_or_404(tokens_seen_by(user), pk=pk)

    def revoke() -> str:
        services.token_revoke(token=token, by=user, now=clock_now())
        return _("The token “%s” is revoked.") % token.name

    return command_view(request, act=revoke, to=reverse("accounts:token_list"))
