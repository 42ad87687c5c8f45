"""Working time: arithmetic with opening hours, holidays and time zones (engine.md R19).

Pure: standard library only, no clock of its own.
"""

from .clock import WorkingTime
from .errors import NaiveDatetimeError, Problem, ScheduleError, WorkingTimeRangeError

__all__ = ["NaiveDatetimeError", "Problem", "ScheduleError", "WorkingTime", "WorkingTimeRangeError"]
