"""The checker is measured, not asserted: defects of every kind, clean SLAs, and witnesses put to the engine."""

from __future__ import annotations

import pytest

from slas.domain.tests.checking.measure import Score, false_alarms, score
from slas.domain.tests.checking.seeding import DEFECTS

FEW, MANY = 6, 400


@pytest.mark.parametrize("name", DEFECTS)
def test_seeded_defects_are_found_and_their_witnesses_hold(name: str) -> None:
    """Of every kind; these seeds are all found, so that any loss shows."""
    result = score(name, FEW)
    assert result.found == result.seeded == FEW
    assert result.confirmed == result.witnesses


def test_clean_slas_raise_nothing() -> None:
    assert list(false_alarms(60)) == []


@pytest.mark.long
@pytest.mark.parametrize("name", DEFECTS)
def test_recall_of_each_kind(name: str) -> None:
    result: Score = score(name, MANY)
    assert result.recall >= 0.95
    assert result.confirmed == result.witnesses


@pytest.mark.long
def test_thousands_of_clean_slas_raise_nothing() -> None:
    assert list(false_alarms(5_000)) == []
