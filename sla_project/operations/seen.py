"""Forms that know what their user has seen, so that nobody overwrites unseen what somebody else has saved meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Model
from django.http import QueryDict
from django.utils.translation import gettext as _

from sla_project.operations.errors import Stale
from sla_project.operations.etags import check_unchanged, etag_of

SEEN = "seen"
"""The hidden field with the ETag of what the form was made of."""


def row_locked(obj: Any) -> Any:
    """Without the key: what refers to the row, a new timer to its KPI, is written meanwhile."""
    return type(obj)._default_manager.select_for_update(no_key=True).get(pk=obj.pk)


@dataclass(frozen=True)
class Edited:
    """The object that a form edits. `etag` and `lock` where its row alone does not tell, or is not all to lock."""

    obj: Model
    etag: Callable[[Any], str] = etag_of
    lock: Callable[[Any], Any] = row_locked

    def add_to(self, form: forms.BaseForm) -> None:
        form.fields[SEEN] = forms.CharField(required=False, widget=forms.HiddenInput, initial=self._present())

    @contextmanager
    def unchanged(self, seen: str) -> Iterator[None]:
        """Nobody else writes the object until the end. Raises `Stale` if somebody has since it was `seen`."""
        with transaction.atomic():
            check_unchanged(self.etag(self.lock(self.obj)), seen or None)
            yield

    def tell(self, form: forms.BaseForm) -> Stale:
        """What to say. Once told of the other change, the user may replace it by saving again."""
        assert isinstance(form.data, QueryDict)
        form.data = form.data.copy()
        form.data[SEEN] = self._present()
        return Stale(_("Somebody else has changed it meanwhile. Save again to replace their changes by yours."))

    def _present(self) -> str:
        stored = type(self.obj)._default_manager.filter(pk=self.obj.pk).first()
        return self.etag(stored or self.obj)
