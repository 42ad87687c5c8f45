"""A support desk with short targets and much to do, worked through the services in several threads."""

from __future__ import annotations

import itertools
import random
import threading
import time
from typing import Any

from django.db import connection

from cases import services
from cases.models import Case, Customer
from cases.tests.builders import make_customer
from cases.tests.services.contract import RESOLVED, RESPONDED, seconds
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import ServiceError
from sla_project.operations.services import settings_update
from slas.models import SLA
from slas.services.policy.kpis import kpi_activate, kpi_create
from slas.services.policy.slas import sla_create, sla_publish, sla_set_default

# Level: (warning, failure) of the response and of the resolution, in seconds.
LEVELS = {"gold": ((1, 2), (1, 3)), "silver": ((2, 3), (2, 3))}
PAUSE = (0.02, 0.25)
"""Seconds between two commands of one thread."""
_numbers = itertools.count(1)


def mail(subject: str) -> dict[str, Any]:
    """To the case's contact: everyone has an address of their own, so that no hourly limit is met."""
    return {"kind": "send_email", "to": ["contact"], "subject": f"{{{{ case.number }}}} {subject}", "body": subject}


def activity(subject: str) -> dict[str, Any]:
    return {"kind": "create_record", "type": "activity", "set": {"subject": subject}}


def update(**values: Any) -> dict[str, Any]:
    return {"kind": "update_record", "target": "record", "set": values}


# What the commands below never touch, actions change; so each update shows in the log exactly once.
ACTIONS: dict[str, dict[str, list[dict[str, Any]]]] = {
    "response": {
        "warning": [update(type="problem")],
        "failure": [update(is_escalated=True), activity("Call back"), mail("not answered")],
        "success": [activity("Answered")],
    },
    "resolve": {
        "warning": [mail("due soon"), {"kind": "change_status", "status": "researching"}],
        "failure": [mail("not solved"), update(priority="urgent"), activity("Apologise")],
        "success": [mail("solved")],
    },
}


def set_up() -> SLA:
    """Two KPIs, four items, every kind of action at every moment; the default of all cases."""
    now = clock_now()
    settings_update(changes={"pause_statuses": {"case": ["on_hold"]}}, by=None, now=now)
    for code in ("response", "resolve"):
        kpi = kpi_create(code=code, name=code, record_type="case", applicable_from="opened_on", by=None, now=now)
        kpi_activate(kpi=kpi, by=None, now=now)
    document = {"items": [item(level, kpi) for level in LEVELS for kpi in ACTIONS]}
    sla = sla_create(code="busy", name="Busy", record_type="case", document=document, by=None, now=now)
    sla_publish(sla=sla, by=None, now=now)
    sla.refresh_from_db()
    return sla_set_default(sla=sla, by=None, now=now)


def item(level: str, kpi: str) -> dict[str, Any]:
    warning, failure = LEVELS[level][kpi == "resolve"]
    after = {"warning": {"after": seconds(warning)}, "failure": {"after": seconds(failure)}, "success": {}}
    return {
        "key": f"{level}-{kpi}",
        "name": f"{level} {kpi}",
        "kpi": kpi,
        "applicable_when": {"all": [{"field": "service_level", "op": "is", "value": level}]},
        "success_when": RESPONDED if kpi == "response" else RESOLVED,
        "pause": {"allowed": kpi == "resolve", "when": None},
        "moments": [
            {"key": kind, "kind": kind, **after[kind], "actions": actions} for kind, actions in ACTIONS[kpi].items()
        ],
    }


def open_case(customer: Customer, level: str = "gold") -> Case:
    now = clock_now()
    name = f"Contact {next(_numbers)}"
    address = f"{name.lower().replace(' ', '-')}@northwind.example"
    contact = services.contact_create(customer=customer, name=name, email=address, by=None, now=now)
    return services.case_create(
        title=name, customer=customer, contact=contact, service_level=level, by=None, now=clock_now()
    )


class Agents:
    """Threads that open and work cases until they are told to go home. They leave no case on hold."""

    def __init__(self, count: int, *, seed: int) -> None:
        self.customer = make_customer()
        self.commands = 0
        self.errors: list[Exception] = []
        self._going_home = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(random.Random(seed + number),)) for number in range(count)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def go_home(self) -> None:
        self._going_home.set()
        for thread in self._threads:
            thread.join()
        assert not self.errors, self.errors

    def _work(self, chance: random.Random) -> None:
        mine: list[int] = []
        try:
            while not self._going_home.is_set():
                if len(mine) < 5 or chance.random() < 0.3:
                    mine.append(open_case(self.customer, chance.choice(list(LEVELS))).pk)
                else:
                    command(mine[-1 - int(chance.random() * min(8, len(mine)))], chance)
                self.commands += 1
                time.sleep(chance.uniform(*PAUSE))
            for case in Case.objects.filter(pk__in=mine, status="on_hold"):
                services.case_update(case=case, status="in_progress", by=None, now=clock_now())
        except Exception as error:  # a thread cannot fail the test by itself
            self.errors.append(error)
        finally:
            connection.close()


def command(pk: int, chance: random.Random) -> None:
    """One of the things that agents do. What the case does not allow any more is refused, as it should be."""
    case = Case.objects.get(pk=pk)
    given: dict[str, Any] = {"case": case, "by": None, "now": clock_now()}
    act = chance.choice(["hold", "go on", "reply", "resolve", "level", "title"])
    try:
        if act == "hold":
            services.case_update(**given, status="on_hold")
        elif act == "go on":
            services.case_update(**given, status="in_progress")
        elif act == "reply":
            services.case_reply(**given, text="We are on it.")
        elif act == "resolve":
            services.case_resolve(**given)
        elif act == "level":
            services.case_update(**given, service_level=chance.choice(list(LEVELS)))
        else:
            services.case_update(**given, title=f"Title {chance.random():.6f}")
    except ServiceError:
        pass
