"""Email templates: checked whenever they are saved, audited, never overwritten blindly."""

from __future__ import annotations

from typing import Any

import pytest

from actions import services
from actions.models import EmailTemplate
from sla_project.accounts.models import User
from sla_project.operations.errors import Invalid, NotPossible
from sla_project.operations.models import AuditEntry

GOOD = {
    "code": "resolve-due",
    "name": "Resolve due soon",
    "target_type": "note",
    "subject": "{{ note.name }} is due",
    "body": "Dear {{ recipient.name }}",
}


@pytest.fixture
def template(notes: Any, administrator: User, clock: Any) -> EmailTemplate:
    return services.email_template_create(**GOOD, by=administrator, now=clock.now)


def test_a_new_template_is_inactive_and_audited(template: EmailTemplate, administrator: User) -> None:
    assert template.state == "inactive"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.by, entry.object_label) == (
        "email_template.create",
        administrator,
        template.name,
    )


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"code": "Not A Code"}, [("/code", "invalid_code")]),
        ({"code": "x" * 65}, [("/code", "invalid_code")]),
        ({"name": " "}, [("/name", "required")]),
        ({"name": "x" * 201}, [("/name", "too_long")]),
        ({"target_type": "planet"}, [("/target_type", "unknown_type")]),
        ({"target_type": ["note"]}, [("/target_type", "unknown_type")]),
        ({"subject": ""}, [("/subject", "required")]),
        ({"subject": "x" * 501}, [("/subject", "too_long")]),
        (
            {"subject": "{{ note.nme }}", "body": "{% for %}"},
            [("/subject", "unknown_placeholder"), ("/body", "invalid_text")],
        ),
        ({"body": None}, [("/body", "wrong_type")]),
    ],
)
def test_bad_templates_are_refused_at_every_field(
    notes: Any, db: None, clock: Any, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    with pytest.raises(Invalid) as caught:
        services.email_template_create(**{**GOOD, **changes}, by=None, now=clock.now)
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == expected
    assert not EmailTemplate.objects.exists() and not AuditEntry.objects.exists()


def test_a_code_is_taken_once_and_stays(template: EmailTemplate, clock: Any) -> None:
    with pytest.raises(Invalid) as caught:
        services.email_template_create(**GOOD, by=None, now=clock.now)
    assert caught.value.problems[0].code == "unique"
    with pytest.raises(Invalid) as caught:
        services.email_template_update(template=template, changes={"code": "other"}, by=None, now=clock.now)
    assert caught.value.problems[0].code == "immutable"


def test_update_activate_deactivate_delete(template: EmailTemplate, clock: Any) -> None:
    later = clock.advance(60)
    services.email_template_update(template=template, changes={"name": "Other"}, by=None, now=later)
    services.email_template_activate(template=template, by=None, now=later)
    template.refresh_from_db()
    assert (template.name, template.is_active, template.modified_at) == ("Other", True, later)
    with pytest.raises(NotPossible):
        services.email_template_delete(template=template, by=None, now=later)
    services.email_template_deactivate(template=template, by=None, now=later)
    services.email_template_delete(template=template, by=None, now=later)
    assert not EmailTemplate.objects.exists()
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        f"email_template.{verb}" for verb in ("create", "update", "activate", "deactivate", "delete")
    ]


def test_what_changes_nothing_writes_nothing(template: EmailTemplate, clock: Any) -> None:
    services.email_template_update(template=template, changes={"name": template.name}, by=None, now=clock.advance(60))
    services.email_template_deactivate(template=template, by=None, now=clock.now)
    template.refresh_from_db()
    assert template.modified_at != clock.now
    assert AuditEntry.objects.count() == 1
