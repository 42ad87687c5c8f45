"""What a code is: one rule for everything that has one."""

from __future__ import annotations

import pytest

from sla_project.operations.codes import LONGEST_CODE, code_problems


@pytest.mark.parametrize("code", ["a", "7", "uk-hours", "a_b", "a--b", "a" * LONGEST_CODE])
def test_a_code(code: str) -> None:
    assert code_problems(code) == []


@pytest.mark.parametrize("code", ["", "A", "a b", "-a", "a-", "é", "a\n", "a" * (LONGEST_CODE + 1), None, 7, ["a"]])
def test_no_code(code: object) -> None:
    (problem,) = code_problems(code)
    assert (problem.pointer, problem.code) == ("/code", "invalid_code")
