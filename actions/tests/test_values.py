"""Values of every field type: checked at save, made Python values at run, skipped when no longer allowed (R31)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from actions import targets, tasks
from actions.kinds.base import Skip
from actions.kinds.values import check_values, take_values
from actions.models import EmailTemplate, Message
from actions.targets import FieldType, Target, TargetField
from actions.tests.conftest import ask
from sla_project.accounts.models import Team, User
from sla_project.operations.errors import Invalid

FIELDS = {
    "flag": TargetField("Flag", FieldType.BOOLEAN),
    "count": TargetField("Count", FieldType.INTEGER),
    "price": TargetField("Price", FieldType.DECIMAL),
    "due": TargetField("Due", FieldType.DATETIME),
    "owner": TargetField("Owner", FieldType.USER),
    "team": TargetField("Team", FieldType.TEAM),
    "level": TargetField("Level", FieldType.CHOICE, choices={"gold": "Gold"}),
    "text": TargetField("Text", FieldType.TEXT, max_length=10),
    "parent": TargetField("Parent", FieldType.LOOKUP, options=lambda: EmailTemplate.objects.filter(state="active")),
}


@pytest.fixture
def target(note: EmailTemplate, owner: User, team: Team) -> Target:
    return replace(targets.get("note"), fields=FIELDS)


def check(target: Target, **values: Any) -> dict[str, Any]:
    return check_values(values, target=target, pointer="/set", known={"note.name": "Title"})


def test_good_values_become_python_values(target: Target, note: EmailTemplate, owner: User, team: Team) -> None:
    EmailTemplate.objects.update(state="active")
    document = check(
        target,
        flag=False,
        count=-3,
        price="12.50",
        due="2026-03-02T09:30:00+01:00",
        owner="OLGA@example.org",
        team="desk",
        level="gold",
        text="{{ note.name }} is long",
        parent=note.pk,
    )
    taken = take_values(document, target=target, context={"note": {"name": "A note"}})
    assert taken == {
        "flag": False,
        "count": -3,
        "price": Decimal("12.50"),
        "due": datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
        "owner": owner.pk,
        "team": team.pk,
        "level": "gold",
        "text": "A note is ",
        "parent": note.pk,
    }


@pytest.mark.parametrize(
    "name, value",
    [
        *[("flag", value) for value in (1, "true", None)],
        *[("count", value) for value in (1.5, "1", True, None, 2**63)],
        *[("price", value) for value in ("x", "NaN", float("inf"), True, None, [])],
        *[("due", value) for value in ("2026-03-02T09:30:00", "tomorrow", 7, None)],
        *[("owner", value) for value in ("nobody@example.org", 1, None)],
        *[("team", value) for value in ("nowhere", 1, None)],
        *[("level", value) for value in ("Gold", "tin", 1, None, [])],
        *[("text", value) for value in ("", 1, None, "{{ x }}")],
        *[("parent", value) for value in (-1, "1", True, None, 2**62)],
        ("is_superuser", True),
    ],
)
def test_bad_values_are_refused_at_their_field(target: Target, name: str, value: Any) -> None:
    with pytest.raises(Invalid) as caught:
        check(target, **{name: value})
    assert [problem.pointer for problem in caught.value.problems] == [f"/set/{name}"]


@pytest.mark.parametrize(
    "values, code",
    [
        ({"gone": 1}, "field_not_allowed"),
        ({"level": "silver"}, "unknown_choice"),
        ({"team": "closed"}, "unknown_team"),
        ({"owner": "left@example.org"}, "inactive_user"),
        ({"parent": 1_000}, "inactive_record"),
    ],
)
def test_what_is_no_longer_allowed_is_skipped_at_run(target: Target, values: Any, code: str) -> None:
    with pytest.raises(Skip) as caught:
        take_values(values, target=target, context={})
    assert caught.value.code == code


def test_one_ring_runs_actions_and_sends_the_mails_they_made(note: EmailTemplate, clock: Any) -> None:
    ask(note, [{"kind": "send_email", "to": ["owner"], "subject": "S", "body": "B"}], clock.now)
    tasks.run()
    assert Message.objects.get().state == "sent"
    tasks.mail()
    assert Message.objects.get().attempts == 1
