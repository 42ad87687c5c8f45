"""Texts with placeholders, written by administrators and therefore not trusted.

A text can read the plain values that we hand it, apply seven filters and use `{% if %}`; it cannot call,
load, loop or reach into an object. Three fences, each enough alone:

1. the engine has no other tags, filters or loaders, and limits on source, nesting and output;
2. every path is listed when the text is saved, and an unknown one is refused;
3. rendering takes each path by dictionary look-ups from JSON values and hands the engine nothing else.
"""

from __future__ import annotations

import copy
import difflib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.template import Context, Engine, Node, NodeList, Template, TemplateSyntaxError
from django.template.base import FilterExpression, Lexer, TokenType, Variable, VariableNode
from django.template.defaulttags import IfNode
from django.template.smartif import TokenBase
from django.utils import timezone
from django.utils.html import escape, linebreaks, urlize
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from actions.message_tags import Flag, Moment
from sla_project.operations.errors import Invalid, Problem

SOURCE_LIMIT = 20_000
OUTPUT_LIMIT = 65_536
"""Bytes of UTF-8."""
SUBJECT_LIMIT = 200
NESTING_LIMIT = 10
TAG_LIMIT = 500
"""Characters inside one pair of braces."""


class _TextEngine(Engine):
    default_builtins = ["actions.message_tags"]


# What it renders is plain text; `html_of` escapes the finished whole.
_ENGINE = _TextEngine(loaders=[], autoescape=False)

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_OPENING = re.compile(r"\{[{%]")
# C0, C1 and the Unicode line and paragraph separators: none of them may reach a mail header.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class TextError(ValueError):
    """A text that cannot be used; `code` is stable, the message is for its author."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


# --- Reading a text ---


def compile_text(source: str) -> Template:
    """Parses a text; raises `TextError` for anything but values, filters and `{% if %}`."""
    _check_limits(source)
    try:
        return Template(source, engine=_ENGINE)
    except TemplateSyntaxError as error:
        raise TextError("invalid_text", _("This text cannot be read: %(error)s") % {"error": error}) from error
    except Exception as error:
        # Malformed expressions surface as all sorts of errors from inside the parser.
        raise TextError("invalid_text", _("This text cannot be read.")) from error


def paths_of(template: Template) -> list[str]:
    """Every path that the text reads, also in filter arguments and conditions; each once, in order."""
    return list(dict.fromkeys(_paths_in(template.nodelist)))


def _check_limits(source: str) -> None:
    if len(source) > SOURCE_LIMIT:
        raise TextError("too_long", _("A text may have at most %(limit)d characters.") % {"limit": SOURCE_LIMIT})
    depth = 0
    for token in Lexer(source).tokenize():
        if token.token_type in (TokenType.BLOCK, TokenType.VAR) and len(token.contents) > TAG_LIMIT:
            raise TextError("too_complex", _("A placeholder or condition is too long."))
        if token.token_type is TokenType.BLOCK:
            word = token.contents.split(maxsplit=1)[0] if token.contents else ""
            depth += {"if": 1, "endif": -1}.get(word, 0)
        if depth > NESTING_LIMIT:
            raise TextError("too_complex", _("Conditions are nested too deeply."))


def _check_closed(source: str) -> None:
    """An opening brace that the engine reads as plain text would go out to a customer as it stands."""
    for token in Lexer(source).tokenize():
        if token.token_type is TokenType.TEXT and (opened := _OPENING.search(token.contents)):
            near = token.contents[opened.start() :][:40].strip()
            message = _("“%(near)s” is not closed; a placeholder stands on one line, such as {{ case.number }}.")
            raise TextError("invalid_text", message % {"near": near})


def _paths_in(nodes: NodeList) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, VariableNode):
            yield from _paths_of_expression(node.filter_expression)
        elif isinstance(node, IfNode):
            for condition, inner in node.conditions_nodelists:
                yield from _paths_of_condition(condition)
                yield from _paths_in(inner)
        elif not _is_plain_text(node):
            raise TextError("invalid_text", _("This text uses something that is not allowed."))


def _is_plain_text(node: Node) -> bool:
    return type(node).__name__ == "TextNode"


def _paths_of_condition(condition: Any) -> Iterator[str]:
    """`condition` is a tree of `TokenBase`; its leaves carry a filter expression as `value`."""
    if isinstance(condition, TokenBase):
        if isinstance(condition.value, FilterExpression):
            yield from _paths_of_expression(condition.value)
        for side in (condition.first, condition.second):
            yield from _paths_of_condition(side)


def _paths_of_expression(expression: FilterExpression) -> Iterator[str]:
    yield from _path_of_variable(expression.var)
    for _function, arguments in expression.filters:
        for is_variable, argument in arguments:
            if is_variable:
                yield from _path_of_variable(argument)


def _path_of_variable(variable: Any) -> Iterator[str]:
    if isinstance(variable, Variable) and variable.lookups is not None and variable.var not in _CONSTANTS:
        yield str(variable.var)


_CONSTANTS = ("True", "False", "None")


# --- Saving a text ---


def text_problems(source: Any, *, known: Mapping[str, Any], pointer: str) -> list[Problem]:
    """What is wrong with a text at this place: not a text, empty, unreadable, or with unknown paths."""
    if not isinstance(source, str):
        return [Problem(pointer, "wrong_type", _("This must be a text."))]
    if not source.strip():
        return [Problem(pointer, "required", _("This may not be empty."))]
    if "\x00" in source or any("\ud800" <= character <= "\udfff" for character in source):
        return [Problem(pointer, "invalid_text", _("This text contains characters that cannot be stored."))]
    try:
        paths = paths_of(compile_text(source))
        _check_closed(source)
    except TextError as error:
        return [Problem(pointer, error.code, str(error))]
    unknown = [path for path in paths if path not in known]
    if unknown:
        return [Problem(pointer, "unknown_placeholder", _unknown(path, known)) for path in unknown]
    return _trial(source, known, pointer)


def check_text(source: Any, *, known: Mapping[str, Any], pointer: str) -> str:
    """The text itself if it is good; raises `Invalid`."""
    if problems := text_problems(source, known=known, pointer=pointer):
        raise Invalid(problems)
    return str(source)


def _unknown(path: str, known: Mapping[str, Any]) -> str:
    message = _("There is no placeholder “%(path)s”.") % {"path": path}
    near = difflib.get_close_matches(path, known, n=1)
    return message + (" " + _("Did you mean “%(path)s”?") % {"path": near[0]} if near else "")


def _trial(source: str, known: Mapping[str, Any], pointer: str) -> list[Problem]:
    try:
        render(source, sample_context(known))
    except TextError as error:
        return [Problem(pointer, error.code, str(error))]
    return []


def sample_context(known: Mapping[str, Any]) -> dict[str, Any]:
    """A value for every path: its own label, and a time for what is named like one."""
    context: dict[str, Any] = {}
    for path, label in known.items():
        *parents, name = path.split(".")
        inner = context
        for parent in parents:
            inner = inner.setdefault(parent, {})
            if not isinstance(inner, dict):
                break
        else:
            is_time = name.endswith(("_on", "_at", "_time")) or name == "applicable_from"
            inner.setdefault(name, "2026-03-02T09:30:00+00:00" if is_time else f"[{label}]")
    return context


# --- Rendering ---


def render(source: str, context: Mapping[str, Any], *, zone: str = "UTC") -> str:
    """The text with its values, unescaped; times are shown in `zone`. Raises `TextError`.

    A value that is missing or null is empty, as `default` expects it.
    """
    template = compile_text(source)
    try:
        with timezone.override(ZoneInfo(zone)):
            values = _values_for(paths_of(template), context)
            text = template.render(Context(values, autoescape=False))
    except TextError:
        raise
    except Exception as error:
        raise TextError("cannot_render", _("This text could not be filled in: %(error)s") % {"error": error}) from error
    if len(text.encode(errors="replace")) > OUTPUT_LIMIT:
        raise TextError("too_long", _("The finished text is longer than 64 kB."))
    # The engine calls its result safe for HTML, which a text full of foreign values is not.
    return text + ""


def render_subject(source: str, context: Mapping[str, Any], *, zone: str = "UTC") -> str:
    return one_line(render(source, context, zone=zone), limit=SUBJECT_LIMIT)


def subject_words(source: str, context: Mapping[str, Any], *, zone: str) -> str:
    """The subject in a list, also where little is known of its record: “…” for what is missing."""
    filled = copy.deepcopy(dict(context))
    for path in paths_of(compile_text(source)):
        *parents, name = path.split(".")
        inner: Any = filled
        for parent in parents:
            inner = inner.setdefault(parent, {}) if isinstance(inner, dict) else None
        if isinstance(inner, dict) and inner.get(name) is None:
            inner[name] = "…"
    return render_subject(source, filled, zone=zone)


def one_line(text: str, *, limit: int) -> str:
    """Fit for a mail header: no control characters, no line ends, at most `limit` characters."""
    line = " ".join(_CONTROL.sub(" ", text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def html_of(text: str) -> SafeString:
    """The HTML part made of the finished plain text: all escaped, paragraphs and links added."""
    body = linebreaks(urlize(escape(text), nofollow=True))
    return SafeString(f'<!doctype html>\n<html lang="en"><body>\n{body}\n</body></html>\n')


def _values_for(paths: list[str], context: Mapping[str, Any]) -> dict[str, Any]:
    """Only the values that are read, nested as the engine looks them up."""
    values: dict[str, Any] = {}
    for path in sorted(paths):
        *parents, name = path.split(".")
        inner = values
        for parent in parents:
            inner = inner.setdefault(parent, {})
            if not isinstance(inner, dict):
                raise TextError("invalid_text", _("“%(path)s” is not a placeholder.") % {"path": path})
        inner.setdefault(name, _look_up(path, context))
    return values


def _look_up(path: str, context: Mapping[str, Any]) -> Any:
    value: Any = context
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return _plain(value)


def _plain(value: Any) -> str | int | float:
    """A leaf as the engine may see it. Anything but a JSON value is refused."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _moment(value) or str(value)
    if isinstance(value, bool):
        return Flag(value)
    if isinstance(value, int | float):
        return value
    raise TextError("invalid_text", _("A placeholder stands for a list or a group of values."))


def _moment(value: str) -> Moment | None:
    try:
        return Moment(datetime.fromisoformat(value)) if _TIME.fullmatch(value) else None
    except (ValueError, OverflowError):
        return None
