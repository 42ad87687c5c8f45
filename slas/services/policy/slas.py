"""Commands on SLAs: a draft is edited, a version is published, only versions judge records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from sla_project.accounts.models import User
from sla_project.operations.codes import create_copy
from sla_project.operations.errors import Invalid, NotPossible, Stale
from sla_project.operations.problems import Problems, reason_checked
from sla_project.operations.services import audit_write
from sla_project.operations.unique import unique_or_invalid
from slas.models import SLA, SLAVersion
from slas.selectors.policy.reading import authored_document, editable_document, published_document
from slas.services.checking.documents import document_refusals, finding_of
from slas.services.policy.documents import EMPTY, document_freeze, document_validate, record_type_get
from slas.services.policy.reapplying import reapply_start


def sla_snapshot(sla: SLA) -> dict[str, Any]:
    """What the audit log keeps of an SLA."""
    names = ("code", "name", "description", "record_type", "state", "is_default", "draft", "draft_revision")
    return {
        **{name: getattr(sla, name) for name in names},
        "version": sla.current.number if sla.current else None,
    }


@transaction.atomic
def sla_create(
    *,
    code: str,
    name: str,
    record_type: str,
    description: str = "",
    document: Mapping[str, Any] | None = None,
    by: User | None,
    now: datetime,
) -> SLA:
    """A new SLA, all draft. Without a document it starts empty; publishing refuses it until it has an item."""
    problems = Problems()
    sla = SLA(record_type=record_type_get(record_type).name, created_at=now, modified_at=now, draft_revision=1)
    sla.code = problems.code(code, "/code", taken=SLA.objects.all())
    _assign_names(sla, {"name": name, "description": description}, problems)
    sla.draft = dict(EMPTY) if document is None else _validated(document, record_type, problems)
    problems.raise_if_any()
    with unique_or_invalid("code"):
        sla.save(force_insert=True)
    audit_write(by=by, action="sla.create", obj=sla, after=sla_snapshot(sla), now=now)
    return sla


@transaction.atomic
def sla_update_draft(
    *,
    sla: SLA,
    document: Mapping[str, Any],
    expected_revision: int | None,
    by: User | None,
    now: datetime,
) -> SLA:
    """Writes the draft. Nothing is judged by it, and a document that says the same as before makes no draft.

    Raises `Stale` if the draft is no longer the revision that the caller has seen.
    """
    sla = sla_locked(sla)
    _refuse_if_stale(sla, expected_revision)
    if document == editable_document(sla):
        return sla
    normalised = document_validate(document, sla.record_type)
    if normalised == editable_document(sla):
        return sla
    before = sla_snapshot(sla)
    sla.draft = normalised
    sla_save(sla=sla, action="sla.update_draft", before=before, by=by, now=now)
    return sla


@transaction.atomic
def sla_restore(
    *, sla: SLA, version: SLAVersion, expected_revision: int | None = None, by: User | None, now: datetime
) -> SLA:
    """What a version says becomes the draft, by names: KPIs and texts count as they are when it is published.

    Raises `Invalid` if the version names what is there no more.
    """
    return sla_update_draft(
        sla=sla,
        document=authored_document(version),
        expected_revision=expected_revision,
        by=by,
        now=now,
    )


@transaction.atomic
def sla_rename(*, sla: SLA, changes: Mapping[str, Any], by: User | None, now: datetime) -> SLA:
    """Changes name or description at once; they judge nothing."""
    sla = sla_locked(sla)
    before, problems = sla_snapshot(sla), Problems()
    for attribute in ("code", "record_type"):
        if changes.get(attribute, getattr(sla, attribute)) != getattr(sla, attribute):
            problems.add(f"/{attribute}", "immutable", _("This cannot be changed once the SLA exists."))
    _assign_names(sla, changes, problems)
    problems.raise_if_any()
    if sla_snapshot(sla) != before:
        sla_save(sla=sla, action="sla.rename", before=before, by=by, now=now)
    return sla


@transaction.atomic
def sla_discard_draft(*, sla: SLA, expected_revision: int | None = None, by: User | None, now: datetime) -> SLA:
    """Back to the published version."""
    sla = sla_locked(sla)
    _refuse_if_stale(sla, expected_revision)
    if sla.draft is None:
        raise NotPossible(_("There is no draft."), code="no_draft")
    if sla.current is None:
        raise NotPossible(_("Nothing was published yet; delete the SLA instead."), code="not_published")
    before = sla_snapshot(sla)
    sla.draft = None
    sla_save(sla=sla, action="sla.discard_draft", before=before, by=by, now=now)
    return sla


@transaction.atomic
def sla_publish(
    *,
    sla: SLA,
    by: User | None,
    reason: str = "",
    reapply: bool = False,
    run_actions: bool = False,
    expected_revision: int | None = None,
    now: datetime,
) -> SLAVersion:
    """Freezes the draft as the next version; a first publication activates the SLA.

    Open records keep their version unless `reapply`: then a job moves them (`policy.reapplying`), and `run_actions`
    also runs the actions of warnings and failures that it finds due already (engine.md R29).
    Raises `Invalid` with what R28 refuses.
    """
    version = _publish(sla_locked(sla), reason, expected_revision, by, now)
    if reapply:
        reapply_start(version=version, by=by, run_actions=run_actions, now=now)
    return version


def _publish(sla: SLA, reason: str, expected_revision: int | None, by: User | None, now: datetime) -> SLAVersion:
    _refuse_if_stale(sla, expected_revision)
    if sla.draft is None:
        raise NotPossible(_("There is no draft to publish."), code="no_draft")
    _refuse_if_unusable(sla.draft, sla.record_type)
    before = sla_snapshot(sla)
    version = version_add(sla=sla, document=sla.draft, reason=reason, by=by, now=now)
    sla.draft, sla.current = None, version
    if sla.state == SLA.State.DRAFT:
        sla.state = SLA.State.ACTIVE
    sla_save(sla=sla, action="sla.publish", before=before, by=by, now=now, reason=version.reason)
    return version


@transaction.atomic
def sla_deactivate(*, sla: SLA, by: User | None, now: datetime) -> SLA:
    """Never chosen from now on; records under it are judged in full (engine.md R15). No default any more."""
    sla = sla_locked(sla)
    if sla.state != SLA.State.ACTIVE:
        raise NotPossible(_("Only an active SLA can be deactivated."), code="not_active")
    before = sla_snapshot(sla)
    sla.state, sla.is_default = SLA.State.INACTIVE, False
    sla_save(sla=sla, action="sla.deactivate", before=before, by=by, now=now)
    return sla


@transaction.atomic
def sla_activate(*, sla: SLA, by: User | None, now: datetime) -> SLA:
    """May be chosen again, by its published version. A draft is activated by publishing it."""
    sla = sla_locked(sla)
    if sla.state == SLA.State.DRAFT:
        raise NotPossible(_("Publish the draft to activate the SLA."), code="not_published")
    if sla.state == SLA.State.ACTIVE:
        raise NotPossible(_("The SLA is active already."), code="already_active")
    _refuse_if_unusable(published_document(sla), sla.record_type)
    before = sla_snapshot(sla)
    sla.state = SLA.State.ACTIVE
    sla_save(sla=sla, action="sla.activate", before=before, by=by, now=now)
    return sla


@transaction.atomic
def sla_set_default(*, sla: SLA, by: User | None, now: datetime) -> SLA:
    """The one SLA of its record type that applies where nothing else does; replaces the previous default.

    Locks the SLA itself, then the default, as whoever compared its ETag does: two who do this at once never wait for
    each other in a circle, and the later one replaces the other's.
    """
    sla = sla_locked(sla)
    if sla.state != SLA.State.ACTIVE:
        raise NotPossible(_("Only an active SLA can be the default."), code="not_active")
    defaults = SLA.objects.filter(record_type=sla.record_type, is_default=True)
    while not sla.is_default:
        for rival in defaults.select_for_update(of=("self",), no_key=True).select_related("current"):
            _set_default(rival, False, "sla.clear_default", by, now)
        try:
            with transaction.atomic():
                _set_default(sla, True, "sla.set_default", by, now)
        except IntegrityError:
            sla.refresh_from_db()
            if not defaults.exists():  # it was no other default, set while we waited for the former one
                raise
    return sla


@transaction.atomic
def sla_clear_default(*, sla: SLA, by: User | None, now: datetime) -> SLA:
    """Leaves the record type without a default SLA."""
    sla = sla_locked(sla)
    if not sla.is_default:
        raise NotPossible(_("The SLA is not the default."), code="not_default")
    _set_default(sla, False, "sla.clear_default", by, now)
    return sla


@transaction.atomic
def sla_clone(*, sla: SLA, code: str = "", name: str = "", by: User | None, now: datetime) -> SLA:
    """A new draft with the same document; code and name are made up where not given."""
    create = partial(
        sla_create,
        name=name or _("%(name)s (copy)") % {"name": sla.name[:90]},
        record_type=sla.record_type,
        description=sla.description,
        document=editable_document(sla),
        by=by,
        now=now,
    )
    return create_copy(create, code, of=sla.code, taken=SLA.objects.all())


@transaction.atomic
def sla_delete(*, sla: SLA, by: User | None, now: datetime) -> None:
    """Only while nothing was ever judged by it; otherwise deactivate it."""
    sla = sla_locked(sla)
    if sla.instances.exists() or sla.records.exists():
        raise NotPossible(_("Records were judged by this SLA; deactivate it instead."), code="in_use")
    audit_write(by=by, action="sla.delete", obj=sla, before=sla_snapshot(sla), now=now)
    try:
        SLA.objects.filter(pk=sla.pk).update(
            state=SLA.State.DRAFT, is_default=False, current=None, draft=editable_document(sla)
        )
        sla.versions.discard_unused()
        SLA.objects.filter(pk=sla.pk).delete()
    except ProtectedError:
        raise NotPossible(_("Something still refers to this SLA; deactivate it instead."), code="in_use") from None


# --- steps, also those of republishing ---


def sla_locked(sla: SLA) -> SLA:
    """Without the key: records that refer to the SLA are written meanwhile."""
    return SLA.objects.select_for_update(of=("self",), no_key=True).select_related("current").get(pk=sla.pk)


def sla_save(
    *,
    sla: SLA,
    action: str,
    before: dict[str, Any],
    by: User | None,
    now: datetime,
    reason: str = "",
    is_draft_changed: bool = True,
) -> None:
    """Store and audit. A new revision tells whoever edits the draft that it is not the one they have seen."""
    if is_draft_changed:
        sla.draft_revision += 1
    sla.modified_at = now
    sla.save()
    audit_write(by=by, action=action, obj=sla, before=before, after=sla_snapshot(sla), reason=reason, now=now)


def _set_default(sla: SLA, flag: bool, action: str, by: User | None, now: datetime) -> None:
    before = sla_snapshot(sla)
    sla.is_default = flag
    sla_save(sla=sla, action=action, before=before, by=by, now=now)


def version_add(*, sla: SLA, document: Mapping[str, Any], reason: str, by: User | None, now: datetime) -> SLAVersion:
    """Freeze a document as the next version. The caller holds the lock on the SLA."""
    reason = reason_checked(reason)
    last = sla.versions.order_by("-number").first()
    return SLAVersion.objects.create(
        sla=sla,
        number=last.number + 1 if last else 1,
        effective_at=max(now, last.effective_at) if last else now,
        document=document_freeze(sla, document_validate(document, sla.record_type)),
        published_by=by,
        reason=reason,
    )


def _refuse_if_stale(sla: SLA, expected_revision: int | None) -> None:
    if expected_revision is not None and expected_revision != sla.draft_revision:
        raise Stale(
            _("Somebody else has changed this SLA meanwhile."),
            changed={"draft_revision": sla.draft_revision, "document": editable_document(sla)},
        )


def _refuse_if_unusable(document: Mapping[str, Any], record_type: str) -> None:
    try:
        refusals = document_refusals(document_validate(document, record_type), record_type=record_type)
    except Invalid as invalid:
        refusals = [finding_of(each, document["items"]) for each in invalid.problems]
    if refusals:
        raise Invalid(refusals)


def _validated(document: Mapping[str, Any], record_type: str, problems: Problems) -> dict[str, Any] | None:
    try:
        return document_validate(document, record_type)
    except Invalid as invalid:
        problems.extend(invalid.problems)
        return None


def _assign_names(sla: SLA, changes: Mapping[str, Any], problems: Problems) -> None:
    if "name" in changes:
        sla.name = problems.text(changes["name"], "/name", longest=100)
    if "description" in changes:
        sla.description = problems.text(changes["description"], "/description", longest=5000, required=False)
