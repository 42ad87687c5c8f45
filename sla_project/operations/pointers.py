"""JSON pointers (RFC 6901): where in a document a fault lies."""

from __future__ import annotations


def child(pointer: str, key: str | int) -> str:
    """The pointer of a member."""
    return f"{pointer}/{escape(str(key))}"


def escape(key: str) -> str:
    """A key as a part of a pointer."""
    return printable(key).replace("~", "~0").replace("/", "~1")


def printable(text: str) -> str:
    """The text without what no answer could carry."""
    return text.encode("utf-8", "replace").decode()
