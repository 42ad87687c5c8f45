"""The Support Contract Customer SLA with targets of seconds, set up the way an integrator would: over REST."""

from __future__ import annotations

from typing import Any

from cases.tests.services.rest import Rest

# Level: response (warning, failure), resolution (warning, failure), in seconds, and the hours they are counted in.
LEVELS: dict[str, tuple[tuple[int, int], tuple[int, int], str | None]] = {
    "gold": ((3, 5), (4, 7), None),
    "silver": ((6, 8), (7, 9), "always-open"),
    "bronze": ((60, 120), (600, 1200), "always-open"),
}
URGENT = 5
"""Seconds until failure of the item that an urgent priority picks in the second version."""
TEMPLATES = ("response-due-soon", "response-missed", "resolve-due-soon", "resolve-missed")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
RESPONDED = {"all": [{"field": "first_response_sent", "op": "is", "value": True}]}
RESOLVED = {"all": [{"field": "state", "op": "is", "value": "resolved"}]}


def set_up(rest: Rest) -> dict[str, Any]:
    """Everything up to the default SLA. Returns what every case of the desk has in common."""
    agent = rest.post("users/", email="agent@desk.example", display_name="Ada Agent", role="agent")
    lead = rest.post("users/", email="lead@desk.example", display_name="Lea Lead", role="manager")
    people = {"lead": lead["id"], "members": [agent["id"], lead["id"]]}
    team = rest.post("teams/", code="support", name="Support", email="support@desk.example", **people)
    customer = rest.post("customers/", name="Northwind Traders", service_level="gold")
    rest.patch("settings/", pause_statuses={"case": ["on_hold", "waiting_for_customer"]})
    week = {day: [["00:00", "24:00"]] for day in DAYS}
    rest.post("business-hours/", code="always-open", name="Always open", tz="Europe/London", week=week)
    _texts(rest)
    _kpis(rest)
    sla = rest.post(
        "slas/", code="support-contract", name="Support Contract Customer SLA", record_type="case", **document()
    )
    rest.post(f"slas/{sla['id']}/publish/", reason="First version")
    rest.post(f"slas/{sla['id']}/set-default/")
    return {"owner": agent["id"], "team": team["id"], "customer": customer["id"]}


def _texts(rest: Rest) -> None:
    for code in TEMPLATES:
        subject = f"{{{{ case.number }}}}: {code.replace('-', ' ')}"
        body = "“{{ case.title }}” from {{ case.customer.name }}, {{ sla.name }}."
        name = code.replace("-", " ").capitalize()
        template = rest.post("email-templates/", code=code, name=name, target_type="case", subject=subject, body=body)
        rest.post(f"email-templates/{template['id']}/activate/")


def _kpis(rest: Rest) -> None:
    for code, name in (("first_response_by", "First response by"), ("resolve_by", "Resolve by")):
        kpi = rest.post("kpis/", code=code, name=name, record_type="case", applicable_from="opened_on")
        rest.post(f"kpis/{kpi['id']}/activate/")


def document() -> dict[str, Any]:
    """Seed 004: Gold, Silver and Bronze × first response and resolution, six items."""
    items = []
    for level, (response, resolution, hours) in LEVELS.items():
        when = {"all": [{"field": "service_level", "op": "is", "value": level}]}
        items.append(item(f"{level}-first-response", "first_response_by", when, response, hours))
        items.append(item(f"{level}-resolve", "resolve_by", when, resolution, hours))
    return {"items": items}


def publish_urgent_first(rest: Rest) -> None:
    """A second version, in which an urgent case is resolved by an item of its own, before all others."""
    sla = rest.get("slas/?code=support-contract")["results"][0]
    when = {"all": [{"field": "priority", "op": "is", "value": "urgent"}]}
    urgent = item("urgent-resolve", "resolve_by", when, (URGENT - 1, URGENT), None)
    rest.patch(f"slas/{sla['id']}/", items=[urgent, *document()["items"]])
    rest.post(f"slas/{sla['id']}/publish/", reason="Urgent cases first")


def item(key: str, kpi: str, when: dict[str, Any], times: tuple[int, int], hours: str | None) -> dict[str, Any]:
    short = "response" if kpi == "first_response_by" else "resolve"
    return {
        "key": key,
        "name": key.replace("-", " ").title(),
        "kpi": kpi,
        "applicable_when": when,
        "success_when": RESPONDED if short == "response" else RESOLVED,
        "business_hours": hours,
        # A first response cannot wait for the customer; a resolution can.
        "pause": {"allowed": short == "resolve", "when": None},
        "moments": [
            {"key": "warning", "kind": "warning", "after": seconds(times[0]), "actions": [
                {"kind": "send_email", "to": ["owner"], "template": f"{short}-due-soon"},
            ]},
            {"key": "failure", "kind": "failure", "after": seconds(times[1]), "actions": [
                {"kind": "send_email", "to": ["lead"], "template": f"{short}-missed"},
                {"kind": "update_record", "target": "record", "set": {"is_escalated": True}},
            ]},
            {"key": "success", "kind": "success", "actions": [
                {"kind": "create_record", "type": "activity", "set": {"subject": f"In time: {short}"}},
            ]},
        ],
    }  # fmt: skip


def seconds(amount: int) -> dict[str, Any]:
    return {"amount": amount, "unit": "seconds"}
