"""ETags of rows and documents, for the API and for forms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.utils.translation import gettext as _

from sla_project.operations.errors import Stale


def etag_of(obj: Model | Mapping[str, Any] | Sequence[Any]) -> str:
    """A strong ETag for a row (all its columns) or a document, quotes included."""
    if isinstance(obj, Model):
        obj = {field.attname: getattr(obj, field.attname) for field in obj._meta.concrete_fields}
    text = json.dumps(obj, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def check_unchanged(etag: str, expected: str | None) -> None:
    """Raises `Stale` unless the object, which the caller has locked, is one that was read; None asks for nothing.

    `expected` is written as in If-Match: the ETag of what was read, several, or `*` for whatever is there.
    """
    if expected is None:
        return
    known = {part.strip().removeprefix("W/") for part in expected.split(",")}
    if "*" not in known and etag not in known:
        raise Stale(_("Somebody else has changed it since you read it. Read it again."))
