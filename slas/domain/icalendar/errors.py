"""What can be wrong with a calendar: the file as a whole, or one event of it."""

from __future__ import annotations

from dataclasses import dataclass

MAX_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong at a line of the file; line 0 is the file as a whole.

    `code` says what, `part` is the text or the event, `detail` what about it.
    """

    line: int
    code: str
    part: str = ""
    detail: str = ""


class CalendarError(ValueError):
    """The file cannot be used; `problems` say where and why."""

    def __init__(self, problems: list[LineProblem]) -> None:
        self.problems = problems[:MAX_PROBLEMS]
        super().__init__("; ".join(f"line {one.line}: {one.code} {one.part}".strip() for one in self.problems))


class WrongEventError(Exception):
    """The event cannot be read: the file is refused. Line 0 is the event's first."""

    def __init__(self, code: str, part: str = "", line: int = 0) -> None:
        self.code, self.part, self.line = code, part[:60], line


class LeftOutError(Exception):
    """The event is fine, but closes nothing that a schedule could say: it is left out."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, detail[:60]
