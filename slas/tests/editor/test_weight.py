"""What the editor costs to open: the page of an SLA of six items with everything that it links, gzipped."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from cases.demo.policies import policies_create
from sla_project.accounts.models import User
from slas.tests.policy.builders import NOW

pytestmark = pytest.mark.django_db

LIMIT = 130_000
_LINKED = re.compile(r'(?:href|src)="/static/([^"#?]+)')


def weights(html: str) -> dict[str, int]:
    """Bytes over the wire by name: the page itself, and every file of ours that it or a stylesheet names."""
    sizes = {"the page": len(gzip.compress(html.encode()))}
    for name in set(_LINKED.findall(html)):
        path = finders.find(name)
        assert isinstance(path, str), name
        content = Path(path).read_bytes()
        sizes[name] = len(gzip.compress(content))
        if name.endswith(".css"):
            for inner in re.findall(rb"url\(\"?([\w.-]+\.svg)", content):
                found = finders.find(str(Path(name).parent / inner.decode()))
                assert isinstance(found, str), inner
                sizes[inner.decode()] = len(gzip.compress(Path(found).read_bytes()))
    return sizes


def test_the_editor_weighs_less_than_130_kb(admin: Client, clock: object) -> None:
    sla = policies_create(by=User.objects.get(), now=NOW)
    html = admin.get(reverse("slas:sla_edit", args=[sla.pk])).content.decode()
    sizes = weights(html)
    assert {"console/sla-editor.js", "console/condition-builder.js", "console/icons.svg"} <= sizes.keys()
    assert any("Sortable" in name for name in sizes) and any("htmx" in name for name in sizes)
    assert sum(sizes.values()) <= LIMIT, sorted(sizes.items(), key=lambda item: -item[1])


def test_only_the_editor_loads_what_drags(admin: Client, clock: object) -> None:
    sla = policies_create(by=User.objects.get(), now=NOW)
    for name in ("sla_detail", "sla_versions", "sla_rename"):
        assert b"Sortable" not in admin.get(reverse(f"slas:{name}", args=[sla.pk])).content
