from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from cases.choices import (
    CASE_STATUSES,
    CaseState,
    CaseStatus,
    CaseType,
    Channel,
    Priority,
    ServiceLevel,
)
from cases.models.checks import choice_check, set_exactly_when, state_status_check
from slas.tracking import TrackedModel


class Case(TrackedModel):
    """A customer's question, problem or request. Written by `cases.services` only (`engine.md` R2)."""

    SERIES = "CASE"
    """What its numbers begin with."""

    number = models.CharField(max_length=24, unique=True)
    title = models.CharField(max_length=200)
    title_folded = models.CharField(max_length=600, editable=False)
    description = models.TextField(blank=True)
    # Empty while nobody knows whose case it is: a mail from an unknown sender, an imported incident.
    customer = models.ForeignKey("cases.Customer", models.PROTECT, null=True, blank=True, related_name="cases")
    contact = models.ForeignKey("cases.Contact", models.PROTECT, null=True, blank=True, related_name="cases")
    product = models.ForeignKey("cases.Product", models.PROTECT, null=True, blank=True, related_name="cases")
    entitlement = models.ForeignKey("cases.Entitlement", models.PROTECT, null=True, blank=True, related_name="cases")
    channel = models.CharField(max_length=20, choices=Channel.choices, default=Channel.WEB)
    type = models.CharField(max_length=20, choices=CaseType.choices, default=CaseType.QUESTION)
    priority = models.CharField(max_length=20, choices=Priority.choices, default=Priority.NORMAL)
    service_level = models.CharField(max_length=20, choices=ServiceLevel.choices, blank=True)
    state = models.CharField(max_length=12, choices=CaseState.choices, default=CaseState.ACTIVE)
    status = models.CharField(max_length=24, choices=CaseStatus.choices, default=CaseStatus.NEW)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey("accounts.Team", models.PROTECT, null=True, blank=True, related_name="+")
    first_response_sent = models.BooleanField(default=False)
    is_escalated = models.BooleanField(default=False)
    escalated_on = models.DateTimeField(null=True, blank=True, editable=False)
    source = models.CharField(max_length=40, blank=True)
    source_folded = models.CharField(max_length=120, blank=True, editable=False)
    external_number = models.CharField(max_length=100, blank=True)
    external_number_folded = models.CharField(max_length=300, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_cases", editable=False
    )
    resolution = models.TextField(blank=True)
    billable_minutes = models.PositiveIntegerField(null=True, blank=True)
    opened_on = models.DateTimeField()
    resolved_on = models.DateTimeField(null=True, blank=True, editable=False)
    created_on = models.DateTimeField(editable=False)
    modified_on = models.DateTimeField(editable=False)

    class Meta(TrackedModel.Meta):
        constraints = [
            choice_check("case_channel_known", "channel", Channel.values),
            choice_check("case_type_known", "type", CaseType.values),
            choice_check("case_priority_known", "priority", Priority.values),
            choice_check("case_service_level_known", "service_level", ServiceLevel.values, blank=True),
            state_status_check("case_status_fits_state", CASE_STATUSES),
            set_exactly_when("case_resolved_on_when_resolved", "resolved_on", Q(state="resolved")),
            set_exactly_when("case_escalated_on_when_escalated", "escalated_on", Q(is_escalated=True)),
            set_exactly_when("case_merged_into_when_merged", "merged_into", Q(status="merged")),
            models.UniqueConstraint(
                fields=["source", "external_number"], condition=~Q(source=""), name="case_external_number_unique"
            ),
            models.CheckConstraint(
                condition=Q(source="", external_number="") | (~Q(source="") & ~Q(external_number="")),
                name="case_external_number_with_source",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "status"], name="case_by_state"),
            models.Index(fields=["state", "priority"], name="case_by_priority"),
            models.Index(fields=["customer", "state"], name="case_by_customer"),
            models.Index(fields=["owner", "state"], name="case_by_owner"),
            models.Index(fields=["team", "state"], name="case_by_team"),
            models.Index(fields=["-created_on", "-id"], name="case_by_creation"),
            models.Index(fields=["-modified_on", "-id"], name="case_by_modification"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("cases:case_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == CaseState.ACTIVE
