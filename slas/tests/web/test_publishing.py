"""The pages around publishing: what changes, whom it reaches, versions compared and restored, what is outdated."""

from __future__ import annotations

import copy

import pytest
from django.urls import reverse

from cases.services import case_create
from cases.tests.builders import judge
from sla_project.operations.jobs import jobs_finish
from sla_project.operations.models import Job
from sla_project.operations.tests.builders import queries_of
from slas.models import KPI, SLA
from slas.selectors.forecasts.publications import draft_rebases
from slas.services.policy.kpis import kpi_update
from slas.services.policy.slas import sla_publish, sla_set_default, sla_update_draft
from slas.tests.policy.builders import NOW, make_document, make_item, make_kpi, make_sla

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HELD = {"all": [{"field": "status", "op": "is", "value": "on_hold"}]}


def url(name: str, *arguments: object) -> str:
    return reverse(f"slas:{name}", args=arguments)


def edit(sla: SLA, **given: object) -> SLA:
    sla.refresh_from_db()
    items = copy.deepcopy(sla.current.document["authored"]["items"])
    items[0] |= given
    return sla_update_draft(sla=sla, document={"items": items}, expected_revision=None, by=None, now=NOW)


@pytest.fixture
def desk(admin, clock) -> SLA:
    """Three open cases under version 1, and a draft that shortens the times."""
    clock.set(NOW)
    make_kpi()
    sla = make_sla(publish=True)
    sla_set_default(sla=sla, by=None, now=NOW)
    for number in range(3):
        judge(case_create(title=f"Case {number}", service_level="gold", by=None, now=NOW))
    clock.advance(30 * 60)
    moments = copy.deepcopy(sla.current.document["authored"]["items"][0]["moments"])
    moments[0]["after"] = {"amount": 10, "unit": "minutes"}
    moments[1]["after"] = {"amount": 20, "unit": "minutes"}
    return edit(sla, moments=moments)


def more_cases() -> None:
    for number in range(10):
        judge(case_create(title=f"More {number}", service_level="gold", by=None, now=NOW))


def publish(client, sla: SLA, **given: object):
    data = {"reach": "new", "reason": "", "revision": sla.draft_revision, **given}
    return client.post(url("sla_publish", sla.pk), data)


# --- publishing ---


def test_it_says_what_changes_and_what_it_would_do(admin, desk) -> None:
    answer = admin.get(url("sla_publish", desk.pk))
    text = " ".join(answer.content.decode().split())
    assert "after 1 h</del>" in text and "after 20 min</ins>" in text
    forecast = answer.context["forecast"]
    assert (forecast.counts["replaced"], forecast.counts["late"], forecast.open_timers) == (3, 3, 3)
    assert "re-apply to 3 open records now" in text


def test_new_records_only(admin, desk) -> None:
    answer = publish(admin, desk, reason="Shorter times")
    assert answer["Location"] == url("sla_detail", desk.pk)
    version = desk.versions.get(number=2)
    assert (version.reason, Job.objects.count()) == ("Shorter times", 0)


def test_reapplying_leads_to_the_page_of_the_job(admin, desk) -> None:
    answer = publish(admin, desk, reach="open")
    job = Job.objects.get()
    assert answer["Location"] == reverse("operations:job_detail", args=[job.pk])
    jobs_finish()
    page = admin.get(answer["Location"]).content.decode()
    assert "3 of 3 records" in page and "Timers replaced" in page
    assert "Re-apply version 2 of Support" in page


def test_the_counts_of_the_page_are_those_of_the_job(admin, desk) -> None:
    foretold = admin.get(url("sla_publish", desk.pk)).context["forecast"].counts
    publish(admin, desk, reach="open")
    jobs_finish()
    assert Job.objects.get().result == dict(foretold)


def test_a_draft_that_changed_meanwhile_is_not_published_unseen(admin, desk) -> None:
    revision = desk.draft_revision
    edit(desk, name="Somebody was faster")
    answer = publish(admin, desk, revision=revision)
    assert answer.status_code == 422 and "Somebody else has changed" in answer.content.decode()
    assert desk.versions.count() == 1


def test_without_open_records_nobody_is_asked_about_them(admin, sla) -> None:
    form = admin.get(url("sla_publish", sla.pk)).context["form"]
    assert set(form.fields) == {"reason", "revision"}


def test_what_cannot_be_published_has_no_button(admin, desk) -> None:
    contradiction = {"all": [{"field": "service_level", "op": "is", "value": "silver"}]}
    edit(desk, success_when=contradiction)
    text = admin.get(url("sla_publish", desk.pk)).content.decode()
    assert "It cannot be published yet" in text and "Applies to" not in text


def test_very_many_are_counted_in_the_background(admin, desk, monkeypatch) -> None:
    monkeypatch.setattr("slas.services.forecasts.publications.PATIENCE", 0.0)
    text = admin.get(url("sla_publish", desk.pk)).content.decode()
    assert "counted are the first 1 of 3" in text
    answer = admin.post(url("sla_forecast", desk.pk))
    jobs_finish()
    assert "Breached at once" in admin.get(answer["Location"]).content.decode()


def test_without_a_draft_there_is_nothing_to_count(admin, desk) -> None:
    publish(admin, desk)
    answer = admin.post(url("sla_forecast", desk.pk), follow=True)
    assert "There is no draft to publish" in answer.content.decode() and not Job.objects.exists()


def test_publishing_asks_no_more_questions_for_more_cases(admin, desk, django_assert_num_queries) -> None:
    count = queries_of(lambda: admin.get(url("sla_publish", desk.pk)))
    more_cases()
    with django_assert_num_queries(count):
        admin.get(url("sla_publish", desk.pk))


# --- versions ---


def test_versions_say_who_when_why_what_and_how_many(admin, desk) -> None:
    publish(admin, desk, reason="Shorter times")
    text = admin.get(url("sla_versions", desk.pk)).content.decode()
    for words in ("Version 2", "Current", "Administrator", "Shorter times", "1 changed", "the first version"):
        assert words in text
    first = admin.get(url("sla_version", desk.pk, 1)).context["version"]
    assert (first.open_count, first.instance_count) == (3, 3)


def test_any_two_versions_and_the_draft_can_be_compared(admin, desk) -> None:
    publish(admin, desk)
    edit(desk, name="Renamed")
    page = admin.get(url("sla_diff", desk.pk), {"before": "1", "after": "2"})
    assert "after 20 min</ins>" in page.content.decode()
    usual = admin.get(url("sla_diff", desk.pk))
    assert [change.field for item in usual.context["diff"].items for change in item.changes] == ["name"]
    assert admin.get(url("sla_diff", desk.pk), {"before": "7"}).context["diff"] is None


def test_an_earlier_version_becomes_the_draft(admin, agent, desk) -> None:
    publish(admin, desk)
    desk.refresh_from_db()
    first = desk.versions.get(number=1)
    answer = admin.post(url("sla_restore", desk.pk, 1), {"revision": desk.draft_revision})
    assert answer.status_code == 302
    desk.refresh_from_db()
    assert desk.draft == first.document["authored"]
    assert agent.post(url("sla_restore", desk.pk, 1)).status_code == 403


def test_restoring_does_not_replace_a_draft_that_nobody_has_seen(admin, desk) -> None:
    seen = desk.draft_revision
    edit(desk, name="Somebody was faster")
    admin.post(url("sla_restore", desk.pk, 1), {"revision": seen})
    desk.refresh_from_db()
    assert desk.draft["items"][0]["name"] == "Somebody was faster"


# --- what SLAs share ---


@pytest.fixture
def shared(desk) -> SLA:
    """Version 1 has frozen no pause rule; the KPI has got one since."""
    kpi_update(
        kpi=make_kpi("resolve_by", name="Resolve by"),
        changes={"pause_override": True, "pause_when": HELD},
        by=None,
        now=NOW,
    )
    other = make_document(make_item(kpi="resolve_by", name="Gold – Resolve by"))
    make_sla("other", document=other, publish=True)
    kpi = KPI.objects.get(code="first_response_by")
    kpi_update(kpi=kpi, changes={"pause_override": True, "pause_when": HELD}, by=None, now=NOW)
    return desk


def test_what_is_outdated_is_shown_with_what_moved(admin, shared) -> None:
    text = admin.get(url("republish")).content.decode()
    assert "First response by pauses" in text and "Status is On hold</ins>" in text
    assert "It has an open draft, which stays" in text
    assert "Other</label>" not in text


def test_only_what_uses_the_kpi(admin, shared) -> None:
    for code, count in (("first_response_by", 1), ("resolve_by", 0)):
        kpi = KPI.objects.get(code=code)
        assert len(admin.get(url("republish"), {"kpi": kpi.pk}).context["outdated"]) == count
        part = admin.get(url("republish"), {"kpi": kpi.pk}, headers={"HX-Request": "true"}).content.decode()
        assert ("1 SLA still lives by the former state" in part) == bool(count)
    assert admin.get(url("republish"), {"kpi": "x"}).status_code == 404


def test_only_what_sends_the_text_also_through_a_reusable_action(admin, sla) -> None:
    from actions.services import (
        action_activate,
        action_create,
        email_template_activate,
        email_template_create,
        email_template_update,
    )

    template = email_template_create(
        code="late", name="Late", target_type="case", subject="Late", body="Hurry.", by=None, now=NOW
    )
    template = email_template_activate(template=template, by=None, now=NOW)
    mail = {"kind": "send_email", "to": ["owner"], "template": "late"}
    action = action_create(code="hurry", name="Hurry", target_type="case", document=mail, by=None, now=NOW)
    action_activate(action=action, by=None, now=NOW)
    moments = copy.deepcopy(sla.current.document["authored"]["items"][0]["moments"])
    moments[1]["actions"] = [{"kind": "reusable", "action": "hurry"}]
    sla_publish(sla=edit(sla, moments=moments), by=None, now=NOW)
    assert not admin.get(url("republish")).context["outdated"]
    email_template_update(template=template, changes={"body": "Hurry up!"}, by=None, now=NOW)
    for query, count in (
        ({"template": "late"}, 1),
        ({"action": "hurry"}, 1),
        ({"template": "other"}, 0),
        ({"action": "x"}, 0),
    ):
        assert len(admin.get(url("republish"), query).context["outdated"]) == count
    text = admin.get(url("republish")).content.decode()
    assert "Email “Late”: text" in text and "Hurry up!</ins>" in text


def test_those_chosen_get_new_versions_and_the_draft_builds_on_them(admin, shared) -> None:
    draft = copy.deepcopy(shared.draft)
    page = admin.get(url("republish"))
    choice = page.context["form"].fields["slas"].choices[0][0]
    data = {"slas": [choice], "reach": "open", "reason": "Pause rule"}
    answer = admin.post(url("republish"), data)
    assert answer["Location"] == reverse("operations:job_detail", args=[Job.objects.get().pk])
    shared.refresh_from_db()
    assert (shared.current.number, shared.current.reason, shared.draft) == (2, "Pause rule", draft)
    assert shared.current.document["authored"] == shared.versions.get(number=1).document["authored"]
    assert [entry.after["version"] for entry in draft_rebases(shared)] == [2]
    for name in ("sla_publish", "sla_edit", "sla_detail"):
        assert "The draft builds on it" in admin.get(url(name, shared.pk)).content.decode(), name
    jobs_finish()
    assert Job.objects.get().result["replaced"] == 3
    assert not admin.get(url("republish")).context["outdated"]


def test_each_sla_says_what_re_applying_would_do_and_the_jobs_do_that(admin, shared) -> None:
    page = admin.get(url("republish"))
    ((value, one, forecast),) = page.context["rows"]
    assert (one.sla, forecast.counts["records"], forecast.counts["replaced"]) == (shared, 3, 3)
    assert "Timers replaced" in page.content.decode()
    admin.post(url("republish"), {"slas": [value], "reach": "open"})
    jobs_finish()
    assert Job.objects.get().result == dict(forecast.counts)


def test_without_open_records_republishing_asks_nobody_about_them(admin, sla) -> None:
    changes = {"pause_override": True, "pause_when": HELD}
    kpi_update(kpi=KPI.objects.get(), changes=changes, by=None, now=NOW)
    page = admin.get(url("republish"))
    assert [forecast.total for _value, _one, forecast in page.context["rows"]] == [0]
    assert set(page.context["form"].fields) == {"slas", "reason"}
    assert "nothing to re-apply" in page.content.decode()


def test_republishing_counts_very_many_in_the_background(admin, shared, monkeypatch) -> None:
    monkeypatch.setattr("slas.services.policy.republishing.PATIENCE", 0.0)
    assert "counted are the first 1 of 3" in admin.get(url("republish")).content.decode()
    answer = admin.post(url("sla_republish_forecast", shared.pk))
    jobs_finish()
    job = Job.objects.get()
    assert answer["Location"] == reverse("operations:job_detail", args=[job.pk])
    assert job.result["replaced"] == 3 and shared.versions.count() == 1
    assert "Count what a new version of Support would do" in admin.get(answer["Location"]).content.decode()


def test_what_is_up_to_date_is_not_counted(admin, desk) -> None:
    answer = admin.post(url("sla_republish_forecast", desk.pk), follow=True)
    assert "There is no new version of it to publish" in answer.content.decode() and not Job.objects.exists()


def test_republishing_asks_no_more_questions_for_more_cases(admin, shared, django_assert_num_queries) -> None:
    count = queries_of(lambda: admin.get(url("republish")))
    more_cases()
    with django_assert_num_queries(count):
        assert admin.get(url("republish")).context["rows"][0][2].counts["records"] == 13


def test_a_version_that_was_published_meanwhile_makes_the_choice_void(admin, shared) -> None:
    choice = admin.get(url("republish")).context["form"].fields["slas"].choices[0][0]
    sla_publish(sla=shared, by=None, now=NOW)
    answer = admin.post(url("republish"), {"slas": [choice], "reach": "new"})
    assert answer.status_code == 422
    assert shared.versions.count() == 2


def test_nothing_chosen_is_said_at_the_choice(admin, shared) -> None:
    answer = admin.post(url("republish"), {"reach": "new"})
    assert answer.status_code == 422 and "Nothing was published yet" in answer.content.decode()
