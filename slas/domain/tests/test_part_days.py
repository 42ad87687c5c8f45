"""What stays open of a day of which a part is closed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slas.domain.part_days import remaining
from slas.domain.week_text import written


@st.composite
def intervals(draw) -> list[tuple[int, int]]:
    edges = sorted(draw(st.sets(st.integers(0, 24).map(lambda hour: hour * 60), max_size=10)))
    return list(zip(edges[::2], edges[1::2], strict=False))


def minutes(spans: list[list[str]]) -> set[int]:
    clock = [tuple(int(text[:2]) * 60 + int(text[3:]) for text in span) for span in spans]
    return {minute for begin, end in clock for minute in range(begin, end)}


@given(intervals(), intervals())
def test_what_remains_are_the_minutes_that_are_open_and_not_closed(hours, closed):
    found = remaining(written(hours), written(closed))
    assert minutes(found) == minutes(written(hours)) - minutes(written(closed))
    assert found == sorted(found)


@given(intervals())
def test_closing_nothing_leaves_everything(hours):
    assert remaining(written(hours), []) == written(hours)
