"""Documents of this app as the API writes and reads them. Services check what goes beyond one field."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.models import Activity, Case, Contact, Customer, Entitlement, Product
from sla_project.operations.rest.relations import CodeField
from sla_project.operations.rest.strict import ACTIVATION, KnownKeysOnly
from slas.models import SLA

CASE_WAYS = {"state": gettext_lazy("Use resolve/, cancel/ or reactivate/.")}
ACTIVITY_WAYS = {"state": gettext_lazy("Use complete/, cancel/ or reactivate/.")}
ENTITLEMENT_WAYS = {
    "state": gettext_lazy("Use activate/, deactivate/ or cancel/."),
    "is_default": gettext_lazy("Use set-default/."),
}


def name_of(source: str) -> serializers.CharField:
    """The name behind a relation, for people who read the answer."""
    return serializers.CharField(source=source, read_only=True, default=None, allow_null=True)


class CustomerSerializer(KnownKeysOnly, serializers.ModelSerializer[Any]):
    ways = ACTIVATION

    html_url = serializers.HyperlinkedIdentityField("cases:customer_detail", read_only=True)

    class Meta:
        model = Customer
        fields = ["id", "html_url", "name", "code", "service_level", "email", "is_active"]
        read_only_fields = ["is_active"]
        validators: list[Any] = []


class ContactSerializer(KnownKeysOnly, serializers.ModelSerializer[Any]):
    ways = ACTIVATION

    customer_name = name_of("customer.name")

    class Meta:
        model = Contact
        fields = ["id", "customer", "customer_name", "name", "email", "phone", "is_active"]
        read_only_fields = ["is_active"]


class ProductSerializer(KnownKeysOnly, serializers.ModelSerializer[Any]):
    ways = ACTIVATION

    class Meta:
        model = Product
        fields = ["id", "name", "code", "is_active"]
        read_only_fields = ["is_active"]


class EntitlementSerializer(KnownKeysOnly, serializers.ModelSerializer[Any]):
    """Dates are days in the organisation's time zone, both included."""

    ways = ENTITLEMENT_WAYS

    customer_name = name_of("customer.name")
    sla = CodeField(queryset=SLA.objects.all(), allow_null=True, required=False)

    class Meta:
        model = Entitlement
        fields = [
            "id",
            "name",
            "description",
            "customer",
            "customer_name",
            "sla",
            "start_date",
            "end_date",
            "state",
            "is_default",
        ]
        read_only_fields = ["state", "is_default"]
        validators: list[Any] = []


class AppliedSLASerializer(serializers.Serializer[Any]):
    """Which SLA judges the record, and who chose it."""

    code = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    source = serializers.CharField()


class TrackedSerializer(KnownKeysOnly, serializers.ModelSerializer[Any]):
    """What documents of tracked records share. The view attaches `tracking`, the engine's own row."""

    also_shown = frozenset({"kpi_instances"})

    owner_name = name_of("owner.display_name")
    team_name = name_of("team.name")
    applied_sla = serializers.SerializerMethodField()
    next_failure_at = serializers.DateTimeField(
        source="tracking.queue_at",
        read_only=True,
        allow_null=True,
        default=None,
        help_text="The earliest failure time among its running or breached timers; null if there is none.",
    )
    is_updating = serializers.BooleanField(
        source="tracking.is_waiting",
        read_only=True,
        default=False,
        help_text="True while a change waits to be judged: the timers are about to follow.",
    )

    @extend_schema_field(AppliedSLASerializer(allow_null=True))
    def get_applied_sla(self, obj: Any) -> dict[str, Any] | None:
        record = getattr(obj, "tracking", None)
        if record is None:
            return None
        return {
            "code": record.sla.code if record.sla else None,
            "name": record.sla.name if record.sla else None,
            "version": record.sla_version.number if record.sla_version else None,
            "source": record.sla_source,
        }


class CaseSerializer(TrackedSerializer):
    ways = CASE_WAYS

    html_url = serializers.HyperlinkedIdentityField("cases:case_detail", read_only=True)
    customer_name = name_of("customer.name")
    contact_name = name_of("contact.name")
    product_name = name_of("product.name")
    entitlement_name = name_of("entitlement.name")
    opened_on = serializers.DateTimeField(required=False)

    class Meta:
        model = Case
        fields = [
            "id",
            "html_url",
            "number",
            "title",
            "description",
            "customer",
            "customer_name",
            "contact",
            "contact_name",
            "product",
            "product_name",
            "entitlement",
            "entitlement_name",
            "channel",
            "type",
            "priority",
            "service_level",
            "state",
            "status",
            "owner",
            "owner_name",
            "team",
            "team_name",
            "first_response_sent",
            "is_escalated",
            "escalated_on",
            "source",
            "external_number",
            "resolution",
            "billable_minutes",
            "merged_into",
            "opened_on",
            "resolved_on",
            "created_on",
            "modified_on",
            "applied_sla",
            "next_failure_at",
            "is_updating",
        ]
        read_only_fields = [
            "number",
            "state",
            "escalated_on",
            "resolution",
            "billable_minutes",
            "merged_into",
            "resolved_on",
            "created_on",
            "modified_on",
        ]
        # Uniqueness of source and number is the service's: it must also hold between two callers at once.
        validators: list[Any] = []
        extra_kwargs = {
            "source": {"required": False},
            "external_number": {"required": False},
            "channel": {"help_text": "How it came in; a new case that does not say came over the API."},
            "status": {
                "help_text": "While it is one of `pause_statuses` in the settings, timers that may pause stand still; "
                "`hold/` sets such a one and keeps the reason."
            },
        }


class CaseCreateSerializer(CaseSerializer):
    sla = CodeField(
        queryset=SLA.objects.all(),
        write_only=True,
        required=False,
        allow_null=True,
        help_text="Code of the SLA to apply. Left out or null: chosen automatically.",
    )

    class Meta(CaseSerializer.Meta):
        fields = [*CaseSerializer.Meta.fields, "sla"]


class ActivitySerializer(TrackedSerializer):
    ways = ACTIVITY_WAYS

    html_url = serializers.HyperlinkedIdentityField("cases:activity_detail", read_only=True)
    case_number = name_of("case.number")

    class Meta:
        model = Activity
        fields = [
            "id",
            "html_url",
            "number",
            "subject",
            "description",
            "case",
            "case_number",
            "owner",
            "owner_name",
            "team",
            "team_name",
            "state",
            "status",
            "priority",
            "due_at",
            "duration_minutes",
            "message",
            "created_on",
            "completed_on",
            "modified_on",
            "applied_sla",
            "next_failure_at",
            "is_updating",
        ]
        read_only_fields = ["number", "state", "message", "created_on", "completed_on", "modified_on"]


class ActivityCreateSerializer(ActivitySerializer):
    sla = CodeField(
        queryset=SLA.objects.all(),
        write_only=True,
        required=False,
        allow_null=True,
        help_text="Code of the SLA to apply. Left out or null: chosen automatically.",
    )

    class Meta(ActivitySerializer.Meta):
        fields = [*ActivitySerializer.Meta.fields, "sla"]
