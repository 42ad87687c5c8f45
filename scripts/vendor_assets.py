#!/usr/bin/env python3
"""Re-create the vendored browser files from npm. For maintainers; nobody needs npm to run SLA Console.

    python scripts/vendor_assets.py            # fetch the pinned versions below and rewrite VENDOR.json
    python scripts/vendor_assets.py --check    # only compare the files on disk with VENDOR.json

Files are taken unmodified. ``VENDOR.json`` keeps npm's own integrity of every tarball and the sha256 of every file,
and a test hashes the files again. To upgrade, change the version here, run the script and delete the old directory.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STATIC_VENDOR = "sla_project/static/vendor"
MANIFEST = ROOT / STATIC_VENDOR / "VENDOR.json"
PUBLIC_REGISTRY = "https://registry.npmjs.org"


@dataclass(frozen=True)
class Package:
    """One npm package, the files taken from it, and where they go (relative to the project)."""

    name: str
    version: str
    licence: str
    files: tuple[str, ...]
    directory: str

    @property
    def tarball_url(self) -> str:
        base = self.name.rsplit("/", 1)[-1]
        return f"{PUBLIC_REGISTRY}/{self.name}/-/{base}-{self.version}.tgz"


PACKAGES = (
    Package(
        "bootstrap",
        "5.3.9",
        "MIT",
        (
            "dist/css/bootstrap.min.css",
            "dist/css/bootstrap.min.css.map",
            "dist/js/bootstrap.bundle.min.js",
            "dist/js/bootstrap.bundle.min.js.map",
            "LICENSE",
        ),
        f"{STATIC_VENDOR}/bootstrap-5.3.9",
    ),
    Package(
        "chart.js",
        "4.6.1",
        "MIT",
        ("dist/chart.umd.min.js", "dist/chart.umd.min.js.map", "LICENSE.md"),
        f"{STATIC_VENDOR}/chart.js-4.6.1",
    ),
    # Only the SLA editor loads it.
    Package(
        "sortablejs",
        "1.15.7",
        "MIT",
        ("Sortable.min.js", "LICENSE"),
        f"{STATIC_VENDOR}/sortablejs-1.15.7",
    ),
    # Only the browser tests read axe; it is never served.
    Package("axe-core", "4.14.1", "MPL-2.0", ("axe.min.js", "LICENSE"), "tests_support/axe-4"),
)


def npm_pack(package: Package, into: Path) -> tuple[Path, str]:
    """Download one tarball; return its path and its integrity (``sha512-…``) after checking it ourselves."""
    command = ["npm", "pack", f"{package.name}@{package.version}", "--json", "--pack-destination", str(into)]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)[0]
    tarball = into / Path(answer["filename"]).name
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    integrity = f"sha512-{digest}"
    if integrity != answer["integrity"]:
        raise SystemExit(f"{package.name}: the tarball does not have the integrity that npm reports")
    return tarball, integrity


def unpack(package: Package, tarball: Path) -> dict[str, str]:
    """Write the wanted files flat into the package's directory; return file name → sha256."""
    target = ROOT / package.directory
    target.mkdir(parents=True, exist_ok=True)
    hashes: dict[str, str] = {}
    with tarfile.open(tarball) as archive:
        for wanted in package.files:
            member = archive.extractfile(f"package/{wanted}")
            if member is None:
                raise SystemExit(f"{package.name} {package.version} has no file {wanted}")
            content = member.read()
            name = Path(wanted).name
            (target / name).write_bytes(content)
            hashes[name] = hashlib.sha256(content).hexdigest()
    return hashes


def manifest_entry(package: Package, integrity: str, hashes: dict[str, str]) -> dict[str, Any]:
    return {
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "tarball": package.tarball_url,
        "integrity": integrity,
        "directory": package.directory,
        "sha256": hashes,
    }


def fetch_all() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        entries = []
        for package in PACKAGES:
            tarball, integrity = npm_pack(package, Path(scratch))
            entries.append(manifest_entry(package, integrity, unpack(package, tarball)))
            print(f"{package.name} {package.version} → {package.directory}")
    MANIFEST.write_text(json.dumps({"packages": entries}, indent=2) + "\n", encoding="utf-8")


def differences() -> list[str]:
    """Return one line for every file that is missing or is not what VENDOR.json says."""
    found = []
    for entry in json.loads(MANIFEST.read_text(encoding="utf-8"))["packages"]:
        for name, expected in entry["sha256"].items():
            path = ROOT / entry["directory"] / name
            if not path.is_file():
                found.append(f"missing: {path.relative_to(ROOT)}")
            elif hashlib.sha256(path.read_bytes()).hexdigest() != expected:
                found.append(f"changed: {path.relative_to(ROOT)}")
    return found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Re-create the vendored browser files from npm.")
    parser.add_argument("--check", action="store_true", help="only compare the files with VENDOR.json")
    if not parser.parse_args(arguments).check:
        fetch_all()
    problems = differences()
    print("\n".join(problems) or "All vendored files match VENDOR.json.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
