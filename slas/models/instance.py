"""KPI instances and their transitions (engine.md R17–R27); the database holds the state machine's invariants."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from actions.models import ActionRun
from slas.models.kpi import KPI
from slas.models.record import TrackedRecord
from slas.models.schedule import ScheduleVersion
from slas.models.sla import SLA, SLAVersion


class KPIInstance(models.Model):
    """One clock of one KPI on one record. Its terms are frozen when it starts (R17)."""

    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", _("In progress")
        NEARING_NONCOMPLIANCE = "nearing_noncompliance", _("Nearing noncompliance")
        NONCOMPLIANT = "noncompliant", _("Noncompliant")
        PAUSED = "paused", _("Paused")
        SUCCEEDED = "succeeded", _("Succeeded")
        CANCELED = "canceled", _("Canceled")

    OPEN_STATUSES = (Status.IN_PROGRESS, Status.NEARING_NONCOMPLIANCE, Status.PAUSED)

    # The unique key begins with the record, so an index of its own would only cost.
    record = models.ForeignKey(TrackedRecord, on_delete=models.CASCADE, related_name="instances", db_index=False)
    number = models.PositiveIntegerField(help_text="1, 2, … within the record, in the order they started.")
    kpi = models.ForeignKey(KPI, on_delete=models.PROTECT, related_name="instances")
    sla = models.ForeignKey(SLA, on_delete=models.PROTECT, related_name="instances")
    sla_version = models.ForeignKey(SLAVersion, on_delete=models.PROTECT, related_name="instances")
    item_key = models.CharField(max_length=100)
    item_name = models.CharField(max_length=200)
    round = models.PositiveSmallIntegerField(default=1)
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="successors")
    is_current = models.BooleanField(default=True, help_text="The KPI's latest instance on the record.")

    status = models.CharField(max_length=24, choices=Status.choices)
    started_at = models.DateTimeField()
    applicable_from_value = models.DateTimeField()
    schedule_version = models.ForeignKey(
        ScheduleVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="instances"
    )
    terms = models.JSONField(help_text="Moments in working seconds, pause rule; frozen at the start.")
    warning_at = models.DateTimeField(null=True, blank=True, help_text="The next warning, or the last one reached.")
    failure_at = models.DateTimeField(null=True, blank=True, help_text="Null while paused.")
    nearing_at = models.DateTimeField(null=True, blank=True, help_text="When the first warning was reached.")
    paused_on = models.DateTimeField(null=True, blank=True)
    held_seconds = models.FloatField(default=0, help_text="Working seconds spent paused, by its own schedule.")
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=40, blank=True)
    late_success_at = models.DateTimeField(null=True, blank=True)
    used_seconds = models.FloatField(
        null=True, blank=True, help_text="Working seconds until it was met, in time or late; null if it was not."
    )
    paused_seconds = models.FloatField(default=0, help_text="Real seconds of its finished pauses.")
    ended_paused = models.BooleanField(default=False, help_text="It was paused until the moment it ended.")
    dimensions: Any = models.JSONField(
        default=dict, help_text="What reports group by, as it was at the end: the record type's dimension → value."
    )
    depth = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["record", "number"]
        constraints = [
            models.UniqueConstraint(fields=["record", "number"], name="kpi_instance_once"),
            models.UniqueConstraint(
                fields=["record", "kpi"], condition=Q(ended_at__isnull=True), name="kpi_instance_one_open"
            ),
            models.UniqueConstraint(
                fields=["record", "kpi"], condition=Q(is_current=True), name="kpi_instance_one_current"
            ),
            models.CheckConstraint(
                condition=Q(status="paused", paused_on__isnull=False)
                | (~Q(status="paused") & Q(paused_on__isnull=True)),
                name="kpi_instance_paused",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["noncompliant", "succeeded", "canceled"], ended_at__isnull=False)
                | Q(status__in=["in_progress", "nearing_noncompliance", "paused"], ended_at__isnull=True),
                name="kpi_instance_terminal",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "failure_at"], name="kpi_instance_status"),
            models.Index(fields=["ended_at"], name="kpi_instance_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.item_name} ({self.get_status_display()})"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


class KPIEvent(models.Model):
    """One transition: history, explanation, statistics and the cause of actions at once."""

    class Kind(models.TextChoices):
        STARTED = "started", _("Started")
        WARNED = "warned", _("Warning reached")
        FAILED = "failed", _("Missed")
        SUCCEEDED = "succeeded", _("Succeeded")
        PAUSED = "paused", _("Paused")
        RESUMED = "resumed", _("Resumed")
        CANCELED = "canceled", _("Canceled")
        LATE_SUCCESS = "late_success", _("Succeeded late")
        VERSION_MOVED = "version_moved", _("SLA version moved")
        EXTENDED = "extended", _("Deadline extended")

    # The unique key begins with the record, so an index of its own would only cost.
    record = models.ForeignKey(TrackedRecord, on_delete=models.CASCADE, related_name="events", db_index=False)
    instance = models.ForeignKey(KPIInstance, on_delete=models.CASCADE, related_name="events")
    number = models.PositiveIntegerField(help_text="1, 2, … within the record.")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    at = models.DateTimeField(help_text="When it happened by the record's log.")
    due_at = models.DateTimeField(null=True, blank=True, help_text="The computed time, where there is one.")
    recorded_at = models.DateTimeField(help_text="When the engine wrote it down.")
    reason = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)
    moment = models.CharField(max_length=100, blank=True, help_text="Key of the item's moment whose actions it caused.")
    depth = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["record", "number"]
        constraints = [models.UniqueConstraint(fields=["record", "number"], name="kpi_event_once")]
        indexes = [models.Index(fields=["kind", "at"], name="kpi_event_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M:%S}"


class EventRun(models.Model):
    """Links an event to the action runs that it caused; `actions` itself knows nothing of events."""

    event = models.ForeignKey(KPIEvent, on_delete=models.CASCADE, related_name="event_runs")
    run = models.OneToOneField(ActionRun, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.event} → {self.run}"
