"""What publishing refuses and what it doubts (engine.md R28, docs/checker.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sla_project.operations.errors import Invalid, Problem
from slas.domain.checking import CheckedSLA, Examination, examine, examine_refusals
from slas.selectors.policy import shared
from slas.services.checking.findings import CheckResult, Finding, Severity
from slas.services.checking.references import check_references
from slas.services.checking.subject import Subject
from slas.services.checking.words import FindingWords
from slas.services.policy.documents import document_validate, record_type_get

Items = Sequence[Mapping[str, Any]]

__all__ = ["CheckResult", "Finding", "Severity", "document_check", "document_refusals", "finding_of"]


@shared.read_together()
def document_check(document: Mapping[str, Any], *, record_type: str, now: datetime) -> CheckResult:
    """Judges a document as publishing would. Changes nothing.

    `now` is the moment from which examples begin and the changes of fields are counted back.
    """
    type_ = record_type_get(record_type)
    try:
        document = document_validate(document, record_type)
    except Invalid as invalid:
        return CheckResult(refusals=[finding_of(each, document.get("items", [])) for each in invalid.problems])
    items = document["items"]
    findings = [finding_of(each, items) for each in check_references(document, type_)]
    if _leaves_nothing_to_examine(findings):
        return _result(findings)
    subject = Subject(document, type_, now)
    examination = examine(subject.sla, now)
    words = FindingWords(subject, examination.findings)
    findings += [words.finding(found) for found in examination.findings]
    findings += _gone(subject.sla, items)
    findings += _limited(examination)
    return _result(findings)


@shared.read_together()
def document_refusals(document: Mapping[str, Any], *, record_type: str) -> list[Finding]:
    """Only what publishing refuses, whenever it is asked. The document must be valid (`document_validate`)."""
    type_ = record_type_get(record_type)
    findings = [finding_of(each, document["items"]) for each in check_references(document, type_)]
    if _leaves_nothing_to_examine(findings):
        return findings
    subject = Subject(document, type_, None)
    refused = examine_refusals(subject.sla)
    words = FindingWords(subject, refused)
    return findings + [words.finding(found) for found in refused]


def _leaves_nothing_to_examine(findings: Sequence[Finding]) -> bool:
    """Without items there are no conditions; without the field that a KPI counts from no clock."""
    return any(finding.code in ("no_items", "unknown_field") for finding in findings)


def _result(findings: Sequence[Finding]) -> CheckResult:
    """In the order of the document, what concerns the whole SLA last."""
    findings = sorted(findings, key=_position)
    return CheckResult(
        [finding for finding in findings if finding.severity is Severity.REFUSAL],
        [finding for finding in findings if finding.severity is Severity.WARNING],
    )


def _position(finding: Finding) -> tuple[bool, int]:
    parts = finding.pointer.split("/")
    number = int(parts[2]) if len(parts) > 2 and parts[1] == "items" else 0
    return not finding.item, number


def finding_of(problem: Problem, items: Items, severity: Severity = Severity.REFUSAL) -> Finding:
    """A finding without an example; its item is the one that the pointer leads into."""
    item = _item_at(problem.pointer, items)
    key, name = str(item.get("key", "")), str(item.get("name", ""))
    return Finding(problem.pointer, problem.code, problem.message, severity, item=key, item_name=name)


def _item_at(pointer: str, items: Any) -> Mapping[str, Any]:
    """Nothing where there is none; items that were not validated can be anything."""
    match pointer.split("/"):
        case [_, "items", number, *_] if number.isdecimal() and isinstance(items, list) and int(number) < len(items):
            found = items[int(number)]
            return found if isinstance(found, dict) else {}
    return {}


def _gone(sla: CheckedSLA, written: Items) -> Iterator[Finding]:
    """Choices that a KPI's pause rule or the pause statuses name and that there are no more."""
    for problem in sla.policy.gone:
        _root, part, *rest = problem.pointer.split("/")
        items = [item for item in sla.items if part == "kpis" and rest and item.policy.kpi == rest[0]]
        pointer = f"{items[0].pointer}/kpi" if items else ""
        words = {"problem": problem.message}
        message = _("The pause rule names what is gone: %(problem)s") % words
        yield finding_of(Problem(pointer, problem.code, message), written, Severity.WARNING)


def _limited(examination: Examination) -> Iterator[Finding]:
    """Said once: what was not examined in full may hide more."""
    if examination.limited:
        message = _("The conditions are too involved to be checked completely (%(count)d places); there may be more.")
        words = {"count": len(examination.limited)}
        yield finding_of(Problem("/items", "too_complex", message % words), [], Severity.WARNING)
