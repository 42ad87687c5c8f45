"""Constraints that several models of this app share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import CheckConstraint, Q


def choice_check(name: str, field: str, codes: Iterable[str], *, blank: bool = False) -> CheckConstraint:
    """Only these codes in the column; `blank` also allows the empty string (“not set”)."""
    allowed = [str(code) for code in codes]
    return CheckConstraint(condition=Q(**{f"{field}__in": [*allowed, ""] if blank else allowed}), name=name)


def state_status_check(name: str, statuses: Mapping[str, Iterable[str]]) -> CheckConstraint:
    """The status fits the state, whoever writes the row."""
    condition = Q()
    for state, codes in statuses.items():
        condition |= Q(state=str(state), status__in=[str(code) for code in codes])
    return CheckConstraint(condition=condition, name=name)


def set_exactly_when(name: str, field: str, condition: Q) -> CheckConstraint:
    """`field` has a value exactly when `condition` holds."""
    is_set = Q(**{f"{field}__isnull": False})
    return CheckConstraint(condition=(is_set & condition) | (~condition & Q(**{f"{field}__isnull": True})), name=name)
