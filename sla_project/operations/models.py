"""What running the console needs: settings, the audit trail, jobs, keys, heartbeats."""

from __future__ import annotations

import uuid
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from sla_project.operations import job_kinds
from sla_project.operations.zones import validate_time_zone


class Reopening(models.TextChoices):
    KEEP = "keep", _("Keep what is settled")
    CONTINUE = "continue", _("Continue what succeeded")
    RESTART = "restart", _("Restart all")


class OrganisationSettings(models.Model):
    """The one row of settings for the whole organisation (`selectors.settings_get` reads it)."""

    SINGLETON = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=SINGLETON, editable=False)
    name = models.CharField(_("organisation"), max_length=120, default="SLA Console")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    slas_disabled = models.BooleanField(
        _("disable SLAs"),
        default=False,
        help_text=_("Stops choosing SLAs and starting timers; running timers go on."),
    )
    disabled_record_types = models.JSONField(
        _("record types without SLAs"),
        default=list,
        blank=True,
        help_text=_("Names of record types for which no SLA is chosen and no timer is started."),
    )
    recalculate_on_terminal = models.BooleanField(
        _("recalculate on terminal status"),
        default=False,
        help_text=_("A later change may replace a timer that has already succeeded or failed."),
    )
    apply_sla_after_manual_override = models.BooleanField(
        _("apply SLA after manual override"),
        default=True,
        help_text=_("Off: an SLA chosen by hand stays, whatever changes afterwards."),
    )
    reopening = models.CharField(
        _("when a record is reopened"), max_length=16, choices=Reopening, default=Reopening.KEEP
    )
    pause_statuses = models.JSONField(
        _("statuses that pause timers"),
        default=dict,
        blank=True,
        help_text=_("A list of status codes for each record type."),
    )
    apply_entitlement_on_create = models.BooleanField(_("apply an entitlement to a new case"), default=True)
    apply_entitlement_on_update = models.BooleanField(
        _("apply an entitlement when the customer, contact or product changes"), default=True
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="operations_organisationsettings_one_row")]

    def __str__(self) -> str:
        return self.name

    def stops_slas_of(self, record_type: str) -> bool:
        """Whether no SLA is to be chosen, and no timer started, for records of this type (engine.md R15)."""
        return self.slas_disabled or record_type in self.disabled_record_types

    def clean(self) -> None:
        names = self.disabled_record_types
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            message = _("Give a list of names of record types.")
            raise ValidationError({"disabled_record_types": ValidationError(message, code="invalid")})
        lists = self.pause_statuses.values() if isinstance(self.pause_statuses, dict) else [None]
        if not all(isinstance(codes, list) and all(isinstance(code, str) for code in codes) for codes in lists):
            message = _("Give a list of status codes for each record type.")
            raise ValidationError({"pause_statuses": ValidationError(message, code="invalid")})


class AppendOnlyQuerySet(models.QuerySet[Any]):
    def update(self, **fields: Any) -> NoReturn:
        raise TypeError("These rows are only ever added.")

    def delete(self) -> NoReturn:
        raise TypeError("These rows are only ever added.")


class AuditEntry(models.Model):
    """Who did what to which object, with the values before and after. Only ever added."""

    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=64)
    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    object_label = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(blank=True)

    objects = models.Manager.from_queryset(AppendOnlyQuerySet)()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["object_type", "object_id", "-id"], name="operations_audit_object")]

    def __str__(self) -> str:
        return f"{self.action} {self.object_label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("These rows are only ever added.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("These rows are only ever added.")


class JobState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Job(models.Model):
    """A long piece of work that somebody waits for: what a 202 answer points at (jobs.py says how it is done).

    Its items are taken by ascending id; `cursor` is the last one that was worked on. `wake_at` is when a pass may go
    on with it, null once it is over.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=JobState, default=JobState.QUEUED)
    arguments = models.JSONField(default=dict)
    cursor = models.PositiveBigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0, help_text="Items worked on, those that failed included.")
    failed = models.PositiveIntegerField(default=0, help_text="Items that could not be done.")
    total = models.PositiveIntegerField(default=0, help_text="Items there are, counted at the start.")
    result: Any = models.JSONField(default=dict, help_text="What came of the items, as counts.")
    failures: Any = models.JSONField(default=list, help_text="The first items that could not be done, and why.")
    error = models.TextField(blank=True, help_text="Why the job itself failed, or waits to be tried again.")
    attempts = models.PositiveSmallIntegerField(default=0)
    wake_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["wake_at"], condition=models.Q(wake_at__isnull=False), name="operations_job_wake"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "running"], finished_at__isnull=True, wake_at__isnull=False)
                | models.Q(state__in=["done", "failed"], finished_at__isnull=False, wake_at__isnull=True),
                name="operations_job_over",
            ),
        ]

    def __str__(self) -> str:
        return job_kinds.title(self.kind, self.arguments)

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None

    @property
    def percent(self) -> int:
        """How much is done; a job without items is done at once."""
        return 100 if self.is_over or not self.total else min(99, 100 * self.done // self.total)


class IdempotencyKey(models.Model):
    """The first answer to a POST with an Idempotency-Key, replayed for 24 hours."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="operations_idempotencykey_key")]

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """The last sign of life of one worker process, such as "advance:host:4711"."""

    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=32)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["kind", "-at"], name="operations_heartbeat_kind")]

    def __str__(self) -> str:
        return self.name
