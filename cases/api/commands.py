"""What the commands on cases and activities take as their bodies."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from cases import choices
from cases.models import Case
from sla_project.accounts.models import Team, User
from sla_project.operations.problems import REASON_LIMIT
from sla_project.operations.rest.relations import CodeField, RowField, WordField
from sla_project.operations.rest.strict import KnownKeysOnly
from slas.models import SLA
from slas.services.flow.choosing import AUTOMATIC, NO_SLA

OPEN_STATUSES = [(code, choices.CaseStatus(code).label) for code in choices.CASE_STATUSES[choices.CaseState.ACTIVE]]


class ResolveSerializer(KnownKeysOnly):
    status = WordField(
        [(code, choices.CaseStatus(code).label) for code in choices.CASE_STATUSES[choices.CaseState.RESOLVED]],
        default=choices.CaseStatus.PROBLEM_SOLVED.value,
    )
    resolution = serializers.CharField(allow_blank=True, default="", max_length=20_000)
    billable_minutes = serializers.IntegerField(allow_null=True, default=None, min_value=0, max_value=2_147_483_647)


class ReactivateSerializer(KnownKeysOnly):
    status = WordField(
        OPEN_STATUSES,
        default=choices.CaseStatus.IN_PROGRESS.value,
    )


class HoldSerializer(KnownKeysOnly):
    status = WordField(
        OPEN_STATUSES,
        help_text="One that pauses: those of cases in `pause_statuses` of the settings.",
    )
    reason = WordField(choices.HoldReason.choices)
    details = serializers.CharField(
        allow_blank=True, default="", max_length=500, help_text="Kept with the reason; needed where that is `other`."
    )


class AssignSerializer(KnownKeysOnly):
    """Who is left out keeps the case; null takes it away."""

    owner = RowField(queryset=User.objects.all(), allow_null=True, required=False)
    team = RowField(queryset=Team.objects.all(), allow_null=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError(_("Name an owner, a team, or both."), code="required")
        return attrs


class MergeSerializer(KnownKeysOnly):
    into = RowField(queryset=Case.objects.all())


class EraseSerializer(KnownKeysOnly):
    reason = serializers.CharField(max_length=REASON_LIMIT)


class ErasedSerializer(serializers.Serializer[Any]):
    """How many rows of its logs and how many mails were emptied."""

    number = serializers.CharField()
    changes = serializers.IntegerField()
    mails = serializers.IntegerField()


class ReplySerializer(KnownKeysOnly):
    text = serializers.CharField(max_length=20_000)


class ApplySLASerializer(KnownKeysOnly):
    """`sla` null goes back to the automatic choice; `no_sla` deliberately applies none (engine.md R14)."""

    sla = CodeField(queryset=SLA.objects.all(), allow_null=True, default=None, help_text="Code of an active SLA.")
    no_sla = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["no_sla"] and attrs["sla"] is not None:
            message = ErrorDetail(_("Name an SLA or say that there is none, not both."), "contradiction")
            raise serializers.ValidationError({"no_sla": [message]})
        return {"sla": NO_SLA if attrs["no_sla"] else attrs["sla"] or AUTOMATIC}


class CompleteSerializer(KnownKeysOnly):
    duration_minutes = serializers.IntegerField(allow_null=True, default=None, min_value=0, max_value=2_147_483_647)
