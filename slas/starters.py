"""Ready-made SLAs to begin with: files in the format of `sla_export`, in `slas/data/starters/`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sla_project.operations.yaml import yaml_read, yaml_write

FOLDER = Path(__file__).parent / "data" / "starters"


@dataclass(frozen=True)
class Starter:
    code: str
    name: str
    description: str
    items: int
    document: dict[str, Any]

    def text(self, code: str, **names: str) -> str:
        """The file as text, with this code for the SLA, and its `name` and `description` where given."""
        return yaml_write({**self.document, "sla": {**self.document["sla"], "code": code, **names}})


@cache
def starters() -> tuple[Starter, ...]:
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.yaml")))


def starters_for(record_type: str) -> list[Starter]:
    return [each for each in starters() if each.document["sla"]["record_type"] == record_type]


def starter(code: str) -> Starter | None:
    return next((each for each in starters() if each.code == code), None)


def _read(path: Path) -> Starter:
    document = yaml_read(path.read_text(encoding="utf-8"))
    sla = document["sla"]
    return Starter(sla["code"], sla["name"], sla["description"], len(sla["items"]), document)
