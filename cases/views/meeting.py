"""What a reply or a resolution would do to the timers, said before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from cases.models import Case
from slas.models import KPIInstance
from slas.selectors.clocks.instances import record_of, record_view
from slas.selectors.clocks.timers import Timer, Timers
from slas.selectors.forecasts.meeting import met_by, unmet


def meeting_words(case: Case, changes: Mapping[str, object], *, now: datetime, closing: bool = False) -> str:
    """One sentence for each timer that these values would meet; when `closing`, also for those left unmet."""
    view, timers = record_view(record_of(case), now), Timers(now)
    met = met_by(view, changes)
    sentences = [_met(each, timers.of(each)) for each in met]
    if closing:
        left = [each for each in unmet(view) if each not in met and each.is_open]
        sentences += [_("“%(kpi)s” ends as resolved unmet.") % {"kpi": each.kpi.name} for each in left]
    return " ".join(sentences)


def _met(instance: KPIInstance, timer: Timer) -> str:
    words = {"kpi": instance.kpi.name, "time": timer.text}
    if timer.state == KPIInstance.Status.NONCOMPLIANT:
        return _("It meets “%(kpi)s” late: %(time)s.") % words
    return _("It meets “%(kpi)s” in time: %(time)s.") % words
