"""Records that people name by typing: what is offered, how each is called, and which one a text means.

There may be many thousands of them, so that no page ever lists them all.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from cases.models import Contact, Customer, Entitlement, Product
from cases.registry import lookup_options, lookup_search
from sla_project.accounts.models import User
from slas.domain.fields import fold

OFFERED = 20
LOOKUPS = ("customer", "contact", "product", "entitlement", "user", "case")
OF_A_CUSTOMER = ("contact", "entitlement")
NUMBERED = re.compile(r"(?:.* )?#(\d{1,18})", re.DOTALL)
BRACKETED = re.compile(r"(.+) \([^()]*\)", re.DOTALL)
MOST_NAMESAKES = 50


@dataclass(frozen=True)
class Found:
    """One record with a label that no other of the same answer has."""

    id: int
    label: str


def lookup_label(row: Model) -> str:
    """The name and what tells namesakes apart: a code, an address, the customer."""
    match row:
        case Customer() | Product():
            return f"{row.name} ({row.code})" if row.code else row.name
        case Contact() | Entitlement():
            return f"{row.name} ({row.customer})"
        case User():
            return f"{row.display_name} ({row.email})" if row.display_name else row.email
    return str(row)


def lookup_rows(lookup: str, *, customer: int | None = None, inactive: bool = False) -> QuerySet[Any, Any]:
    """The records that may be named: active ones, or all; of one customer where they belong to one."""
    rows = lookup_options(lookup)
    if inactive:
        rows = rows.model._default_manager.all()
    return narrowed(rows, lookup, customer)


def narrowed(rows: QuerySet[Any, Any], lookup: str, customer: int | None) -> QuerySet[Any, Any]:
    if lookup not in OF_A_CUSTOMER:
        return rows
    return (rows if customer is None else rows.filter(customer=customer)).select_related("customer")


def lookup_find(rows: QuerySet[Any, Any], lookup: str, text: str, *, limit: int = OFFERED) -> list[Found]:
    """Those in which the text occurs; without a text the newest."""
    text = text.strip()
    if not text:
        return _told_apart(list(rows.order_by("-pk")[:limit]))
    found = list(lookup_search(lookup, text, among=rows)[:limit])
    if not found and (bare := BRACKETED.fullmatch(text)):
        found = list(lookup_search(lookup, bare[1], among=rows)[:limit])
    return _told_apart(found)


def lookup_meant(rows: QuerySet[Any, Any], lookup: str, text: str) -> list[Any]:
    """The records of exactly this name, code, address, number or label; `… #12` is the one with this id."""
    text = text.strip()
    if "\0" in text:  # a field looks before its validators do; PostgreSQL refuses to
        return []
    if numbered := NUMBERED.fullmatch(text):
        found = list(rows.filter(pk=int(numbered[1])))
        if found:
            return found
    found = list(rows.filter(_exactly(lookup, text))[:MOST_NAMESAKES])
    if not found and (bare := BRACKETED.fullmatch(text)):
        namesakes = rows.filter(_exactly(lookup, bare[1]))[:MOST_NAMESAKES]
        found = [row for row in namesakes if fold(lookup_label(row)) == fold(text)]
    return found


def _exactly(lookup: str, text: str) -> Q:
    folded = fold(text)
    match lookup:
        case "user":
            return Q(display_name__iexact=text) | Q(email__iexact=text)
        case "case":
            return Q(number=text.partition(" ")[0].upper())
        case "contact":
            return Q(name_folded=folded) | Q(email_folded=folded)
        case "customer" | "product":
            return Q(name_folded=folded) | Q(code=text)
    return Q(name_folded=folded)


def _told_apart(rows: list[Any]) -> list[Found]:
    labels = [lookup_label(row) for row in rows]
    often = Counter(labels)
    return [
        Found(row.pk, f"{label} #{row.pk}" if often[label] > 1 else label)
        for row, label in zip(rows, labels, strict=True)
    ]
