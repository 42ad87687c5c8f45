"""SLA documents in the API: how they read, and what their bodies look like in the schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from sla_project.operations.models import Reopening
from sla_project.operations.rest.strict import ACTIVATION
from slas.api.durations import DurationField
from slas.models import SLA, SLAVersion
from slas.selectors.policy.reading import authored_document, editable_document, published_document
from slas.services.checking.documents import Finding, Severity
from slas.services.policy.documents import KEYS

READ_ONLY = (
    "id",
    "html_url",
    "state",
    "is_default",
    "version",
    "has_draft",
    "is_draft",
    "draft_revision",
    "open_records",
    "created_at",
    "modified_at",
)
WAYS = {**ACTIVATION, "is_default": gettext_lazy("Use set-default/ or clear-default/.")}

CONDITION = {
    "type": "object",
    "description": "all, any or none of a list, or a rule: field, op, value. Empty: always.",
    "examples": [{"all": [{"field": "service_level", "op": "is", "value": "gold"}]}],
}


@extend_schema_field(CONDITION)
class ConditionField(serializers.JSONField):
    pass


@extend_schema_field(
    {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string"}},
        "additionalProperties": True,
        "description": "send_email, create_record, update_record, change_status or assign, with its parts.",
    }
)
class ActionField(serializers.JSONField):
    pass


class MomentSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(required=False, help_text="Permanent; made up where it is missing.")
    kind = serializers.CharField(help_text="warning, failure or success.")
    after = DurationField(required=False, help_text="Working time; not for success.")
    actions = serializers.ListField(child=ActionField(), required=False)


class PauseSerializer(serializers.Serializer[Any]):
    allowed = serializers.BooleanField(default=True)
    when = ConditionField(allow_null=True, default=None, help_text="Null: the KPI's rule, else the pause statuses.")


class ItemSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(required=False, help_text="Permanent across versions; made up if missing.")
    name = serializers.CharField(max_length=100)
    kpi = serializers.CharField(help_text="Code of a KPI of the same record type.")
    applicable_when = ConditionField(required=False)
    success_when = ConditionField()
    business_hours = serializers.CharField(
        required=False, allow_null=True, help_text="Null: those of the SLA, else around the clock."
    )
    pause = PauseSerializer(required=False)
    moments = MomentSerializer(many=True, help_text="One failure, any warnings, at most one success.")


class DocumentSerializer(serializers.Serializer[Any]):
    """What the draft and every version consist of."""

    items = ItemSerializer(many=True, required=False)
    business_hours = serializers.CharField(required=False, allow_null=True)
    reopening = serializers.ChoiceField(
        choices=Reopening.choices, required=False, allow_null=True, help_text="Null: the organisation's."
    )
    recalculate_on_terminal = serializers.BooleanField(
        required=False, allow_null=True, help_text="Null: the organisation's."
    )


class SLASerializer(DocumentSerializer):
    """One SLA as one document. `is_draft` says whether the items shown are the draft's."""

    ways = WAYS

    id = serializers.IntegerField(read_only=True)
    html_url = serializers.HyperlinkedIdentityField("slas:sla_detail", read_only=True)
    code = serializers.SlugField(max_length=64)
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(required=False, allow_blank=True)
    record_type = serializers.CharField()
    state = serializers.ChoiceField(choices=SLA.State.choices, read_only=True)
    is_default = serializers.BooleanField(read_only=True)
    version = serializers.IntegerField(read_only=True, allow_null=True, help_text="Published; null if none.")
    has_draft = serializers.BooleanField(read_only=True)
    is_draft = serializers.BooleanField(read_only=True)
    draft_revision = serializers.IntegerField(read_only=True)
    open_records = serializers.IntegerField(read_only=True, help_text="Open records judged by it.")
    created_at = serializers.DateTimeField(read_only=True)
    modified_at = serializers.DateTimeField(read_only=True)

    def to_representation(self, sla: SLA) -> dict[str, Any]:
        is_draft = sla.draft is not None and (sla.current is None or self.context.get("draft", False))
        document = editable_document(sla) if is_draft else published_document(sla)
        return {
            "id": sla.pk,
            "html_url": self.fields["html_url"].to_representation(sla),
            "code": sla.code,
            "name": sla.name,
            "description": sla.description,
            "record_type": sla.record_type,
            "state": sla.state,
            "is_default": sla.is_default,
            "version": sla.current.number if sla.current else None,
            "has_draft": sla.draft is not None,
            "is_draft": is_draft,
            "draft_revision": sla.draft_revision,
            "open_records": getattr(sla, "open_records", 0),
            **document_for_reading(document),
            "created_at": self.fields["created_at"].to_representation(sla.created_at),
            "modified_at": self.fields["modified_at"].to_representation(sla.modified_at),
        }


class SLAVersionSerializer(serializers.ModelSerializer[SLAVersion]):
    published_by = serializers.CharField(source="published_by.display_name", default=None, allow_null=True)
    instance_count = serializers.IntegerField(read_only=True, help_text="KPI instances judged by it.")
    open_count = serializers.IntegerField(read_only=True, help_text="Those of them that are open.")

    class Meta:
        model = SLAVersion
        fields = ("number", "effective_at", "published_by", "reason", "instance_count", "open_count")


class SLAVersionDocumentSerializer(SLAVersionSerializer):
    """A published version, complete: as it was written, and `frozen` as it judges."""

    document = serializers.SerializerMethodField()
    frozen = serializers.JSONField(source="document", help_text="With KPIs, mail texts and settings.")

    class Meta(SLAVersionSerializer.Meta):
        fields = (*SLAVersionSerializer.Meta.fields, "document", "frozen")

    @extend_schema_field(DocumentSerializer)
    def get_document(self, version: SLAVersion) -> dict[str, Any]:
        return document_for_reading(authored_document(version))


class FindingSerializer(serializers.Serializer[Any]):
    pointer = serializers.CharField(help_text="JSON pointer into the document.")
    code = serializers.CharField(help_text="Stable; docs/checker.md lists them.")
    detail = serializers.CharField()
    severity = serializers.ChoiceField(choices=[severity.value for severity in Severity])
    item = serializers.CharField(help_text="Key of the item; empty for the SLA as a whole.")
    witness = serializers.DictField(
        allow_null=True,
        help_text="An example record, field path → value (null: not set), confirmed by the engine. In all other "
        "fields it is as new records are. Null where no example can show it.",
    )


class CheckSerializer(serializers.Serializer[Any]):
    can_publish = serializers.BooleanField()
    refusals = FindingSerializer(many=True)
    warnings = FindingSerializer(many=True)


def finding(found: Finding) -> dict[str, Any]:
    return {
        "pointer": found.pointer,
        "code": found.code,
        "detail": str(found.message),
        "severity": found.severity.value,
        "item": found.item,
        "witness": None if found.witness is None else dict(found.witness),
    }


def document_for_reading(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with durations as they read: ISO 8601 and seconds added."""
    duration = DurationField()
    items = [
        {
            **item,
            "moments": [
                {**moment, "after": duration.to_representation(moment["after"])} if "after" in moment else moment
                for moment in item["moments"]
            ],
        }
        for item in document["items"]
    ]
    return {**{key: document[key] for key in sorted(KEYS)}, "items": items}
