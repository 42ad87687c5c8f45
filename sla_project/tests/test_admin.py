"""Django's admin: off unless asked for; then it shows everything and changes nothing."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import clear_url_caches, reverse
from pytest_django import Settings

from sla_project import urls
from sla_project.accounts.models import Role
from sla_project.operations.tests.builders import make_token, make_user

pytestmark = pytest.mark.django_db
OURS = {"accounts", "operations", "actions", "slas", "cases"}


@pytest.fixture
def served(settings: Settings) -> Iterator[None]:
    settings.ADMIN_URL = "backstage"
    importlib.reload(urls)
    clear_url_caches()
    yield
    settings.ADMIN_URL = ""
    importlib.reload(urls)
    clear_url_caches()


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_user(f"{role}@example.org", role=role))
    return client


def test_it_is_not_served_unless_asked_for() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    assert client.get("/admin/").status_code == client.get("/backstage/").status_code == 404


def test_every_model_is_listed_and_none_can_be_written(served: None) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    assert client.get("/backstage/").status_code == 200
    models = [model for model in admin.site._registry if model._meta.app_label in OURS]
    assert len(models) > 20
    for model in models:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_changelist")).status_code == 200, name
        assert client.get(reverse(f"{name}_add")).status_code == 403, name


def test_secrets_are_not_shown(served: None) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    user = make_user("bo@example.org")
    token, _plain = make_token(user)
    shown = client.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()
    assert ("bo@example.org" in shown, user.password in shown) == (True, False)
    shown = client.get(reverse("admin:accounts_apitoken_change", args=[token.pk])).content.decode()
    assert (token.prefix in shown, token.key_hash in shown) == (True, False)
    assert client.post(reverse("admin:accounts_user_change", args=[user.pk]), {"email": "x@y.z"}).status_code == 403


def test_agents_stay_outside(served: None) -> None:
    assert signed_in(Role.AGENT).get("/backstage/").status_code == 302
