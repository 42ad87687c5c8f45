"""Every form that edits something knows what its user has seen: nobody overwrites unseen, and nobody loses a text."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Model
from django.forms import BaseForm
from django.test import Client

from actions.models import EmailTemplate
from cases.models import Contact, Customer, Entitlement, Product
from cases.tests.builders import make_support_sla
from conftest import MONDAY_MORNING as NOW
from sla_project.accounts.models import Team, User
from sla_project.operations.tests.builders import make_user
from slas.models import KPI, BusinessHours, Holiday, HolidaySchedule, SavedReport

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(make_user())
    return client


def rows() -> dict[str, Model]:
    """Address of the edit form → what it edits. Saving a holiday schedule makes its days anew, so it comes last."""
    make_support_sla()
    stamps = {"created_at": NOW, "modified_at": NOW}
    customer = Customer.objects.create(name="Contoso")
    holidays = HolidaySchedule.objects.create(code="uk", name="UK", **stamps)
    holiday = Holiday.objects.create(schedule=holidays, date=NOW.date(), name="Fair")
    hours = BusinessHours.objects.create(code="day", name="Day", tz="UTC", week={"mon": [["09:00", "17:00"]]}, **stamps)
    entitlement = Entitlement.objects.create(customer=customer, name="Gold", start_date=NOW.date(), end_date=NOW.date())
    mail = EmailTemplate.objects.create(code="m", name="M", target_type="case", subject="S", body="B", **stamps)
    return {
        f"/customers/{customer.pk}/edit/": customer,
        f"/contacts/{(contact := Contact.objects.create(name='Kim', customer=customer)).pk}/edit/": contact,
        f"/products/{(product := Product.objects.create(name='Printer', code='printer')).pk}/edit/": product,
        f"/entitlements/{entitlement.pk}/edit/": entitlement,
        f"/teams/{(team := Team.objects.create(name='First', code='first')).pk}/edit/": team,
        f"/people/{(person := make_user('bo@example.org')).pk}/edit/": person,
        f"/kpis/{(kpi := KPI.objects.get(code='resolve_by')).pk}/edit/": kpi,
        f"/business-hours/{hours.pk}/edit/": hours,
        f"/holiday-schedules/{holidays.pk}/holidays/{holiday.pk}/": holiday,
        f"/holiday-schedules/{holidays.pk}/edit/": holidays,
        f"/email-templates/{mail.pk}/edit/": mail,
        f"/reports/{(report := SavedReport.objects.create(name='R', query={}, **stamps)).pk}/edit/": report,
    }


def posted(form: BaseForm) -> dict[str, Any]:
    """What a browser sends of a form that nobody has touched."""
    found = {field.html_name: field.value() for field in form}
    ticked = {name: "on" if value is True else value for name, value in found.items()}
    return {name: value for name, value in ticked.items() if value not in (None, False)}


def test_nobody_overwrites_unseen(admin: Client) -> None:
    for address, obj in rows().items():
        name = "display_name" if isinstance(obj, User) else "name"
        assert admin.get(address).status_code == 200, address
        mine = {**posted(admin.get(address).context["form"]), name: "Mine"}
        assert mine["seen"], address
        type(obj)._default_manager.filter(pk=obj.pk).update(**{name: "Theirs"})

        told = admin.post(address, mine)
        assert told.status_code == 422, address
        assert "Somebody else has changed it meanwhile" in told.content.decode()
        obj.refresh_from_db()
        assert getattr(obj, name) == "Theirs", address

        again = admin.post(address, {**mine, "seen": told.context["form"]["seen"].value()})
        assert again.status_code == 302, (address, again.context and again.context["form"].errors)
        obj.refresh_from_db()
        assert getattr(obj, name) == "Mine", address
