"""The page of the check: findings by item, examples as tables, and the way to try and to edit them."""

from __future__ import annotations

import json
from html import unescape
from urllib.parse import parse_qs, urlparse

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from slas.models import SLA
from slas.services.policy.slas import sla_create, sla_update_draft
from slas.tests.policy.builders import NOW, make_document, make_item, make_kpi, make_sla
from slas.tests.web.conftest import ROLES, client_of

pytestmark = pytest.mark.django_db
SILVER = {"all": [{"field": "service_level", "op": "is", "value": "silver"}]}


@pytest.fixture
def faulty(clock) -> SLA:
    """The first item can never succeed; bronze and no service level are covered by none."""
    clock.set(NOW)
    make_kpi()
    first = make_item(key="gold", name="Gold <first>", success_when=SILVER)
    return make_sla(document=make_document(first, make_item(key="silver", name="Silver", applicable_when=SILVER)))


def page(client: Client, sla: SLA) -> str:
    response = client.get(reverse("slas:sla_check", args=[sla.pk]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_everybody_may_look(role, faulty):
    text = page(client_of(role), faulty)
    assert "1 fault keeps it from being published." in text
    edit = f"{reverse('slas:sla_edit', args=[faulty.pk])}?item=gold#item"
    assert (edit in text) is (role == ROLES[0])


def test_strangers_sign_in_first(client, faulty):
    response = client.get(reverse("slas:sla_check", args=[faulty.pk]))
    assert response.status_code == 302 and "login" in response["Location"]


def test_findings_stand_with_their_item_and_example(admin, faulty):
    text = page(admin, faulty)
    assert "1. Gold &lt;first&gt;" in text and "The SLA as a whole" in text
    assert "it stops applying before its success criteria can hold" in text
    assert '<th scope="row">Service level</th><td>Silver</td>' in text
    assert "covers cases of this kind: Service level is none of Gold or Silver." in text
    assert "2. Silver" not in text


def test_an_example_can_be_tried(admin, faulty):
    """The address carries a whole record, and the page of the trial shows what the finding says."""
    address = next(unescape(part.split('"')[0]) for part in page(admin, faulty).split('href="') if "values=" in part)
    asked = parse_qs(urlparse(address).query)
    values = json.loads(asked["values"][0])
    assert values["service_level"] in ("silver", "bronze") and values["state"] == "active"
    assert values["created_on"] == "2026-03-02T09:00:00Z" and asked["version"] == ["draft"]
    assert admin.get(address).status_code == 200


def test_a_sound_sla_says_so(admin, sla):
    everything = make_document(make_item(applicable_when={}))
    sla_update_draft(sla=sla, document=everything, expected_revision=None, by=None, now=NOW)
    assert "found nothing to refuse and nothing to doubt" in page(admin, sla)


def test_an_empty_sla_cannot_be_published_and_every_page_of_it_opens(admin, clock):
    clock.set(NOW)
    empty = sla_create(code="empty", name="Empty", record_type="case", by=None, now=NOW)
    text = page(admin, empty)
    assert "1 fault keeps it from being published." in text and "an SLA needs at least one item" in text
    assert reverse("slas:sla_edit", args=[empty.pk]) in text
    for name in ("sla_detail", "sla_try", "sla_document", "sla_versions", "sla_export", "sla_edit_document"):
        assert admin.get(reverse(f"slas:{name}", args=[empty.pk])).status_code == 200
    publish = admin.get(reverse("slas:sla_publish", args=[empty.pk])).content.decode()
    assert "an SLA needs at least one item" in publish and "Edit the draft" in publish
    tried = admin.get(reverse("slas:sla_try", args=[empty.pk]) + '?version=draft&values={"priority": "high"}')
    assert tried.status_code == 200


def test_the_published_version_can_be_looked_at(admin, sla):
    response = admin.get(reverse("slas:sla_check", args=[sla.pk]) + "?show=published")
    assert "version=draft" not in response.content.decode()


def test_the_number_of_queries_does_not_grow_with_findings(admin, clock):
    clock.set(NOW)
    make_kpi()

    def count(number: int) -> int:
        items = [make_item(key=f"item-{each}", name=f"Item {each}", success_when=SILVER) for each in range(number)]
        sla = make_sla(f"sla-{number}", document=make_document(*items))
        with CaptureQueriesContext(connection) as captured:
            page(admin, sla)
        return len(captured)

    count(1)
    assert count(2) == count(9)


def test_the_publish_page_names_item_and_example(admin, faulty):
    text = admin.get(reverse("slas:sla_publish", args=[faulty.pk])).content.decode()
    assert "It cannot be published yet:" in text and "Service level = Silver" in text
    assert reverse("slas:sla_check", args=[faulty.pk]) in text
