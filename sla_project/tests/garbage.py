"""JSON that is no message."""

from __future__ import annotations

from typing import Any

_UNREADABLE = {"body_encoding": "base64", "delivery_tag": "1", "delivery_info": {"exchange": "", "routing_key": ""}}
NO_RINGS: list[Any] = [
    None, 5, [], {}, "ring", {"properties": None}, {"properties": {}}, {"body": "a", "properties": _UNREADABLE},
]  # fmt: skip
