"""`record-types/{name}/match/`: how a condition reads, which recent records it matches, and why one does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from sla_project.operations.errors import Invalid, Problem
from slas.api.bodies import Types, body_of
from slas.api.policy.sla_documents import ConditionField
from slas.domain.conditions import Condition, ConditionError, parse
from slas.domain.fields import INTEGER_LIMIT
from slas.records import RecordType
from slas.selectors.clocks.explanations import Words
from slas.selectors.conditions.matching import matching_records
from slas.selectors.conditions.previews import DAYS, MOST_RECORDS, condition_preview

SAMPLES = 5
TYPES: Types = {"condition": (dict, type(None)), "record": int}


class MatchRequestSerializer(serializers.Serializer[Any]):
    condition = ConditionField(allow_null=True)
    record = serializers.IntegerField(required=False, help_text="The id of a record to explain.")


class MatchedRecordSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.CharField()
    html_url = serializers.URLField()


class OftenChangingSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(source="path")
    changes = serializers.IntegerField()
    records = serializers.IntegerField()
    per_record = serializers.FloatField()


class MatchedRuleSerializer(serializers.Serializer[Any]):
    sentence = serializers.CharField()
    actual = serializers.CharField()
    result = serializers.BooleanField()


class MatchExplainedSerializer(MatchedRecordSerializer):
    result = serializers.BooleanField()
    rules = MatchedRuleSerializer(many=True, help_text="Every rule of the condition, in its order.")


class MatchSerializer(serializers.Serializer[Any]):
    sentence = serializers.CharField(help_text="The condition in plain English.")
    since = serializers.DateTimeField(help_text=f"Records created since then are counted: {DAYS} days.")
    matching = serializers.IntegerField()
    matching_open = serializers.IntegerField()
    total = serializers.IntegerField()
    is_capped = serializers.BooleanField(help_text=f"Only the newest {MOST_RECORDS:,} records were counted.")
    samples = MatchedRecordSerializer(many=True, help_text=f"The newest {SAMPLES} that match.")
    often_changing = OftenChangingSerializer(many=True, help_text="Poor conditions for applicable-when.")
    record = MatchExplainedSerializer(allow_null=True)


def answer(request: Request, record_type: RecordType, now: datetime) -> dict[str, Any]:
    """The answer to the question in the body. Raises `Invalid`."""
    body = body_of(request, TYPES)
    if "condition" not in body:
        raise Invalid([Problem("/condition", "required", _("This is required."))])
    condition = _condition(body["condition"], record_type)
    preview = condition_preview(record_type, condition, now=now)
    created = record_type.created_field
    recent = matching_records(record_type.name, condition).filter(**{f"{created}__gte": preview.since})
    newest = recent.order_by(f"-{created}", "-pk")[:SAMPLES]
    return {
        "sentence": preview.sentence,
        "since": preview.since,
        "matching": preview.matching,
        "matching_open": preview.matching_open,
        "total": preview.total,
        "is_capped": preview.is_capped,
        "samples": [_named(request, record_type, obj) for obj in newest],
        "often_changing": preview.changing,
        "record": _explained(request, record_type, condition, body["record"]) if "record" in body else None,
    }


def _condition(document: object, record_type: RecordType) -> Condition:
    try:
        return parse(document, record_type.fields, pointer="/condition")
    except ConditionError as error:
        raise Invalid([Problem(one.pointer, one.code, one.message) for one in error.problems]) from None


def _explained(request: Request, record_type: RecordType, condition: Condition, pk: int) -> dict[str, Any]:
    is_possible = 0 < pk < INTEGER_LIMIT
    obj = record_type.model._default_manager.filter(pk=pk).first() if is_possible else None
    if obj is None:
        raise Invalid([Problem("/record", "unknown", _("There is no such record."))])
    explanation = condition.explain(record_type.values_of(obj))
    rules = list(Words(record_type).leaves(explanation))
    return {**_named(request, record_type, obj), "result": explanation.result, "rules": rules}


def _named(request: Request, record_type: RecordType, obj: Any) -> dict[str, Any]:
    url = request.build_absolute_uri(record_type.url(obj.pk))
    return {"id": obj.pk, "number": record_type.number(obj), "html_url": url}
