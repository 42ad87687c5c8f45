"""JSON as it should be: small, shallow, finite, valid Unicode, every key once. Else HTTP 400."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.pointers import escape, printable

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_NODES = 20_000
MAX_INTEGER = 2**63 - 1  # what a database column holds

STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
TOKEN = re.compile(rf"{STRING.pattern}|[][{{}}:,]", re.DOTALL)
BRACKET = re.compile(r"[][{}]")
SURROGATE = re.compile("[\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return parse_strictly(_read(stream, parser_context or {}))


def text_of(stream: IO[bytes], context: Mapping[str, Any]) -> str:
    """A body that is a text in another notation. Raises Invalid."""
    return _decoded(_read(stream, context))


def parse_strictly(body: bytes) -> Any:
    """The document in the bytes. Raises Invalid."""
    text = _decoded(body)
    _check_shape(text)
    try:
        document = json.loads(
            text,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_integer,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        _refuse(
            "malformed",
            _("The body is not valid JSON: %(fault)s (line %(line)d, column %(column)d).")
            % {"fault": error.msg, "line": error.lineno, "column": error.colno},
        )
    _check_texts(document)
    return document


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("not_utf8", _("The body is not valid UTF-8."))


def _refuse(code: str, message: str, pointer: str = "") -> NoReturn:
    raise Invalid([Problem(pointer, code, message)]) from None


def _read(stream: IO[bytes], context: Mapping[str, Any]) -> bytes:
    request = context.get("request")
    declared = str(request.META.get("CONTENT_LENGTH") or "") if request is not None else ""
    too_long = declared.isdecimal() and int(declared[:20]) > MAX_BYTES
    body = b"" if too_long else stream.read(MAX_BYTES + 1)
    if too_long or len(body) > MAX_BYTES:
        _refuse("body_too_large", _("The body is larger than %d kB.") % (MAX_BYTES // 1024))
    return body


def _check_shape(text: str) -> None:
    """Depth and size before parsing: Python's own parser would run out of stack."""
    bare = STRING.sub("", text)
    if bare.count(",") + bare.count(":") + bare.count("[") + bare.count("{") > MAX_NODES:
        _refuse("too_many_values", _("The body holds more than %d values.") % MAX_NODES)
    depth = 0
    for bracket in BRACKET.finditer(bare):
        depth += 1 if bracket.group() in "[{" else -1
        if depth > MAX_DEPTH:
            _refuse("too_deep", _("The body is nested more than %d levels deep.") % MAX_DEPTH, _too_deep_at(text))


def _too_deep_at(text: str) -> str:
    """The pointer to the first value that lies too deep; as near as may be in a text that is not even JSON."""
    path: list[str | int] = []
    key = ""
    for token in TOKEN.finditer(text):
        match token.group():
            case "[" | "{" as bracket:
                if len(path) == MAX_DEPTH:
                    break
                path.append(0 if bracket == "[" else "")
            case "]" | "}":
                del path[-1:]
            case ":" if path:
                path[-1] = key
            case "," if path and isinstance(path[-1], int):
                path[-1] += 1
            case word:
                key = word[1:-1]
    return "".join(f"/{escape(str(part))}" for part in path)


def _constant(word: str) -> NoReturn:
    _refuse("not_finite", _("%s is not a number in JSON.") % word)


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        _refuse("not_finite", _("%s is too large a number.") % digits[:40])
    return number


def _integer(digits: str) -> int:
    if len(digits) > 20 or abs(int(digits)) > MAX_INTEGER:
        _refuse("number_too_large", _("%s is too large a number.") % digits[:40])
    return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        _refuse("duplicate_key", _("The key “%s” occurs twice in one object.") % printable(twice))
    return document


def _check_texts(document: Any) -> None:
    for pointer, text in _texts(document):
        if "\0" in text:
            _refuse("null_character", _("A text may not contain the character U+0000."), pointer)
        if SURROGATE.search(text):
            _refuse("lone_surrogate", _("A text contains half of a surrogate pair."), pointer)


def check_document(document: Any) -> None:
    """The same limits for a document that came from another notation. Raises Invalid."""
    level, count = [document], 0
    for _depth in range(MAX_DEPTH + 1):
        level = below(level)
        count += len(level)
        if count > MAX_NODES:
            _refuse("too_many_values", _("The body holds more than %d values.") % MAX_NODES)
        if not level:
            return _check_texts(document)
    _refuse("too_deep", _("The body is nested more than %d levels deep.") % MAX_DEPTH)


def below(level: Iterable[object]) -> list[object]:
    """What the values of one level hold: the next level. Without recursion, as depth is what one guards against."""
    return [
        child
        for value in level
        if isinstance(value, dict | list)
        for child in (value.values() if isinstance(value, dict) else value)
    ]


def _texts(document: Any) -> Iterator[tuple[str, str]]:
    """Every string and every key, with the pointer to where it stands."""
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, str):
            yield pointer, value
        elif isinstance(value, dict):
            for key, item in value.items():
                yield pointer, key
                waiting.append((f"{pointer}/{escape(key)}", item))
        elif isinstance(value, list):
            waiting.extend((f"{pointer}/{index}", item) for index, item in enumerate(value))
