"""Which placeholders a text for a target type may use: path → label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from actions.targets import Target

if TYPE_CHECKING:
    from actions.targets import Words

COMMON: Mapping[str, Words] = {
    "instance.applicable_from": _("Timer: counted from"),
    "instance.warning_time": _("Timer: warning time"),
    "instance.failure_time": _("Timer: failure time"),
    "instance.status": _("Timer: status"),
    "kpi.name": _("KPI"),
    "item.name": _("SLA item"),
    "sla.name": _("SLA"),
    "organisation.name": _("Organisation"),
}
"""What every cause provides beside the record itself."""

RECIPIENT: Mapping[str, Words] = {
    "recipient.name": _("Recipient: name"),
    "recipient.email": _("Recipient: email address"),
}
"""Known in mails only; each recipient gets a mail of its own."""


def for_values(target: Target) -> dict[str, Words]:
    return {**target.placeholders, **COMMON}


def for_mail(target: Target) -> dict[str, Words]:
    return {**target.placeholders, **COMMON, **RECIPIENT}
