"""The calculator of a worker that shares a model: it asks the process that holds it."""

import os
import pickle
from functools import lru_cache
from multiprocessing.connection import Client
from typing import Any, Final

from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes

from makers.engines.shared.batch_model import BatchModel, ModelOutput
from makers.engines.shared.model_server import Answer, Request

SOCKET_VARIABLE: Final = "_INTERPHASE_SHARED_MODEL"
"""The environment variable with the path of the socket; `interphase share` sets it."""


class SharedModelError(RuntimeError):
    """The process that holds the model could not answer."""


class SharedCalculator(Calculator):
    """Energies, forces and stresses from a model that other workers use too.

    Parameters
    ----------
    model
        The model.
    socket
        Path of the socket where it is asked.

    Raises
    ------
    OSError
        Nobody answers there.
    """

    implemented_properties: Final = ("energy", "free_energy", "forces", "stress")

    def __init__(self, model: BatchModel, socket: str) -> None:
        super().__init__()
        self._model = model
        self._connection = Client(socket, family="AF_UNIX")

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: list[str] | None = None,
        system_changes: list[str] = all_changes,
    ) -> None:
        """Ask for everything at once, whichever of it ASE wants first."""
        super().calculate(atoms, properties, system_changes)
        self.results = dict(self._ask(self._model.graph(self.atoms), forces=True))

    def energy_alone(self, atoms: Atoms) -> float | None:
        """Return an energy in eV per cell; None if an atom has no neighbour that the model sees."""
        try:
            graph = self._model.graph(atoms)
        except ValueError:
            return None
        return self._ask(graph, forces=False)["energy"]

    def _ask(self, graph: Any, *, forces: bool) -> ModelOutput:
        try:
            self._connection.send_bytes(pickle.dumps(Request(self._model, graph, forces)))
            answer: Answer = pickle.loads(self._connection.recv_bytes())  # noqa: S301  as above
        except (EOFError, OSError) as error:
            _connected.cache_clear()  # the next relaxation loads its own model
            msg = "the process that held the shared model is gone (interphase share)"
            raise SharedModelError(msg) from error
        output, why = answer
        if output is None:
            raise SharedModelError(why)
        return output


def shared_calculator(model: BatchModel) -> SharedCalculator | None:
    """Return the calculator of a shared model, or None where no process holds one."""
    socket = os.environ.get(SOCKET_VARIABLE)
    try:
        return _connected(model, socket) if socket else None
    except OSError:
        return None


@lru_cache(maxsize=4)
def _connected(model: BatchModel, socket: str) -> SharedCalculator:
    """Connect once per process and model."""
    return SharedCalculator(model, socket)
