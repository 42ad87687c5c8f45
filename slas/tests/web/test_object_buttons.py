"""One order of buttons on every page of an object: History, More, Edit."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from actions.models import EmailTemplate
from slas.tests.policy.builders import NOW, make_hours, make_kpi, make_sla

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def head(client, name: str, pk: int) -> list[str]:
    text = client.get(reverse(name, args=[pk])).content.decode()
    buttons = re.search(r'<div class="page-actions">(.*?)\n      </div>', text, re.DOTALL)
    assert buttons
    return re.findall(r"\b(History|More|Edit|Activate)\b", re.sub(r"<[^>]*>", " ", buttons[1]))


def test_edit_is_last_and_history_is_on_every_tab(admin, clock):
    clock.set(NOW)
    kpi = make_kpi()
    sla = make_sla(publish=True)
    hours = make_hours("other-hours")
    pages = [("kpi_detail", kpi.pk)]
    pages += [(f"sla_{tab}", sla.pk) for tab in ("detail", "check", "versions", "try", "document")]
    pages += [(f"business_hours_{tab}", hours.pk) for tab in ("detail", "year", "versions")]
    for name, pk in pages:
        assert head(admin, f"slas:{name}", pk) == ["History", "More", "Edit"], name


def test_what_is_inactive_is_activated_by_a_button_of_its_own(admin, clock):
    """Not under “More”: until then no SLA can use it."""
    clock.set(NOW)
    kpi = make_kpi(active=False)
    assert head(admin, "slas:kpi_detail", kpi.pk) == ["History", "More", "Edit", "Activate"]
    stamps = {"created_at": NOW, "modified_at": NOW}
    mail = EmailTemplate.objects.create(code="m", name="M", target_type="case", subject="S", body="B", **stamps)
    assert head(admin, "actions:email_template_detail", mail.pk) == ["History", "More", "Edit", "Activate"]


def test_a_new_template_says_what_comes_next(admin, clock):
    typed = {"code": "m", "name": "M", "target_type": "case", "subject": "S", "body": "B"}
    made = admin.post(reverse("actions:email_template_create"), typed, follow=True)
    assert "The template is created. Activate it to use it in an SLA." in made.content.decode()
