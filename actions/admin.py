"""Django's admin for this app: read only."""

from __future__ import annotations

from sla_project.operations.admin import register_read_only

register_read_only("actions")
