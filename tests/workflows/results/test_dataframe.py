from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis.base.errors import InputError
from analysis.base.schema import SCHEMA_VERSION
from workflows.results.dataframe import compounds, results
from workflows.storage.database import open_database

if TYPE_CHECKING:
    from pathlib import Path

    from workflows.base.settings import MachineSettings

DOCUMENTS = [
    {"campaign": "demo", "job_uuid": "Al", "dopant": "Al", "site": "Li", "reaction_energy": -0.9},
    {"campaign": "demo", "job_uuid": "Hf", "dopant": "Hf", "site": "Zr", "reaction_energy": -0.4},
    {"campaign": "demo", "job_uuid": "Te", "dopant": "Te", "site": "Zr", "reaction_energy": -3.8},
]


def test_results_of_a_folder_become_a_frame(
    run_dir: Path, machine_settings: MachineSettings
) -> None:
    with open_database(run_dir, machine_settings, create=True) as database:
        database.results.insert_many([{**d, "schema_version": SCHEMA_VERSION} for d in DOCUMENTS])
    frame = results(run_dir, "site=Zr", sort="reaction_energy", fields=["dopant"])
    assert frame.to_dict("list") == {"dopant": ["Te", "Hf"]}


def test_a_folder_without_a_campaign_is_refused(run_dir: Path) -> None:
    with pytest.raises(InputError, match="no folder of results"):
        results(run_dir)


def test_results_of_an_older_schema_are_refused_with_the_mend(
    run_dir: Path, machine_settings: MachineSettings
) -> None:
    with open_database(run_dir, machine_settings, create=True) as database:
        database.results.insert_many([dict(d) for d in DOCUMENTS])
    with pytest.raises(InputError, match=f"interphase build --dir {run_dir}"):
        results(run_dir)


def test_a_state_that_does_not_exist_is_refused(run_dir: Path) -> None:
    with pytest.raises(InputError, match="no state is called lost; there are: landed"):
        compounds(run_dir, states=["lost"])
