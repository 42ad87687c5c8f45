"""The record that a run writes to."""

from __future__ import annotations

from django.utils.translation import gettext as _

from actions import targets
from actions.kinds.base import Skip
from actions.models import ActionRun
from actions.targets import Target


def record_of(run: ActionRun) -> Target:
    """Its type, if the record still exists; else the run is skipped."""
    target = targets.get(run.target_type)
    if not target.exists(run.target_id):
        raise Skip("target_missing", _("The record does not exist any more."))
    return target
