"""ETags of rows and documents, for the API and for forms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model


def etag_of(obj: Model | Mapping[str, Any] | Sequence[Any]) -> str:
    """A strong ETag for a row (all its columns) or a document, quotes included."""
    if isinstance(obj, Model):
        obj = {field.attname: getattr(obj, field.attname) for field in obj._meta.concrete_fields}
    text = json.dumps(obj, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
