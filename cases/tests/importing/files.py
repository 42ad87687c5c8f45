"""Files to import in tests."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cases.importing.mapping import mapping_load, mapping_parse
from cases.services.importing import Outcome, event_log_import
from sla_project.operations.clock import clock_now

DATA = Path(__file__).resolve().parent.parent.parent / "data"
SAMPLE = DATA / "incidents_sample.csv.gz"
MAPPING = DATA / "incident_event_log.mapping.json"
HEADER = "number,ident_state,sys_updated_at,opened_at,priority,contact_type,caller_id,assignment_group"


def import_file(path: Path, **given: Any) -> Outcome:
    """Import by the project's mapping, or by `mapping` (a document)."""
    document = given.pop("mapping", None)
    mapping = mapping_parse(document) if document else mapping_load(MAPPING)
    return event_log_import(path=path, mapping=mapping, now=clock_now(), **given)


def mapping_document(**changes: Any) -> dict[str, Any]:
    return {**json.loads(MAPPING.read_text("utf-8")), **changes}


def write_log(path: Path, rows: Iterable[str | bytes], header: str = HEADER) -> Path:
    """A log with the mapping's columns; rows as text or, to be broken, as bytes."""
    lines = [header, *rows]
    path.write_bytes(b"".join((line if isinstance(line, bytes) else line.encode("latin-1")) + b"\n" for line in lines))
    return path


def row(
    number: str = "1",
    state: str = "New",
    at: str = "1/3/2016 09:00",
    opened: str = "1/3/2016 08:30",
    priority: str = "3",
) -> str:
    return f"{number},{state},{at},{opened},{priority},Phone,77,12"
