"""When the clock runs: business hours, holiday schedules and the versions instances are judged by."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slas.models.immutable import Immutable, ImmutableQuerySet


class HolidaySchedule(models.Model):
    """A named list of holidays that business hours may observe."""

    code = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    created_at = models.DateTimeField(_("created"))
    modified_at = models.DateTimeField(_("modified"))

    class Meta:
        verbose_name = _("holiday schedule")
        verbose_name_plural = _("holiday schedules")
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class Holiday(models.Model):
    """One local date, closed; or a part day: a list of ["09:00", "12:00"] says which hours.

    `hours` replace those of the week; `closed` are taken from them. Never both.
    """

    schedule = models.ForeignKey(
        HolidaySchedule,
        on_delete=models.CASCADE,
        related_name="holidays",
        verbose_name=_("holiday schedule"),
    )
    name = models.CharField(_("name"), max_length=200)
    date = models.DateField(_("date"))
    hours = models.JSONField(_("hours"), null=True, blank=True)
    closed = models.JSONField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ("date", "id")
        constraints = [
            models.UniqueConstraint(fields=("schedule", "date"), name="holiday_date_once"),
            models.CheckConstraint(
                condition=Q(hours__isnull=True) | Q(closed__isnull=True), name="holiday_hours_or_closed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date.isoformat()} {self.name}"


class BusinessHours(models.Model):
    """Weekly working hours in one time zone; edited here, judged through `ScheduleVersion`."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        INACTIVE = "inactive", _("Inactive")

    code = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    tz = models.CharField(_("time zone"), max_length=64)
    week = models.JSONField(_("week"))
    overrides = models.JSONField(
        _("dates with other hours"),
        default=dict,
        blank=True,
        help_text=_("Date → hours of that date; they win over the week and over observed holidays."),
    )
    holiday_schedule = models.ForeignKey(
        HolidaySchedule,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="business_hours",
        verbose_name=_("holiday schedule"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ACTIVE)
    created_at = models.DateTimeField(_("created"))
    modified_at = models.DateTimeField(_("modified"))

    class Meta:
        verbose_name = _("business hours")
        verbose_name_plural = _("business hours")
        ordering = ("name", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=("active", "inactive")), name="business_hours_state_known"),
        ]

    def __str__(self) -> str:
        return self.name


class ScheduleVersion(Immutable):
    """Hours, zone, holidays and overrides as one complete document, effective from a moment on."""

    business_hours = models.ForeignKey(
        BusinessHours,
        on_delete=models.PROTECT,
        related_name="versions",
        verbose_name=_("business hours"),
    )
    number = models.PositiveIntegerField(_("number"))
    effective_at = models.DateTimeField(_("effective"))
    document = models.JSONField(_("document"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )

    objects = ImmutableQuerySet.as_manager()

    class Meta:
        verbose_name = _("schedule version")
        verbose_name_plural = _("schedule versions")
        ordering = ("business_hours", "number")
        indexes = [
            models.Index(fields=("business_hours", "effective_at"), name="schedule_effective"),
        ]
        constraints = [
            models.UniqueConstraint(fields=("business_hours", "number"), name="schedule_version_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="schedule_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.business_hours} v{self.number}"
