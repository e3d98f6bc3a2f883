"""Real models in batches give what each crystal gives alone."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pymatgen.core import Structure

from makers.engines.registry import relax_maker
from makers.engines.shared.model_server import ModelServer
from makers.engines.shared.shared_calculator import SOCKET_VARIABLE, SharedCalculator

ENGINES = {"chgnet": "chgnet", "sevennet": "sevenn"}  # and their packages
CIF = Path(__file__).parents[3] / "data" / "li2zro3.cif"
CELL = 1e-3  # eV per cell by which numbers may differ; seen: 3e-5


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    pytest.importorskip(ENGINES[request.param])
    return str(request.param)


@pytest.fixture(scope="module")
def crystals() -> list[Structure]:
    """Cells of different size, out of equilibrium."""
    structure = Structure.from_file(CIF)
    structure.remove_oxidation_states()
    return [
        structure.perturb(0.1, seed=0).apply_strain([0.02, -0.01, 0.0]),
        (structure * (2, 1, 1)).perturb(0.05, seed=1),
        structure.copy().remove_sites([0]).perturb(0.05, seed=2),
    ]


def maker_of(engine: str) -> Any:
    return relax_maker(engine, {"force_threshold": 0.05})


def test_a_batch_gives_what_each_crystal_gives_alone(
    engine: str, crystals: list[Structure]
) -> None:
    maker = maker_of(engine)
    model = maker.batch_model()
    graphs = [model.graph(crystal.to_ase_atoms()) for crystal in crystals]
    together = model.predict(graphs, forces=True)
    without_forces = model.predict(graphs, forces=False)
    for crystal, found, bare in zip(crystals, together, without_forces, strict=True):
        atoms = crystal.to_ase_atoms()
        atoms.calc = maker.own_calculator()
        energy = atoms.get_potential_energy()
        assert [found["energy"], bare["energy"]] == pytest.approx([energy, energy], abs=CELL)
        assert np.abs(atoms.get_forces()).max() > 0.1
        assert found["forces"] == pytest.approx(atoms.get_forces(), abs=1e-4)
        assert np.abs(atoms.get_stress()).max() > 1e-3
        assert found["stress"] == pytest.approx(atoms.get_stress(), abs=1e-5)


def test_a_relaxation_with_a_shared_model_is_that_with_its_own(
    engine: str, crystals: list[Structure], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    own = maker_of(engine).make.original(maker_of(engine), crystals[0])
    server = ModelServer()
    folder = tempfile.TemporaryDirectory(prefix="ip-")  # short: a socket's path has 107 bytes
    with folder, server.listening(socket := Path(folder.name, "model.sock")):
        monkeypatch.setenv(SOCKET_VARIABLE, str(socket))
        maker = maker_of(engine)
        shared = maker.make.original(maker, crystals[0])
        assert isinstance(maker.calculator, SharedCalculator)
        assert shared.energy == pytest.approx(own.energy, abs=CELL)
        assert shared.n_steps == own.n_steps
        assert len(server.sizes) >= shared.n_steps
        assert maker.energies([shared.structure]) == pytest.approx([shared.energy], abs=CELL)
