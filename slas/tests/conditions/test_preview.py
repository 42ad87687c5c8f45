"""The preview: how a condition reads, what it matches, who takes the rest, and what changes too often."""

from __future__ import annotations

import json
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from cases.services import case_resolve, case_update
from cases.tests.builders import NOW, make_activity, make_case, make_customer, make_support_sla
from slas import records
from slas.domain.conditions import parse
from slas.selectors.conditions import previews
from slas.selectors.conditions.changing_fields import field_changes, often_changing
from slas.selectors.conditions.previews import condition_preview, rivals_of
from slas.selectors.policy.reading import editable_document
from slas.services.policy.slas import sla_update_draft
from slas.tests.web.conftest import client_of

CASE = records.get("case")


def level(value: str) -> dict[str, Any]:
    return {"all": [{"field": "service_level", "op": "is", "value": value}]}


def condition_of(document: Any) -> Any:
    return parse(document, CASE.fields)


@pytest.fixture
def cases(db, clock) -> None:
    """Three gold (one of them resolved), two silver, one bronze; and a gold one of long ago."""
    clock.set(NOW)
    make_case("old", now=NOW - timedelta(days=31))
    case_resolve(case=make_case("done"), by=None, now=NOW)
    for service_level in ("gold", "gold", "silver", "silver", "bronze"):
        make_case(service_level=service_level)


@pytest.fixture
def manager(db) -> Client:
    return client_of("manager")


def ask(client: Client, document: Any, **more: Any) -> Any:
    text = document if isinstance(document, str) else json.dumps(document)
    return client.post(reverse("slas:condition_preview"), {"condition": text, "record_type": "case", **more})


def words_of(response: Any) -> str:
    """The fragment as one reads it."""
    return " ".join(strip_tags(response.content.decode()).split())


# --- counts ---


def test_counts_are_of_the_last_30_days(cases):
    shown = condition_preview(CASE, condition_of(level("gold")), now=NOW)
    assert (shown.matching, shown.matching_open, shown.total, shown.percent) == (3, 2, 6, 50)
    assert not shown.is_capped


def test_a_large_table_is_counted_by_its_newest_records(cases, monkeypatch):
    make_case("newest", service_level="bronze", now=NOW + timedelta(seconds=1))
    monkeypatch.setattr(previews, "MOST_RECORDS", 1)
    shown = condition_preview(CASE, condition_of(level("bronze")), now=NOW + timedelta(minutes=1))
    assert (shown.matching, shown.total, shown.is_capped) == (1, 1, True)


def test_one_query_however_many_items(cases, django_assert_num_queries):
    sla = make_support_sla()
    rivals, place = rivals_of(
        editable_document(sla)["items"], CASE, kpi="resolve_by", item="", condition=condition_of({})
    )
    assert len(rivals) == 4
    with django_assert_num_queries(1):
        condition_preview(CASE, condition_of({}), now=NOW, rivals=rivals, place=place, warn=False)


def shares_of(item_number: int, document: Any) -> Any:
    sla = make_support_sla()
    items = sla.current.document["authored"]["items"]
    item = items[item_number]["key"] if item_number < len(items) else "new"
    condition = condition_of(document)
    rivals, place = rivals_of(editable_document(sla)["items"], CASE, kpi="resolve_by", item=item, condition=condition)
    return condition_preview(CASE, condition, now=NOW, rivals=rivals, place=place).shares


def test_the_first_item_leaves_the_rest_to_later_ones(cases):
    shares = shares_of(1, level("gold"))
    assert (shares.own, shares.earlier, shares.unclaimed) == (3, [], 0)
    assert [(share.name, share.count) for share in shares.later] == [
        ("Silver – Resolve by", 2),
        ("Bronze – Resolve by", 1),
    ]


def test_earlier_items_take_what_matches_both(cases):
    shares = shares_of(3, {"any": [level("gold"), level("silver")]})
    assert [(share.name, share.count) for share in shares.earlier] == [("Gold – Resolve by", 3)]
    assert (shares.own, shares.taken, shares.left) == (2, 3, 1)


def test_an_item_that_is_not_stored_yet_comes_last(cases):
    shares = shares_of(99, {})
    assert (shares.own, shares.taken, shares.left) == (0, 6, 0)


def test_what_no_item_takes_is_counted(cases):
    make_case("Nobody's", service_level="")
    assert shares_of(1, level("gold")).unclaimed == 1


# --- fields that change often ---


def test_how_often_a_field_changed(cases, clock):
    case = make_case("busy")
    for status in ("in_progress", "on_hold", "in_progress", "researching") * 3:
        case_update(case=case, status=status, by=None, now=NOW)
    [status, title] = field_changes(CASE, {"status", "title"}, now=NOW)
    assert (status.path, status.changes, status.records, title.changes) == ("status", 13, 7, 0)
    assert status.is_often
    assert not title.is_often
    assert [one.path for one in often_changing(CASE, {"status", "title"}, now=NOW)] == ["status"]
    assert status.words() == "Status changed 1.9 times per case in the last 30 days on this installation."


def test_without_a_history_the_registry_says_what_changes_often(db):
    [status] = often_changing(CASE, {"status", "title"}, now=NOW)
    assert status.words() == "Status usually changes often."


def test_paths_across_relations_are_counted(cases):
    customer = make_customer("Acme", service_level="gold")
    case = make_case(customer=customer)
    case_update(case=case, customer=make_customer("Other", service_level="silver"), by=None, now=NOW)
    [found] = field_changes(CASE, {"customer.service_level"}, now=NOW)
    assert found.changes == 1


# --- the page's fragment ---


def test_the_fragment_says_it_all(cases, manager):
    sla = make_support_sla()
    item = sla.current.document["authored"]["items"][3]["key"]
    words = words_of(ask(manager, {"any": [level("gold"), level("silver")]}, sla=sla.pk, kpi="resolve_by", item=item))
    assert "Reads as: Service level is Gold or Service level is Silver" in words
    assert "Matches 5 of 6 cases (83 %) of the last 30 days, 4 open." in words
    assert "3 of these go to an earlier item: “Gold – Resolve by” 3. This item takes 2." in words
    assert "Of the other 1: “Bronze – Resolve by” takes 1, none is left over." in words


def test_it_compares_with_the_document_on_the_page(cases, manager):
    sla = make_support_sla()
    sla.refresh_from_db()
    document, seen = editable_document(sla), sla.draft_revision
    item = document["items"][3]["key"]
    asked = {"sla": sla.pk, "kpi": "resolve_by", "item": item}
    condition = {"any": [level("gold"), level("silver")]}
    turned = {**document, "items": document["items"][::-1]}
    sla_update_draft(sla=sla, document=turned, expected_revision=None, by=None, now=NOW)
    now_on = words_of(ask(manager, condition, **asked, revision=seen + 1))
    assert "earlier item" not in now_on and "This item takes" not in now_on
    assert "go to an earlier item: “Gold – Resolve by” 3" in words_of(ask(manager, condition, **asked, revision=seen))
    for unknown in ("", "x", "99999", "9" * 30):
        assert words_of(ask(manager, condition, **asked, revision=unknown)) == now_on


def test_the_numbers_are_links_to_exactly_those_cases(cases, manager):
    html = ask(manager, level("gold")).content.decode()
    links = [unescape(part.split('"')[0]) for part in html.split('href="')[1:] if part.startswith("/cases")]
    counts = [manager.get(link).content.decode().count('<tr role="row">') - 1 for link in links]
    assert counts == [3, 2]


def test_faults_are_told_with_their_place(cases, manager):
    response = ask(manager, {"all": [level("gold"), {"field": None}]})
    assert response.status_code == 200
    assert 'data-pointer="/all/1/field"' in response.content.decode()
    assert "Rule 2: Choose a field." in words_of(response)
    assert "This is not JSON" in words_of(ask(manager, "{"))


def test_fields_that_change_often_are_named_where_items_are_chosen(db, clock, manager):
    clock.set(NOW)
    document = {"field": "status", "op": "is", "value": "new"}
    assert "Status usually changes often." in words_of(ask(manager, document))
    assert "changes often" not in words_of(ask(manager, document, purpose="success"))


def test_without_records_it_says_so(db, manager):
    assert "No cases in the last 30 days to try it on." in words_of(ask(manager, {}))


@pytest.mark.parametrize("more", [{"sla": "x", "kpi": "resolve_by"}, {"sla": "9" * 30, "kpi": "k"}, {"sla": 12345}])
def test_an_unknown_sla_only_leaves_its_part_out(cases, manager, more):
    response = ask(manager, {}, **more)
    assert response.status_code == 200
    assert "earlier item" not in words_of(response)


def test_an_unknown_record_type_is_not_found(manager):
    assert ask(manager, {}, record_type="invoice").status_code == 404


def test_a_constant_number_of_queries(cases, manager, django_assert_max_num_queries):
    sla = make_support_sla()
    with django_assert_max_num_queries(6):  # session, user, SLA, counts, log, and the shell's settings
        ask(manager, level("gold"), sla=sla.pk, kpi="resolve_by", item="x")


def test_managers_and_administrators_ask_agents_do_not(db, clock):
    assert ask(client_of("administrator"), {}).status_code == 200
    assert ask(client_of("agent"), {}).status_code == 403
    assert ask(Client(), {}).status_code == 302


# --- records to choose from ---


def options(client: Client, **asked: Any) -> list[tuple[str, bool]]:
    response = client.get(reverse("slas:condition_options"), {"record_type": "case", **asked})
    assert response.status_code == 200
    return [(one["label"], one["active"]) for one in response.json()["results"]]


def test_only_active_records_are_found(db, manager):
    make_customer("Straße North")
    make_customer("STRASSE South", is_active=False)
    assert options(manager, lookup="customer", q="strasse") == [("Straße North", True)]
    assert options(manager, lookup="customer", q="") == [("Straße North", True)]


def test_names_of_inactive_records_are_told_by_id(db, manager):
    gone = make_customer("Gone", is_active=False)
    assert options(manager, lookup="customer", id=[gone.pk, 99999, "x"]) == [("Gone", False)]


@pytest.mark.parametrize("lookup", ["user", "team", "customer", "contact", "product", "entitlement", "sla"])
def test_every_kind_of_record_can_be_searched(db, manager, lookup):
    options(manager, lookup=lookup, q="a%_\\")


def test_cases_are_found_by_number_and_title(db, manager):
    case = make_case("Printer on fire")
    make_activity()
    for text in (case.number.lower(), "FIRE"):
        response = manager.get(
            reverse("slas:condition_options"), {"record_type": "activity", "lookup": "case", "q": text}
        )
        assert [one["id"] for one in response.json()["results"]] == [case.pk]


def test_kinds_that_no_field_names_are_not_found(manager, db):
    response = manager.get(reverse("slas:condition_options"), {"record_type": "case", "lookup": "api_token"})
    assert response.status_code == 404
    assert client_of("agent").get(reverse("slas:condition_options")).status_code == 403
