"""SLAs: drafts, versions, states, defaults, clones."""

from __future__ import annotations

import copy

import pytest

from sla_project.operations.errors import Invalid, NotPossible, Stale
from sla_project.operations.models import AuditEntry
from slas.models import SLA, ImmutableRow, SLAVersion
from slas.services.policy.kpis import kpi_activate, kpi_deactivate
from slas.services.policy.slas import (
    sla_activate,
    sla_clear_default,
    sla_clone,
    sla_create,
    sla_deactivate,
    sla_delete,
    sla_discard_draft,
    sla_publish,
    sla_rename,
    sla_set_default,
    sla_update_draft,
)
from slas.tests.policy.builders import NOW, make_document, make_item, make_kpi, make_sla

pytestmark = pytest.mark.django_db
BY_NOW = {"by": None, "now": NOW}


@pytest.fixture(autouse=True)
def kpi():
    return make_kpi()


def edit(sla: SLA, *, revision: int | None = None, **given) -> SLA:
    document = make_document(make_item(**given))
    return sla_update_draft(sla=sla, document=document, expected_revision=revision, **BY_NOW)


def test_a_new_sla_is_a_draft():
    sla = make_sla()
    assert (sla.state, sla.current, sla.draft_revision) == ("draft", None, 1)


def test_an_sla_may_start_empty_but_not_be_published_so():
    sla = sla_create(code="a", name="A", record_type="case", **BY_NOW)
    with pytest.raises(Invalid) as caught:
        sla_publish(sla=sla, **BY_NOW)
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [("/items", "no_items")]


def test_a_draft_may_lose_all_its_items_while_the_version_stays():
    sla = make_sla(publish=True)
    sla = sla_update_draft(sla=sla, document={"items": []}, expected_revision=None, **BY_NOW)
    assert sla.draft["items"] == [] and len(sla.current.document["items"]) == 1
    assert sla_clone(sla=sla, code="b", **BY_NOW).draft == sla.draft


def test_bad_names_and_a_bad_document_are_reported_together():
    make_sla()
    with pytest.raises(Invalid) as caught:
        sla_create(code="support", name="", record_type="case", document={"items": [{}]}, **BY_NOW)
    assert {problem.pointer for problem in caught.value.problems} >= {"/code", "/name", "/items/0/kpi"}


def test_publishing_makes_a_version_and_activates():
    sla = make_sla(publish=True)
    assert (sla.state, sla.current.number, sla.draft) == ("active", 1, None)
    assert AuditEntry.objects.filter(action="sla.publish", object_id=str(sla.pk)).count() == 1


def test_editing_an_active_sla_edits_its_draft_only():
    sla = make_sla(publish=True)
    sla_set_default(sla=sla, **BY_NOW)
    before = sla.current.document
    sla = edit(sla, name="Changed")
    assert (sla.state, sla.is_default, sla.current.number) == ("active", True, 1)
    assert SLAVersion.objects.get(sla=sla).document == before
    version = sla_publish(sla=sla, **BY_NOW)
    assert version.number == 2 and version.document["items"][0]["name"] == "Changed"


def test_the_same_document_makes_no_draft():
    sla = make_sla(publish=True)
    revision = sla.draft_revision
    sla = edit(sla)
    assert (sla.draft, sla.draft_revision) == (None, revision)


def test_a_key_survives_a_new_name():
    sla = make_sla(publish=True)
    document = copy.deepcopy(sla.current.document["authored"])
    document["items"][0]["name"] = "Something else"
    sla = sla_update_draft(sla=sla, document=document, expected_revision=None, **BY_NOW)
    assert sla.draft["items"][0]["key"] == "gold-first-response-by"


def test_a_stale_revision_is_refused_and_says_what_there_is():
    sla = make_sla()
    edit(sla, revision=1, name="First editor")
    with pytest.raises(Stale) as caught:
        edit(sla, revision=1, name="Second editor")
    assert caught.value.changed["document"]["items"][0]["name"] == "First editor"


def test_nothing_is_published_twice():
    sla = make_sla(publish=True)
    with pytest.raises(NotPossible):
        sla_publish(sla=sla, **BY_NOW)


def test_publishing_refuses_what_became_inactive_since(kpi):
    sla = make_sla()
    kpi_deactivate(kpi=kpi, **BY_NOW)
    with pytest.raises(Invalid) as caught:
        sla_publish(sla=sla, **BY_NOW)
    assert caught.value.problems[0].pointer == "/items/0/kpi"
    sla.refresh_from_db()
    assert (sla.state, sla.versions.count()) == ("draft", 0)


def test_versions_are_written_once():
    version = make_sla(publish=True).current
    version.reason = "rewritten"
    with pytest.raises(ImmutableRow):
        version.save()
    with pytest.raises(ImmutableRow):
        version.delete()
    with pytest.raises(ImmutableRow):
        SLAVersion.objects.update(reason="rewritten")
    with pytest.raises(ImmutableRow):
        SLAVersion.objects.all().delete()


def test_there_is_one_default_and_deactivation_drops_it():
    first, second = make_sla("first", publish=True), make_sla("second", publish=True)
    sla_set_default(sla=first, **BY_NOW)
    sla_set_default(sla=second, **BY_NOW)
    assert list(SLA.objects.filter(is_default=True)) == [second]
    sla_deactivate(sla=second, **BY_NOW)
    assert not SLA.objects.filter(is_default=True).exists()
    assert not sla_activate(sla=second, **BY_NOW).is_default


def test_a_default_can_be_taken_back():
    sla = make_sla(publish=True)
    sla_set_default(sla=sla, **BY_NOW)
    assert not sla_clear_default(sla=sla, **BY_NOW).is_default
    with pytest.raises(NotPossible):
        sla_clear_default(sla=sla, **BY_NOW)


@pytest.mark.parametrize("command", [sla_deactivate, sla_activate, sla_set_default, sla_discard_draft])
def test_a_draft_takes_none_of_these(command):
    with pytest.raises(NotPossible):
        command(sla=make_sla(), **BY_NOW)


def test_activation_refuses_an_inactive_kpi(kpi):
    sla = make_sla(publish=True)
    sla_deactivate(sla=sla, **BY_NOW)
    kpi_deactivate(kpi=kpi, **BY_NOW)
    with pytest.raises(Invalid):
        sla_activate(sla=sla, **BY_NOW)
    kpi_activate(kpi=kpi, **BY_NOW)
    assert sla_activate(sla=sla, **BY_NOW).state == "active"


def test_discarding_a_draft_goes_back_to_the_version():
    sla = edit(make_sla(publish=True), name="Changed")
    assert sla_discard_draft(sla=sla, **BY_NOW).draft is None


def test_a_clone_is_a_draft_of_its_own():
    sla = make_sla(publish=True)
    first, second = sla_clone(sla=sla, **BY_NOW), sla_clone(sla=sla, **BY_NOW)
    assert [first.code, second.code] == ["support-copy", "support-copy-2"]
    assert first.draft == sla.current.document["authored"] and first.state == "draft"


def test_an_unused_sla_can_be_deleted_with_its_versions():
    sla_delete(sla=make_sla(publish=True), **BY_NOW)
    assert not SLA.objects.exists() and not SLAVersion.objects.exists()


def test_what_cannot_change_is_refused_by_name():
    with pytest.raises(Invalid) as caught:
        sla_rename(sla=make_sla(), changes={"code": "other", "record_type": "activity"}, **BY_NOW)
    assert {problem.code for problem in caught.value.problems} == {"immutable"}
