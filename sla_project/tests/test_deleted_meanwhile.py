"""What somebody else deletes before a button is pressed, or just then: a page that says so, no error of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client

from actions.models import Action, EmailTemplate
from cases.models import Customer, Entitlement
from cases.tests.builders import make_support_sla
from conftest import MONDAY_MORNING as NOW
from sla_project.accounts.models import Team
from sla_project.operations.tests.builders import api_client, make_user, seen
from sla_project.tests.test_doors import PAGES
from sla_project.tests.test_edit_forms import posted
from slas.models import KPI, BusinessHours, Holiday, HolidaySchedule, SavedReport
from slas.services.policy.slas import sla_clone

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

GONE = "Somebody has deleted it meanwhile, so nothing was changed."
NOBODY = {"int": "987654321", "uuid": "00000000-0000-4000-8000-000000000000", "slug": "deactivate"}


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(make_user())
    return client


def test_whatever_is_deleted_before_the_press(admin: Client) -> None:
    """Every form and every button of one row, after that row."""
    routes = [route for route in PAGES if re.search(r"<(int|uuid):", route)]
    assert len(routes) > 90
    for route in routes:
        address = "/" + re.sub(r"<(\w+):\w+>", lambda kind: NOBODY[kind[1]], route)
        assert admin.get(address).status_code in (404, 405), address
        pressed = admin.post(address)
        assert pressed.status_code in (404, 405), address
        assert pressed.status_code == 405 or GONE in pressed.content.decode(), address


def test_it_leads_on_to_the_list(admin: Client) -> None:
    for pressed in (admin.post("/kpis/99/edit/"), admin.get("/kpis/99/")):
        assert '<a class="btn btn-primary" href="/kpis/">Go to the list</a>' in pressed.content.decode()
    for elsewhere in ("/nowhere/", "/contacts/99/edit/"):  # contacts have no list of their own
        assert "Go to the list" not in admin.get(elsewhere).content.decode()


class Undo(Exception):
    """Ends a savepoint, so that the next press finds the row again."""


def pressed_while_deleted(admin: Client, obj: Model, address: str, data: Mapping[str, Any]) -> Any:
    """The answer to a post, where somebody else deletes the row as soon as the page has found it."""
    table, looked = f'FROM "{obj._meta.db_table}"', []

    def deleting(execute: Any, sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if table in sql and not looked:
            looked.append(sql)
            rows = type(obj)._base_manager.filter(pk=obj.pk)
            rows._raw_delete(rows.db)  # type: ignore[attr-defined]
        return found

    try:
        with transaction.atomic(), connection.execute_wrapper(deleting):
            answer = admin.post(address, data)
            raise Undo
    except Undo:
        return answer


def rows() -> Iterator[tuple[Model, str, tuple[str, ...]]]:
    """An object, its address, and the forms and commands below it."""
    stamps = {"created_at": NOW, "modified_at": NOW}
    sla = make_support_sla()
    draft = sla_clone(sla=sla, by=None, now=NOW)
    holidays = HolidaySchedule.objects.create(code="uk", name="UK", **stamps)
    holiday = Holiday.objects.create(schedule=holidays, date=NOW.date(), name="Fair")
    hours = BusinessHours.objects.create(code="day", name="Day", tz="UTC", week={"mon": [["09:00", "17:00"]]}, **stamps)
    kpi = KPI.objects.create(
        code="update_by", name="Update", record_type="case", applicable_from="created_on", **stamps
    )
    mail = EmailTemplate.objects.create(code="m", name="M", target_type="case", subject="S", body="B", **stamps)
    escalate = {"kind": "update_record", "set": {"is_escalated": True}}
    action = Action.objects.create(code="a", name="A", target_type="case", document=escalate, **stamps)
    report = SavedReport.objects.create(name="R", query={}, **stamps)
    team = Team.objects.create(name="First", code="first")
    customer = Customer.objects.create(name="Contoso")
    entitlement = Entitlement.objects.create(customer=customer, name="Gold", start_date=NOW.date(), end_date=NOW.date())
    yield sla, f"/slas/{sla.pk}/", ("rename/", "deactivate/", "clear-default/", "delete/")
    yield draft, f"/slas/{draft.pk}/", ("publish/", "delete/", "edit/?view=settings")
    yield kpi, f"/kpis/{kpi.pk}/", ("edit/", "activate/", "delete/")
    yield hours, f"/business-hours/{hours.pk}/", ("edit/", "deactivate/", "delete/")
    yield holidays, f"/holiday-schedules/{holidays.pk}/", ("edit/", "delete/", "remove/")
    yield holiday, f"/holiday-schedules/{holidays.pk}/holidays/{holiday.pk}/", ("",)
    yield mail, f"/email-templates/{mail.pk}/", ("edit/", "activate/", "delete/")
    yield action, f"/actions/{action.pk}/", ("activate/", "delete/")
    yield report, f"/reports/{report.pk}/", ("edit/", "delete/")
    yield team, f"/teams/{team.pk}/", ("edit/", "delete/")
    yield entitlement, f"/entitlements/{entitlement.pk}/", ("edit/", "activate/", "delete/")


def test_whatever_is_deleted_while_it_is_pressed(admin: Client) -> None:
    for obj, address, presses in rows():
        for press in presses:
            page = admin.get(address + press)
            data = posted(page.context["form"]) if page.status_code == 200 and "form" in page.context else {}
            answer = pressed_while_deleted(admin, obj, address + press, {**data, "holiday": "1"})
            assert answer.status_code == 404, (address + press, answer.status_code)
            assert GONE in answer.content.decode(), address + press


def test_over_rest_it_is_a_404_too() -> None:
    client = api_client(make_user())
    kpi = KPI.objects.create(
        code="k", name="K", record_type="case", applicable_from="created_on", created_at=NOW, modified_at=NOW
    )
    url = f"/api/v1/kpis/{kpi.pk}/"
    headers = seen(client, url)
    assert pressed_while_deleted(client, kpi, f"{url}activate/", {}).json()["code"] == "not_found"
    kpi.delete()
    assert client.patch(url, {"name": "L"}, format="json", headers=headers).status_code == 404
