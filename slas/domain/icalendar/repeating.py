"""When an event begins: once, every year by its rule, and at dates of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from slas.domain.icalendar.errors import LeftOutError
from slas.domain.icalendar.lines import Event, Property
from slas.domain.icalendar.moments import Moment, moment_of
from slas.domain.recurrence import RuleError, YearlyRule

_UNTIL = re.compile(r"(?<=UNTIL=)(\d{8}T\d{6}Z?)", re.ASCII | re.IGNORECASE)


def walls_of(
    event: Event, start: Moment, first_year: int, last_year: int, replaced: Iterable[Moment]
) -> list[datetime]:
    """The beginnings in those years on the wall of the event's own zone, in order; all, if it does not repeat.

    `replaced` are occurrences that another event of the calendar stands for.
    """
    if "EXRULE" in event.properties:
        raise LeftOutError("unknown_part", "EXRULE")
    days = [start.wall.date()]
    rule = event.properties.get("RRULE")
    if rule is not None:
        try:
            days = YearlyRule.parse(_until_on_wall(rule.value, start), days[0]).dates(first_year, last_year)
        except RuleError as error:
            raise LeftOutError(error.code, error.part) from None
    walls = {datetime.combine(day, start.wall.time()) for day in days}
    walls |= {_added(given, start) for given in event.lists.get("RDATE", ())}
    excluded = [moment_of(given) for given in event.lists.get("EXDATE", ())] + list(replaced)
    gone = {moment.in_zone(start.zone) for moment in excluded if not moment.is_date}
    gone_days = {moment.wall.date() for moment in excluded if moment.is_date or start.is_date}
    return sorted(wall for wall in walls if wall not in gone and wall.date() not in gone_days)


def _added(given: Property, start: Moment) -> datetime:
    if "/" in given.value:
        raise LeftOutError("unknown_part", "RDATE;VALUE=PERIOD")
    moment = moment_of(given)
    if moment.kind != start.kind:
        raise LeftOutError("mixed_kinds")
    return moment.in_zone(start.zone)


def _until_on_wall(rule: str, start: Moment) -> str:
    """The rule's end as a date on the event's own wall: the last day on which it may begin."""
    match = _UNTIL.search(rule)
    if match is None or start.is_date:
        return rule
    end = moment_of(Property(0, "", match[1]))
    wall = end.in_zone(start.zone)
    last = wall.date() if wall.time() >= start.wall.time() else wall.date() - timedelta(days=1)
    return rule[: match.start()] + f"{last:%Y%m%d}" + rule[match.end() :]
