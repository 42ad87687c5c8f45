"""What actions do to cases and activities, through the port that `actions` knows."""

from __future__ import annotations

import pytest

from actions import targets
from cases import services
from cases.models import Activity
from cases.registry import ACTIVITY_FIELDS, CASE_FIELDS
from cases.tests.builders import NOW, make_activity, make_case, make_contact, make_customer, make_team, make_user
from slas.selectors.clocks.instances import record_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
RUN = {"now": NOW, "depth": 2, "cause": "run-7"}


def test_an_update_is_one_change_with_depth_and_cause():
    case, user = make_case(), make_user()
    words = targets.get("case").update(case.pk, {"priority": "high", "owner": user.pk}, **RUN)
    case.refresh_from_db()
    change = record_of(case).changes.get(seq=2)
    assert (case.priority, case.owner) == ("high", user)
    assert (change.source, change.depth, change.cause, change.by) == ("action", 2, "run-7", None)
    assert "Priority: High" in words


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("on_hold", "active"),
        ("information_provided", "resolved"),
        ("problem_solved", "resolved"),
        ("canceled", "canceled"),
    ],
)
def test_a_status_brings_its_state_along(status, state):
    case = make_case()
    targets.get("case").change_status(case.pk, status, **RUN)
    case.refresh_from_db()
    assert (case.status, case.state) == (status, state)


def test_an_open_status_reactivates_a_resolved_case():
    case = make_case()
    services.case_resolve(case=case, by=None, now=NOW)
    targets.get("case").change_status(case.pk, "researching", **RUN)
    case.refresh_from_db()
    assert (case.status, case.state) == ("researching", "active")


def test_a_person_takes_over_within_the_team():
    team, user = make_team(), make_user()
    case = make_case(team=team)
    targets.get("case").assign(case.pk, user_id=user.pk, team_id=None, **RUN)
    case.refresh_from_db()
    assert (case.owner, case.team) == (user, team)


def test_another_team_keeps_the_owner_only_if_a_member():
    stranger, member = make_user("a@desk.example"), make_user("b@desk.example")
    team = make_team("second-line")
    team.members.add(member)
    for owner, kept in ((stranger, None), (member, member)):
        case = make_case(owner=owner)
        targets.get("case").assign(case.pk, user_id=None, team_id=team.pk, **RUN)
        case.refresh_from_db()
        assert (case.owner, case.team) == (kept, team)


def test_a_created_activity_is_about_its_case_and_goes_to_its_people():
    team, user = make_team(), make_user()
    case = make_case(owner=user, team=team)
    kind, pk = targets.get("activity").create({"subject": "Call"}, origin_type="case", origin_id=case.pk, **RUN)
    activity = Activity.objects.get(pk=pk)
    assert (kind, activity.case, activity.owner, activity.team) == ("activity", case, user, team)
    assert record_of(activity).changes.get().depth == 2


@pytest.mark.parametrize(
    ("status", "state"), [("waiting", "open"), ("completed", "completed"), ("canceled", "canceled")]
)
def test_an_activitys_status_brings_its_state_along(status, state):
    activity = make_activity()
    targets.get("activity").change_status(activity.pk, status, **RUN)
    activity.refresh_from_db()
    assert (activity.status, activity.state) == (status, state)


def test_recipients_are_the_people_of_the_case():
    lead, user = make_user("lead@desk.example"), make_user()
    contact = make_contact(make_customer())
    case = make_case(owner=user, team=make_team(lead=lead), contact=contact)
    recipient = targets.get("case").recipient
    assert recipient(case.pk, "owner") == ("agent", "agent@desk.example")
    assert recipient(case.pk, "team") == ("First-line", "first-line@desk.example")
    assert recipient(case.pk, "lead") == ("lead", "lead@desk.example")
    assert recipient(case.pk, "contact") == ("Nora Wind", "nora@northwind.example")


@pytest.mark.parametrize("role", ["owner", "team", "lead", "contact", "nobody"])
def test_nobody_is_none(role):
    assert targets.get("case").recipient(make_case().pk, role) is None


def test_an_inactive_owner_or_lead_gets_no_mail():
    lead, user = make_user("lead@desk.example"), make_user()
    case = make_case(owner=user, team=make_team(lead=lead))
    for person in (lead, user):
        person.is_active = False
        person.save()
    assert targets.get("case").recipient(case.pk, "owner") is None
    assert targets.get("case").recipient(case.pk, "lead") is None


@pytest.mark.parametrize(("name", "fields"), [("case", CASE_FIELDS), ("activity", ACTIVITY_FIELDS)])
def test_placeholders_are_plain_values_only(name, fields):
    placeholders = targets.get(name).placeholders
    assert f"{name}.number" in placeholders
    for path in placeholders:
        assert not any(other.startswith(f"{path}.") for other in placeholders), path


def test_the_state_and_the_title_are_no_fields_of_an_action():
    assert not {"state", "title", "resolved_on", "number"} & set(targets.get("case").fields)
