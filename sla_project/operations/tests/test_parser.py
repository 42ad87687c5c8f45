"""JSON that would hurt further in is refused at the door, with 400 and a reason."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from sla_project.operations.errors import Invalid
from sla_project.operations.rest.parsers import MAX_BYTES, StrictJSONParser, parse_strictly
from sla_project.operations.tests.builders import api_client, make_user

BAD = {
    "too_deep": b"[" * 500 + b"]" * 500,
    "too_deep in a string that ends late": b'["a\\"' + b"[" * 30 + b'",' + b"[" * 21 + b"]" * 22,
    "not_finite": b'{"a": 1e999}',
    "not_finite constant": b"[NaN]",
    "number_too_large": b"[9223372036854775808]",
    "number_too_large, very": b"[" + b"9" * 5000 + b"]",
    "lone_surrogate": b'{"a": ["\\ud800"]}',
    "null_character": b'{"a": "\\u0000"}',
    "null_character in a key": b'{"\\u0000": 1}',
    "duplicate_key": b'{"a": 1, "a": 2}',
    "not_utf8": b'"\xff"',
    "malformed": b'{"a": }',
    "malformed, empty": b"",
    "too_many_values": b"[" + b"0," * 30_000 + b"0]",
    "body_too_large": b'"' + b"a" * MAX_BYTES + b'"',
}


def code_of(name: str) -> str:
    return name.split(",")[0].split(" ")[0]


@pytest.mark.parametrize("name", BAD)
def test_bad_json_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        StrictJSONParser().parse(io.BytesIO(BAD[name]))
    assert [problem.code for problem in refusal.value.problems] == [code_of(name)]


@pytest.mark.django_db
@pytest.mark.parametrize("name", BAD)
def test_bad_json_is_answered_with_400(name: str) -> None:
    client = api_client(make_user())
    answer = client.post("/api/v1/tokens/", BAD[name], content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] in (code_of(name), "invalid")


def test_the_fault_is_pointed_at() -> None:
    with pytest.raises(Invalid) as refusal:
        parse_strictly(b'{"items": [{"a/b": "\\u0000"}]}')
    assert refusal.value.problems[0].pointer == "/items/0/a~1b"


def test_what_lies_too_deep_is_pointed_at() -> None:
    """Before anything is parsed, and past strings, lists and objects that ended."""
    body = (
        b'{"name": "a,[{", "old": [1, {"x": [2]}], "items": [{}, {"when": ' + b'{"all": [' * 250 + b"]}" * 250 + b"}]}"
    )
    with pytest.raises(Invalid) as refusal:
        parse_strictly(body)
    assert refusal.value.problems[0].pointer == "/items/1/when" + "/all/0" * 8 + "/all"


def test_brackets_in_strings_do_not_count() -> None:
    assert parse_strictly(b'["' + b"[" * 100 + b'"]') == ["[" * 100]


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_parsed_or_refused(body: bytes) -> None:
    try:
        parse_strictly(body)
    except Invalid as refusal:
        assert refusal.problems[0].message


@pytest.mark.django_db
def test_a_declared_length_is_enough_to_refuse() -> None:
    client = APIClient()
    client.force_authenticate(make_user())
    answer = client.post("/api/v1/tokens/", b"{}", content_type="application/json", CONTENT_LENGTH="9" * 40)
    assert answer.json()["code"] == "body_too_large"
