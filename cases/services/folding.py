"""Folded columns: `title_folded` beside `title`, so that queries compare texts as conditions do.

Whoever writes a text writes its folded column in the same statement; every service passes its values through here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db.models import Model

from slas.domain.fields import fold

SUFFIX = "_folded"


@cache
def folded_columns(model: type[Model]) -> dict[str, str]:
    """Text column → its folded column."""
    names = [field.name for field in model._meta.concrete_fields]
    return {name.removesuffix(SUFFIX): name for name in names if name.endswith(SUFFIX)}


def with_folded(model: type[Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, with the folded columns of the texts among them."""
    folded = {column: fold(values[name]) for name, column in folded_columns(model).items() if name in values}
    return {**values, **folded}
