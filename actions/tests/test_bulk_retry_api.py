"""`action-runs/retry/`: the same service as the page, with an answer for each run."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from actions.models import ActionRun
from actions.selectors import RETRIED_AT_ONCE
from actions.tests.conftest import ask
from actions.tests.test_bulk_retry import MAIL, TITLE, dead_runs, states
from sla_project.accounts.models import Role, User

URL = "/api/v1/action-runs/retry/"


@pytest.fixture
def api(administrator: User, notes: Any, clicks: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(administrator)
    return client


def test_the_named_runs_are_tried_again_and_each_says_what_became_of_it(
    api: APIClient, note: Any, notes: Any, clock: Any
) -> None:
    dead = dead_runs(note, notes, clock, 2)
    (queued,) = ask(note, [TITLE], clock.now, cause_key="queued")
    answer = api.post(URL, {"ids": [queued.pk, dead[1].pk, dead[0].pk, 999, dead[0].pk]}).json()
    assert {name: answer[name] for name in ("retried", "refused", "passed_over", "left_out", "writes", "mails")} == {
        "retried": 2,
        "refused": 2,
        "passed_over": 0,
        "left_out": 0,
        "writes": 2,
        "mails": 0,
    }
    assert [(one["run"], one["outcome"], one["code"]) for one in answer["results"]] == [
        (dead[0].pk, "retried", ""),
        (dead[1].pk, "retried", ""),
        (queued.pk, "refused", "not_retryable"),
        (999, "refused", "not_found"),
    ]
    assert "“Queued” cannot be retried" in answer["results"][2]["detail"]
    assert states() == ["queued"] * 3


def test_a_dry_run_answers_the_same_and_changes_nothing(api: APIClient, note: Any, notes: Any, clock: Any) -> None:
    dead = dead_runs(note, notes, clock, 2)
    asked = {"ids": [run.pk for run in dead]}
    foretold = api.post(f"{URL}?dry_run=true", asked).json()
    assert states() == ["dead", "dead"]
    assert api.post(URL, asked).json() == foretold
    assert foretold["retried"] == 2 and states() == ["queued", "queued"]


def test_the_filters_are_those_of_the_list(api: APIClient, note: Any, notes: Any, clock: Any) -> None:
    dead_runs(note, notes, clock, 3)
    ask(note, [MAIL], clock.now, cause_key="mail")
    assert api.post(f"{URL}?kind=send_email&dry_run=true", {}).json()["passed_over"] == 1
    one = api.post(f"{URL}?cause_key=dead-1", {}).json()
    assert (one["retried"], one["passed_over"]) == (1, 0)
    rest = api.post(f"{URL}?kind=update_record&state=dead&state=failed").json()
    assert (rest["retried"], rest["left_out"]) == (2, 0)
    assert ActionRun.objects.filter(state="dead").count() == 0


@pytest.mark.parametrize(
    ("query", "body", "pointer", "code"),
    [
        ("", {}, "/ids", "required"),
        ("?state=", {}, "/ids", "required"),
        ("?stat=dead", {}, "/stat", "unknown_parameter"),
        ("?state=dead", {"ids": [1]}, "/ids", "contradiction"),
        ("?state=broken", {}, "/state", "invalid_choice"),
        ("?dry_run=yes", {"ids": [1]}, "/dry_run", "invalid"),
        ("", {"ids": []}, "/ids", "min_length"),
        ("", {"ids": ["x"]}, "/ids/0", "invalid"),
        ("", {"ids": [1] * (RETRIED_AT_ONCE + 1)}, "/ids", "max_length"),
        ("", {"id": [1]}, "/id", "unknown_key"),
    ],
)
def test_what_is_not_clear_is_asked_back_and_changes_nothing(
    api: APIClient, note: Any, notes: Any, clock: Any, query: str, body: Any, pointer: str, code: str
) -> None:
    dead_runs(note, notes, clock, 1)
    answer = api.post(URL + query, body)
    assert answer.status_code == 400, answer.data
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(pointer, code)]
    assert states() == ["dead"]


@pytest.mark.parametrize("role", [Role.AGENT, Role.MANAGER])
def test_only_administrators_retry(role: str, note: Any, notes: Any, clock: Any, clicks: Any) -> None:
    dead = dead_runs(note, notes, clock, 1)
    client = APIClient()
    client.force_authenticate(User.objects.create_user(f"{role}@example.org", display_name=role, role=role))
    assert client.post(URL, {"ids": [dead[0].pk]}).status_code == 403
    assert states() == ["dead"]
