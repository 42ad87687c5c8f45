"""Texts for mails, written once and used by many actions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class EmailTemplate(models.Model):
    """A subject and a body with placeholders of one target type.

    Publishing an SLA copies the text into the published document (engine.md R6): editing a template
    never changes what a running instance will send.
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
        _("for"), max_length=60, db_index=False, help_text=_("The kind of record whose placeholders it may use.")
    )
    subject = models.CharField(_("subject"), max_length=500)
    body = models.TextField(_("body"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.INACTIVE)
    created_at = models.DateTimeField(editable=False)
    modified_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["inactive", "active"]), name="email_template_state"),
            models.CheckConstraint(
                condition=~Q(subject="") & ~Q(body="") & ~Q(code=""), name="email_template_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE
