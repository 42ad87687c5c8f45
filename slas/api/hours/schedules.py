"""`/business-hours/` and `/holiday-schedules/`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from sla_project.accounts.policy import Ask
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, Problem
from sla_project.operations.rest.dry_run import can_dry_run, rolled_back_if_dry
from sla_project.operations.rest.strict import CloneSerializer
from sla_project.operations.rest.writes import no_body
from slas.api.base import ConfigurationViewSet
from slas.api.bodies import Types, body_of
from slas.api.hours.compute import ComputationSerializer, ComputeSerializer, compute, parse_question
from slas.api.hours.recalculations import RESPONSES, RecalculateHoursSerializer, recalculate
from slas.api.hours.schedule_serializers import (
    HOLIDAY_SCHEDULE_READ_ONLY,
    HOURS_READ_ONLY,
    BusinessHoursSerializer,
    HolidayImportSerializer,
    HolidayScheduleSerializer,
    ScheduleVersionSerializer,
)
from slas.api.uses import UseSerializer
from slas.models import BusinessHours, HolidaySchedule
from slas.selectors.hours.schedules import (
    business_hours,
    holiday_schedules,
    observing_versions,
    schedule_version_at,
    schedule_versions,
)
from slas.selectors.policy.usage import uses_of_hours
from slas.services.hours import holidays
from slas.services.hours import schedules as hours
from slas.services.hours.holiday_imports import calendar_import, holiday_import

HOURS_TYPES: Types = {
    "code": str,
    "name": str,
    "description": str,
    "tz": str,
    "week": dict,
    "overrides": dict,
    "holiday_schedule": (str, type(None)),
}
HOLIDAY_TYPES: Types = {"code": str, "name": str, "description": str, "holidays": list}
IMPORT_TYPES: Types = {"country": str, "subdivision": str, "ics": str, "tz": str, "years": list}


class BusinessHoursFilter(django_filters.FilterSet):
    holiday_schedule = django_filters.CharFilter("holiday_schedule__code")

    class Meta:
        model = BusinessHours
        fields = ("code", "state", "holiday_schedule")


class BusinessHoursViewSet(ConfigurationViewSet):
    """Weekly hours in one zone. Every effective change makes a new version; running timers keep theirs. Hours that an
    SLA uses cannot be deleted; the 409 names it."""

    noun = "business_hours"
    types = HOURS_TYPES
    required = ("code", "name", "tz", "week")
    read_only = HOURS_READ_ONLY
    queryset = business_hours()
    serializer_class = BusinessHoursSerializer
    filterset_class = BusinessHoursFilter
    ordering = ("name", "id")
    ordering_fields = ("id", "code", "name", "state", "modified_at")

    def read(self, request: Request, *, instance: Any = None, partial: bool = False) -> Mapping[str, Any]:
        body = dict(super().read(request, instance=instance, partial=partial))
        code = body.get("holiday_schedule")
        if code is not None:
            body["holiday_schedule"] = HolidaySchedule.objects.filter(code=code).first()
            if body["holiday_schedule"] is None:
                raise Invalid([Problem("/holiday_schedule", "unknown", _("There is no such holiday schedule."))])
        return body

    def write_new(self, values: Mapping[str, Any]) -> Any:
        return self.call(hours.business_hours_create, **values)

    def write_changes(self, obj: BusinessHours, values: Mapping[str, Any]) -> None:
        self.call(hours.business_hours_update, business_hours=obj, changes=values)

    def remove(self, obj: BusinessHours) -> None:
        self.call(hours.business_hours_delete, business_hours=obj)

    def lock(self, obj: BusinessHours) -> None:
        hours.business_hours_locked(obj)

    @no_body
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        return self.command(hours.business_hours_activate)

    @no_body
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        """409 while an active SLA counts in them."""
        return self.command(hours.business_hours_deactivate)

    @extend_schema(request=CloneSerializer, responses={201: BusinessHoursSerializer})
    @action(detail=True, methods=["post"])
    def clone(self, request: Request, pk: str) -> Response:
        """New hours that are open at the same times."""
        return self.command(hours.business_hours_clone, CloneSerializer, status=status.HTTP_201_CREATED)

    @extend_schema(responses=UseSerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def usage(self, request: Request, pk: str) -> Response:
        """Which SLAs, versions and items count in them, and how many open timers."""
        return Response(UseSerializer(uses_of_hours(self.get_object()), many=True).data)

    @can_dry_run
    @extend_schema(request=RecalculateHoursSerializer, responses=RESPONSES)
    @action(detail=True, methods=["post"])
    def recalculate(self, request: Request, pk: str) -> Response:
        """Moves open timers from earlier versions of the hours to the one in force, as a job. Pauses are kept."""
        with self.commanded() as found:
            return recalculate(request, [found])

    @extend_schema(request=ComputeSerializer, responses=ComputationSerializer)
    @action(detail=True, methods=["post"], permission_classes=(Ask,), etags=False)
    def compute(self, request: Request, pk: str) -> Response:
        """`start` and `duration` or `seconds`: when is it due? `start` and `end`: how long is it open?"""
        question = parse_question(request)
        version = schedule_version_at(self.get_object(), clock_now())
        return Response(compute(version, question))

    @extend_schema(responses=ScheduleVersionSerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None, ordering=("-number",), ordering_fields=())
    def versions(self, request: Request, pk: str) -> Response:
        """Newest first."""
        page = self.paginate_queryset(schedule_versions(self.get_object()))
        return self.get_paginated_response(ScheduleVersionSerializer(page, many=True).data)

    @extend_schema(
        responses=ScheduleVersionSerializer,
        parameters=[OpenApiParameter("number", OpenApiTypes.INT, OpenApiParameter.PATH)],
    )
    @action(detail=True, url_path=r"versions/(?P<number>[0-9]{1,9})", url_name="version")
    def version(self, request: Request, pk: str, number: str) -> Response:
        found = get_object_or_404(schedule_versions(self.get_object()), number=number)
        return Response(ScheduleVersionSerializer(found).data)


class HolidayScheduleFilter(django_filters.FilterSet):
    class Meta:
        model = HolidaySchedule
        fields = ("code",)


class HolidayScheduleViewSet(ConfigurationViewSet):
    """Named lists of holidays; the holidays are part of the document. One that business hours observe cannot be
    deleted; the 409 names them."""

    noun = "schedule"
    types = HOLIDAY_TYPES
    required = ("code", "name")
    replaced = ("holidays",)
    read_only = HOLIDAY_SCHEDULE_READ_ONLY
    queryset = holiday_schedules()
    serializer_class = HolidayScheduleSerializer
    filterset_class = HolidayScheduleFilter
    ordering = ("name", "id")
    ordering_fields = ("id", "code", "name", "modified_at")

    def write_new(self, values: Mapping[str, Any]) -> Any:
        return self.call(holidays.holiday_schedule_create, **values)

    def write_changes(self, obj: HolidaySchedule, values: Mapping[str, Any]) -> None:
        self.call(holidays.holiday_schedule_update, schedule=obj, changes=values)

    def remove(self, obj: HolidaySchedule) -> None:
        self.call(holidays.holiday_schedule_delete, schedule=obj)

    @can_dry_run
    @extend_schema(request=HolidayImportSerializer)
    @action(detail=True, methods=["post"], url_path="import", url_name="import")
    def import_(self, request: Request, pk: str) -> Response:
        """Adds days as rows: the public holidays of a country, or those of a calendar. What is there already stays."""
        body = _importable(body_of(request, IMPORT_TYPES, required=("years",)))
        service = calendar_import if "ics" in body else holiday_import
        with self.commanded() as schedule, rolled_back_if_dry(request):
            self.call(service, schedule=schedule, **body)
            return self.answer(schedule)

    @extend_schema(request=CloneSerializer, responses={201: HolidayScheduleSerializer})
    @action(detail=True, methods=["post"])
    def clone(self, request: Request, pk: str) -> Response:
        """A new schedule with the same holidays."""
        return self.command(holidays.holiday_schedule_clone, CloneSerializer, status=status.HTTP_201_CREATED)

    @extend_schema(responses=ScheduleVersionSerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None, ordering=("-id",), ordering_fields=())
    def versions(self, request: Request, pk: str) -> Response:
        """The versions of all business hours that observe it, newest first."""
        page = self.paginate_queryset(observing_versions(self.get_object()))
        return self.get_paginated_response(ScheduleVersionSerializer(page, many=True).data)

    @can_dry_run
    @extend_schema(request=RecalculateHoursSerializer, responses=RESPONSES)
    @action(detail=True, methods=["post"])
    def recalculate(self, request: Request, pk: str) -> Response:
        """The same for all business hours that observe it."""
        with self.commanded() as schedule:
            return recalculate(request, list(schedule.business_hours.order_by("pk")))


def _importable(body: dict[str, Any]) -> dict[str, Any]:
    """Years are numbers, and the days come from one place."""
    wrong = [index for index, year in enumerate(body["years"]) if type(year) is not int]
    problems = [Problem(f"/years/{index}", "wrong_type", _("Expected a year.")) for index in wrong[:10]]
    if "ics" in body and body.keys() & {"country", "subdivision"}:
        problems.append(Problem("/ics", "unexpected_value", _("Send a country or a calendar, not both.")))
    elif "tz" in body and "ics" not in body:
        problems.append(Problem("/tz", "unexpected_value", _("Only a calendar has times to convert.")))
    elif "ics" not in body and "country" not in body:
        problems.append(Problem("/country", "required", _("Send a country, or a calendar as ics.")))
    if problems:
        raise Invalid(problems)
    return body
