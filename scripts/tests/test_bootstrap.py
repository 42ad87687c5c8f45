"""An environment appears complete or not at all, under the name of its requirements."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import pytest

from scripts.bootstrap import DEVELOPMENT, RUNTIME, CannotBuild, clean_environ, environment_ensure, environment_key


def venv_only(command: Sequence[str], output: TextIO) -> int:
    """Stands for a fast network: makes the folder, and pip finds everything there."""
    if "venv" in command:
        (Path(command[-1]) / "bin").mkdir(parents=True)
    return 0


def pip_fails(command: Sequence[str], output: TextIO) -> int:
    venv_only(command, output)
    output.write("Looking in indexes\nERROR: No matching distribution found for Django\n\n")
    output.flush()
    return int("pip" in command)


def test_other_requirements_are_another_environment() -> None:
    assert environment_key(RUNTIME) == environment_key(RUNTIME) != environment_key(DEVELOPMENT)


def test_it_is_built_once(tmp_path: Path) -> None:
    python = environment_ensure(tmp_path, RUNTIME, run=venv_only)
    assert python == tmp_path / f"venv-{environment_key(RUNTIME)}" / "bin" / "python"
    assert environment_ensure(tmp_path, RUNTIME, run=pip_fails) == python


def test_a_failure_is_one_line_and_leaves_no_environment(tmp_path: Path) -> None:
    with pytest.raises(CannotBuild) as failure:
        environment_ensure(tmp_path, RUNTIME, run=pip_fails)
    assert str(failure.value) == (
        "The Python packages could not be fetched: no network? "
        f"(No matching distribution found for Django; the whole is in {tmp_path}/install.log)"
    )
    assert not (tmp_path / f"venv-{environment_key(RUNTIME)}").exists()
    environment_ensure(tmp_path, RUNTIME, run=venv_only)


def test_what_was_left_unfinished_is_built_anew(tmp_path: Path) -> None:
    leftover = tmp_path / f"venv-{environment_key(RUNTIME)}.unfinished" / "lib"
    leftover.mkdir(parents=True)
    environment_ensure(tmp_path, RUNTIME, run=venv_only)
    assert not leftover.exists()
    assert not (tmp_path / f"venv-{environment_key(RUNTIME)}" / "lib").exists()


def test_a_real_installation_s_settings_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://production")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("KEPT", "yes")
    environ = clean_environ()
    assert environ["KEPT"] == "yes"
    assert not {"DATABASE_URL", "PYTHONPATH"} & environ.keys()
