"""The commands that show a campaign, as a user gives them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from standins.campaigns import results
from standins.reports import store

from analysis.base.schema import SCHEMA_VERSION
from workflows.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workflows.base.settings import MachineSettings

Interphase = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def campaign(scratch: Path, machine_settings: MachineSettings) -> Iterator[Path]:
    """Yield the folder of a campaign with three results."""
    folder = scratch / "shown"
    with open_database(folder, machine_settings, create=True) as database:
        store(database, results(2))
        yield folder
    shutil.rmtree(folder)


def test_the_report_is_written_and_its_path_said(
    campaign: Path, interphase: Interphase, tmp_path: Path
) -> None:
    output = tmp_path / "new" / "report.html"
    run = interphase("report", "--dir", campaign, "--output", output)
    assert run.returncode == 0, run.stderr
    assert "synthetic: 3 of 3 compounds (host included)" in run.stdout
    assert str(output) in run.stdout
    page = output.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "Be²⁺ on Li, x = 0.25" in page
    # the results lie there without the plan of a campaign
    for shown in (run.stdout, page):
        assert "synthetic: its submission was interrupted; give interphase run or submit" in shown


@pytest.mark.parametrize(
    "command", [["report", "--dir"], ["figures", "--dir"], ["triage", "--budget", "9"]]
)
def test_results_of_an_older_schema_are_refused_and_nothing_is_written(
    campaign: Path,
    interphase: Interphase,
    machine_settings: MachineSettings,
    tmp_path: Path,
    command: list[str],
) -> None:
    output = tmp_path / "output"
    one = {"job_uuid": "job-0"}
    with open_database(campaign, machine_settings) as database:
        database.results.update_one(one, {"$unset": {"schema_version": ""}})
        try:
            run = interphase(*command, campaign, "--output", output)
        finally:
            database.results.update_one(one, {"$set": {"schema_version": SCHEMA_VERSION}})
    assert run.returncode == 1
    assert f"1 of 3 results are of an older schema than version {SCHEMA_VERSION}" in run.stderr
    assert f"interphase build --dir {campaign} upgrades them; nothing is lost" in run.stderr
    assert not output.exists()


def test_figures_that_cannot_be_written_are_answered(
    campaign: Path, interphase: Interphase, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    run = interphase("figures", "--dir", campaign, "--output", tmp_path / "file")
    assert run.returncode == 1
    assert "cannot write the figure" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--output", "{file}/report.html"], "cannot write the report"),
        (["--output", "{folder}"], "Is a directory"),
        (["--campaign", "another"], "no campaign 'another' here; there are: synthetic"),
    ],
)
def test_a_mistake_is_answered(
    campaign: Path, interphase: Interphase, tmp_path: Path, options: list[str], message: str
) -> None:
    (tmp_path / "file").touch()
    names: dict[str, Any] = {"file": tmp_path / "file", "folder": tmp_path}
    run = interphase("report", "--dir", campaign, *[o.format(**names) for o in options])
    assert run.returncode == 1
    assert message in run.stderr
    assert "Traceback" not in run.stderr


def test_every_figure_becomes_a_file(
    campaign: Path, interphase: Interphase, tmp_path: Path
) -> None:
    run = interphase("figures", "--dir", campaign, "--output", tmp_path, "--format", "svg")
    assert run.returncode == 0, run.stderr
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.svg"))
    assert f"figures: {len(written)} in {tmp_path}" in run.stdout
    assert "synthetic: its submission was interrupted" in run.stdout
    assert "energy_above_hull.svg" in written
    assert "reaction_paths/Li6.5Be0.25La3Zr2O12_Be2_Li.svg" in written


def test_the_live_view_tells_address_and_password(campaign: Path, start: Any) -> None:
    process = start("report", "--dir", campaign, "--serve", "--port", "0")
    try:
        lines = [process.stdout.readline() for _ in range(3)]
    finally:
        process.terminate()
        process.wait(60)
    assert re.match(r"report: +http://127\.0\.0\.1:\d+/campaign/ ", lines[0])
    assert re.match(r"web GUI: http://127\.0\.0\.1:\d+/$", lines[1])
    assert re.fullmatch(r"user interphase, password \S{16}", lines[2].strip())
