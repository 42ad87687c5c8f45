"""Every operation of the API, called with what its own schema allows and with what it does not (schemathesis).

Too slow for every change: `make test-long`. A finding is an answer of 500, one that the schema does not describe, or a
body that does not fit its description.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cases.tests.builders import (
    judge,
    make_activity,
    make_activity_sla,
    make_case,
    make_contact,
    make_customer,
    make_support_sla,
    make_token,
    make_user,
)

pytestmark = [pytest.mark.long, pytest.mark.django_db]
EXAMPLES = 40
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@pytest.fixture
def token(db: None) -> str:
    """An administrator's, in a small desk with something of everything."""
    make_support_sla()
    make_activity_sla()
    customer = make_customer(code="northwind")
    make_contact(customer)
    for record in (make_case(customer=customer), make_case("Second", customer=customer), make_activity()):
        judge(record)
    return make_token(make_user("root@desk.example", role="administrator"))


def test_no_input_breaks_an_operation(token: str) -> None:
    """All operations in one test: the schema takes seconds to load, which nobody should wait for at collection."""
    schema = schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application())
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 100
    found = {operation.label: fault for operation in operations if (fault := fault_of(operation, token))}
    assert found == {}, "\n\n".join(f"{label}: {fault}" for label, fault in found.items())


def fault_of(operation: Any, token: str) -> str:
    """The first thing that is wrong with an operation's answers; nothing if all is well."""

    @given(case=operation.as_strategy())
    @hypothesis_settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def call(case: schemathesis.Case) -> None:
        response = case.call(headers={"Authorization": f"Token {token}"})
        case.validate_response(response, checks=CHECKS)

    try:
        call()
    except (Exception, BaseExceptionGroup) as fault:
        return f"{type(fault).__name__}: {fault}"[:1000]
    return ""
