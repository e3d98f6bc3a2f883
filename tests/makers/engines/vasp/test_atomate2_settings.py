"""Settings of atomate2 that people have: honoured, or refused with the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from standins.plans import TANTALUM, plan

from analysis.base.errors import InputError
from makers.engines.vasp.atomate2_settings import require_settings
from makers.engines.vasp.vasp_checks import check_settings
from workflows.doctor.checks import DoubtError

if TYPE_CHECKING:
    from pymatgen.core import Structure

pytest_plugins = ("standins.fixtures",)

# The potentials of these tests hold headers only.
pytestmark = pytest.mark.filterwarnings("ignore:POTCAR data with symbol")


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give the function that changes a setting of atomate2."""
    return lambda name, value: monkeypatch.setattr(f"atomate2.SETTINGS.{name}", value)


def test_a_scratch_folder_is_refused_by_doctor_plan_and_the_job(
    setting: Any, vasp: Any, lithia: Structure
) -> None:
    setting("CUSTODIAN_SCRATCH_DIR", "/scratch")
    refused = "CUSTODIAN_SCRATCH_DIR moves a run away"
    with pytest.raises(InputError, match=refused):
        check_settings()
    with pytest.raises(InputError, match=refused):
        plan(engine={"name": "vasp"}, dopants=[TANTALUM])
    with pytest.raises(InputError, match=refused):
        vasp.run(lithia)
    assert vasp.runs == 0


@pytest.mark.parametrize("tag", ["METAGGA", "encut", "EDIFFG", "EDIFF", "LDAUU"])
def test_updates_that_change_results_unseen_are_refused(tag: str, setting: Any) -> None:
    setting("VASP_INCAR_UPDATES", {tag: 1, "NCORE": 4})
    with pytest.raises(InputError, match=f"VASP_INCAR_UPDATES changes {tag.upper()} for no result"):
        require_settings()


def test_updates_for_speed_are_honoured(setting: Any, vasp: Any, lithia: Structure) -> None:
    setting("VASP_INCAR_UPDATES", {"NCORE": 4})
    assert vasp.run(lithia).converged
    assert vasp.incar(1)["NCORE"] == 4


@pytest.mark.parametrize("name", ["VASP_RUN_BADER", "VASP_RUN_DDEC6"])
def test_charges_are_passed_over(
    name: str, setting: Any, vasp: Any, lithia: Structure, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting(name, value=True)
    # as on a machine that has the program
    monkeypatch.setattr("atomate2.vasp.jobs.base._BADER_EXE_EXISTS", True)
    monkeypatch.setattr("atomate2.vasp.jobs.base._CHARGEMOL_EXE_EXISTS", True)
    with pytest.raises(DoubtError, match=f"{name} of atomate2 have no effect"):
        check_settings()
    assert vasp.run(lithia).converged


@pytest.mark.parametrize("handlers", [[], None])
def test_handlers_may_be_switched_off(handlers: Any, vasp: Any, lithia: Structure) -> None:
    maker = vasp.maker()
    off = replace(maker, run_vasp_kwargs=maker.run_vasp_kwargs | {"handlers": handlers})
    assert vasp.run(lithia, off).converged


def test_usual_settings_are_accepted() -> None:
    assert check_settings() == "no setting of atomate2 stands in the way"
