"""*How it was worked out*: the sums on a timer's page come to its failure time, pauses left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases import services
from cases.tests.builders import NOW, judge, make_case, make_support_sla, make_user
from slas.selectors.clocks.explanations import pause_words
from slas.selectors.clocks.instances import record_of, record_view
from slas.selectors.clocks.working_out import working_out

pytestmark = pytest.mark.django_db


def resolve_by(case, now):
    view = record_view(record_of(case), now)
    return view, next(each for each in view.instances if each.kpi.code == "resolve_by")


def test_what_is_counted_comes_to_what_is_allowed(clock):
    make_support_sla()
    case = make_case()
    judge(case)
    view, instance = resolve_by(case, clock.now)
    told = working_out(view, instance)
    assert (told.allowed, told.counted, told.warnings) == (4 * 3600, 4 * 3600, [3 * 3600])
    assert told.until == instance.failure_at == NOW + timedelta(hours=4)
    assert told.success.sentence == "State is Resolved"
    assert [line.span for line in told.lines] == ["09:00–13:00"]


def test_a_pause_stands_between_what_counts_and_is_left_out(clock):
    make_support_sla()
    case = make_case()
    services.case_update(case=case, status="on_hold", by=None, now=clock.advance(3600))
    judge(case)
    view, instance = resolve_by(case, clock.advance(60))
    told = working_out(view, instance)
    assert (told.counted, told.until) == (3600, NOW + timedelta(hours=1))
    assert pause_words(view, instance) == "Status is On hold"

    services.case_update(case=case, status="in_progress", by=None, now=clock.advance(86_400 - 60))
    judge(case)
    view, instance = resolve_by(case, clock.now)
    told = working_out(view, instance)
    assert [(line.span, line.why, line.window.total) for line in told.lines] == [
        ("09:00–10:00", "", 3600),
        ("10:00 – 3 Mar 10:00", "pause", 3600),
        ("10:00–13:00", "", 4 * 3600),
    ]
    assert (told.counted, told.until) == (4 * 3600, instance.failure_at)
    assert pause_words(view, instance) == ""


@pytest.mark.parametrize(
    ("ending", "end"),
    [
        ("resolve", "Was met in time."),
        ("cancel", "Was canceled: the record was canceled."),
        ("late", "Was missed."),
        ("open", "Started: the first item that applies."),
    ],
)
def test_the_page_says_it_for_every_ending(clock, ending, end):
    make_support_sla()
    case = make_case()
    if ending == "late":
        clock.advance(86_400)
    elif ending == "resolve":
        services.case_resolve(case=case, by=None, now=clock.advance(600))
    elif ending == "cancel":
        services.case_cancel(case=case, by=None, now=clock.advance(600))
    judge(case)
    _view, instance = resolve_by(case, clock.now)
    client = Client()
    client.force_login(make_user())
    page = client.get(f"/kpi-instances/{instance.pk}/").content.decode()
    for words in ("How it was worked out", "State is Resolved", "09:00–13:00", "warning after 3 h", "Never"):
        assert (words in page) is (words != "Never"), words
    assert end in page and "Failure" not in page
    assert ("Was due" in page) is (ending != "open")


def test_a_reader_in_another_zone_is_told_the_time_there(clock):
    make_support_sla()
    case = make_case()
    judge(case)
    view, instance = resolve_by(case, clock.now)
    told = replace(working_out(view, instance), zone="Europe/London")
    with timezone.override("America/New_York"):
        assert told.until_there == "Mon 2 Mar 13:00 Europe/London"
    with timezone.override("Europe/London"):
        assert told.until_there == ""
