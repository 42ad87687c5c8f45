"""What there may be one of: the database decides between two who write at once, and the later one hears which field."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sla_project.operations.errors import Invalid, Problem


@contextmanager
def unique_or_invalid(field: str, message: str = "") -> Iterator[None]:
    """Around a write whose check has passed; raises `Invalid` at the field where the database refuses it still."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not is_taken(error) or field not in str(error):
            raise
        raise Invalid([Problem(f"/{field}", "unique", message or _("This code is taken."))]) from error


def is_taken(error: IntegrityError) -> bool:
    """Whether there is one like it already."""
    return "unique" in str(error).lower()


def is_dangling(error: IntegrityError) -> bool:
    """Whether a row names one that is not there, or would be left naming one."""
    return "foreign key" in str(error).lower()
