"""What OpenAPI says about every operation: headers, and the problems it may answer with."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

METHODS = {"get", "post", "put", "patch", "delete"}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` is for programs, `detail` for people, `errors` one per field.",
    "required": ["type", "title", "status", "code", "detail", "request_id", "errors"],
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer (RFC 6901)."},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "changed": {"description": "412 only: what has changed meanwhile."},
    },
}
WORDS = {
    "400": "A field, a parameter or the body has a fault.",
    "401": "No token, or one that is unknown or expired.",
    "403": "The role or the token's scope does not allow this.",
    "404": "There is no such object.",
    "409": "Not possible in the object's present state.",
    "412": "The document has changed since it was read (`If-Match`).",
    "422": "The Idempotency-Key belongs to another request.",
    "428": "`If-Match` is missing.",
    "default": "Any other error.",
}

LOCATION = {"schema": {"type": "string", "format": "uri"}, "description": "The address of what was made."}


class OperationSchema(AutoSchema):
    """Adds the headers that writes understand. A view whose documents have ETags says `etags = True`."""

    def get_override_parameters(self) -> list[Any]:
        has_etag = getattr(self.view, "etags", False)
        if self.method == "POST":
            key = _header("Idempotency-Key", "Repeat a POST safely: the first answer is replayed for 24 hours.")
            is_command = has_etag and getattr(self.view, "detail", False)
            return [key, _header("If-Match", "The ETag that the document must have; left out: any.")][: 1 + is_command]
        if self.method in ("PUT", "PATCH", "DELETE") and has_etag:
            return [_header("If-Match", "The ETag of the document that was read.", required=True)]
        return []


def _header(name: str, description: str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, required=required, description=description)


def add_problem_responses(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's last step: each operation gets the problems that it can answer with."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            if method in METHODS:
                _add(operation["responses"], method, path, operation.get("parameters", []))
    return result


def loosen_unions(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """`oneOf` wants exactly one match, but what drf-spectacular writes for “an address or empty” overlaps: to JSON
    Schema 2020-12 a format is a note, so an empty text is both. `anyOf` says what is meant."""
    waiting: list[Any] = [result]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if isinstance(node.get("oneOf"), list):
                node["anyOf"] = node.pop("oneOf")
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return result


def _add(responses: dict[str, Any], method: str, path: str, parameters: list[dict[str, Any]]) -> None:
    codes = ["400", "401", "403"]
    if "{" in path:
        codes.append("404")
    if method != "get":
        codes.append("409")
    if method == "post":
        codes.append("422")
    for parameter in parameters:
        if parameter["name"] == "If-Match":
            codes += ["412", "428"] if parameter.get("required") else ["412"]
    if "201" in responses:
        responses["201"].setdefault("headers", {})["Location"] = LOCATION
    for code in codes:
        responses.setdefault(code, _response(WORDS[code]))
    responses.setdefault("429", _too_many())
    responses.setdefault("default", _response(WORDS["default"]))


def _response(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


def _too_many() -> dict[str, Any]:
    seconds = {"schema": {"type": "integer"}, "description": "Seconds to wait."}
    return {**_response("Too many requests."), "headers": {"Retry-After": seconds}}
