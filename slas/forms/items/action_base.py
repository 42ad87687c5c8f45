"""What the forms of all kinds of action are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _

from actions.kinds import KINDS
from slas.forms.items.changes import ChangeForm
from slas.forms.items.offers import Offers
from slas.forms.items.parts import Choice, PartForm, with_current
from slas.forms.items.raw import Raw

Document = Mapping[str, Any]


class ActionForm(PartForm):
    """One action of a moment. `document()` says what was entered; the service judges it."""

    kind = forms.CharField(widget=forms.HiddenInput)
    fields_template: ClassVar[str] = "slas/editor/_action_fields.html"
    icon: ClassVar[str] = "bolt"

    def __init__(self, raw: Raw, *, prefix: str, quiet: bool, offers: Offers) -> None:
        super().__init__(raw, prefix=prefix, quiet=quiet)
        self.offers = offers
        self.changes: list[ChangeForm] = []

    @property
    def children(self) -> Sequence[PartForm]:
        return self.changes

    @property
    def label(self) -> str:
        kind = KINDS.get(self.text("kind"))
        return str(kind.label) if kind else _("Action as JSON")

    @property
    def summary(self) -> str:
        """What is entered so far, in a few words."""
        return ""

    @property
    def is_new(self) -> bool:
        """Just added: shown unfolded."""
        return bool(self.data.get(self.add_prefix("new")))

    def document(self) -> dict[str, Any]:
        raise NotImplementedError

    @classmethod
    def raw_of(cls, document: Document, offers: Offers) -> Raw:
        raise NotImplementedError

    def choices(self, name: str, offered: list[Choice], *, empty: str = "") -> None:
        """Fills a select, with what stands there now and a first entry for nothing."""
        first: list[Choice] = [("", empty or _("Choose …"))]
        self.offer(name, [*first, *with_current(offered, self.text(name))])
