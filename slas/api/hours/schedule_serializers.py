"""How schedules read, and what their bodies look like in the schema."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from sla_project.operations.rest.relations import CodeField
from sla_project.operations.rest.strict import ACTIVATION
from slas.models import BusinessHours, Holiday, HolidaySchedule, ScheduleVersion

INTERVAL = {"type": "array", "items": {"type": "string", "examples": ["09:00"]}, "minItems": 2, "maxItems": 2}
INTERVALS = {"type": "array", "items": INTERVAL}
WEEK = {
    "type": "object",
    "description": "Local opening hours; 24:00 ends a day, a night shift is two intervals.",
    "properties": dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), INTERVALS),
    "additionalProperties": False,
    "examples": [{"mon": [["09:00", "12:00"], ["13:00", "17:00"]]}],
}
OVERRIDES = {
    "type": "object",
    "description": "Date → its hours in place of the week's; an empty list closes it. They win over holidays.",
    "additionalProperties": INTERVALS,
    "examples": [{"2026-12-24": [["09:00", "12:00"]]}],
}
HOURS_READ_ONLY = ("id", "html_url", "state", "version", "created_at", "modified_at")
HOLIDAY_SCHEDULE_READ_ONLY = ("id", "html_url", "created_at", "modified_at")


@extend_schema_field(WEEK)
class WeekField(serializers.JSONField):
    pass


@extend_schema_field(OVERRIDES)
class OverridesField(serializers.JSONField):
    pass


@extend_schema_field(INTERVALS)
class PartDayField(serializers.JSONField):
    pass


class BusinessHoursSerializer(serializers.ModelSerializer[BusinessHours]):
    ways = ACTIVATION

    html_url = serializers.HyperlinkedIdentityField("slas:business_hours_detail", read_only=True)
    week = WeekField()
    overrides = OverridesField(required=False)
    holiday_schedule = CodeField(queryset=HolidaySchedule.objects.all(), allow_null=True, required=False)
    version = serializers.IntegerField(read_only=True, help_text="Number of the latest version.")

    class Meta:
        model = BusinessHours
        fields = (
            "id",
            "html_url",
            "code",
            "name",
            "description",
            "tz",
            "week",
            "overrides",
            "holiday_schedule",
            "state",
            "version",
            "created_at",
            "modified_at",
        )
        read_only_fields = HOURS_READ_ONLY


class ScheduleVersionSerializer(serializers.ModelSerializer[ScheduleVersion]):
    business_hours = serializers.CharField(source="business_hours.code")
    created_by = serializers.CharField(source="created_by.display_name", default=None, allow_null=True)
    document = serializers.JSONField(help_text="Zone, week, holidays and overrides as one document.")

    class Meta:
        model = ScheduleVersion
        fields = ("id", "business_hours", "number", "effective_at", "document", "created_by")


class HolidaySerializer(serializers.ModelSerializer[Holiday]):
    hours = PartDayField(required=False, allow_null=True, help_text="Null closes the day; intervals replace its hours.")
    closed = PartDayField(
        required=False, allow_null=True, help_text="Intervals taken from the day's hours, in place of `hours`."
    )

    class Meta:
        model = Holiday
        fields = ("date", "name", "hours", "closed")


class HolidayScheduleSerializer(serializers.ModelSerializer[HolidaySchedule]):
    html_url = serializers.HyperlinkedIdentityField("slas:holiday_schedule_detail", read_only=True)
    holidays = HolidaySerializer(many=True, required=False)

    class Meta:
        model = HolidaySchedule
        fields = ("id", "html_url", "code", "name", "description", "holidays", "created_at", "modified_at")
        read_only_fields = HOLIDAY_SCHEDULE_READ_ONLY


class HolidayImportSerializer(serializers.Serializer[Any]):
    """Either a country, or a calendar."""

    country = serializers.CharField(required=False, help_text="ISO 3166-1 code, such as GB.")
    subdivision = serializers.CharField(required=False, help_text="Code of a region of the country, such as ENG.")
    ics = serializers.CharField(
        required=False,
        help_text="An iCalendar text (RFC 5545): whole days, times of the day and what comes every year are taken.",
    )
    tz = serializers.CharField(
        required=False,
        help_text="Whose clocks show the calendar's times, such as Europe/London; else that of the observing hours.",
    )
    years = serializers.ListField(child=serializers.IntegerField(), help_text="Such as [2026, 2027].")
