"""What the selects of the item's form offer; each list is read once for a page, however many actions it shows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from actions import placeholders, targets
from actions.models import Action, EmailTemplate
from actions.services import REUSABLE
from actions.targets import Target, TargetField
from sla_project.accounts.models import Team, User
from sla_project.operations.selectors import settings_get
from slas import records
from slas.forms.items.parts import Choice
from slas.models import KPI, BusinessHours

LOOKUP_LIMIT = 500
"""More related records than anybody reads in a select; others are written in the action's JSON."""


class Offers:
    """Active things only: what was chosen before and is active no more stays shown where it stands."""

    def __init__(self, record_type: str) -> None:
        self.record_type = records.get(record_type)
        self._lookups: dict[tuple[str, str], list[Choice]] = {}

    @cached_property
    def target(self) -> Target | None:
        """What actions may write to; None if records of this type take no actions."""
        return targets.find(self.record_type.name)

    @cached_property
    def kpis(self) -> list[KPI]:
        """All of the record type, active ones first."""
        found = KPI.objects.filter(record_type=self.record_type.name).order_by("name", "id")
        return sorted(found, key=lambda kpi: kpi.state != KPI.State.ACTIVE)

    def kpi_label(self, kpi: KPI) -> str:
        """The name; with the code where another KPI has the same name."""
        same = [other for other in self.kpis if other.name == kpi.name]
        return kpi.name if len(same) == 1 else f"{kpi.name} ({kpi.code})"

    @cached_property
    def hours(self) -> list[BusinessHours]:
        return list(BusinessHours.objects.order_by("name", "id"))

    @cached_property
    def pausing_statuses(self) -> list[str]:
        """Labels of the statuses that pause, by the settings of now."""
        codes = settings_get().pause_statuses.get(self.record_type.name, [])
        return [label for code, label in self.record_type.pause_statuses() if code in codes]

    @cached_property
    def templates(self) -> list[Choice]:
        found = EmailTemplate.objects.filter(target_type=self.record_type.name, state=EmailTemplate.State.ACTIVE)
        return list(found.order_by("name", "id").values_list("code", "name"))

    @cached_property
    def reusable(self) -> list[Choice]:
        """Actions that were said once, for many items."""
        found = Action.objects.filter(target_type=self.record_type.name, state=Action.State.ACTIVE)
        return list(found.order_by("name", "id").values_list("code", "name"))

    @cached_property
    def people(self) -> list[Choice]:
        found = User.objects.filter(is_active=True).order_by("display_name", "email")
        return [(user.email, str(user)) for user in found]

    @cached_property
    def teams(self) -> list[Choice]:
        return [(team.code, str(team)) for team in Team.objects.order_by("name", "id")]

    def related(self, target: Target, name: str, field: TargetField) -> list[Choice]:
        """The active records that a lookup may be set to."""
        key = (target.name, name)
        if key not in self._lookups:
            found = field.options()[:LOOKUP_LIMIT] if field.options else ()
            self._lookups[key] = [(str(row.pk), str(row)) for row in found]
        return self._lookups[key]

    @cached_property
    def mail_placeholders(self) -> Mapping[str, Any]:
        return placeholders.for_mail(self.target) if self.target else {}

    @cached_property
    def creatable(self) -> list[Target]:
        return [target for target in targets.all_targets() if target.create is not None]

    @cached_property
    def new_actions(self) -> list[Choice]:
        """What can be added: a kind, and the type where a kind creates something."""
        target = self.target
        if target is None:
            return []
        offered: list[Choice] = [("send_email", _("Send email"))]
        offered += [
            (f"create_record:{new.name}", _("Create %(type)s") % {"type": str(new.label).lower()})
            for new in self.creatable
        ]
        offered.append(("update_record", _("Update record")))
        if target.change_status is not None:
            offered.append(("change_status", _("Change status")))
        if target.assign is not None:
            offered.append(("assign", _("Assign")))
        if self.reusable:
            offered.append((REUSABLE, _("Reusable action")))
        return offered
