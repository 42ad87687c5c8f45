"""Whatever the services write into the audit log has words of its own there."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from sla_project.operations.audit import VERBS

ACTION = re.compile(r'"(?:[a-z_]+|\{[^"{}]+\})\.([a-z_]+)"')
"""`"sla.publish"`, and the same with the model's name filled in."""


def verbs_written() -> set[str]:
    written: set[str] = set()
    for app in ("actions", "cases", "slas", "sla_project"):
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            source = path.read_text()
            if "audit_write(" in source and not {"tests", "migrations"} & set(path.parts):
                written |= set(ACTION.findall(source))
    return written


def test_every_verb_has_words() -> None:
    written = verbs_written()
    assert {"publish", "update_draft", "retry", "create"} <= written
    assert written - VERBS.keys() == set()
