from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from cases.choices import ACTIVITY_STATUSES, ActivityState, ActivityStatus, Priority
from cases.models.checks import choice_check, set_exactly_when, state_status_check
from slas.tracking import TrackedModel


class Activity(TrackedModel):
    """A task with a due date, about a case or on its own. The second record type that SLAs can watch."""

    SERIES = "ACT"
    """What its numbers begin with."""

    number = models.CharField(max_length=24, unique=True)
    subject = models.CharField(max_length=200)
    subject_folded = models.CharField(max_length=600, editable=False)
    description = models.TextField(blank=True)
    case = models.ForeignKey("cases.Case", models.PROTECT, null=True, blank=True, related_name="activities")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey("accounts.Team", models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=12, choices=ActivityState.choices, default=ActivityState.OPEN)
    status = models.CharField(max_length=24, choices=ActivityStatus.choices, default=ActivityStatus.NOT_STARTED)
    # The mail that a reply was sent as; stored when it was given, and sent by the outbox.
    message = models.OneToOneField(
        "actions.Message", models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    # Of a reply that a page sent: made of the page's own key and the text, so that nobody is answered twice with it.
    reply_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    priority = models.CharField(max_length=20, choices=Priority.choices, default=Priority.NORMAL)
    due_at = models.DateTimeField(null=True, blank=True)
    duration_minutes = models.PositiveIntegerField(null=True, blank=True)
    created_on = models.DateTimeField(editable=False)
    completed_on = models.DateTimeField(null=True, blank=True, editable=False)
    modified_on = models.DateTimeField(editable=False)

    class Meta(TrackedModel.Meta):
        verbose_name_plural = "activities"
        constraints = [
            choice_check("activity_priority_known", "priority", Priority.values),
            state_status_check("activity_status_fits_state", ACTIVITY_STATUSES),
            set_exactly_when("activity_completed_on_when_completed", "completed_on", Q(state="completed")),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="activity_by_due"),
            models.Index(fields=["case", "-created_on"], name="activity_by_case"),
            models.Index(fields=["owner", "state"], name="activity_by_owner"),
            models.Index(fields=["team", "state"], name="activity_by_team"),
            models.Index(fields=["-created_on", "-id"], name="activity_by_creation"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("cases:activity_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == ActivityState.OPEN
