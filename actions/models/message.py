"""The outbox: mails rendered once, stored, leased, sent, marked (engine.md R30)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from actions.models.run import ActionRun

KEPT = _("Kept in the outbox")

REPORT = "report"
"""The first word in the Message-ID of a report's mail."""
RETRIED_FOR = timedelta(hours=48)
"""How long a server may say *not now* before a mail is given up."""


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, now: datetime) -> MessageQuerySet:
        """May be taken: waiting ones whose time has come, and leased ones whose lease has ended."""
        return self.filter(state__in=Message.PENDING, next_try_at__lte=now)

    def for_everybody(self) -> MessageQuerySet:
        """Without the reports, which are no agent's business (managers and administrators)."""
        return self.exclude(message_id__startswith=f"<{REPORT}.")

    def to_address(self, email: str) -> MessageQuerySet:
        """Whatever the case of its letters; by the same expression as the index."""
        return self.alias(address=Lower("to_email")).filter(address=email.lower())


class Message(models.Model):
    """One mail to one address. Sending is at least once; every copy has the same Message-ID."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        LEASED = "leased", _("Being sent")
        UNKNOWN = "unknown", _("Unknown, will retry")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    PENDING = (State.QUEUED, State.LEASED, State.UNKNOWN)

    run = models.OneToOneField(ActionRun, on_delete=models.CASCADE, related_name="message", null=True, blank=True)
    message_id = models.CharField(max_length=200, unique=True, help_text="RFC 5322 Message-ID with its brackets.")
    to_name = models.CharField(max_length=200, blank=True)
    to_email = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    created_at = models.DateTimeField()

    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(
        null=True, blank=True, help_text="When a pass may take it; the end of the lease of a leased one."
    )
    give_up_at = models.DateTimeField(help_text="No further try after this moment.")
    lease_owner = models.CharField(max_length=100, blank=True)
    is_held_back = models.BooleanField(
        default=False, help_text="Waiting because its recipient had too many mails in an hour."
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    delivery = models.CharField(max_length=10, blank=True, help_text="How it was sent: smtp, or kept in the outbox.")
    last_error = models.TextField(blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "leased", "unknown", "sent", "failed"]), name="message_state"
            ),
            models.CheckConstraint(
                condition=Q(state="leased") & ~Q(lease_owner="") | ~Q(state="leased") & Q(lease_owner=""),
                name="message_lease_has_an_owner",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="message_sent_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "leased", "unknown"], next_try_at__isnull=False)
                | Q(state__in=["sent", "failed"], next_try_at__isnull=True),
                name="message_pending_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                condition=Q(state__in=["queued", "leased", "unknown"]),
                name="message_due",
            ),
            models.Index(Lower("to_email"), "sent_at", name="message_recipient_rate"),
            models.Index(fields=["state", "id"], name="message_by_state"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def state_words(self) -> str:
        """The state for people: without a mail server nothing was sent to anybody."""
        return str(KEPT if self.was_kept else self.get_state_display())

    @property
    def was_kept(self) -> bool:
        """There was no mail server: it has an end, but went to nobody."""
        return self.state == self.State.SENT and self.delivery == "outbox"

    @property
    def can_redeliver(self) -> bool:
        return self.state == self.State.FAILED and (self.run is None or self.run.can_retry)

    def send_again(self, now: datetime) -> None:
        """Another 48 hours: the same text and the same Message-ID."""
        self.state, self.attempts = self.State.QUEUED, 0
        self.next_try_at, self.give_up_at = now, now + RETRIED_FOR
        self.save(update_fields=["state", "attempts", "next_try_at", "give_up_at"])


class DeliveryAttempt(models.Model):
    """What one attempt to send came to, also when nobody can know; never changed afterwards."""

    class Outcome(models.TextChoices):
        SENT = "sent", _("Sent")
        DEFERRED = "deferred", _("Not accepted yet")
        REFUSED = "refused", _("Refused")
        UNKNOWN = "unknown", _("Unknown")
        HELD_BACK = "held_back", _("Held back")

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="delivery_attempts")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    detail = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["sent", "deferred", "refused", "unknown", "held_back"]),
                name="delivery_attempt_outcome",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.at:%Y-%m-%d %H:%M:%S}"
