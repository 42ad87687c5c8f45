"""A service-level agreement: its draft and its published, frozen versions (engine.md R6)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slas.models.immutable import Immutable, ImmutableQuerySet


class SLA(models.Model):
    """At most one draft and one current version; only what is published judges records."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        INACTIVE = "inactive", _("Inactive")

    code = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    record_type = models.SlugField(_("record type"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    is_default = models.BooleanField(_("default"), default=False)
    draft = models.JSONField(_("draft"), null=True, blank=True)
    draft_revision = models.PositiveIntegerField(_("draft revision"), default=0)
    current = models.ForeignKey(
        "slas.SLAVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("current version"),
    )
    created_at = models.DateTimeField(_("created"))
    modified_at = models.DateTimeField(_("modified"))

    class Meta:
        verbose_name = _("SLA")
        verbose_name_plural = _("SLAs")
        ordering = ("name", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("record_type",),
                condition=Q(is_default=True),
                name="sla_one_default_per_record_type",
            ),
            models.CheckConstraint(condition=Q(is_default=False) | Q(state="active"), name="sla_default_is_active"),
            models.CheckConstraint(
                condition=Q(state="draft", current__isnull=True, draft__isnull=False)
                | Q(state__in=("active", "inactive"), current__isnull=False),
                name="sla_state_fits_versions",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SLAVersion(Immutable):
    """One complete document: items, KPIs, pause rules, schedules, actions and mail texts."""

    sla = models.ForeignKey(SLA, on_delete=models.PROTECT, related_name="versions", verbose_name=_("SLA"))
    number = models.PositiveIntegerField(_("number"))
    effective_at = models.DateTimeField(_("effective"))
    document = models.JSONField(_("document"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = ImmutableQuerySet.as_manager()

    class Meta:
        verbose_name = _("SLA version")
        verbose_name_plural = _("SLA versions")
        ordering = ("sla", "number")
        constraints = [
            models.UniqueConstraint(fields=("sla", "number"), name="sla_version_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="sla_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.sla} v{self.number}"
