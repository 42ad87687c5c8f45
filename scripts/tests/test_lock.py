"""constraints.txt holds what the direct pins bring along, and nothing else."""

from __future__ import annotations

import re

from scripts.lock import CONSTRAINTS, REQUIREMENTS, constraints_of, direct_names, requirement_lines


def test_direct_pins_are_exact_and_have_their_reasons() -> None:
    for path in REQUIREMENTS:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", "-")):
                assert re.fullmatch(r"[\w.-]+(\[\w+\])?==\S+ +# \S.+", line), line


def test_a_direct_pin_is_no_constraint() -> None:
    frozen = "Django==5.2.19\nsqlparse==0.6.1\npsycopg-binary==3.3.9\npsycopg==3.3.9\n-e .\n"
    assert constraints_of(frozen, direct_names()) == ["psycopg-binary==3.3.9", "sqlparse==0.6.1"]


def test_names_are_compared_as_the_index_does() -> None:
    assert constraints_of("drf_Spectacular==1\nrpds.py==2\n", direct_names()) == ["rpds.py==2"]


def test_the_committed_file_is_of_this_kind() -> None:
    pins = requirement_lines(CONSTRAINTS)
    assert pins == constraints_of("\n".join(pins), direct_names())
