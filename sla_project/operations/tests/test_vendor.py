"""Vendored browser files are exactly what npm published: VENDOR.json names the sha256 of each."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
VENDOR = ROOT / "sla_project" / "static" / "vendor"
PACKAGES: list[dict[str, Any]] = json.loads((VENDOR / "VENDOR.json").read_text(encoding="utf-8"))["packages"]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_files_are_unmodified(package: dict[str, Any]) -> None:
    directory = ROOT / package["directory"]
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.iterdir()}
    assert found == package["sha256"]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_every_package_has_origin_and_licence(package: dict[str, Any]) -> None:
    assert package["tarball"].startswith("https://registry.npmjs.org/")
    assert package["integrity"].startswith("sha512-")
    assert any(name.startswith("LICENSE") for name in package["sha256"])


def test_nothing_lies_in_the_vendor_folder_without_an_entry() -> None:
    listed = {Path(package["directory"]).name for package in PACKAGES}
    assert {path.name for path in VENDOR.iterdir() if path.is_dir()} <= listed


def test_source_maps_that_a_file_names_are_there() -> None:
    """A dangling sourceMappingURL makes collectstatic with hashed names fail."""
    for path in [*VENDOR.rglob("*.js"), *VENDOR.rglob("*.css")]:
        named = re.findall(rb"sourceMappingURL=([\w.-]+)", path.read_bytes()[-300:])
        assert all(path.with_name(name.decode()).is_file() for name in named), path
