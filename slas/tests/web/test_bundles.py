"""The pages of SLAs as code."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sla_project.operations.yaml import yaml_read, yaml_write
from slas.models import SLA
from slas.selectors.policy.bundles import sla_bundle
from slas.tests.web.pages import text_of

pytestmark = pytest.mark.django_db


def test_the_file_to_take_away(agent: Client, sla: SLA) -> None:
    answer = agent.get(f"/slas/{sla.pk}/export/")
    assert answer["Content-Disposition"] == f'attachment; filename="{sla.code}.yaml"'
    assert yaml_read(answer.content.decode()) == sla_bundle(sla)


def test_an_administrator_takes_the_draft(admin: Client, sla: SLA) -> None:
    assert "Renamed in the draft" in admin.get(f"/slas/{sla.pk}/export/").content.decode()
    assert "Renamed in the draft" not in admin.get(f"/slas/{sla.pk}/export/?show=published").content.decode()


def test_first_it_says_what_would_happen_then_it_does_it(admin: Client, sla: SLA) -> None:
    text = yaml_write(sla_bundle(sla)).replace(f"code: {sla.code}\n", "code: copied\n", 1)
    answer = admin.post("/slas/import/", {"text": text})
    shown = answer.content.decode()
    assert (answer.status_code, "This is what would happen" in shown, SLA.objects.count()) == (200, True, 1)
    answer = admin.post("/slas/import/", {"text": answer.context["form"].initial["text"], "confirm": "1"}, follow=True)
    assert "The import is done." in answer.content.decode()
    assert SLA.objects.filter(code="copied", state="draft").exists()


def test_a_file_is_read_like_text(admin: Client, sla: SLA) -> None:
    file = SimpleUploadedFile("sla.yaml", yaml_write(sla_bundle(sla)).encode())
    shown = admin.post("/slas/import/", {"file": file}).content.decode()
    assert "Changed" in shown and "differences" in shown


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"text": " "}, "Choose a file"),
        ({"text": "a: ["}, "not valid YAML"),
        ({"text": "sla_console: 1\nsla: {}"}, "/sla/code: This is missing."),
        ({"file": SimpleUploadedFile("x", b"\xff\xfe")}, "not UTF-8"),
        ({"file": SimpleUploadedFile("x", b"x" * 300_000)}, "larger than 256 kB"),
    ],
)
def test_faults_are_said_and_the_text_stays(admin: Client, data: dict, words: str) -> None:
    answer = admin.post("/slas/import/", data)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_a_starter_opens_under_a_free_code(admin: Client, sla: SLA) -> None:
    assert "Follow the sun" in admin.get("/slas/templates/").content.decode()
    SLA.objects.filter(pk=sla.pk).update(code="follow-the-sun")
    page = admin.get("/slas/import/?starter=follow-the-sun")
    assert page.status_code == 200 and "This cannot be changed once the KPI exists." in text_of(page)
    text = page.context["form"]["text"].value()
    assert yaml_read(text)["sla"]["code"] == "follow-the-sun-copy"
    assert admin.get("/slas/import/?starter=nothing").status_code == 404


def test_a_starter_says_at_once_what_it_would_make(admin: Client) -> None:
    answer = admin.get("/slas/import/?starter=incident-desk")
    page = text_of(answer)
    assert answer.status_code == 200 and SLA.objects.count() == 0
    assert (
        "Start from “Incident desk by priority”" in page
        and "This is what would happen" in page
        and "Make this draft" in page
    )
    assert "Choose a file" not in page and 'type="file"' not in answer.content.decode()
    text = answer.context["form"].initial["text"]
    admin.post("/slas/import/?starter=incident-desk", {"text": text, "confirm": "1"})
    assert SLA.objects.get().draft is not None
    told = admin.post("/slas/import/?starter=incident-desk", {"text": "{"})
    assert told.status_code == 422 and '<details class="twin"><summary>Its text' not in told.content.decode()


def test_a_starter_fills_an_empty_draft(admin: Client, sla: SLA) -> None:
    SLA.objects.filter(pk=sla.pk).update(draft={**sla.draft, "items": []}, name="Mine", description="Ours.")
    page = admin.get(f"/slas/import/?starter=incident-desk&into={sla.code}")
    text = page.context["form"].initial["text"]
    assert admin.post("/slas/import/", {"text": text, "confirm": "1"}).status_code == 302
    sla.refresh_from_db()
    assert (sla.name, sla.description) == ("Mine", "Ours.") and len(sla.draft["items"]) > 1
    assert SLA.objects.count() == 1
    assert admin.get("/slas/import/?starter=incident-desk&into=nothing").status_code == 404


def test_agents_bring_nothing_in(agent: Client) -> None:
    for path in ("/slas/import/", "/slas/templates/"):
        assert agent.get(path).status_code == 403
