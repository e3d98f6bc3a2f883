"""The results as an OPTIMADE database: what its own validator and pymatgen's client say."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import requests
import uvicorn
from optimade.validator import ImplementationValidator
from pymatgen.core import Lattice, Structure
from pymatgen.ext.optimade import OptimadeRester
from typer.testing import CliRunner

import interphase
from analysis.base.errors import InputError
from analysis.base.fields import Field, Kind
from workflows.base.web_server import listen
from workflows.cli.main import app
from workflows.results import optimade_app as server
from workflows.results.optimade_entries import _TYPES, described_fields, to_entry

if TYPE_CHECKING:
    from workflows.base.settings import MachineSettings
    from workflows.storage.database import Database

CELL = Structure(Lattice.cubic(4.1), ["Li+", "Al3+"], [[0, 0, 0], [0.5, 0.5, 0.5]])
STORED = datetime(2026, 11, 18, 6, 30)  # noqa: DTZ001  as MongoDB has it
ALUMINIUM: dict[str, Any] = {
    "campaign": "demo",
    "formula": "Li0.5Al0.5",
    "job_uuid": "1b9d6bcd-bbfd-4b2d",
    "reaction_energy": -0.5,
    "computed": STORED,
    "stored": STORED,
    "structure": CELL.as_dict(),
}
SECONDS = 120


@pytest.fixture(scope="module")
def process(machine_settings: MachineSettings) -> Iterator[tuple[psutil.Popen, str]]:  # noqa: ARG001  it sets the environment
    """Serve the reference result as a user does; yield the process and its address."""
    words = ["-u", "-m", "workflows.cli.main", "optimade", "--result", "llzo", "--port", "0"]
    with psutil.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        timer = threading.Timer(SECONDS, process.kill)
        timer.start()
        try:
            line = process.stdout.readline()
            (found,) = re.findall(r"349 structures: (http://127\.0\.0\.1:\d+) ", line)
            yield process, found
        finally:
            timer.cancel()
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=SECONDS)[0].endswith("ended\n")


@pytest.fixture(scope="module")
def address(process: tuple[psutil.Popen, str]) -> str:
    return process[1]


@contextmanager
def served(entries: list[dict[str, Any]], settings: MachineSettings) -> Iterator[str]:
    """Serve entries from a thread."""
    with listen("127.0.0.1", 0) as socket, server.optimade_app(entries, "demo", settings) as made:
        running = uvicorn.Server(uvicorn.Config(made, log_level="critical", lifespan="off"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [socket]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{socket.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join()


def test_the_validator_of_optimade_finds_nothing_wrong(address: str) -> None:
    validator = ImplementationValidator(base_url=address, run_optional_tests=False)
    validator.validate_implementation()
    assert validator.valid
    assert validator.results.success_count > 40
    assert validator.results.failure_count == 0


def test_pymatgen_finds_the_same_cells(address: str) -> None:
    with OptimadeRester(address) as client:
        found = client.get_structures(elements=["Al"])[address]
    cells = interphase.structures("llzo", "dopant=Al")
    assert len(found) == len(cells)
    for cell in cells.values():
        assert any(cell.matches(each) for each in found.values())


def test_pymatgen_filters_by_the_fields_of_a_result(address: str) -> None:
    question = '_interphase_label="resists" AND _interphase_site="La"'
    fields = ["_interphase_reaction_energy", "_interphase_products", "_interphase_formula"]
    with OptimadeRester(address) as client:
        found = client.get_snls_with_filter(question, fields)[address].values()
    table = interphase.results("llzo", ["label=resists", "site=La"]).set_index("formula")
    assert len(found) == len(table)
    for each in found:
        data = each.data["_optimade"]
        row = table.loc[data["_interphase_formula"]]
        assert data["_interphase_reaction_energy"] == row["reaction_energy"]
        assert data["_interphase_products"] == row["products"]


def test_the_pages_of_a_list_hold_everything_once(address: str) -> None:
    seen: list[str] = []
    link = f"{address}/v1/structures?response_fields=nsites"
    while link:
        answer = requests.get(link, timeout=SECONDS).json()
        seen += [each["id"] for each in answer["data"]]
        link = answer["links"]["next"]
    assert len(seen) == len(set(seen)) == 349


@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(address: str, verb: str) -> None:
    answer = requests.request(verb, f"{address}/v1/structures", json={}, timeout=SECONDS)
    assert answer.status_code == 405


def test_no_other_machine_and_no_page_elsewhere_can_read(
    process: tuple[psutil.Popen, str],
) -> None:
    started, address = process
    family = [started, *started.children(recursive=True)]
    connections = [each for one in family for each in one.net_connections("inet")]
    assert {each.laddr.ip for each in connections if each.status == "LISTEN"} == {"127.0.0.1"}
    rebound = requests.get(f"{address}/v1/info", headers={"Host": "a.example"}, timeout=SECONDS)
    assert rebound.status_code == 400
    foreign = requests.get(
        f"{address}/v1/info", headers={"Origin": "https://a.example"}, timeout=SECONDS
    )
    assert "Access-Control-Allow-Origin" not in foreign.headers


def test_its_page_loads_nothing_from_elsewhere(address: str) -> None:
    page = requests.get(address, timeout=SECONDS)
    assert "interphase: llzo" in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert requests.get(f"{address}/v1/extensions/docs", timeout=SECONDS).status_code == 404


def test_a_result_of_a_campaign_keeps_its_times(
    database: Database, machine_settings: MachineSettings
) -> None:
    other = {"campaign": "other", "job_uuid": "2"}
    bare = {"campaign": "demo", "job_uuid": "3", "structure": None}
    database.results.insert_many([dict(ALUMINIUM), ALUMINIUM | other, ALUMINIUM | bare])
    entries = server.find_entries(database, "demo")
    with served(entries, machine_settings) as address:
        link = f"{address}/v1/structures?filter=last_modified>="
        (found,) = requests.get(f'{link}"2026-11-18T06:30:00Z"', timeout=SECONDS).json()["data"]
        later = requests.get(f'{link}"2026-11-18T06:31:00Z"', timeout=SECONDS).json()
    assert later["data"] == []
    assert found["id"] == ALUMINIUM["job_uuid"]
    assert found["attributes"]["last_modified"] == "2026-11-18T06:30:00Z"
    assert found["attributes"]["_interphase_computed"] == "2026-11-18T06:30:00.000Z"
    assert found["attributes"]["species_at_sites"] == ["Li", "Al"]


def test_every_field_is_served_with_a_type() -> None:
    assert set(_TYPES) == set(Kind)
    names = {each["name"] for each in described_fields()}
    assert names == set(Field) - {"structure", "job_uuid", "stored"}
    assert names < set(to_entry(ALUMINIUM))


def test_a_campaign_without_results_is_refused() -> None:
    refused = CliRunner().invoke(app, ["optimade", "--result", "llzo", "--campaign", "other"])
    assert isinstance(refused.exception, InputError)
    assert "no result of other has landed yet" in str(refused.exception)


def test_where_the_package_is_missing_the_command_that_installs_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "find_spec", lambda _: None)
    refused = CliRunner().invoke(app, ["optimade", "--result", "llzo"])
    assert "pip install 'interphase[optimade]'" in str(refused.exception)
