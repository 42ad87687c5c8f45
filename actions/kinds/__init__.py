"""The kinds of action, each one module; a new one is a module and a line here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from actions.kinds import assign, change_status, create_record, send_email, update_record
from actions.kinds.base import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (send_email.KIND, create_record.KIND, update_record.KIND, change_status.KIND, assign.KIND)
}


class UnknownKind(LookupError):
    """A stored run names a kind that this version of the program does not have."""


def get(name: str) -> Kind:
    try:
        return KINDS[name]
    except KeyError:
        raise UnknownKind(name) from None


def recipients_of(action: Mapping[str, Any]) -> Sequence[str]:
    """One run is made for each: the roles and addresses of a mail; the empty one for all else."""
    kind = KINDS.get(action["kind"])
    return list(dict.fromkeys(action["to"])) if kind and kind.fans_out else [""]
