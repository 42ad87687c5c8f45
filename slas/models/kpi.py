"""What is measured: an SLA KPI of one record type."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class KPI(models.Model):
    """One measured indicator, such as *First response by*.

    `record_type` and `applicable_from` (the time from which warning and failure count) are fixed
    once created: instances were judged by them.
    """

    class State(models.TextChoices):
        INACTIVE = "inactive", _("Inactive")
        ACTIVE = "active", _("Active")

    code = models.SlugField(_("code"), max_length=64)
    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=2000, blank=True)
    record_type = models.SlugField(_("record type"), max_length=64)
    applicable_from = models.CharField(_("applicable from"), max_length=200)
    pause_override = models.BooleanField(_("own pause rule"), default=False)
    pause_when = models.JSONField(_("pause when"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.INACTIVE)
    created_at = models.DateTimeField(_("created"))
    modified_at = models.DateTimeField(_("modified"))

    class Meta:
        verbose_name = _("SLA KPI")
        verbose_name_plural = _("SLA KPIs")
        ordering = ("record_type", "name", "id")
        constraints = [
            models.UniqueConstraint(fields=("record_type", "code"), name="kpi_code_once"),
            models.CheckConstraint(condition=Q(state__in=("inactive", "active")), name="kpi_state_known"),
            models.CheckConstraint(
                condition=Q(pause_override=True, pause_when__isnull=False)
                | Q(pause_override=False, pause_when__isnull=True),
                name="kpi_pause_rule_with_override_only",
            ),
        ]

    def __str__(self) -> str:
        return self.name
