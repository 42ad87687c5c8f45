"""These tests hold real processes against real servers; each has its own desk, and leaves nothing running."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.register_assert_rewrite("cases.tests.services.story", "cases.tests.services.invariants")

from cases.tests.builders import make_token, make_user  # noqa: E402


@pytest.fixture
def token(transactional_db: None) -> str:
    """Of an administrator, in the database of this lane."""
    return make_token(make_user("admin@desk.example", "administrator"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "desk"
