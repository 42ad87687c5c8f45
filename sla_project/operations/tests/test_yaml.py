"""YAML reads as people expect, and what is written is read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_project.operations.errors import Invalid
from sla_project.operations.yaml import yaml_read, yaml_write

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n"), max_size=40).map(
    lambda text: text.replace("\x85", "").replace("\u2028", "").replace("\u2029", "")
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | TEXT | st.sampled_from(["no", "17:30", "2026-12-25"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(PLAIN)
def test_what_is_written_is_read_back(document: object) -> None:
    assert yaml_read(yaml_write(document)) == document


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no", {"a": "no"}),
        ("a: 17:30", {"a": "17:30"}),
        ("a: 2026-12-25", {"a": "2026-12-25"}),
        ("a: 010", {"a": "010"}),
        ("a: 1.5", {"a": 1.5}),
        ("a: -3", {"a": -3}),
        ("a: true\nb: ~\nc:", {"a": True, "b": None, "c": None}),
        ("a: [x, y]", {"a": ["x", "y"]}),
        ('{"a": [1, null]}', {"a": [1, None]}),
        ("a: |\n  two\n  lines\n", {"a": "two\nlines\n"}),
        ("", None),
    ],
)
def test_no_surprises(text: str, value: object) -> None:
    assert yaml_read(text) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x 1\nb: *x", "alias"),
        ("a: !!python/object/apply:os.system [id]", "tag"),
        ("a: 1\na: 2", "duplicate_key"),
        ("1: a", "wrong_type"),
        ("? [a]\n: b", "wrong_type"),
        ("a: [1", "malformed"),
        ("a: b: c", "malformed"),
        ("\tb", "malformed"),
        ("[" * 500 + "]" * 500, "too_deep"),
        ("[" * 50_000, "too_deep"),
        ("- x\n" * 60_000, "too_many_values"),
        ("a: " + "x" * 300_000, "body_too_large"),
        ("a: 1\n---\nb: 2", "malformed"),
        ('a: "\\0"', "null_character"),
    ],
)
def test_what_is_refused(text: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        yaml_read(text)
    assert caught.value.problems[0].code == code


def test_a_fault_names_its_line() -> None:
    with pytest.raises(Invalid, match="line 3"):
        yaml_read("a: 1\nb: 2\nc: 1: 2\n")


def test_long_texts_are_blocks_and_short_mappings_lines() -> None:
    text = yaml_write({"body": "Dear all,\nit is late.\n", "when": {"field": "priority", "op": "is", "value": "no"}})
    assert "body: |\n  Dear all,\n" in text
    assert "when: {field: priority, op: is, value: 'no'}" in text
