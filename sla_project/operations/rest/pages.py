"""Pages by cursor: a list may grow while somebody reads it, without a row lost or seen twice.

The cursor holds the last row's values of the ordering, its primary key last, so that it is
unique; nulls come last whichever way the list runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.numbers import whole_number

SALT = "sla_project.cursor"


@dataclass(frozen=True)
class Key:
    """One column of the ordering."""

    name: str
    descending: bool
    nullable: bool

    def order_by(self, *, backwards: bool) -> OrderBy:
        descending = self.descending != backwards
        nulls = {("nulls_first" if backwards else "nulls_last"): True} if self.nullable else {}
        return OrderBy(F(self.name), descending=descending, **nulls)

    def beyond(self, value: Any, *, backwards: bool) -> Q | None:
        """The rows that come after this value; None when no row does."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backwards else None
        operator = "lt" if self.descending != backwards else "gt"
        rows = Q(**{f"{self.name}__{operator}": value})
        return rows | Q(**{f"{self.name}__isnull": True}) if self.nullable and not backwards else rows

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})


class CursorPages(BasePagination):
    """`?limit=`, `?cursor=` and, for a view with `ordering_fields`, `?ordering=`."""

    default_limit = 50
    max_limit = 200
    display_page_controls = False

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.url = request.build_absolute_uri()
        keys = self._keys(queryset, request, view)
        names = ",".join(f"-{key.name}" if key.descending else key.name for key in keys)
        cursor = self._cursor(request, names)
        backwards = bool(cursor and cursor["back"])
        limit = self._limit(request)
        rows = queryset.order_by(*(key.order_by(backwards=backwards) for key in keys))
        if cursor:
            rows = rows.filter(_beyond(keys, cursor["at"], backwards=backwards))
        found = list(rows[: limit + 1])
        more = len(found) > limit
        page = found[:limit][::-1] if backwards else found[:limit]
        self.next_url = self._url(keys, names, page, back=False) if more or backwards else None
        self.previous_url = self._url(keys, names, page, back=True) if (more if backwards else cursor) else None
        return page

    def get_paginated_response(self, data: Any) -> Response:
        links = [f'<{url}>; rel="{rel}"' for rel, url in (("next", self.next_url), ("prev", self.previous_url)) if url]
        body = {"next": self.next_url, "previous": self.previous_url, "results": data}
        return Response(body, headers={"Link": ", ".join(links)} if links else None)

    def _limit(self, request: Request) -> int:
        asked = whole_number(request.query_params.get("limit", str(self.default_limit)))
        if not asked:
            raise Invalid([Problem("/limit", "invalid", _("The limit is a whole number above 0."))])
        return min(asked, self.max_limit)

    def _keys(self, queryset: QuerySet[Any], request: Request, view: Any) -> list[Key]:
        """What orders the list: as asked, else the view's `ordering`, else the newest first."""
        model = queryset.model
        allowed: Sequence[str] = getattr(view, "ordering_fields", ())
        asked = request.query_params.get("ordering", "")
        default = getattr(view, "ordering", None) or "-pk"
        names = asked.split(",") if asked else [default] if isinstance(default, str) else list(default)
        for name in names if asked else ():
            if name.removeprefix("-") not in allowed:
                message = _("One can order by %s.") % (", ".join(allowed) or _("nothing"))
                raise Invalid([Problem("/ordering", "invalid", message)])
        keys = [_key(model, name) for name in names]
        if len({key.name for key in keys}) < len(keys):
            raise Invalid([Problem("/ordering", "repeated", _("Name each field once."))])
        if keys[-1].name != "pk":
            keys.append(Key("pk", keys[-1].descending, nullable=False))
        return keys

    def _cursor(self, request: Request, names: str) -> dict[str, Any] | None:
        text = request.query_params.get("cursor", "")
        if not text:
            return None
        try:
            cursor: dict[str, Any] = signing.loads(text, salt=SALT)
        except signing.BadSignature:
            cursor = {}
        if cursor.get("by") != names:
            message = _("This cursor is not one of this list in this order.")
            raise Invalid([Problem("/cursor", "invalid", message)])
        return cursor

    def _url(self, keys: Sequence[Key], names: str, page: Sequence[Model], *, back: bool) -> str | None:
        if not page:
            return remove_query_param(self.url, "cursor")
        values = [_plain(_value(page[0 if back else -1], key.name)) for key in keys]
        cursor = signing.dumps({"by": names, "at": values, "back": back}, salt=SALT)
        return replace_query_param(self.url, "cursor", cursor)

    def get_paginated_response_schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "default": self.default_limit}
        parameters = [
            _parameter("limit", _("Rows on a page, at most %d.") % self.max_limit, limit),
            _parameter("cursor", _("Where the page begins: from `next` or `previous`."), {"type": "string"}),
        ]
        if fields := list(getattr(view, "ordering_fields", ())):
            words = _("Fields separated by commas, “-” before one that falls: %s.") % ", ".join(fields)
            parameters.append(_parameter("ordering", words, {"type": "string"}))
        return parameters


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _key(model: type[Model], name: str) -> Key:
    bare = name.removeprefix("-")
    if bare in ("pk", "id"):
        return Key("pk", name.startswith("-"), nullable=False)
    try:
        nullable = "__" in bare or bool(getattr(model._meta.get_field(bare), "null", True))
    except FieldDoesNotExist:
        nullable = True  # an annotation
    return Key(bare, name.startswith("-"), nullable=nullable)


def _beyond(keys: Sequence[Key], values: Sequence[Any], *, backwards: bool) -> Q:
    """Rows behind these values: equal in the first keys and beyond in the next, for each of them."""
    found, equal = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        if (beyond := key.beyond(value, backwards=backwards)) is not None:
            found |= equal & beyond
        equal &= key.same(value)
    return found


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name, None)
    return row.pk if isinstance(row, Model) else row


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
