"""YAML as configuration should be: what JSON can say, and nothing that a reader would not expect.

PyYAML follows YAML 1.1, where `no` is false, `17:30` is 1050 and a date is no text. Here only `true`, `false`, `null`
and plain numbers are special, and what could multiply (anchors), repeat (keys) or call (tags) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NoReturn

import yaml
from django.utils.translation import gettext as _

from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.rest.parsers import MAX_BYTES, MAX_DEPTH, MAX_NODES, check_document

MEDIA_TYPE = "application/yaml"


class _Loader(yaml.SafeLoader):
    """Resolves as JSON does."""

    yaml_implicit_resolvers: dict[str, Any] = {}


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]{0,18})$"), list("-0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^-?(?:0|[1-9][0-9]{0,18})\.[0-9]{1,18}$"), list("-0123456789")
)


class _Dumper(yaml.SafeDumper):
    """Long texts as blocks; lists and mappings without lists inside on one line."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def yaml_write(document: Any) -> str:
    """The document as text that `yaml_read` reads back to the same."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)


def yaml_read(text: str) -> Any:
    """Plain JSON values. Raises `Invalid`, naming line and column where the text is no YAML."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        _refuse("body_too_large", _("The text is larger than %d kB.") % (MAX_BYTES // 1024))
    try:
        _refuse_tricks(text)
        loader = _Loader(text)
        root = loader.get_single_node()
        if root is None:
            return None
        _refuse_twins(root)
        document = loader.construct_document(root)
    except yaml.YAMLError as error:
        _refuse("malformed", _fault(error))
    check_document(document)
    return document


def _refuse_tricks(text: str) -> None:
    """Anchors, aliases and tags, and what is too deep or too much, before anything is built of it."""
    depth = count = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            _refuse("alias", _("Anchors and aliases (& and *) are not read; line %d.") % line)
        if getattr(event, "tag", None):
            _refuse("tag", _("Tags (!) are not read; line %d.") % line)
        count += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if count > MAX_NODES:
            _refuse("too_many_values", _("The text holds more than %d values.") % MAX_NODES)
        if depth > MAX_DEPTH:
            _refuse(
                "too_deep",
                _("The text is nested more than %(depth)d levels deep; line %(line)d.")
                % {"depth": MAX_DEPTH, "line": line},
            )


def _refuse_twins(root: yaml.Node) -> None:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            _check_keys([key for key, _value in node.value])
            waiting.extend(value for _key, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)


def _check_keys(keys: Sequence[yaml.Node]) -> None:
    seen: set[str] = set()
    for key in keys:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
            _refuse("wrong_type", _("A key must be a text; line %d.") % line)
        if key.value in seen:
            words = {"key": key.value[:60], "line": line}
            _refuse("duplicate_key", _("The key “%(key)s” occurs twice; line %(line)d.") % words)
        seen.add(key.value)


def _fault(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        words = {"fault": error.problem or "", "line": mark.line + 1, "column": mark.column + 1}
        return _("This is not valid YAML: %(fault)s (line %(line)d, column %(column)d).") % words
    return _("This is not valid YAML.")


def _refuse(code: str, message: str) -> NoReturn:
    raise Invalid([Problem("", code, message)]) from None
