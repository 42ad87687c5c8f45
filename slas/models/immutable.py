"""Rows that are written once: published SLA versions, schedule versions, and the log of each record.

Cases were judged by them, so nothing may change them afterwards (engine.md R2, R6).
"""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class ImmutableRow(Exception):
    """Code tried to change or remove a row that is written once."""


class ImmutableQuerySet(models.QuerySet[M]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise ImmutableRow(f"{self.model._meta.verbose_name}: never changed once it is written")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ImmutableRow(f"{self.model._meta.verbose_name}: never changed once it is written")

    def delete(self) -> NoReturn:
        raise ImmutableRow(f"{self.model._meta.verbose_name}: never deleted")

    delete.queryset_only = True  # type: ignore[attr-defined]  # Django's own mark

    def discard_unused(self) -> int:
        """Removes versions together with their owner, when nothing was ever judged by them.

        The protected foreign keys of the instances make the database refuse anything else.
        """
        return super().delete()[0]


class Immutable(models.Model):
    """Inserted once; any later `save()` or `delete()` raises `ImmutableRow`."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ImmutableRow(f"{self._meta.verbose_name}: never changed once it is written")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ImmutableRow(f"{self._meta.verbose_name}: never deleted")
