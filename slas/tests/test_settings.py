"""The organisation's settings, by API and by page."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from sla_project.accounts.models import Role
from sla_project.operations.errors import Invalid
from sla_project.operations.models import AuditEntry, OrganisationSettings
from sla_project.operations.selectors import settings_get
from sla_project.operations.services import settings_update
from sla_project.operations.tests.builders import NOW, api_client, make_user
from slas.services.policy.settings import service_settings_update

pytestmark = pytest.mark.django_db
PATH = "/api/v1/settings/"


def patch(client, changes: dict, etag: str | None = None):
    headers = {"HTTP_IF_MATCH": etag or client.get(PATH)["ETag"]}
    return client.patch(PATH, changes, format="json", **headers)


def test_defaults_before_anybody_changed_them() -> None:
    assert settings_get().reopening == "keep"
    assert settings_get().apply_sla_after_manual_override
    assert not OrganisationSettings.objects.exists()


def test_patch_changes_and_audits() -> None:
    user = make_user()
    client = api_client(user)
    answer = patch(client, {"reopening": "restart", "pause_statuses": {"case": ["on_hold"]}})
    assert (answer.status_code, answer.json()["reopening"]) == (200, "restart")
    assert answer["ETag"] == client.get(PATH)["ETag"]
    entry = AuditEntry.objects.get(action="settings.update")
    assert (entry.by, entry.before) == (user, {"pause_statuses": {}, "reopening": "keep"})
    assert entry.after == {"pause_statuses": {"case": ["on_hold"]}, "reopening": "restart"}


def test_what_is_unchanged_writes_nothing() -> None:
    settings_update(changes={"reopening": "keep"}, by=None, now=NOW)
    assert not AuditEntry.objects.exists()


def test_a_write_says_what_it_has_read() -> None:
    client = api_client(make_user())
    assert client.patch(PATH, {"name": "A"}, format="json").status_code == 428
    etag = client.get(PATH)["ETag"]
    assert patch(client, {"name": "A"}, etag).status_code == 200
    stale = patch(client, {"name": "B"}, etag)
    assert (stale.status_code, stale.json()["code"], settings_get().name) == (412, "stale", "A")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"time_zone": "Mars/Olympus"}, "/time_zone"),
        ({"reopening": "never"}, "/reopening"),
        ({"pause_statuses": {"case": "on_hold"}}, "/pause_statuses/case"),
        ({"pause_statuses": {"case": ["on_hold", "asleep"]}}, "/pause_statuses/case/1"),
        ({"pause_statuses": {"invoice": []}}, "/pause_statuses/invoice"),
        ({"disabled_record_types": ["case", "invoice"]}, "/disabled_record_types/1"),
        ({"slas_disabled": "perhaps"}, "/slas_disabled"),
        ({"name": ""}, "/name"),
    ],
)
def test_faults_are_pointed_at(changes: dict, pointer: str) -> None:
    answer = patch(api_client(make_user()), changes)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


@pytest.mark.parametrize("role", [Role.AGENT, Role.MANAGER])
def test_others_only_read(role: str) -> None:
    user = make_user(role=role)
    assert api_client(user).get(PATH).status_code == 200
    assert patch(api_client(user), {"name": "A"}).status_code == 403
    client = Client()
    client.force_login(user)
    assert "Only administrators" in client.get("/settings/").content.decode()
    assert client.post("/settings/", {"name": "A"}).status_code == 403


def test_one_row_only() -> None:
    OrganisationSettings.objects.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganisationSettings.objects.create(pk=2)


def form_data(client: Client, **changes: Any) -> dict[str, Any]:
    form = client.get("/settings/").context["form"]
    data = {field.html_name: field.value() for field in form}
    return {name: value for name, value in {**data, **changes}.items() if value not in (False, None)}


def test_the_page_saves() -> None:
    client = Client()
    client.force_login(make_user())
    ticked = {"pause_case": ["on_hold"], "enabled_record_types": ["case"], "reason": "The desk moved."}
    answer = client.post("/settings/", form_data(client, name="Desk", **ticked), follow=True)
    assert "The settings are saved." in answer.content.decode()
    row = settings_get()
    assert (row.name, row.pause_statuses, row.disabled_record_types) == ("Desk", {"case": ["on_hold"]}, ["activity"])
    assert AuditEntry.objects.get(action="settings.update").reason == "The desk moved."


@pytest.mark.parametrize(("why", "code"), [("x" * 501, "too_long"), ("\x07", "invalid_text")])
def test_a_reason_is_short_and_can_be_shown(why: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        service_settings_update(changes={"reopening": "restart"}, by=None, reason=why, now=NOW)
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [("/reason", code)]
    assert not OrganisationSettings.objects.exists()


def test_saving_the_page_as_it_is_changes_nothing() -> None:
    client = Client()
    client.force_login(make_user())
    changes = {"pause_statuses": {"case": ["on_hold"]}, "disabled_record_types": ["activity"], "reopening": "restart"}
    service_settings_update(changes=changes, by=None, now=NOW)
    client.post("/settings/", form_data(client))
    assert AuditEntry.objects.filter(action="settings.update").count() == 1


def test_a_record_type_can_do_without_slas(db: None) -> None:
    row = OrganisationSettings(disabled_record_types=["activity"])
    assert (row.stops_slas_of("activity"), row.stops_slas_of("case")) == (True, False)
    assert OrganisationSettings(slas_disabled=True).stops_slas_of("case")


def test_the_page_does_not_overwrite_a_colleague() -> None:
    client = Client()
    client.force_login(make_user())
    data = form_data(client, name="Mine")
    settings_update(changes={"name": "Theirs"}, by=None, now=NOW)
    answer = client.post("/settings/", data)
    assert (answer.status_code, settings_get().name) == (422, "Theirs")
    assert "Somebody else has changed it" in answer.content.decode()


def test_the_service_refuses_what_the_model_refuses() -> None:
    with pytest.raises(ValidationError):
        settings_update(changes={"reopening": "never"}, by=None, now=NOW)
    assert settings_get().reopening == "keep"


def test_a_pause_status_list_is_a_list_of_codes() -> None:
    wrong: list[object] = [[], {"case": "on_hold"}, {"case": [1]}]
    for value in wrong:
        with pytest.raises(ValidationError):
            settings_update(changes={"pause_statuses": value}, by=None, now=NOW)
    with pytest.raises(ValidationError):
        settings_update(changes={"disabled_record_types": "case"}, by=None, now=NOW)
