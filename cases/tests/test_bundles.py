"""SLAs as code: a round trip changes nothing, an import says all it does, and nothing is half-written."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from actions.models import Action, EmailTemplate
from actions.services import action_activate, action_create, email_template_activate, email_template_create
from cases.models import Customer
from cases.tests.builders import make_customer
from sla_project.operations.errors import Invalid
from sla_project.operations.models import AuditEntry
from sla_project.operations.yaml import yaml_read, yaml_write
from slas.models import KPI, SLA, BusinessHours, HolidaySchedule
from slas.selectors.policy.bundles import sla_bundle
from slas.services.hours.holidays import holiday_schedule_create
from slas.services.policy.bundles import bundle_import, imported_sla
from slas.services.policy.slas import sla_publish
from slas.tests.policy.builders import NOW, make_document, make_hours, make_item, make_kpi, make_sla

pytestmark = pytest.mark.django_db


@pytest.fixture
def sla() -> SLA:
    """With hours that observe holidays, a mail text, and a condition that names a customer."""
    customer = make_customer("Northwind", code="northwind")
    make_kpi()
    holiday = {"date": "2026-12-25", "name": "Christmas Day", "hours": None}
    schedule = holiday_schedule_create(code="uk", name="UK holidays", holidays=[holiday], by=None, now=NOW)
    make_hours(holiday_schedule=schedule)
    text = {"subject": "{{ case.number }} is late", "body": "Dear all,\n{{ case.title }} is late.\n"}
    template = email_template_create(code="late", name="Late", target_type="case", **text, by=None, now=NOW)
    email_template_activate(template=template, by=None, now=NOW)
    mail = {"kind": "send_email", "to": ["owner"], "template": "late"}
    tell = action_create(code="tell", name="Tell", target_type="case", document=mail, by=None, now=NOW)
    action_activate(action=tell, by=None, now=NOW)
    moments = make_item()["moments"]
    moments[0]["actions"] = [{"kind": "reusable", "action": "tell"}]
    when = {"any": [{"field": "customer", "op": "in", "value": [customer.pk]}]}
    item = make_item(business_hours="uk-hours", moments=moments, applicable_when=when)
    return make_sla(document=make_document(item), publish=True)


def clear() -> None:
    """As if this were another installation, with the same customer under another id."""
    SLA.objects.update(state="draft", current=None, draft={"items": []}, is_default=False)
    from slas.models import ScheduleVersion, SLAVersion

    for versions in (SLAVersion, ScheduleVersion):
        versions.objects.discard_unused()
    for model in (SLA, BusinessHours, HolidaySchedule, KPI, Action, EmailTemplate):
        model.objects.all().delete()
    Customer.objects.all().delete()
    make_customer("Somebody else", code="else")
    make_customer("Northwind", code="northwind")


def outcomes(steps: list[Any]) -> dict[str, str]:
    return {step.kind: step.outcome for step in steps}


def test_a_bundle_names_no_id(sla: SLA) -> None:
    bundle = sla_bundle(sla)
    (leaf,) = bundle["sla"]["items"][0]["applicable_when"]["any"]
    assert leaf["value"] == [{"key": "northwind"}]
    kinds = ("kpis", "business_hours", "holiday_schedules", "email_templates", "actions")
    assert [len(bundle[kind]) for kind in kinds] == [1] * 5


def test_a_round_trip_changes_nothing(sla: SLA) -> None:
    entries = AuditEntry.objects.count()
    steps = bundle_import(bundle=yaml_read(yaml_write(sla_bundle(sla))), by=None, now=NOW)
    assert set(outcomes(steps).values()) == {"unchanged"}
    assert AuditEntry.objects.count() == entries
    sla.refresh_from_db()
    assert sla.draft is None


def test_another_installation_gets_all_of_it(sla: SLA) -> None:
    text = yaml_write(sla_bundle(sla))
    clear()
    steps = bundle_import(bundle=yaml_read(text), by=None, now=NOW)
    assert set(outcomes(steps).values()) == {"created"}
    arrived = imported_sla(steps)
    assert arrived.state == SLA.State.DRAFT
    sla_publish(sla=arrived, by=None, now=NOW)
    arrived = SLA.objects.select_related("current").get(pk=arrived.pk)
    assert yaml_write(sla_bundle(arrived)) == text
    condition = arrived.current.document["authored"]["items"][0]["applicable_when"]  # type: ignore[union-attr]
    assert condition["any"][0]["value"] == [Customer.objects.get(code="northwind").pk]


def test_a_dry_run_says_the_same_and_does_nothing(sla: SLA) -> None:
    bundle = changed(sla)
    entries = AuditEntry.objects.count()
    said = bundle_import(bundle=bundle, by=None, now=NOW, dry_run=True)
    assert (AuditEntry.objects.count(), KPI.objects.get().name) == (entries, sla_bundle(sla)["kpis"][0]["name"])
    assert bundle_import(bundle=bundle, by=None, now=NOW) == said


def changed(sla: SLA) -> dict[str, Any]:
    bundle = deepcopy(sla_bundle(sla))
    bundle["kpis"][0]["name"] = "First answer"
    bundle["holiday_schedules"][0]["holidays"].insert(0, {"date": "2026-01-01", "name": "New Year", "hours": None})
    bundle["sla"]["items"][0]["moments"][-1]["after"] = {"amount": 9, "unit": "hours"}
    return bundle


def test_what_differs_is_named_by_its_place(sla: SLA) -> None:
    steps = {step.kind: step for step in bundle_import(bundle=changed(sla), by=None, now=NOW)}
    assert [step.outcome for step in steps.values()] == [
        "changed",
        "unchanged",
        "changed",
        "unchanged",
        "unchanged",
        "changed",
    ]
    (kpi,) = steps["kpis"].differences
    assert (kpi.place, kpi.after) == ("/name", "First answer")
    (holiday,) = steps["holiday_schedules"].differences
    assert (holiday.place, holiday.before) == ("/holidays/2026-01-01", None)
    (target,) = steps["sla"].differences
    assert target.place.endswith("/after/amount")
    sla.refresh_from_db()
    assert sla.draft is not None


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (lambda b: b.update(sla_console=2), "/sla_console"),
        (lambda b: b.pop("sla"), "/sla"),
        (lambda b: b.update(extra=1), "/extra"),
        (lambda b: b.update(kpis={}), "/kpis"),
        (lambda b: b["kpis"].append(7), "/kpis/1"),
        (lambda b: b["kpis"][0].pop("name"), "/kpis/0/name"),
        (lambda b: b["kpis"][0].update(name=""), "/kpis/0/name"),
        (lambda b: b["kpis"][0].update(applicable_from="resolved_on"), "/kpis/0/applicable_from"),
        (lambda b: b["business_hours"][0].update(week={}), "/business_hours/0/week"),
        (lambda b: b["business_hours"][0].update(week=5), "/business_hours/0/week"),
        (lambda b: b["business_hours"][0].update(tz="Mars/Olympus"), "/business_hours/0/tz"),
        (lambda b: b["business_hours"][0].update(holiday_schedule="nowhere"), "/business_hours/0/holiday_schedule"),
        (lambda b: b["email_templates"][0].update(body="{{ case.secret }}"), "/email_templates/0/body"),
        (lambda b: b["actions"][0]["document"].update(template="nothing"), "/actions/0/document/template"),
        (lambda b: b["sla"].update(code=["x"]), "/sla/code"),
        (lambda b: b["sla"].update(record_type="invoice"), "/sla/record_type"),
        (lambda b: b["sla"]["items"][0].update(kpi="nothing"), "/sla/items/0/kpi"),
        (lambda b: b["sla"]["items"][0]["applicable_when"]["any"][0].update(value=[{"key": "nobody"}]), "/sla"),
        (lambda b: b["sla"].update(items=[5]), "/sla/items/0"),
    ],
)
def test_faults_are_pointed_at_and_nothing_is_half_written(sla: SLA, change: Any, pointer: str) -> None:
    bundle = changed(sla)
    change(bundle)
    before = sla_bundle(sla)
    with pytest.raises(Invalid) as caught:
        bundle_import(bundle=bundle, by=None, now=NOW)
    assert pointer in {problem.pointer for problem in caught.value.problems}
    sla.refresh_from_db()
    assert (sla_bundle(sla), sla.draft) == (before, None)


@pytest.mark.parametrize("bundle", [None, [], "text", 5])
def test_what_is_no_bundle_at_all(bundle: object) -> None:
    with pytest.raises(Invalid):
        bundle_import(bundle=bundle, by=None, now=NOW)
