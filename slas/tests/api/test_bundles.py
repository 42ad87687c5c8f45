"""`slas/{id}/export/` and `slas/import/`, and the commands that do the same."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from sla_project.operations.yaml import yaml_read, yaml_write
from slas.models import SLA
from slas.selectors.policy.bundles import sla_bundle
from slas.starters import starters

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
IMPORT = "/api/v1/slas/import/"


def test_export_speaks_yaml_and_json(agent: APIClient, sla: SLA) -> None:
    path = f"/api/v1/slas/{sla.pk}/export/"
    answer = agent.get(path)
    assert answer["Content-Type"] == "application/yaml; charset=utf-8"
    assert yaml_read(answer.content.decode()) == sla_bundle(sla)
    assert agent.get(path, HTTP_ACCEPT="application/json").json() == sla_bundle(sla)


def test_what_is_not_there_is_told_as_a_problem(agent: APIClient) -> None:
    answer = agent.get("/api/v1/slas/999/export/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize("kind", ["application/yaml", "application/json"])
def test_import_reads_both(api: APIClient, sla: SLA, kind: str) -> None:
    text = yaml_write(sla_bundle(sla)) if "yaml" in kind else None
    if text is None:
        answer = api.post(IMPORT, sla_bundle(sla), format="json")
    else:
        answer = api.generic("POST", IMPORT, text, content_type=kind)
    assert answer.status_code == 200
    assert {step["outcome"] for step in answer.json()["steps"]} == {"unchanged"}


def test_a_dry_run_changes_nothing(api: APIClient, sla: SLA) -> None:
    bundle = sla_bundle(sla)
    bundle["sla"]["items"][0]["name"] = "Renamed"
    bundle["sla"]["code"] = "another"
    answer = api.post(f"{IMPORT}?dry_run=true", bundle, format="json")
    outcomes = {step["kind"]: step["outcome"] for step in answer.json()["steps"]}
    assert (outcomes["sla"], SLA.objects.count()) == ("created", 1)
    assert api.post(IMPORT, bundle, format="json").status_code == 200
    assert SLA.objects.get(code="another").state == SLA.State.DRAFT


def test_faults_have_pointers(api: APIClient, sla: SLA) -> None:
    bundle = sla_bundle(sla)
    bundle["sla"]["items"][0]["kpi"] = "nothing"
    answer = api.post(IMPORT, bundle, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/sla/items/0/kpi")
    answer = api.generic("POST", IMPORT, "a: [1", content_type="application/yaml")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "malformed")
    answer = api.generic("POST", IMPORT, b"\xff", content_type="application/yaml")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "not_utf8")


def test_an_agent_imports_nothing(agent: APIClient, sla: SLA) -> None:
    assert agent.post(IMPORT, sla_bundle(sla), format="json").status_code == 403


# --- commands ---


def run(*arguments: str) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def test_the_commands_make_a_round_trip(sla: SLA, tmp_path: Path) -> None:
    file = tmp_path / "sla.yaml"
    assert "is written to" in run("sla_export", sla.code, "--output", str(file))
    assert file.read_text(encoding="utf-8") == run("sla_export", sla.code)
    said = run("sla_import", str(file))
    assert "unchanged  sla" in said and "created" not in said


@pytest.mark.parametrize("word", ["True", "yes", "1", ""])
def test_the_draft_is_asked_for_by_true(api: APIClient, sla: SLA, word: str) -> None:
    """Anything else would get the published version, and nothing would say so."""
    answer = api.get(f"/api/v1/slas/{sla.pk}/export/", {"draft": word})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/draft")
    assert answer["Content-Type"] == "application/problem+json"


def test_the_command_says_what_differs_and_publishes(sla: SLA, tmp_path: Path) -> None:
    file = tmp_path / "sla.yaml"
    file.write_text(run("sla_export", sla.code).replace("amount: 45", "amount: 40"), encoding="utf-8")
    said = run("sla_import", str(file), "--dry-run")
    assert "amount: 45 → 40" in said and "nothing is changed" in said
    sla.refresh_from_db()
    assert sla.draft is None
    assert "is published" in run("sla_import", str(file), "--publish", "--reason", "Sooner")
    assert SLA.objects.get(pk=sla.pk).current.number == 2  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "cannot be read"), ("a: [", "not valid YAML"), ("sla_console: 1", "/sla: Expected an object")],
)
def test_the_command_says_what_is_wrong(db: None, tmp_path: Path, text: str | None, words: str) -> None:
    file = tmp_path / "sla.yaml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=words):
        run("sla_import", str(file))
    with pytest.raises(CommandError, match="There is no SLA"):
        run("sla_export", "nothing")


# --- starters ---


@pytest.mark.parametrize("starter", starters(), ids=lambda each: each.code)
def test_a_starter_can_be_published_as_it_is(api: APIClient, starter) -> None:
    text = starter.text("mine")
    assert api.generic("POST", IMPORT, text, content_type="application/yaml").status_code == 200
    sla = SLA.objects.get(code="mine")
    check = api.get(f"/api/v1/slas/{sla.pk}/check/").json()
    assert check["can_publish"], check
    assert api.post(f"/api/v1/slas/{sla.pk}/publish/", {}, format="json").status_code == 200
    assert yaml_write(sla_bundle(SLA.objects.select_related("current").get(pk=sla.pk), draft=False)).count("key:") > 8


def test_there_are_three_starters() -> None:
    assert [each.code for each in starters()] == ["follow-the-sun", "incident-desk", "support-contract"]
