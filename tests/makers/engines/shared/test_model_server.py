"""A process that computes for many: what waits together, what fails alone, what is gone."""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Client
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest
from ase.build import bulk

from makers.engines.shared.model_server import ModelServer, answers
from makers.engines.shared.shared_calculator import (
    SOCKET_VARIABLE,
    SharedCalculator,
    SharedModelError,
    shared_calculator,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ase import Atoms

    from makers.engines.shared.batch_model import ModelOutput


@dataclass(frozen=True)
class ToyModel:
    """An energy of one eV per atom and of its name's length; three crystals fill its memory."""

    name: str = "toy"
    begin: ClassVar[Event] = Event()
    begun: ClassVar[Event] = Event()

    def graph(self, atoms: Atoms) -> int:
        if len(atoms) > 60:
            msg = "an atom without neighbours"
            raise ValueError(msg)
        return len(atoms)

    def predict(self, graphs: Sequence[int], *, forces: bool) -> list[ModelOutput]:
        self.begun.set()
        assert self.begin.wait(60)
        if len(graphs) > 3 or 13 in graphs:
            msg = "out of memory" if len(graphs) > 3 else "no crystal has 13 atoms"
            raise RuntimeError(msg)
        energies = [each + float(len(self.name)) for each in graphs]
        more: dict[str, Any] = {"forces": np.zeros((1, 3)), "stress": np.zeros(6)} if forces else {}
        return [{"energy": each, "free_energy": each, **more} for each in energies]


@pytest.fixture(autouse=True)
def at_once() -> None:
    ToyModel.begun.clear()
    ToyModel.begin.set()


@pytest.fixture
def socket() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="ip-") as folder:
        yield str(Path(folder, "model.sock"))


@pytest.fixture
def server(socket: str) -> Iterator[ModelServer]:
    made = ModelServer()
    with made.listening(Path(socket)):
        yield made


def crystal(atoms: int) -> Atoms:
    return bulk("Li", cubic=False) * (atoms, 1, 1)


def energy(calculator: SharedCalculator, atoms: int) -> float | None:
    return calculator.energy_alone(crystal(atoms))


def test_what_waits_is_one_batch(server: ModelServer, socket: str) -> None:
    workers = [SharedCalculator(ToyModel(), socket) for _ in range(4)]
    ToyModel.begin.clear()
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(energy, workers[0], 1)
        assert ToyModel.begun.wait(60)
        others = [pool.submit(energy, worker, n) for n, worker in enumerate(workers[1:], 2)]
        while server._waiting.qsize() < 3:
            assert not any(each.done() for each in others)
        ToyModel.begin.set()
        assert [each.result(60) for each in (first, *others)] == [4.0, 5.0, 6.0, 7.0]
    assert server.sizes == [1, 3]


def test_different_models_are_not_computed_together(server: ModelServer, socket: str) -> None:
    workers = [SharedCalculator(ToyModel(name), socket) for name in ("", "a", "ab")]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(energy, workers, [1, 1, 1])) == [1.0, 2.0, 3.0]
    assert server.sizes == [1, 1, 1]


def test_a_batch_too_large_is_computed_in_halves() -> None:
    found = answers(ToyModel(), [1, 2, 3, 4, 5], forces=False)
    assert [each["energy"] if each else why for each, why in found] == [4.0, 5.0, 6.0, 7.0, 8.0]


@pytest.mark.usefixtures("server")
def test_one_crystal_that_fails_fails_alone(socket: str) -> None:
    found = answers(ToyModel(), [1, 13, 2], forces=False)
    assert [each is not None for each, _ in found] == [True, False, True]
    calculator = SharedCalculator(ToyModel(), socket)
    with pytest.raises(SharedModelError, match="RuntimeError: no crystal has 13 atoms"):
        energy(calculator, 13)
    assert energy(calculator, 1) == 4.0


@pytest.mark.usefixtures("server")
def test_what_cannot_be_read_is_answered_and_the_others_go_on(socket: str) -> None:
    with Client(socket, family="AF_UNIX") as connection:
        connection.send_bytes(b"no pickle")
        nothing, why = pickle.loads(connection.recv_bytes())  # noqa: S301, our own server
    assert nothing is None
    assert "UnpicklingError" in why
    assert energy(SharedCalculator(ToyModel(), socket), 1) == 4.0


def test_ase_gets_everything_in_one_question(server: ModelServer, socket: str) -> None:
    atoms = crystal(1)
    atoms.calc = SharedCalculator(ToyModel(), socket)
    assert atoms.get_potential_energy() == 4.0
    assert atoms.get_forces().shape == (1, 3)
    assert atoms.get_stress().shape == (6,)
    assert server.sizes == [1]


@pytest.mark.usefixtures("server")
def test_a_crystal_that_the_model_cannot_see_has_no_energy(socket: str) -> None:
    assert energy(SharedCalculator(ToyModel(), socket), 61) is None


def test_without_a_process_that_holds_it_a_worker_loads_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(SOCKET_VARIABLE, raising=False)
    assert shared_calculator(ToyModel()) is None
    monkeypatch.setenv(SOCKET_VARIABLE, str(tmp_path / "nobody"))
    assert shared_calculator(ToyModel()) is None


HOLDER = """
import sys
from pathlib import Path
from makers.engines.shared.model_server import ModelServer
with ModelServer().listening(Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_after_the_process_is_gone_a_worker_says_so_and_loads_its_own(
    monkeypatch: pytest.MonkeyPatch, socket: str
) -> None:
    command = [sys.executable, "-c", HOLDER, socket]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "ready\n"
        monkeypatch.setenv(SOCKET_VARIABLE, socket)
        calculator = shared_calculator(ToyModel())
        assert calculator
        assert shared_calculator(ToyModel()) is calculator
        holder.kill()
    with pytest.raises(SharedModelError, match="the process that held the shared model is gone"):
        energy(calculator, 1)
    assert shared_calculator(ToyModel()) is None
