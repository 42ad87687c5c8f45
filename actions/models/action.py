"""Actions that many SLA items share: said once, named by their code."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Action(models.Model):
    """One action document under a name.

    Publishing an SLA copies the document (engine.md R6): changing an action never changes what a running instance
    will do. A draft names it as `{"kind": "reusable", "action": "its-code"}`.
    """

    class State(models.TextChoices):
        INACTIVE = "inactive", _("Inactive")
        ACTIVE = "active", _("Active")

    code = models.SlugField(
        _("code"),
        max_length=64,
        unique=True,
        help_text=_("The name in documents and the API; it never changes."),
    )
    name = models.CharField(_("name"), max_length=200)
    target_type = models.SlugField(
        _("for"), max_length=60, db_index=False, help_text=_("The kind of record that it is for; it never changes.")
    )
    document = models.JSONField(_("action"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.INACTIVE)
    created_at = models.DateTimeField(editable=False)
    modified_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["inactive", "active"]), name="action_state"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(code=""), name="action_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE
