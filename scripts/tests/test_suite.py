"""A run that promised tests and had none is not green."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scripts import suite

REPORT = """<testsuites><testsuite tests="4" failures="1" errors="0" skipped="1">
<testcase name="good"/><testcase name="also good"><system-out>words</system-out></testcase>
<testcase name="bad"><failure>no</failure></testcase><testcase name="left out"><skipped/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(suite, "REPORTS", tmp_path)
    return tmp_path


def test_only_tests_that_went_well_count(reports: Path) -> None:
    (reports / "browser.xml").write_text(REPORT)
    assert suite.passed("browser") == 2


def test_an_absent_run_is_named(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (reports / "suite.xml").write_text(REPORT)
    assert suite.ran(["suite", "browser"]) == 1
    assert capsys.readouterr().out == "Tests: suite 2, browser 0\nDid not run: browser\n"


def test_a_step_without_tests_fails_even_if_its_command_does_not(reports: Path) -> None:
    assert not suite.run(suite.Step("browser", ["true"], report="browser"))
    (reports / "browser.xml").write_text(REPORT)
    assert suite.run(suite.Step("browser", ["true"], report="browser"))
    assert not suite.run(suite.Step("lint", ["false"]))


def test_an_absent_service_is_named_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:9/0")
    monkeypatch.setenv("DATABASE_URL", "postgres://user:secret@127.0.0.1:9/name")
    with pytest.raises(SystemExit, match=r"^DATABASE_URL: nothing answers at 127\.0\.0\.1:9\.$"):
        suite.services()


HANGS_ONCE = """
import pathlib, sys, time
seen = pathlib.Path(sys.argv[1])
if not seen.exists():
    seen.touch()
    time.sleep(600)
"""


def test_a_step_that_hangs_is_begun_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step = suite.Step("browser", (sys.executable, "-c", HANGS_ONCE, str(tmp_path / "seen")), limit=2.0)
    assert suite.run(step)
    assert "browser: hung, ended after 2 s" in capsys.readouterr().out


def test_a_step_that_always_hangs_has_failed(capsys: pytest.CaptureFixture[str]) -> None:
    step = suite.Step("browser", (sys.executable, "-c", "import time; time.sleep(600)"), limit=0.5)
    assert not suite.run(step)
    assert capsys.readouterr().out.count("hung") == suite.ATTEMPTS
