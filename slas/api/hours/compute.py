"""`business-hours/{id}/compute/`: working time between or from moments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from sla_project.operations.errors import Invalid, Problem
from slas.api.bodies import Types, body_of
from slas.api.durations import DurationField
from slas.domain.durations import LONGEST_SECONDS, Duration, DurationError
from slas.domain.worktime import WorkingTimeRangeError
from slas.models import ScheduleVersion
from slas.selectors.hours.computations import MAX_WINDOWS, Question, computation

TYPES: Types = {"start": str, "end": str, "seconds": int, "duration": dict}


class ComputeSerializer(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField(required=False)
    seconds = serializers.IntegerField(required=False, help_text="Negative goes back.")
    duration = DurationField(required=False)


class WindowSerializer(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()


class ComputationSerializer(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    seconds = serializers.FloatField(help_text="Working seconds between the two.")
    version = serializers.IntegerField(help_text="Number of the schedule version that was used.")
    windows = WindowSerializer(many=True, help_text=f"The first {MAX_WINDOWS} open times between the two.")


def parse_question(request: Request) -> Question:
    body = body_of(request, TYPES, required=("start",))
    if len(body) != 2:
        raise Invalid([Problem("", "one_question", _("Send start with one of end, seconds and duration."))])
    start = _moment(body, "start")
    if "end" in body:
        return Question(start, end=_moment(body, "end"))
    if "seconds" in body:
        if abs(body["seconds"]) > LONGEST_SECONDS:
            raise Invalid([Problem("/seconds", "out_of_range", _("At most ten years."))])
        return Question(start, seconds=body["seconds"])
    try:
        return Question(start, duration=Duration.parse_document(body["duration"]))
    except DurationError as error:
        raise Invalid([Problem("/duration", error.code, str(error))]) from None


def compute(version: ScheduleVersion, question: Question) -> dict[str, Any]:
    """The answer for one schedule version."""
    try:
        found = computation(version, question)
    except WorkingTimeRangeError as error:
        raise Invalid([Problem("", "out_of_range", str(error))]) from None
    answer = {
        "start": found.start,
        "end": found.end,
        "seconds": found.seconds,
        "version": found.version.number,
        "windows": [{"start": opening, "end": closing} for opening, closing in found.windows],
    }
    return dict(ComputationSerializer(answer).data)


def _moment(body: dict[str, Any], key: str) -> datetime:
    try:
        moment = parse_datetime(body[key])
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1970 <= moment.year <= 9000:
        message = _("Expected a time with its zone, such as 2026-12-24T09:00:00Z.")
        raise Invalid([Problem(f"/{key}", "invalid_time", message)])
    return moment
