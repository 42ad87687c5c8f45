"""Tracked models: records whose every write goes through a service (engine.md R2).

`TrackedModel` is the one mixin that enables a model for SLAs. Saving, updating or deleting it any other way than
inside `slas.services.flow.changes.record_command` raises `UntrackedWrite`, so that no change can miss the log.
Raw SQL cannot be caught here; the reconcile pass finds it (R4).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models

_writing: ContextVar[bool] = ContextVar("slas_tracked_writing", default=False)


class UntrackedWrite(RuntimeError):
    """A tracked model was written outside a service; use `record_command` or the app's services."""

    def __init__(self, model: type[models.Model], verb: str) -> None:
        super().__init__(
            f"{model.__name__}.{verb} outside a service: tracked records are written by services only, "
            "so that every change reaches the log (engine.md R2)."
        )


@contextmanager
def tracked_writing() -> Iterator[None]:
    """Permit writes of tracked models in this block. For the record services and the import alone."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def _check(model: type[models.Model], verb: str) -> None:
    if not _writing.get():
        raise UntrackedWrite(model, verb)


class TrackedQuerySet(models.QuerySet[Any]):
    """Refuses bulk writes outside a service."""

    def update(self, **kwargs: Any) -> int:
        _check(self.model, "objects.update()")
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        _check(self.model, "objects.delete()")
        return super().delete()

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        _check(self.model, "objects.bulk_create()")
        return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs: Any, *args: Any, **kwargs: Any) -> int:
        _check(self.model, "objects.bulk_update()")
        return super().bulk_update(objs, *args, **kwargs)


class TrackedModel(models.Model):
    """A record type that SLAs can watch. Enabling a model takes this mixin, a registration and its services."""

    objects = TrackedQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        _check(type(self), "save()")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _check(type(self), "delete()")
        return super().delete(*args, **kwargs)
