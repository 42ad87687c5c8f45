"""Editing a draft item by item: every command reads the present document and writes it back as a whole.

The revision that the caller has seen is checked under the lock, so the document read here is the one it belongs to:
anything else raises `Stale`. Nothing else in the document changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sla_project.accounts.models import User
from sla_project.operations.errors import Invalid, NotPossible, Problem
from slas.models import SLA
from slas.selectors.policy.reading import editable_document
from slas.services.policy.slas import sla_update_draft

_LONGEST_NAME = 100


def item_index(document: Mapping[str, Any], key: str) -> int | None:
    """The item's place in evaluation order, from 0."""
    return next((index for index, item in enumerate(document["items"]) if item["key"] == key), None)


def document_with_item(document: Mapping[str, Any], item: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """The document with the item in place of the one of its key, or at the end; and its place."""
    items = list(document["items"])
    index = item_index(document, item["key"]) if item["key"] else None
    if index is None:
        index = len(items)
        items.append(item)
    else:
        items[index] = item
    return {**document, "items": items}, index


def sla_item_put(
    *, sla: SLA, item: Mapping[str, Any], expected_revision: int, by: User | None, now: datetime
) -> tuple[SLA, str]:
    """Replaces the item of that key, or adds it at the end; returns the SLA and the item's key.

    Problems of the item point into the document, at the place where it stands or would stand.
    """
    document, index = document_with_item(editable_document(sla), item)
    sla = sla_update_draft(sla=sla, document=document, expected_revision=expected_revision, by=by, now=now)
    return sla, str(editable_document(sla)["items"][index]["key"])


def sla_items_reorder(*, sla: SLA, keys: Sequence[str], expected_revision: int, by: User | None, now: datetime) -> SLA:
    """Puts the items into this order, which has to name each of them once."""
    document = editable_document(sla)
    by_key = {item["key"]: item for item in document["items"]}
    if expected_revision == sla.draft_revision and sorted(keys) != sorted(by_key):
        message = _("The order has to name every item once.")
        raise Invalid([Problem("/items", "wrong_order", message)])
    items = [by_key[key] for key in keys if key in by_key]
    return _write(sla, document, items, expected_revision, by, now)


def sla_item_duplicate(
    *, sla: SLA, key: str, expected_revision: int, by: User | None, now: datetime
) -> tuple[SLA, str]:
    """A copy right below the item, with a key of its own; returns the SLA and that key."""
    document = editable_document(sla)
    index = _index_of(document, key)
    source = document["items"][index]
    suffix = _(" (copy)")
    copy = {**source, "key": None, "name": f"{source['name'][: _LONGEST_NAME - len(suffix)]}{suffix}"}
    items = [*document["items"][: index + 1], copy, *document["items"][index + 1 :]]
    sla = _write(sla, document, items, expected_revision, by, now)
    return sla, str(editable_document(sla)["items"][index + 1]["key"])


def sla_item_delete(*, sla: SLA, key: str, expected_revision: int, by: User | None, now: datetime) -> SLA:
    """Takes an item, also the last, out of the draft. What runs by it goes on until the next version is re-applied."""
    document = editable_document(sla)
    index = _index_of(document, key)
    items = [*document["items"][:index], *document["items"][index + 1 :]]
    return _write(sla, document, items, expected_revision, by, now)


def sla_terms_update(
    *, sla: SLA, changes: Mapping[str, Any], expected_revision: int, by: User | None, now: datetime
) -> SLA:
    """Changes what the document says for all items: hours, reopening, recalculation."""
    document = {**editable_document(sla), **changes}
    return sla_update_draft(sla=sla, document=document, expected_revision=expected_revision, by=by, now=now)


def _write(
    sla: SLA,
    document: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    expected_revision: int,
    by: User | None,
    now: datetime,
) -> SLA:
    changed = {**document, "items": list(items)}
    return sla_update_draft(sla=sla, document=changed, expected_revision=expected_revision, by=by, now=now)


def _index_of(document: Mapping[str, Any], key: str) -> int:
    index = item_index(document, key)
    if index is None:
        raise NotPossible(_("The item is not there any more."), code="no_item")
    return index
