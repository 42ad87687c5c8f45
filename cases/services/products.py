"""Products that cases are about."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict, Unpack

from cases.models import Product
from cases.services.related import check, related_create, related_delete, related_update
from sla_project.accounts.models import User


class ProductValues(TypedDict, total=False):
    name: str
    code: str


def product_create(*, by: User | None, now: datetime, **values: Unpack[ProductValues]) -> Product:
    check(Product, {"name": "", "code": "", **values})
    return related_create(model=Product, values=values, by=by, now=now)


def product_update(
    *, product: Product, by: User | None, now: datetime, via: str = "web", **changes: Unpack[ProductValues]
) -> Product:
    check(Product, changes)
    return related_update(obj=product, changes=changes, by=by, now=now, via=via)


def product_set_active(
    *, product: Product, is_active: bool, by: User | None, now: datetime, via: str = "web"
) -> Product:
    action = "activate" if is_active else "deactivate"
    return related_update(obj=product, changes={"is_active": is_active}, by=by, now=now, via=via, action=action)


def product_delete(*, product: Product, by: User | None, now: datetime) -> None:
    related_delete(obj=product, by=by, now=now)
