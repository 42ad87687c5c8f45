"""A trial as JSON: the same trace that the page shows."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from slas.selectors.clocks.explanations import NO_START, NOT_MET, NOT_NEEDED, WON, ConditionTrace, LeafExplained
from slas.selectors.forecasts.trials import ClockTrace, KPITrace, Trace


class RuleSerializer(serializers.Serializer[Any]):
    sentence = serializers.CharField()
    actual = serializers.CharField()
    result = serializers.BooleanField()


class ConditionTraceSerializer(serializers.Serializer[Any]):
    sentence = serializers.CharField()
    result = serializers.BooleanField()
    conditions = RuleSerializer(many=True)


class TriedItemSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    outcome = serializers.ChoiceField([WON, NOT_NEEDED, NOT_MET, NO_START])
    sentence = serializers.CharField()
    conditions = RuleSerializer(many=True)


class TriedActionSerializer(serializers.Serializer[Any]):
    words = serializers.CharField()
    recipient = serializers.CharField(help_text="Of a mail; empty where it would reach nobody.")
    subject = serializers.CharField()


class TriedMomentSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    kind = serializers.CharField(help_text="warning, failure or success.")
    due_at = serializers.DateTimeField(allow_null=True)
    reached_at = serializers.DateTimeField(allow_null=True, help_text="If it is by `at`.")
    actions = TriedActionSerializer(many=True)


class CountedWindowSerializer(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    seconds = serializers.FloatField()


class TriedClockSerializer(serializers.Serializer[Any]):
    status = serializers.CharField()
    hours = serializers.CharField()
    time_zone = serializers.CharField()
    working_seconds = serializers.FloatField()
    warning_at = serializers.DateTimeField(allow_null=True)
    failure_at = serializers.DateTimeField()
    moments = TriedMomentSerializer(many=True)
    windows = CountedWindowSerializer(many=True, help_text="Working time counted until failure, day by day.")
    windows_left_out = serializers.IntegerField()
    success = ConditionTraceSerializer()
    pause = ConditionTraceSerializer(allow_null=True)


class TriedKPISerializer(serializers.Serializer[Any]):
    kpi = serializers.CharField()
    name = serializers.CharField()
    applicable_from = serializers.DateTimeField(allow_null=True)
    winner = serializers.CharField(allow_null=True, help_text="Key of the item.")
    items = TriedItemSerializer(many=True)
    clock = TriedClockSerializer(allow_null=True)


class TraceSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    values = serializers.DictField(help_text="All values that were judged, by path.")
    lifecycle = serializers.CharField()
    kpis = TriedKPISerializer(many=True)


def trace_document(found: Trace) -> dict[str, Any]:
    """The trace as JSON values."""
    fields = found.trial.policies.record_type.fields
    return {
        "at": found.trial.at,
        "values": fields.dump_values(found.trial.values),
        "lifecycle": found.lifecycle,
        "kpis": [_kpi_document(kpi) for kpi in found.kpis],
    }


def _kpi_document(kpi: KPITrace) -> dict[str, Any]:
    return {
        "kpi": kpi.code,
        "name": kpi.name,
        "applicable_from": kpi.start,
        "winner": kpi.winner.key if kpi.winner else None,
        "items": [
            {
                "key": item.key,
                "name": item.name,
                "outcome": item.outcome,
                "sentence": item.sentence,
                "conditions": [_leaf_document(leaf) for leaf in item.leaves],
            }
            for item in kpi.items
        ],
        "clock": _clock_document(kpi.clock) if kpi.clock else None,
    }


def _clock_document(clock: ClockTrace) -> dict[str, Any]:
    return {
        "status": clock.status,
        "hours": clock.hours,
        "time_zone": clock.zone,
        "working_seconds": clock.working_seconds,
        "warning_at": clock.warning_due,
        "failure_at": clock.failure_due,
        "moments": [
            {
                "key": moment.key,
                "kind": moment.kind,
                "due_at": moment.due,
                "reached_at": moment.reached,
                "actions": [
                    {"words": preview.words, "recipient": preview.recipient, "subject": preview.subject}
                    for preview in moment.actions
                ],
            }
            for moment in clock.moments
        ],
        "windows": [{"start": window.start, "end": window.end, "seconds": window.seconds} for window in clock.windows],
        "windows_left_out": clock.windows_left,
        "success": _condition_document(clock.success),
        "pause": _condition_document(clock.pause) if clock.pause else None,
    }


def _condition_document(condition: ConditionTrace) -> dict[str, Any]:
    return {
        "sentence": condition.sentence,
        "result": condition.result,
        "conditions": [_leaf_document(leaf) for leaf in condition.leaves],
    }


def _leaf_document(leaf: LeafExplained) -> dict[str, Any]:
    return {"sentence": leaf.sentence, "actual": leaf.actual, "result": leaf.result}
