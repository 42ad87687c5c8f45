"""The opening hours of a schedule, as plain values: what is open on which local date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
END_OF_DAY = 24 * 60

# Minutes of the local day, half open and ordered: (540, 1020) is 09:00 to 17:00. 24:00 is 1440.
Intervals = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Checked hours. `special` holds holidays and overrides by date ordinal; an override beats a holiday."""

    tz: str
    week: tuple[Intervals, ...]  # Monday first
    holidays: frozenset[int]
    overrides: Mapping[int, Intervals]
    special: Mapping[int, Intervals]

    @classmethod
    def build(
        cls,
        tz: str,
        week: tuple[Intervals, ...],
        holidays: frozenset[int],
        overrides: Mapping[int, Intervals],
    ) -> OpeningHours:
        closed: dict[int, Intervals] = dict.fromkeys(holidays, ())
        return cls(tz, week, holidays, overrides, closed | dict(overrides))

    @classmethod
    def around_the_clock(cls, tz: str) -> OpeningHours:
        return cls.build(tz, (((0, END_OF_DAY),),) * 7, frozenset(), {})

    @property
    def never_closes(self) -> bool:
        return not self.special and all(_is_whole_day(day) for day in self.week)

    def on(self, ordinal: int) -> Intervals:
        """The intervals of a local date, given as its proleptic ordinal."""
        special = self.special.get(ordinal)
        return self.week[(ordinal - 1) % 7] if special is None else special  # ordinal 1 was a Monday

    def to_dict(self) -> dict[str, object]:
        """The document in its canonical form: open days only, everything in order."""
        return {
            "tz": self.tz,
            "week": {name: _written(day) for name, day in zip(DAYS, self.week, strict=True) if day},
            "holidays": [_iso(ordinal) for ordinal in sorted(self.holidays)],
            "overrides": {_iso(o): _written(self.overrides[o]) for o in sorted(self.overrides)},
        }


def _is_whole_day(day: Intervals) -> bool:
    reached = 0
    for start, end in day:
        if start != reached:
            return False
        reached = end
    return reached == END_OF_DAY


def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def _written(day: Intervals) -> list[list[str]]:
    return [[f"{minute // 60:02}:{minute % 60:02}" for minute in interval] for interval in day]
