"""Every operation of the API, called with what its own schema allows and with what it does not (schemathesis).

Too slow for every change: `make test-long`. A finding is an answer of 500, one that the schema does not describe, a
body that does not fit its description, or a record that cannot be judged afterwards. Whatever a call has written is
undone before the next, so that a finding is found again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cases.tests.api_desk import PARTS, ApiDesk, make_api_desk, resources, settle
from conftest import Clock
from slas.models import TrackedRecord

pytestmark = [pytest.mark.long, pytest.mark.django_db]
EXAMPLES = {"administrator": 40, "agent": 12, "stranger": 4}
"""Calls of each operation, by who calls."""
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@cache
def loaded_schema() -> Any:
    """It takes seconds, which nobody should wait for at collection."""
    return schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application())


@pytest.fixture
def desk(db: None, clock: Clock) -> ApiDesk:
    return make_api_desk(clock)


@pytest.mark.parametrize("resource", resources())
def test_no_input_breaks_an_operation(desk: ApiDesk, clock: Clock, resource: str) -> None:
    rows = desk.ids(resource)
    operations = list(operations_of(resource))
    assert operations
    calls = [(one, role) for one in operations for role in EXAMPLES]
    found = {
        f"{one.label} by {role}": fault for one, role in calls if (fault := fault_of(one, rows, desk, role, clock))
    }
    assert found == {}, "\n\n".join(f"{label}: {fault}" for label, fault in found.items())


def operations_of(resource: str) -> Iterator[Any]:
    for result in loaded_schema().get_all_operations():
        operation = result.ok()
        if operation.path.startswith(f"/api/v1/{resource}/"):
            yield operation


def fault_of(operation: Any, rows: Sequence[str], desk: ApiDesk, role: str, clock: Clock) -> str:
    """The first thing that is wrong with an operation's answers; nothing if all is well."""
    standing = clock.now
    headers = {"Authorization": f"Token {desk.tokens[role]}"} if role in desk.tokens else {}

    @given(case=operation.as_strategy(), row=st.integers(0, 6), etag=st.booleans())
    @hypothesis_settings(
        max_examples=EXAMPLES[role],
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def call(case: schemathesis.Case, row: int, etag: bool) -> None:
        clock.set(standing)
        aim(case, rows, row, etag)
        with transaction.atomic():
            response = case.call(headers=headers)
            settle(clock)
            failing = list(TrackedRecord.objects.filter(attempts__gt=0).values_list("number", "last_error"))
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)
        assert failing == []
        # An address with a NUL is refused before anybody asks who calls.
        is_nul = response.status_code == 400 and response.json()["code"] == "malformed"
        assert role in desk.tokens or response.status_code in (401, 404, 405) or is_nul

    try:
        call()
    except (Exception, BaseExceptionGroup) as fault:
        return f"{type(fault).__name__}: {fault}"[:2000]
    return ""


def aim(case: schemathesis.Case, rows: Sequence[str], row: int, etag: bool) -> None:
    """Most made-up ids and ETags name nothing, and what lies behind them would never be reached."""
    for name in case.path_parameters or {}:
        if name == "id" and row < len(rows):
            case.path_parameters["id"] = rows[row]
        elif name in PARTS and row < 5:
            case.path_parameters[name] = PARTS[name]
    if etag and "If-Match" in (case.headers or {}):
        case.headers["If-Match"] = "*"
