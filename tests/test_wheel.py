"""The built wheel alone: it lists what it needs, and answers without the clone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PACKAGES = ("analysis", "interphase", "makers", "workflows")
SHIPPED = ("campaigns", "cluster", "results")
NEEDED = (
    "campaigns/demo.yaml",
    "campaigns/llzo.yaml",
    "campaigns/nasicon/na3zr2si2po12.cif",
    "cluster/jobflow.yaml",
    "launchpad.yaml",
    "host.yaml",
    "results/llzo-chgnet/manifest.json",
    "results/llzo-chgnet/compounds.csv",
    "results/llzo-chgnet/structures.jsonl.gz",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build from a copy: setuptools leaves folders behind."""
    copy = tmp_path_factory.mktemp("source")
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
    for name in (*PACKAGES, *SHIPPED):
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=unwanted)
    for name in ("pyproject.toml", "README.md", "LICENSE", "launchpad.yaml"):
        shutil.copy(ROOT / name, copy / name)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-q"]
    target = copy / "dist"
    subprocess.run(
        [*pip, "--no-build-isolation", "--no-deps", "-w", str(target), str(copy)], check=True
    )
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(folder)
    return folder


def command(installed: Path, cwd: Path, *arguments: str) -> str:
    code = "import workflows.cli.main as m; import sys; sys.argv[0] = 'interphase'; m.main()"
    environment = {**os.environ, "PYTHONPATH": str(installed), "HOME": str(cwd)}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_brings_campaigns_templates_and_the_reference_result(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert [each for each in NEEDED if f"workflows/base/shipped/{each}" not in names] == []


def test_it_brings_neither_figures_nor_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [each for each in names if each.endswith(".png") or each.startswith("tests")] == []
    assert wheel.stat().st_size < 5e6


def test_it_says_its_version_and_where_to_start(installed: Path, tmp_path: Path) -> None:
    version = command(installed, tmp_path, "--version").split()
    assert version[0] == "interphase"
    assert "interphase demo" in command(installed, tmp_path, "--help")


def test_it_writes_a_campaign_that_it_can_plan(installed: Path, tmp_path: Path) -> None:
    assert "wrote demo.yaml" in command(installed, tmp_path, "init")
    assert "13 compounds" in command(installed, tmp_path, "plan", "demo.yaml")


def test_it_answers_which_dopant(installed: Path, tmp_path: Path) -> None:
    told = command(installed, tmp_path, "shortlist", "--result", "llzo", "--limit", "1")
    assert "the best 1 of 348 compounds" in told
    assert "Pr3+ on La" in told


def test_python_finds_it(installed: Path, tmp_path: Path) -> None:
    code = "import interphase; print(interphase.__file__, len(interphase.results('llzo')))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    file, rows = done.stdout.split()
    assert file.startswith(str(installed))
    assert rows == "349"


@pytest.mark.timeout(3600)  # 2 GB are installed
@pytest.mark.usefixtures("machine_settings")
def test_it_runs_a_campaign_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """The demo as `init` writes it, with one of its dopants: minutes become half a minute."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}

    def run(*words: str) -> str:
        done = subprocess.run(
            [str(tmp_path / "venv" / "bin" / words[0]), *words[1:]],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    pip = ("pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "-c", str(ROOT / "constraints.txt"), f"{wheel}[forcefield]")
    run("interphase", "init")
    demo = tmp_path / "demo.yaml"
    specification = yaml.safe_load(demo.read_text(encoding="utf-8"))
    specification["dopants"] = specification["dopants"][:1]
    demo.write_text(yaml.safe_dump(specification), encoding="utf-8")
    assert "Al3+" in run("interphase", "run", "demo.yaml", "--dir", "runs/demo")
    filters = ("dopant=Al", "label=reduced")
    assert run("interphase", "query", "--dir", "runs/demo", *filters, "--count").strip() == "1"
