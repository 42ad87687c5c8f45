"""What a draft was at an earlier revision, and what others have changed in it since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from sla_project.operations.models import AuditEntry
from slas.models import SLA
from slas.selectors.policy.diffs import REMOVED, DocumentDiff, document_diff
from slas.selectors.policy.reading import authored_document, editable_document
from slas.selectors.policy.sentences import DocumentWords


@dataclass(frozen=True)
class Theirs:
    """Changes since somebody opened the editor: `own` to the item that is being edited, `others` to all else."""

    who: str
    at: datetime | None
    own: DocumentDiff
    others: DocumentDiff

    @property
    def is_deleted(self) -> bool:
        """Whether the item that is being edited is not there any more."""
        return any(item.change == REMOVED for item in self.own.items)


def theirs(sla: SLA, *, revision: int, item_key: str) -> Theirs:
    """Compares the present draft with the revision that the editor has seen; `item_key` "" is a new item or none."""
    before = document_at_revision(sla, revision)
    words, last = DocumentWords(sla.record_type), _entries(sla).order_by("-id").first()
    diff = document_diff(words, before, editable_document(sla)) if before is not None else DocumentDiff()
    return Theirs(
        who=str(last.by) if last and last.by else "",
        at=last.at if last else None,
        own=DocumentDiff([item for item in diff.items if item.key == item_key]),
        others=DocumentDiff([item for item in diff.items if item.key != item_key], diff.terms),
    )


def document_seen(sla: SLA, revision: int) -> dict[str, Any]:
    """The document on a page that was opened at a revision; the present one if the log does not tell."""
    seen = document_at_revision(sla, revision) if revision != sla.draft_revision else None
    return seen if seen is not None else editable_document(sla)


def document_at_revision(sla: SLA, revision: int) -> dict[str, Any] | None:
    """What an editor started from at a revision; None if the log does not tell."""
    entry = _entries(sla).filter(before__draft_revision=revision).order_by("id").first()
    if entry is None or entry.before is None:
        return None
    draft: dict[str, Any] | None = entry.before["draft"]
    if draft is not None:
        return draft
    version = sla.versions.filter(number=entry.before["version"]).first()
    return authored_document(version) if version is not None else None


def _entries(sla: SLA) -> QuerySet[AuditEntry]:
    found = AuditEntry.objects.filter(object_type=sla._meta.label_lower, object_id=str(sla.pk))
    return found.select_related("by")
