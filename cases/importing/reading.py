"""The rows of an event log: CSV from a plain, gzipped or zipped file, with line numbers and without giving up.

A line that is not decodable, or a quote that is never closed, costs that line alone.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from django.utils.translation import gettext as _

from sla_project.operations.errors import Invalid, Problem

BUFFER = 256 * 1024
LONGEST_LINE = 4 * 1024 * 1024
"""Bytes; several times what the longest description takes. More is never held in memory (a zip bomb has one line)."""
LONGEST_RECORD = 200
"""Lines that one record may span; a quote still open then was never meant to be one."""


class BadRow(Exception):
    """Why a row is refused, for people."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Line(NamedTuple):
    """One record of the file and the number of the line where it begins; `cells` or what is wrong with it."""

    number: int
    cells: Sequence[str] = ()
    refused: str = ""


class FileDamaged(Invalid):
    """The file ends in the middle, or is not what its name says."""

    def __init__(self, message: str) -> None:
        super().__init__([Problem("", "damaged_file", message)])


@contextmanager
def log_open(path: Path) -> Iterator[IO[bytes]]:
    """The CSV inside `path` as bytes. Raises `FileDamaged` also for what is found while reading."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive, archive.open(_only_csv(archive)) as file:
                yield io.BufferedReader(file, BUFFER)  # type: ignore[type-var]  # its own lines come from Python code
        elif path.suffix.lower() == ".zip":
            path.open("rb").close()  # absent and unreadable files say so themselves
            raise FileDamaged(_("The file is no ZIP archive, or its end is missing."))
        elif path.suffix.lower() == ".gz":
            with gzip.open(path) as file:
                yield file  # type: ignore[misc]  # reads bytes as well
        else:
            with path.open("rb") as file:
                yield file
    except (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "encrypted" not in str(error):
            raise
        raise FileDamaged(_("The file cannot be read: %s.") % error) from None
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise FileDamaged(_("The file cannot be read: %s.") % error.strerror) from None


def _only_csv(archive: zipfile.ZipFile) -> str:
    names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
    if len(names) != 1:
        raise FileDamaged(_("The archive must hold exactly one .csv file; it holds %d.") % len(names))
    return names[0]


def header_read(file: IO[bytes], *, encoding: str, delimiter: str) -> list[str]:
    """The names of the columns. Raises `Invalid`."""
    first = file.readline(LONGEST_LINE).removeprefix(b"\xef\xbb\xbf")
    try:
        cells = _cells([first.decode(encoding).rstrip("\r\n")], delimiter)
    except UnicodeDecodeError:
        message = _("The first line is not text in the encoding “%s”, which the mapping names.")
        raise FileDamaged(message % encoding) from None
    except csv.Error as error:
        raise FileDamaged(_("The first line cannot be read: %s.") % error) from None
    return [cell.strip() for cell in cells]


def lines_read(file: IO[bytes], *, encoding: str, delimiter: str, width: int) -> Iterator[Line]:
    """The records after the header, `width` cells each, and the lines that are none. Blank lines are passed over."""
    numbered = _numbered(file)
    waiting: deque[tuple[int, bytes | None]] = deque()
    while True:
        number, raw = waiting.popleft() if waiting else next(numbered, (0, b""))
        if not number:
            return
        if raw is None:
            yield Line(number, refused=_("It is longer than %d MB.") % (LONGEST_LINE // 1024**2))
            continue
        try:
            text = raw.decode(encoding).rstrip("\r\n")
        except UnicodeDecodeError:
            yield Line(number, refused=_("It is not text in the encoding “%s”.") % encoding)
            continue
        if not text:
            continue
        if "\x00" in text:
            yield Line(number, refused=_("It contains a NUL character."))
            continue
        if '"' not in text:
            cells: Sequence[str] = text.split(delimiter)
            if len(cells) == width:
                yield Line(number, cells)
                continue
        else:
            more = _rest_of_record(text, numbered, waiting, encoding)
            try:
                cells = _cells([text, *more], delimiter)
            except csv.Error:
                cells = ()
            if len(cells) == width:
                for _each in more:
                    waiting.popleft()
            elif not cells or more:
                yield Line(number, refused=_("A quote is not closed, or closed in the middle of a value."))
                continue
        yield _checked(number, cells, width)


def _numbered(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """The lines after the first with their numbers; None for one that is too long, which is passed over in pieces."""
    number = 1
    while raw := file.readline(LONGEST_LINE):
        number += 1
        if len(raw) < LONGEST_LINE or raw.endswith(b"\n"):
            yield number, raw
            continue
        while raw and not raw.endswith(b"\n"):
            raw = file.readline(LONGEST_LINE)
        yield number, None


def _checked(number: int, cells: Sequence[str], width: int) -> Line:
    if len(cells) != width:
        counts = {"found": len(cells), "expected": width}
        return Line(number, refused=_("It has %(found)d columns instead of %(expected)d.") % counts)
    return Line(number, cells)


def _rest_of_record(
    text: str, numbered: Iterator[tuple[int, bytes | None]], waiting: deque[tuple[int, bytes | None]], encoding: str
) -> list[str]:
    """The further lines of a record whose quote is open at the line's end. They stay in `waiting`."""
    more: list[str] = []
    quotes = text.count('"')
    while quotes % 2 and len(more) < LONGEST_RECORD:
        if len(waiting) == len(more):
            following = next(numbered, None)
            if following is None:
                break
            waiting.append(following)
        line = (waiting[len(more)][1] or b"").decode(encoding, "replace").rstrip("\r\n")
        more.append(line)
        quotes += line.count('"')
    return more


def _cells(lines: Sequence[str], delimiter: str) -> list[str]:
    return next(csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=True), [])
