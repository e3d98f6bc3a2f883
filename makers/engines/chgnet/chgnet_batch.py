"""CHGNet for many workers: crystals of all of them in one batch.

Importing this module loads torch and CHGNet: import it only to compute.
"""

import io
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from ase import Atoms, units
from ase.stress import full_3x3_to_voigt_6_stress
from chgnet.graph import CrystalGraph
from chgnet.model.model import CHGNet
from pymatgen.io.ase import AseAtomsAdaptor

from makers.engines.chgnet.chgnet_graph import FastGraphConverter
from makers.engines.chgnet.chgnet_model import chgnet_calculator
from makers.engines.shared.batch_model import ModelOutput


@dataclass(frozen=True)
class ChgnetBatchModel:
    """CHGNet of a version, as workers can share it."""

    version: str

    def graph(self, atoms: Atoms) -> CrystalGraph:
        """Return the graph of a crystal, as the worker's own model would make it."""
        return _graph_converter(self.version)(AseAtomsAdaptor.get_structure(atoms))

    def predict(self, graphs: Sequence[CrystalGraph], *, forces: bool) -> list[ModelOutput]:
        """Compute crystals in one batch."""
        model = chgnet_calculator(self.version).model
        task = "efs" if forces else "e"
        found = model.predict_graph(list(graphs), task=task, batch_size=len(graphs))
        each = [found] if len(graphs) == 1 else found
        return [_output_of(*one) for one in zip(each, graphs, strict=True)]


def _output_of(found: Mapping[str, Any], graph: CrystalGraph) -> ModelOutput:
    """Convert from CHGNet's names and units: eV per atom, and GPa as a matrix."""
    energy = float(found["e"]) * len(graph.atomic_number)
    output = ModelOutput(energy=energy, free_energy=energy)
    if "f" in found:
        stress = full_3x3_to_voigt_6_stress(found["s"] * units.GPa)
        output |= {"forces": np.asarray(found["f"]), "stress": stress}
    return output


@lru_cache(maxsize=1)
def _graph_converter(version: str) -> FastGraphConverter:
    """Read from the model what its graphs are; the worker keeps no model, and no GPU."""
    with redirect_stdout(io.StringIO()):
        model = CHGNet.load(model_name=version, use_device="cpu", verbose=False)
    return FastGraphConverter(**model.graph_converter.as_dict())
