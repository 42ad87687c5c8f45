"""Remake constraints.txt: what pip chooses today below the direct pins, on this Python.

A fresh environment is built, so that nothing left over on the machine gets into the list.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = (ROOT / "requirements.txt", ROOT / "requirements-dev.txt")
CONSTRAINTS = ROOT / "constraints.txt"
HEADER = "# Made by `make lock`: what the direct pins of requirements.txt and requirements-dev.txt bring along.\n"


def normal(name: str) -> str:
    """PyPI's own comparison of names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement_lines(path: Path) -> list[str]:
    """The requirements themselves, without comments, options and references to other files."""
    lines = (line.split(" #")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith(("#", "-"))]


def direct_names() -> set[str]:
    return {normal(re.split(r"[\[=<>!~ ]", line)[0]) for path in REQUIREMENTS for line in requirement_lines(path)}


def constraints_of(frozen: str, direct: set[str]) -> list[str]:
    """The lines of a `pip freeze` that are nobody's direct pin, in alphabetical order."""
    pins = [line for line in frozen.splitlines() if "==" in line]
    return sorted((pin for pin in pins if normal(pin.split("==")[0]) not in direct), key=str.lower)


def frozen_environment(folder: Path) -> str:
    """Install the direct pins alone into a new environment and list what came with them."""
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    wanted = folder / "direct.txt"
    lines = [line for path in REQUIREMENTS for line in requirement_lines(path)]
    wanted.write_text("\n".join(lines), encoding="utf-8")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", wanted], check=True)
    subprocess.run([python, "-m", "pip", "check"], check=True)
    return subprocess.run([python, "-m", "pip", "freeze"], check=True, capture_output=True, text=True).stdout


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="sla-lock-") as folder:
        pins = constraints_of(frozen_environment(Path(folder)), direct_names())
    CONSTRAINTS.write_text(HEADER + "\n".join(pins) + "\n", encoding="utf-8")
    print(f"constraints.txt: {len(pins)} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
