"""The log: one `TrackedRecord` per record, one `RecordChange` per command (engine.md R1–R5, R9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slas.models.immutable import Immutable, ImmutableQuerySet
from slas.models.sla import SLA, SLAVersion

TICK = timedelta(microseconds=1)


class Lifecycle(models.TextChoices):
    OPEN = "open", _("Open")
    RESOLVED = "resolved", _("Resolved")
    CANCELED = "canceled", _("Canceled")


class SLASource(models.TextChoices):
    """Who chose the SLA (R14), strongest first; `NONE_BY_HAND` is the deliberate *No SLA*."""

    HAND = "hand", _("Chosen by hand")
    NONE_BY_HAND = "hand_none", _("No SLA, chosen by hand")
    API = "api", _("Chosen over the API")
    ENTITLEMENT = "entitlement", _("From the entitlement")
    DEFAULT = "default", _("The default")
    NONE = "none", _("None applies")


class TrackedRecord(models.Model):
    """What the engine knows about one record, and the lock that orders all writes to it (R1).

    `values` are the registered fields as of `judged_seq`; `wake_at` is the one thing that passes look for (R9);
    `queue_at` orders the queue of open work (R34). Everything here derives from the log.
    """

    record_type = models.CharField(max_length=50)
    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT)
    object_id = models.PositiveBigIntegerField()
    number = models.CharField(max_length=100, blank=True)
    label = models.CharField(max_length=300, blank=True)

    lifecycle = models.CharField(max_length=10, choices=Lifecycle.choices, default=Lifecycle.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)
    values = models.JSONField(default=dict)
    last_seq = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    judged_seq = models.PositiveIntegerField(default=0)
    judged_until = models.DateTimeField(null=True)

    sla = models.ForeignKey(SLA, null=True, blank=True, on_delete=models.PROTECT, related_name="records")
    sla_version = models.ForeignKey(SLAVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="records")
    sla_source = models.CharField(max_length=12, choices=SLASource.choices, default=SLASource.NONE)
    holds = models.JSONField(
        default=dict, help_text="KPI code → [[from, to, kind], …]: its pauses under this SLA (R23)."
    )
    next_instance = models.PositiveIntegerField(default=1)
    next_event = models.PositiveIntegerField(default=1)

    wake_at = models.DateTimeField(null=True, blank=True)
    queue_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["content_type", "object_id"], name="tracked_record_once"),
            models.CheckConstraint(condition=Q(judged_seq__lte=models.F("last_seq")), name="tracked_record_judged"),
        ]
        indexes = [
            models.Index(fields=["wake_at", "id"], condition=Q(wake_at__isnull=False), name="tracked_record_wake"),
            models.Index(fields=["queue_at", "id"], condition=Q(queue_at__isnull=False), name="tracked_record_queue"),
            models.Index(fields=["dead_at"], condition=Q(attempts__gt=0), name="tracked_record_trouble"),
        ]

    def __str__(self) -> str:
        return self.label or f"{self.record_type} {self.object_id}"

    @property
    def is_waiting(self) -> bool:
        """Changes are recorded that the engine has not judged yet (R4)."""
        return self.last_seq > self.judged_seq

    def stamp(self, now: datetime) -> datetime:
        """When a change made now happens: never before what was recorded or judged already (R1)."""
        earlier = [moment + TICK for moment in (self.last_at, self.judged_until) if moment is not None]
        return max([now, *earlier])

    def is_behind(self, seq: int) -> bool:
        """Changes before `seq` wait to be judged."""
        return seq - 1 > self.judged_seq


class LogQuerySet(ImmutableQuerySet["RecordChange"]):
    def erase(self, *, change: RecordChange, fields: dict[str, Any], data: dict[str, Any]) -> None:
        """The one way in which a row of the log changes: its personal values are emptied (R27)."""
        models.QuerySet.update(self.filter(pk=change.pk), fields=fields, data=data)


class RecordChange(Immutable):
    """One row of a record's log: what a command changed, or a choice about its SLA (R2, R5). Never updated."""

    class Kind(models.TextChoices):
        CHANGE = "change", _("Changed")
        SLA_APPLIED = "sla_applied", _("SLA applied")
        REAPPLIED = "reapplied", _("Re-applied by a publication")
        RECALCULATED = "recalculated", _("Recalculated")
        EXTENDED = "extended", _("Deadline extended")
        DELETED = "deleted", _("Deleted")

    class Source(models.TextChoices):
        WEB = "web", _("Console")
        API = "api", _("API")
        IMPORT = "import", _("Import")
        ACTION = "action", _("Action")
        RELATED = "related", _("Related record")
        RECONCILE = "reconcile", _("Found by reconcile")
        SYSTEM = "system", _("System")

    # The unique key begins with the record, so an index of its own would only cost.
    record = models.ForeignKey(TrackedRecord, on_delete=models.CASCADE, related_name="changes", db_index=False)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.CHANGE)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.WEB)
    fields: Any = models.JSONField(default=dict, help_text="Path → [old, new]; a first change is a full snapshot.")
    data = models.JSONField(default=dict, help_text="The choice that this row records, where it records one.")
    depth = models.PositiveSmallIntegerField(default=0)
    cause = models.CharField(max_length=120, blank=True)

    objects = LogQuerySet.as_manager()

    class Meta:
        ordering = ["record", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["record", "seq"], name="record_change_once"),
            models.UniqueConstraint(fields=["record", "cause"], condition=~Q(cause=""), name="record_change_per_cause"),
        ]

    def __str__(self) -> str:
        return f"{self.record} #{self.seq}"


class RelatedChange(models.Model):
    """A change of a related record (a customer, say), waiting to be delivered to the open records that see it (R3)."""

    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT)
    object_id = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    fields: Any = models.JSONField(default=list, help_text="The attributes that changed.")
    cursor = models.PositiveBigIntegerField(default=0, help_text="The last tracked record that it was delivered to.")
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(delivered_at__isnull=True), name="related_change_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.content_type} {self.object_id}"
