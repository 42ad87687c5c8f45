"""How the rows of this app read as JSON. What may be written is the services' business."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from actions import causes
from actions.models import ActionRun, DeliveryAttempt, EmailTemplate, Message
from actions.services.templates import LIMITS
from sla_project.operations.rest.strict import ACTIVATION, CODE_HELP, KnownKeysOnly


class EmailTemplateSerializer(KnownKeysOnly, serializers.ModelSerializer[EmailTemplate]):
    ways = ACTIVATION

    html_url = serializers.HyperlinkedIdentityField("actions:email_template_detail", read_only=True)
    code = serializers.CharField(help_text=CODE_HELP)
    target_type = serializers.CharField(max_length=60, help_text="A record type, such as case.")
    subject = serializers.CharField(max_length=LIMITS["subject"], help_text="May have placeholders.")
    body = serializers.CharField(
        max_length=LIMITS["body"], trim_whitespace=False, help_text="Plain text; the HTML part is made of it."
    )

    class Meta:
        model = EmailTemplate
        fields = (
            "id",
            "html_url",
            "code",
            "name",
            "target_type",
            "subject",
            "body",
            "state",
            "created_at",
            "modified_at",
        )
        read_only_fields = ("id", "state", "created_at", "modified_at")


class PreviewRequestSerializer(KnownKeysOnly):
    """Texts to try instead of the stored ones."""

    subject = serializers.CharField(required=False, max_length=LIMITS["subject"])
    body = serializers.CharField(required=False, max_length=LIMITS["body"], trim_whitespace=False)
    record = serializers.CharField(
        required=False, max_length=60, allow_blank=True, help_text="The number of a record whose values to use."
    )


class PreviewSerializer(serializers.Serializer[None]):
    """The mail with the values of the record, or sample values, in place of the placeholders."""

    subject = serializers.CharField()
    text = serializers.CharField()
    html = serializers.CharField()


class ActionRunSerializer(serializers.ModelSerializer[ActionRun]):
    html_url = serializers.HyperlinkedIdentityField("actions:run_detail", read_only=True)
    message = serializers.PrimaryKeyRelatedField[Message](read_only=True, allow_null=True, default=None)
    cause_text = serializers.SerializerMethodField(help_text="Only when one run is read.")

    class Meta:
        model = ActionRun
        fields = (
            "id",
            "html_url",
            "cause_kind",
            "cause_key",
            "cause_text",
            "moment",
            "position",
            "recipient",
            "kind",
            "action",
            "target_type",
            "target_id",
            "depth",
            "caused_at",
            "created_at",
            "state",
            "reason",
            "attempts",
            "next_try_at",
            "finished_at",
            "result",
            "last_error",
            "message",
        )
        read_only_fields = fields

    @extend_schema_field({"type": ["string", "null"]})
    def get_cause_text(self, run: ActionRun) -> str | None:
        if isinstance(self.parent, serializers.ListSerializer):
            return None  # one query a row
        return str(causes.describe(run.cause_kind, run.cause_key)["text"])


class DeliveryAttemptSerializer(serializers.ModelSerializer[DeliveryAttempt]):
    class Meta:
        model = DeliveryAttempt
        fields = ("at", "outcome", "detail")
        read_only_fields = fields


class MessageSerializer(serializers.ModelSerializer[Message]):
    html_url = serializers.HyperlinkedIdentityField("actions:message_detail", read_only=True)
    delivery_attempts = DeliveryAttemptSerializer(many=True, read_only=True)

    class Meta:
        model = Message
        fields = (
            "id",
            "html_url",
            "run",
            "message_id",
            "to_name",
            "to_email",
            "subject",
            "text",
            "html",
            "created_at",
            "state",
            "attempts",
            "next_try_at",
            "give_up_at",
            "is_held_back",
            "sent_at",
            "delivery",
            "last_error",
            "delivery_attempts",
        )
        read_only_fields = fields
