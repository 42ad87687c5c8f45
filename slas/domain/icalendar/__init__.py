"""Closures out of an iCalendar file (RFC 5545): whole days and parts of days, by date, with names."""

from slas.domain.icalendar.errors import CalendarError, LineProblem
from slas.domain.icalendar.lines import MAX_BYTES
from slas.domain.icalendar.reader import CalendarDay, CalendarDays, read_calendar

__all__ = ["MAX_BYTES", "CalendarDay", "CalendarDays", "CalendarError", "LineProblem", "read_calendar"]
