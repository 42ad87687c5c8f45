"""While SLAs are disabled nothing starts, whatever is logged, and whenever it is judged (engine.md R11, R15)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from cases import services
from cases.models import Case
from cases.tests.builders import NOW, make_customer
from conftest import Clock
from sla_project.operations.errors import NotPossible
from sla_project.operations.jobs import jobs_finish
from sla_project.operations.services import settings_update
from slas.domain.engine import Status, replay
from slas.models import SLA, KPIInstance, RecordChange, TrackedRecord
from slas.passes import advance_all
from slas.selectors.clocks.log import load_event
from slas.selectors.clocks.states import StoredPolicies
from slas.services.clocks.adjusting import instance_recalculate
from slas.services.flow.reconcile import reconcile_all
from slas.services.policy.reapplying import reapply_start
from slas.services.policy.slas import sla_publish, sla_set_default, sla_update_draft
from slas.tests.policy.builders import duration, make_item, make_kpi, make_sla

pytestmark = pytest.mark.django_db(transaction=True)
SILVER = {"all": [{"field": "customer.service_level", "op": "is", "value": "silver"}]}
MOMENTS = [{"kind": "failure", "after": duration(3, "hours"), "actions": []}]


@pytest.fixture
def sla(clock: Clock) -> SLA:
    """For customers that are silver."""
    clock.set(NOW)
    make_kpi()
    sla = make_sla(document={"items": [make_item(key="silver", applicable_when=SILVER)]}, publish=True)
    return sla_set_default(sla=sla, by=None, now=NOW)


def disable(clock: Clock, disabled: bool = True) -> None:
    settings_update(changes={"slas_disabled": disabled}, by=None, now=clock.advance(1))


def make_case(clock: Clock, level: str) -> Case:
    return services.case_create(title="A", customer=make_customer(service_level=level), by=None, now=clock.advance(1))


def replayed_is_stored(record: TrackedRecord, clock: Clock) -> bool:
    """engine.md R11: a replay of the whole log, with the setting as it is now, gives the stored clocks."""
    from slas import records

    record_type = records.get("case")
    log = [load_event(row, record_type) for row in record.changes.order_by("seq")]
    state, _told = replay(StoredPolicies(record_type), log, clock.now)
    numbers = {(each.number, each.status, each.version) for each in (*state.past, *state.instances.values())}
    stored = record.instances.values_list("number", "status", "sla_version")
    return numbers == {(number, Status(status), version) for number, status, version in stored}


def publish_again(sla: SLA, clock: Clock, **given: Any) -> None:
    document = {"items": [make_item(key="silver", applicable_when=SILVER, moments=MOMENTS, **given)]}
    sla_update_draft(sla=sla, document=document, expected_revision=None, by=None, now=clock.advance(1))
    sla_publish(sla=sla, by=None, now=clock.advance(1))
    sla.refresh_from_db()


def test_a_delivered_change_starts_nothing(sla: SLA, clock: Clock) -> None:
    """engine.md R3, R15: the customer turns silver, so the item would win."""
    case = make_case(clock, "gold")
    disable(clock)
    services.customer_update(customer=case.customer, service_level="silver", by=None, now=clock.advance(1))
    disable(clock, False)
    advance_all()
    assert RecordChange.objects.latest("pk").data == {"disabled": True}
    assert not KPIInstance.objects.exists()
    assert replayed_is_stored(TrackedRecord.objects.get(), clock)


def test_a_write_found_by_reconcile_starts_nothing(sla: SLA, clock: Clock) -> None:
    """engine.md R4, R15."""
    case, other = make_case(clock, "gold"), make_customer("Silver Ltd", service_level="silver")
    disable(clock)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET customer_id = %s WHERE id = %s", [other.pk, case.pk])
    assert reconcile_all() == 1
    advance_all()
    assert not KPIInstance.objects.exists()


def test_a_re_application_starts_nothing_and_leaves_what_runs(sla: SLA, clock: Clock) -> None:
    """engine.md R15, R29: also where it is judged after SLAs are enabled again."""
    make_case(clock, "silver")
    publish_again(sla, clock)
    disable(clock)
    reapply_start(version=sla.current, by=None, run_actions=False, now=clock.advance(1))
    jobs_finish()
    disable(clock, False)
    advance_all()
    record, instance = TrackedRecord.objects.get(), KPIInstance.objects.get()
    assert RecordChange.objects.get(kind="reapplied").data["disabled"] is True
    assert (record.sla_version, instance.sla_version.number, instance.status) == (sla.current, 1, "in_progress")
    assert instance.failure_at < clock.now + timedelta(hours=1)
    assert replayed_is_stored(record, clock)


def test_a_recalculation_is_refused(sla: SLA, clock: Clock) -> None:
    """engine.md R15, R22."""
    make_case(clock, "silver")
    disable(clock)
    given: dict[str, Any] = {"by": None, "reason": "Asked", "source": "web", "now": clock.advance(1)}
    with pytest.raises(NotPossible) as caught:
        instance_recalculate(instance=KPIInstance.objects.get(), **given)
    assert caught.value.code == "slas_disabled"
    assert not RecordChange.objects.filter(kind="recalculated").exists()
