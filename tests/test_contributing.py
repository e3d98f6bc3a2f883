"""CONTRIBUTING.md says how to add things: its examples are executed, the engine's in a campaign."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from standins.tiny import SPEC
from typer.testing import CliRunner

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?:<!-- file: (\S+) -->\n)?```(python|toml)\n(.*?)```", re.DOTALL)
BLOCKS = BLOCK.findall(PAGE)
FILES = {name: code for name, _, code in BLOCKS if name}
PATHS = re.compile(r"`((?:analysis|makers|workflows|studies|tests|docs)/[^`]*?)`")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Install the toy engine as a package that is found on the path."""
    (tmp_path / "toy_engine.py").write_text(FILES["toy_engine.py"])
    (entry,) = (code for _, language, code in BLOCKS if language == "toml")
    line = entry.splitlines()[1].replace('"', "")
    info = tmp_path / "toy_engine-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-engine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[interphase.engines]\n{line}\n")
    return tmp_path


def interphase(package: Path, *words: str) -> str:
    paths = os.pathsep.join((str(ROOT), str(package)))
    done = subprocess.run(
        [sys.executable, "-m", "workflows.cli.main", *words],
        cwd=package,
        env=os.environ | {"PYTHONPATH": paths, "INTERPHASE_WORKERS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_engine_from_a_package_carries_a_whole_campaign(package: Path) -> None:
    spec = SPEC | {"name": "toy", "engine": {"name": "toy", "settings": {"scale": 2.0}}}
    (package / "toy.yaml").write_text(yaml.safe_dump(spec))
    assert "2" in interphase(package, "plan", "toy.yaml")
    interphase(package, "run", "toy.yaml", "--dir", "runs/toy")
    fields = "formula,engine,label,notes,reaction_energy"
    shown = interphase(
        package, *("query", "--dir", "runs/toy", "--fields", fields, "--format", "json")
    )
    results: list[dict[str, Any]] = json.loads(shown)
    assert len(results) == 3
    assert {each["engine"]["name"] for each in results} == {"toy"}
    assert all(each["reaction_energy"] is not None for each in results)
    doped = [each for each in results if each["formula"] != "Li2ZrO3"]
    assert all("error of the engine toy" in " ".join(each["notes"]) for each in doped)


def test_an_engine_of_a_package_refuses_what_it_does_not_know(package: Path) -> None:
    spec = SPEC | {"engine": {"name": "toy", "settings": {"size": 2}}}
    (package / "toy.yaml").write_text(yaml.safe_dump(spec))
    with pytest.raises(AssertionError, match=r"Settings of the engine toy: size"):
        interphase(package, "plan", "toy.yaml")


@pytest.mark.parametrize("code", [c for name, kind, c in BLOCKS if kind == "python" and not name])
def test_a_short_example_runs(code: str) -> None:
    exec(compile(code, "CONTRIBUTING.md", "exec"), {})  # noqa: S102  the page's own code


def test_the_chapter_lists_what_a_campaign_computed() -> None:
    names: dict[str, Any] = {}
    exec(compile(FILES["chapter.py"], "chapter.py", "exec"), names)  # noqa: S102  the page's code

    class Results:
        def distinct(self, field: str, query: dict[str, str]) -> list[str]:
            assert (field, query) == ("formula", {"campaign": "demo"})
            return ["Li2O", "Al2O3"]

    database = type("Database", (), {"results": Results()})
    (chapter,) = names["formula_chapter"](database, "demo")
    assert chapter.tables[0].rows == (("Al2O3",), ("Li2O",))


def test_the_command_is_one_of_the_program() -> None:
    from workflows.cli.main import app

    before = list(app.registered_commands)
    try:
        exec(compile(FILES["command.py"], "command.py", "exec"), {})  # noqa: S102  the page's code
        done = CliRunner().invoke(app, ["formulas"])
    finally:
        app.registered_commands[:] = before
    assert done.stdout == "Li7La3Zr2O12\n"


def test_every_path_on_the_page_exists() -> None:
    named = [each for each in PATHS.findall(PAGE) if "NAME" not in each and "pbs.py" not in each]
    assert [each for each in named if not (ROOT / each).exists()] == []
