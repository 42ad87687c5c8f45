"""Action runs: one row per action, cause and recipient; the queue, the history and the proof at once."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ActionRunQuerySet(models.QuerySet["ActionRun"]):
    def pending(self) -> ActionRunQuerySet:
        """Waiting for a pass, whether or not their time has come."""
        return self.filter(state__in=ActionRun.PENDING)

    def due(self, now: datetime) -> ActionRunQuerySet:
        return self.pending().filter(next_try_at__lte=now)

    def of_cause(self, kind: str, key: str) -> ActionRunQuerySet:
        return self.filter(cause_kind=kind, cause_key=key)


class ActionRun(models.Model):
    """One action of one cause for one recipient (engine.md R30).

    The row holds everything it needs, frozen when the cause happened: the action's document, the plain
    context for texts, and the target by registry name and id. `recipient` is empty for actions that
    write to the database; for mails it is a role (`owner`) or an address (`address:a@b.example`).
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        LEASED = "leased", _("In the outbox")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed, will retry")
        DEAD = "dead", _("Given up")
        SKIPPED = "skipped", _("Skipped")
        SUPPRESSED = "suppressed", _("Suppressed")

    PENDING = (State.QUEUED, State.FAILED)
    RETRYABLE = (State.FAILED, State.DEAD, State.SKIPPED)

    cause_kind = models.SlugField(max_length=40, db_index=False)
    cause_key = models.CharField(max_length=100)
    moment = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(help_text="Index among the actions of the moment.")
    recipient = models.CharField(max_length=300, blank=True)

    kind = models.SlugField(max_length=40, db_index=False)
    action = models.JSONField(help_text="The action's document as it was published.")
    target_type = models.SlugField(max_length=60, db_index=False)
    target_id = models.BigIntegerField()
    context = models.JSONField(default=dict, help_text="Plain values for placeholders as of the cause.")
    depth = models.PositiveSmallIntegerField(default=0)
    caused_at = models.DateTimeField(help_text="When the cause happened by its own record.")
    created_at = models.DateTimeField()

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=60, blank=True, help_text="Why it was skipped or suppressed (code).")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True, help_text="When a pass may take it.")
    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True)
    last_error = models.TextField(blank=True)

    objects = ActionRunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cause_kind", "cause_key", "position", "recipient"], name="action_run_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "leased", "done", "failed", "dead", "skipped", "suppressed"]),
                name="action_run_state",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "failed"], next_try_at__isnull=False)
                | (~Q(state__in=["queued", "failed"]) & Q(next_try_at__isnull=True)),
                name="action_run_pending_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "failed", "leased"], finished_at__isnull=True)
                | Q(state__in=["done", "dead", "skipped", "suppressed"], finished_at__isnull=False),
                name="action_run_finished_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["skipped", "suppressed"]) | ~Q(reason=""),
                name="action_run_says_why_not",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                condition=Q(state__in=["queued", "failed", "leased"]),
                name="action_run_due",
            ),
            models.Index(fields=["target_type", "target_id"], name="action_run_target"),
            models.Index(fields=["state", "id"], name="action_run_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.cause_key}/{self.position}"

    @property
    def key(self) -> str:
        """The unique key as one text; the Message-ID is derived from it."""
        return f"{self.cause_kind}:{self.cause_key}:{self.position}:{self.recipient}"

    @property
    def reference(self) -> str:
        """What a record change names as its cause."""
        return f"action-run:{self.pk}"

    @property
    def can_retry(self) -> bool:
        return self.state in self.RETRYABLE

    def run_again(self, now: datetime) -> None:
        """Given to the next pass, which asks again whether it is deserved (engine.md R31)."""
        self.state, self.reason, self.attempts = self.State.QUEUED, "", 0
        self.next_try_at, self.finished_at = now, None
        self.save(update_fields=["state", "reason", "attempts", "next_try_at", "finished_at"])
