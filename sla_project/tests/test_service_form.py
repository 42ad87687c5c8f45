"""Whatever writes in somebody's name is called by the names of what it takes."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings

STEPS = {
    "sla_project.operations.services.audit_write",
    "slas.services.hours.holidays.holiday_schedule_changed",
    "slas.services.policy.slas.sla_save",
}
"""Part of several services, whose transaction and locks they need."""
HOUSES = ("actions", "cases", "slas", "sla_project/accounts", "sla_project/operations")


def modules() -> Iterator[str]:
    base = Path(settings.BASE_DIR)
    for house in HOUSES:
        paths = [*base.glob(f"{house}/services.py"), *base.glob(f"{house}/services/**/*.py"), base / house / "jobs.py"]
        for path in paths:
            if path.exists():
                yield ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")


def services() -> Iterator[tuple[str, Callable[..., object]]]:
    for name in modules():
        for found in vars(importlib.import_module(name)).values():
            public = inspect.isfunction(found) and not found.__name__.startswith("_") and found.__module__ == name
            if public and {"by", "now"} <= inspect.signature(found).parameters.keys():
                yield f"{name}.{found.__name__}", found


def test_what_is_audited_is_atomic() -> None:
    """Else a failing entry leaves a change that nobody signed, such as a mail in the outbox."""
    audited = {name: code for name, service in services() if "audit_write(" in (code := inspect.getsource(service))}
    assert {name for name, code in audited.items() if "atomic" not in code} == STEPS


def test_services_take_names() -> None:
    positional = {
        name
        for name, service in services()
        for parameter in inspect.signature(service).parameters.values()
        if parameter.kind not in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD)
    }
    assert len(list(services())) > 80
    assert positional == set()
