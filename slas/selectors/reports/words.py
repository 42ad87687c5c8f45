"""Reports' questions in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from slas import records
from slas.models import KPI, SLA
from slas.selectors.reports.compliance import group_choices
from slas.selectors.reports.dimensions import NOT_SET, dimensions
from slas.selectors.reports.periods import DEFAULT_PERIOD, PERIODS
from slas.selectors.reports.questions import DEFAULT_GROUP


class QuestionWords:
    """Says some questions; reads the names for all of them at once."""

    def __init__(self, queries: Iterable[Mapping[str, str]]) -> None:
        asked = list(queries)
        self._groups = dict(group_choices())
        known = dimensions()
        self._labels = {"sla": _("SLA"), "kpi": _("KPI"), "item": _("item"), "record_type": _("record type")} | {
            name: one.label for name, one in known.items()
        }
        self._names = {
            "sla": dict(SLA.objects.values_list("code", "name")),
            "kpi": dict(KPI.objects.values_list("code", "name")),
            "record_type": {one.name: str(one.plural) for one in records.all()},
        }
        for name, one in known.items():
            values = {query[name] for query in asked if query.get(name)} - {NOT_SET}
            self._names[name] = (one.names(values) if values else {}) | {NOT_SET: _("not set")}

    def of(self, query: Mapping[str, str]) -> str:
        """*Last 30 days by SLA; Priority Urgent, SLA Support*. What is no longer known is said by its code."""
        group = query.get("group_by") or DEFAULT_GROUP
        group_label = self._groups.get(group, group)
        words = _("%(period)s by %(group)s") % {"period": _period(query), "group": group_label}
        filters = [
            f"{label} {self._name(name, query[name])}" for name, label in self._labels.items() if query.get(name)
        ]
        return f"{words}; {', '.join(filters)}" if filters else words

    def _name(self, name: str, value: str) -> str:
        return self._names.get(name, {}).get(value, value)


def _period(query: Mapping[str, str]) -> str:
    since, until = query.get("since", ""), query.get("until", "")
    period = query.get("period") or ("" if since or until else DEFAULT_PERIOD)
    return str(PERIODS.get(period, period)) if period else f"{since} – {until}".strip()
