"""Schedule documents: what is refused, where, and in which words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slas.domain.worktime import Problem, ScheduleError, WorkingTime

GOOD: dict[str, Any] = {"tz": "Europe/London", "week": {"mon": [["09:00", "17:00"]]}}


def problems(document: object) -> list[Problem]:
    with pytest.raises(ScheduleError) as refused:
        WorkingTime.from_dict(document)
    return refused.value.problems


def week(*intervals: object) -> dict[str, Any]:
    return GOOD | {"week": {"mon": list(intervals)}}


@pytest.mark.parametrize(
    ("document", "pointer", "code"),
    [
        (None, "", "wrong_type"),
        ([], "", "wrong_type"),
        ("Mo-Fr 09:00-17:00", "", "wrong_type"),
        (GOOD | {"tz": "Europe/Londres"}, "/tz", "unknown_zone"),
        (GOOD | {"tz": ""}, "/tz", "unknown_zone"),
        (GOOD | {"tz": "America"}, "/tz", "unknown_zone"),
        (GOOD | {"tz": "../../etc/passwd"}, "/tz", "unknown_zone"),
        (GOOD | {"tz": "right/UTC"}, "/tz", "unknown_zone"),
        (GOOD | {"tz": "Europe/London\n"}, "/tz", "unknown_zone"),
        (GOOD | {"tz": "A" * 5_000}, "/tz", "unknown_zone"),
        (GOOD | {"tz": "\ud800\x00"}, "/tz", "unknown_zone"),
        (GOOD | {"tz": 7}, "/tz", "wrong_type"),
        ({"week": GOOD["week"]}, "/tz", "required"),
        ({"tz": "UTC"}, "/week", "required"),
        (GOOD | {"week": []}, "/week", "wrong_type"),
        (GOOD | {"week": {}}, "/week", "never_open"),
        (GOOD | {"week": {"mon": []}}, "/week", "never_open"),
        (GOOD | {"week": {}, "overrides": {"2030-01-01": [["09:00", "10:00"]]}}, "/week", "never_open"),
        (GOOD | {"week": {"monday": []}}, "/week/monday", "unknown_day"),
        (GOOD | {"week": {"a/b~c": []}}, "/week/a~1b~0c", "unknown_day"),
        (GOOD | {"week": {"mon": None}}, "/week/mon", "wrong_type"),
        (GOOD | {"week": {"mon": "09:00-17:00"}}, "/week/mon", "wrong_type"),
        (week("09:00"), "/week/mon/0", "wrong_type"),
        (week(["09:00"]), "/week/mon/0", "wrong_type"),
        (week(["09:00", "10:00", "11:00"]), "/week/mon/0", "wrong_type"),
        (week([9, "17:00"]), "/week/mon/0/0", "wrong_type"),
        (week(["9:00", "17:00"]), "/week/mon/0/0", "bad_time"),
        (week(["09:00", "24:01"]), "/week/mon/0/1", "bad_time"),
        (week(["09:00", "17:60"]), "/week/mon/0/1", "bad_time"),
        (week(["09:00", "17:00\n"]), "/week/mon/0/1", "bad_time"),
        (week(["٠٩:٠٠", "17:00"]), "/week/mon/0/0", "bad_time"),
        (week(["17:00", "09:00"]), "/week/mon/0", "end_before_start"),
        (week(["09:00", "09:00"]), "/week/mon/0", "end_before_start"),
        (week(["24:00", "24:00"]), "/week/mon/0", "end_before_start"),
        (week(["09:00", "12:00"], ["11:59", "13:00"]), "/week/mon/1", "overlap"),
        (week(["09:00", "12:00"], ["08:00", "09:01"]), "/week/mon/0", "overlap"),
        (week(["09:00", "12:00"], ["09:00", "12:00"]), "/week/mon/1", "overlap"),
        (week(*[[f"{n // 2:02}:{n % 2 * 30:02}", f"{n // 2:02}:{n % 2 * 30 + 9:02}"] for n in range(25)]),
         "/week/mon", "too_many_intervals"),
        (GOOD | {"holidays": None}, "/holidays", "wrong_type"),
        (GOOD | {"holidays": {}}, "/holidays", "wrong_type"),
        (GOOD | {"holidays": ["2026-12-25", "2026-02-29"]}, "/holidays/1", "invalid_date"),
        (GOOD | {"holidays": ["20261225"]}, "/holidays/0", "invalid_date"),
        (GOOD | {"holidays": ["0000-01-01"]}, "/holidays/0", "invalid_date"),
        (GOOD | {"holidays": [20261225]}, "/holidays/0", "wrong_type"),
        (GOOD | {"holidays": ["2026-12-25"] * 5_001}, "/holidays", "too_many_dates"),
        (GOOD | {"overrides": []}, "/overrides", "wrong_type"),
        (GOOD | {"overrides": {"Christmas": []}}, "/overrides/Christmas", "invalid_date"),
        (GOOD | {"overrides": {"2026-12-24": [["2:00", "09:00"]]}}, "/overrides/2026-12-24/0/0", "bad_time"),
        (GOOD | {"overrides": {str(n): [] for n in range(5_001)}}, "/overrides", "too_many_dates"),
        (GOOD | {"timezone": "UTC"}, "/timezone", "unknown_key"),
        (GOOD | {None: 1}, "/None", "unknown_key"),
    ],
)  # fmt: skip
def test_refused(document: object, pointer: str, code: str) -> None:
    assert [(problem.pointer, problem.code) for problem in problems(document)] == [(pointer, code)]


def test_all_problems_are_told_at_once() -> None:
    found = problems({"tz": 1, "week": {"mon": [["9", "10:00"]], "x": 0}, "holidays": [None], "more": 1})
    assert [p.pointer for p in found] == ["/more", "/tz", "/week/mon/0/0", "/week/x", "/holidays/0"]


def test_a_long_list_of_problems_is_cut() -> None:
    assert len(problems(GOOD | {"holidays": ["x" * 1_000] * 5_000})) == 100
    assert all(len(problem.message) < 200 for problem in problems(GOOD | {"holidays": ["x" * 1_000]}))


def test_the_error_says_it_in_words() -> None:
    with pytest.raises(ValueError, match="/week/mon/0: The end 09:00 must be later than the start 17:00"):
        WorkingTime.from_dict(week(["17:00", "09:00"]))


def test_canonical_form() -> None:
    hours = WorkingTime.from_dict(
        {
            "overrides": {"2026-12-31": [], "2026-12-24": [["09:00", "12:00"]]},
            "holidays": ["2026-12-26", "2026-12-25", "2026-12-26"],
            "week": {"tue": [["13:00", "24:00"], ["00:00", "12:00"]], "sun": [], "mon": [["09:00", "17:00"]]},
            "tz": "Europe/London",
        }
    )
    assert json.dumps(hours.to_dict()) == json.dumps(
        {
            "tz": "Europe/London",
            "week": {"mon": [["09:00", "17:00"]], "tue": [["00:00", "12:00"], ["13:00", "24:00"]]},
            "holidays": ["2026-12-25", "2026-12-26"],
            "overrides": {"2026-12-24": [["09:00", "12:00"]], "2026-12-31": []},
        }
    )


def test_round_the_clock_has_a_document_too() -> None:
    always = WorkingTime.always("Asia/Tokyo")
    assert WorkingTime.from_dict(always.to_dict()).to_dict() == always.to_dict()
    with pytest.raises(ScheduleError):
        WorkingTime.always("Mars/Olympus")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["09:00", "UTC"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
nearly_good = st.fixed_dictionaries(
    {},
    optional={
        "tz": anything,
        "week": anything | st.dictionaries(st.sampled_from(["mon", "tue"]), anything),
        "holidays": anything | st.lists(anything),
        "overrides": anything | st.dictionaries(st.just("2026-12-24"), anything),
    },
)


@settings(deadline=None)
@given(anything | nearly_good)
def test_any_json_is_taken_or_refused_with_reasons(document: object) -> None:
    try:
        WorkingTime.from_dict(document)
    except ScheduleError as refused:
        assert refused.problems
        assert all(problem.code and problem.message.endswith(".") for problem in refused.problems)
