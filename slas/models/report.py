"""Saved compliance reports and their mailings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SavedReport(models.Model):
    """A question to the compliance report with a name, mailed every week if `weekday` is set.

    `query` are the report's parameters as they stand in its address. `next_mail_at` is when a pass may mail it: its
    weekday and hour in the organisation's time zone.
    """

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    name = models.CharField(_("name"), max_length=120)
    query: Any = models.JSONField(_("question"), default=dict, blank=True)
    weekday = models.PositiveSmallIntegerField(_("mailed every"), choices=Weekday, null=True, blank=True)
    hour = models.PositiveSmallIntegerField(_("at (hour)"), default=7, validators=[MaxValueValidator(23)])
    users = models.ManyToManyField(settings.AUTH_USER_MODEL, verbose_name=_("people"), blank=True, related_name="+")
    addresses: Any = models.JSONField(_("other addresses"), default=list, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    modified_at = models.DateTimeField()
    next_mail_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(hour__lte=23), name="saved_report_hour"),
            models.CheckConstraint(
                condition=Q(weekday__isnull=True, next_mail_at__isnull=True)
                | Q(weekday__lte=6, next_mail_at__isnull=False),
                name="saved_report_weekly_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["next_mail_at"], condition=Q(next_mail_at__isnull=False), name="saved_report_due"),
        ]

    def __str__(self) -> str:
        return self.name


class ReportMailing(models.Model):
    """One time that a saved report was mailed. The unique key is what makes a week's mail go once."""

    report = models.ForeignKey(SavedReport, on_delete=models.CASCADE, related_name="mailings")
    key = models.CharField(max_length=60, help_text="The week, such as 2026-W48, or what asked for it by hand.")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    recipients: Any = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["report", "key"], name="report_mailing_once")]

    def __str__(self) -> str:
        return f"{self.report} {self.key}"
