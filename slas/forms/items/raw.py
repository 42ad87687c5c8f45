"""What a form of nested parts posts, as a tree: `moments-0-actions-1-kind` is a leaf three levels down.

A part is a mapping of field name → posted texts; under the names in `LISTS` it holds lists of parts. The tree has the
shape of the item's document, so that a JSON pointer of a problem leads to its field.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

Raw: TypeAlias = dict[str, Any]
LISTS = ("moments", "actions", "changes")
_LONGEST_INDEX = 3  # digits; more is nothing that a page of ours has posted


def raw_of_post(post: QueryDict) -> Raw:
    """The tree of what was posted. Gaps in the numbering close; what fits no place is left out."""
    root: Raw = {}
    numbered: dict[int, dict[str, dict[int, Raw]]] = {}
    for name, texts in post.lists():
        part = _part_of(root, name.split("-")[:-1], numbered)
        if part is not None:
            part[name.rpartition("-")[2]] = list(texts)
    _close(root, numbered)
    return root


def _part_of(root: Raw, path: list[str], numbered: dict[int, dict[str, dict[int, Raw]]]) -> Raw | None:
    part = root
    if len(path) % 2 or len(path) > 2 * len(LISTS):
        return None
    for name, index in zip(path[::2], path[1::2], strict=True):
        if name not in LISTS or not (index.isascii() and index.isdigit()) or len(index) > _LONGEST_INDEX:
            return None
        part = numbered.setdefault(id(part), {}).setdefault(name, {}).setdefault(int(index), {})
    return part


def _close(part: Raw, numbered: dict[int, dict[str, dict[int, Raw]]]) -> None:
    for name, children in numbered.get(id(part), {}).items():
        part[name] = [children[index] for index in sorted(children)]
        for child in part[name]:
            _close(child, numbered)


def flat(raw: Raw, prefix: str = "") -> MultiValueDict[str, str]:
    """Back to posted names, numbered without gaps; `prefix` is the name of the part itself."""
    return MultiValueDict(dict(_flat(raw, f"{prefix}-" if prefix else "")))


def _flat(raw: Raw, prefix: str) -> Iterator[tuple[str, list[str]]]:
    for name, value in raw.items():
        if name in LISTS:
            for index, part in enumerate(value):
                yield from _flat(part, f"{prefix}{name}-{index}-")
        else:
            yield f"{prefix}{name}", value


def text_in(raw: Raw, name: str) -> str:
    """The last text posted under a name, else nothing."""
    texts = raw.get(name) or [""]
    return str(texts[-1])
