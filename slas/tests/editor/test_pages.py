"""The editor's pages: who may open them, what they show, and how they grow."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from slas.models import SLA
from slas.services.policy.slas import sla_create, sla_update_draft
from slas.tests.policy.builders import GOLD, NOW, duration, make_item, make_kpi, make_sla
from slas.tests.web.conftest import client_of

pytestmark = pytest.mark.django_db

COMPLETED = {"all": [{"field": "state", "op": "is", "value": "completed"}]}
VIEWS = ["", "?item=all", "?item=new", "?view=matrix", "?view=settings"]


def address(sla: SLA, name: str = "sla_edit") -> str:
    return reverse(f"slas:{name}", args=[sla.pk])


@pytest.mark.parametrize("role", ["manager", "agent"])
@pytest.mark.parametrize(
    "name", ["sla_edit", "sla_edit_clock", "sla_edit_order", "sla_edit_duplicate", "sla_edit_delete"]
)
def test_only_administrators_edit(sla: SLA, role: str, name: str) -> None:
    client = client_of(role)
    assert client.post(address(sla, name)).status_code == 403
    if name in ("sla_edit", "sla_edit_delete"):
        assert client.get(address(sla, name)).status_code == 403
    assert "login" in Client().post(address(sla, name))["Location"]


@pytest.mark.parametrize("query", VIEWS)
def test_every_view_keeps_the_content_policy(sla: SLA, admin: Client, query: str) -> None:
    response = admin.get(address(sla) + query)
    assert response.status_code == 200
    assert b"style=" not in response.content and b"<script>" not in response.content


def test_the_order_is_shown_with_what_is_left_over(sla: SLA, admin: Client) -> None:
    text = admin.get(address(sla)).content.decode()
    for words in (
        "the first item that matches is used",
        "When Service level is Gold",
        "Always applies",
        "warn 45 min, fail 1 h",
        "First response by: nothing is left, item 2 “Everyone” takes all other cases",
        "All other cases: no SLA item applies for Resolve by",
    ):
        assert words in text


def test_what_the_checker_finds_stands_at_the_item(sla: SLA, admin: Client) -> None:
    items = [make_item(key="all", name="Everyone", applicable_when={}), make_item(key="gold", name="Gold")]
    sla_update_draft(sla=sla, document={"items": items}, expected_revision=None, by=None, now=NOW)
    rows = admin.get(address(sla)).context["rows"]
    assert not rows[0].never and "Everyone" in rows[1].never


def test_an_sla_without_items_says_how_to_begin(policy: None, admin: Client) -> None:
    sla = sla_create(code="empty", name="Empty", record_type="case", by=None, now=NOW)
    for query in VIEWS:
        assert admin.get(address(sla) + query).status_code == 200
    text = admin.get(address(sla)).content.decode()
    for words in ("No items yet", "All cases: no SLA item applies", f"{address(sla)}?item=new#item"):
        assert words in text
    for name in ("follow-the-sun", "incident-desk", "support-contract"):
        assert f"?starter={name}&amp;into=empty" in text
    assert "callout-inside" not in text and "condition-builder.js" not in text
    assert admin.get(f"{address(sla)}?item=new").context["chosen"] == "new"


def test_a_starter_of_another_record_type_is_not_offered(policy: None, admin: Client) -> None:
    sla = sla_create(code="calls", name="Calls", record_type="activity", by=None, now=NOW)
    assert "?starter=" not in admin.get(address(sla)).content.decode()


def test_the_editor_of_an_activitys_sla_speaks_of_activities(policy: None, admin: Client) -> None:
    sla = sla_create(code="calls", name="Calls", record_type="activity", by=None, now=NOW)
    empty = admin.get(address(sla)).content.decode()
    assert "All activities: no SLA item applies" in empty and "All cases" not in empty
    make_kpi("done_by", record_type="activity")
    item = make_item(kpi="done_by", name="Done", applicable_when={"all": []}, success_when=COMPLETED)
    sla = sla_update_draft(sla=sla, document={"items": [item]}, expected_revision=None, by=None, now=NOW)
    asked = admin.get(f"{address(sla, 'sla_edit_delete')}?item={sla.draft['items'][0]['key']}").content.decode()
    assert "For activities that it takes now, no item of this KPI is left." in asked


def test_the_example_is_in_the_hours_of_the_item(sla: SLA, admin: Client) -> None:
    office = admin.get(address(sla) + "?item=all").content.decode()
    assert "Created on Fri 16:30 → warn Mon 09:15 → breach Mon 09:30" in office
    assert "An example in UK hours, times of Europe/London." in office
    always = admin.get(address(sla) + "?item=gold").content.decode()
    assert "Created on Fri 16:30 → warn Fri 17:15 → breach Fri 17:30" in always


def test_the_example_follows_what_is_typed(sla: SLA, admin: Client) -> None:
    typed = {
        "kpi": "resolve_by",
        "business_hours": "uk-hours",
        "moments-0-kind": "warning",
        "moments-0-after": "2h",
        "moments-1-kind": "failure",
        "moments-1-after": "2 business days",
    }
    text = admin.post(address(sla, "sla_edit_clock"), typed).content.decode()
    assert "warn Mon 10:30 → breach Tue 16:30" in text and 'hx-swap-oob="true"' in text
    text = admin.post(address(sla, "sla_edit_clock"), typed | {"moments-0-after": "3 business days"}).content.decode()
    assert "This warning will never be shown" in text and "→ warn" not in text
    text = admin.post(address(sla, "sla_edit_clock"), typed | {"moments-1-after": "soon"}).content.decode()
    assert "Enter the times" in text


def test_the_matrix_has_conditions_kpis_and_empty_cells(sla: SLA, admin: Client) -> None:
    page = admin.get(address(sla) + "?view=matrix")
    rows = [
        (row.applies, [[item.key for item in items] for _kpi, items in row.cells]) for row in page.context["matrix"]
    ]
    assert rows == [("Service level is Gold", [["gold"], ["resolve"]]), ("Always", [["all"], []])]
    assert f"{address(sla)}?item=new&amp;kpi=resolve_by&amp;like=all#item" in page.content.decode()


def test_an_empty_cell_begins_an_item_with_its_condition_and_kpi(sla: SLA, admin: Client) -> None:
    form = admin.get(address(sla) + "?item=new&kpi=resolve_by&like=gold").context["form"]
    assert form.text("kpi") == "resolve_by" and "gold" in form.text("applicable_when")


def test_an_inactive_kpi_is_not_offered_but_stays_chosen(sla: SLA, admin: Client) -> None:
    make_kpi("old", name="Old KPI", active=False)
    kpis = [value for value, _label in admin.get(address(sla)).context["form"].fields["kpi"].choices]
    assert "old" not in kpis
    sla_update_draft(sla=sla, document={"items": [make_item(kpi="old")]}, expected_revision=None, by=None, now=NOW)
    form = admin.get(address(sla)).context["form"]
    assert form.text("kpi") == "old" and "old" in [value for value, _label in form.fields["kpi"].choices]


# --- how the page grows -------------------------------------------------------------------------------------------


def big_document(count: int) -> dict[str, object]:
    """Items that differ, each with mails, people, records and fields in their actions."""
    items = []
    for number in range(count):
        actions = [
            {
                "kind": "send_email",
                "to": ["owner", "address:ada@example.com"],
                "template": ["due-soon", "missed"][number % 2],
            },
            {"kind": "assign", "user": "ada@example.com"},
            {"kind": "assign", "team": "desk"},
            {"kind": "update_record", "set": {"is_escalated": True, "owner": "ada@example.com"}},
            {"kind": "create_record", "type": "activity", "set": {"subject": "Call"}},
        ]
        moments = [
            {"kind": "warning", "after": duration(5 + number), "actions": actions},
            {"kind": "failure", "after": duration(6 + number, "hours"), "actions": actions},
        ]
        items.append(
            make_item(
                name=f"Item {number}",
                kpi=["first_response_by", "resolve_by"][number % 2],
                applicable_when=GOLD
                if number < 2
                else {"all": [{"field": "title", "op": "contains", "value": str(number)}]},
                business_hours=["uk-hours", None][number % 2],
                moments=moments,
            )
        )
    return {"items": items}


@pytest.mark.parametrize("query", ["", "?view=matrix", "?view=settings"])
def test_queries_do_not_grow_with_the_items(policy: None, admin: Client, query: str) -> None:
    counts = []
    for code, count in (("small", 2), ("big", 24)):
        sla = make_sla(code, document=big_document(count))
        admin.get(address(sla) + query)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert admin.get(address(sla) + query).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] < 40
