"""Writing the records that cases point at: customers, contacts, products, entitlements.

They are not tracked themselves; `related_save` delivers a change to the open cases that see it (`engine.md` R3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from cases.services.folding import with_folded
from cases.services.problems import RecordProblems
from sla_project.accounts.models import User
from sla_project.operations.errors import NotPossible
from sla_project.operations.services import audit_write
from sla_project.operations.unique import unique_or_invalid
from slas.services.flow.related import related_save

M = TypeVar("M", bound=models.Model)


def check(
    model: type[models.Model],
    values: Mapping[str, Any],
    *,
    required: Sequence[str] = (),
    refuse: Mapping[str, bool] | None = None,
) -> None:
    """Raises `Invalid` for values that do not fit, are missing, or (`refuse`) may not be changed any more."""
    problems = RecordProblems()
    problems.check_columns(model, values)
    problems.check_active(values)
    for name in required:
        if values.get(name) is None:
            problems.add(f"/{name}", "required", _("This is required."))
    for name, refused in (refuse or {}).items():
        if refused:
            problems.add(f"/{name}", "in_use", _("It is in use, so this cannot be changed."))
    problems.raise_if_any()


@transaction.atomic
def related_create(*, model: type[M], values: Mapping[str, Any], by: User | None, now: datetime) -> M:
    obj = model(**with_folded(model, values))
    with unique_or_invalid("code"):
        obj.save(force_insert=True)
    audit_write(by=by, action=f"{model._meta.model_name}.create", obj=obj, after=_plain(values), now=now)
    return obj


@transaction.atomic
def related_update(
    *, obj: M, changes: Mapping[str, Any], by: User | None, now: datetime, via: str, action: str = "update"
) -> M:
    """`before` in the audit entry is what was stored: a change that somebody else made already is not made again."""
    stored = type(obj)._base_manager.select_for_update().get(pk=obj.pk)
    before = {name: getattr(stored, name) for name in changes}
    with unique_or_invalid("code"):
        related_save(obj=obj, changes=with_folded(type(obj), changes), by=by, source=via, now=now)
    if before != {name: getattr(obj, name) for name in changes}:
        audit_write(
            by=by,
            action=f"{obj._meta.model_name}.{action}",
            obj=obj,
            before=_plain(before),
            after=_plain(changes),
            now=now,
        )
    return obj


@transaction.atomic
def related_delete(*, obj: models.Model, by: User | None, now: datetime) -> None:
    """Removes a record that nothing points at; what has been used is deactivated instead."""
    audit_write(by=by, action=f"{obj._meta.model_name}.delete", obj=obj, now=now)
    try:
        obj.delete()
    except models.ProtectedError as error:
        raise NotPossible(_("It is in use; deactivate it instead."), code="in_use") from error


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values for the audit entry's JSON."""
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value
