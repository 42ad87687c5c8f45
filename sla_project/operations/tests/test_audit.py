"""The audit trail is only ever added to, and shown to those who may see everything."""

from __future__ import annotations

import pytest

from sla_project.accounts.models import Role
from sla_project.operations.models import AuditEntry, Job
from sla_project.operations.services import audit_write
from sla_project.operations.tests.builders import NOW, api_client, make_user

pytestmark = pytest.mark.django_db


def test_entries_are_never_changed() -> None:
    user = make_user()
    entry = audit_write(by=user, action="user.greet", obj=user, reason="polite", now=NOW)
    assert (entry.object_type, entry.object_id, entry.object_label) == ("accounts.user", str(user.pk), "Ada")
    for change in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(reason=""),
    ):
        with pytest.raises(TypeError):
            change()


@pytest.mark.parametrize(("role", "status"), [(Role.AGENT, 403), (Role.MANAGER, 200), (Role.ADMINISTRATOR, 200)])
def test_who_reads_them(role: str, status: int) -> None:
    assert api_client(make_user(role=role)).get("/api/v1/audit-entries/").status_code == status


def test_filters() -> None:
    user = make_user()
    audit_write(by=user, action="user.greet", obj=user, now=NOW)
    audit_write(by=None, action="user.wave", obj=user, now=NOW)
    client = api_client(user)
    for query, count in (
        ("action=user.greet", 1),
        (f"object_type=accounts.user&object_id={user.pk}", 2),
        ("by=ADA@example.org&action=user.greet", 1),
        ("at_before=2026-03-02T08:00:00Z&action=user.wave", 0),
    ):
        assert len(client.get(f"/api/v1/audit-entries/?{query}").json()["results"]) == count, query


def test_jobs_are_their_owners() -> None:
    ada, bob = make_user(), make_user("bob@example.org", role=Role.AGENT)
    for owner in (ada, bob):
        Job.objects.create(kind="reapply", created_by=owner, created_at=NOW, wake_at=NOW)
    assert len(api_client(ada).get("/api/v1/jobs/").json()["results"]) == 2
    found = api_client(bob).get("/api/v1/jobs/").json()["results"]
    assert [job["state"] for job in found] == ["queued"]
    assert api_client(bob).get(f"/api/v1/jobs/{Job.objects.get(created_by=ada).pk}/").status_code == 404
