"""Elements on different scales: the engine's formation energies against the table's.

For a phase known on both scales, with the elemental energies of the engine's scheme,

    offset = E_f(engine) - E_f(table) - n_O (change of the oxygen correction),  per atom of M.

An offset that the oxides of M share, and that is far above the engine's own error, is a difference
of the two schemes: of the element's reference energy, its +U correction or its correction as anion.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import BaseModel, Field
from pymatgen.core import Composition

from analysis.energies.phases import ReferencePhases
from analysis.energies.scheme_changes import CATION_CHANGE, OXYGEN_CHANGE
from analysis.structures.dopants import known_valences
from studies.validation.parity import Parity, parity

FACTOR: Final = 3
HOST_METALS: Final = frozenset({"Li", "La", "Zr"})


class ElementOffset(BaseModel, frozen=True, extra="forbid"):
    """How far the two scales differ for one element M, eV per atom of M."""

    element: str
    oxides: Parity | None = Field(description="Over the binary oxides of M in known valences.")
    without_oxygen: Parity | None = Field(
        description="Over its phases with Li, La or Zr and without oxygen."
    )
    elemental: float | None = Field(
        description="The engine's energy of the element minus the elemental reference."
    )


def element_offsets(
    energies: Mapping[str, float], elements: Mapping[str, float], phases: ReferencePhases
) -> list[ElementOffset]:
    """Compare the scales element by element, in the order of the elements' symbols.

    Parameters
    ----------
    energies
        Reduced formula to the engine's energy of its lowest crystal, eV/atom.
    elements
        Elemental energies of the engine's scheme, eV/atom; phases with others are left out.
    phases
        The table.
    """
    oxides: dict[str, list[float]] = {}
    others: dict[str, list[float]] = {}
    elemental: dict[str, float] = {}
    for phase in phases.phases:
        formula, composition = phase.formula, phase.composition
        symbols = {element.symbol for element in composition}
        if formula not in energies or not symbols <= elements.keys():
            continue
        if composition.is_element:
            symbol = symbols.pop()
            elemental[symbol] = energies[formula] - elements[symbol]
            continue
        offset = _offset(composition, energies[formula], elements, phase.formation_energy_per_atom)
        if element := _oxide_of(composition):
            oxides.setdefault(element, []).append(offset / composition[element])
        elif element := _alone_with_host_metals(symbols):
            others.setdefault(element, []).append(offset / composition[element])
    return [
        ElementOffset(
            element=symbol,
            oxides=parity(oxides.get(symbol, [])),
            without_oxygen=parity(others.get(symbol, [])),
            elemental=elemental.get(symbol),
        )
        for symbol in sorted(oxides.keys() | others.keys() | elemental.keys())
    ]


def outstanding(medians: Mapping[str, float]) -> list[str]:
    """Name the elements whose offset exceeds the engine's usual error, the largest first.

    Parameters
    ----------
    medians
        Median offset of each element. One counts if it is more than `FACTOR` times the scatter
        of all (their scaled median absolute deviation) away from their median.
    """
    everything = parity(list(medians.values()))
    if everything is None:
        return []
    distances = {e: abs(value - everything.median) for e, value in medians.items()}
    limit = FACTOR * everything.robust_sigma
    return sorted((e for e, d in distances.items() if d > limit), key=lambda e: -distances[e])


def correction_change(oxide: Composition) -> float:
    """Change of the corrections from the table's to the engine's scheme, eV per formula."""
    cations = sum(CATION_CHANGE.get(e.symbol, 0.0) * n for e, n in oxide.items())
    return float(OXYGEN_CHANGE * oxide["O"] + cations)


def _offset(
    composition: Composition, energy: float, elements: Mapping[str, float], known: float
) -> float:
    """Engine minus table without the change of the oxygen correction, eV per formula unit."""
    reference = sum(elements[element.symbol] * n for element, n in composition.items())
    formed = energy * composition.num_atoms - reference
    oxygen = OXYGEN_CHANGE * composition["O"]
    return float(formed - known * composition.num_atoms - oxygen)


def _oxide_of(composition: Composition) -> str | None:
    """Name the M of a binary oxide in a known valence: peroxides have another correction."""
    symbols = {element.symbol for element in composition} - {"O"}
    if "O" not in composition or len(symbols) != 1:
        return None
    element = symbols.pop()
    valence, known = 2 * composition["O"] / composition[element], known_valences(element)
    return element if known and known[0] <= valence <= known[-1] else None


def _alone_with_host_metals(symbols: Iterable[str]) -> str | None:
    """Name the single element other than Li, La and Zr of a phase without oxygen."""
    further = set(symbols) - HOST_METALS
    return further.pop() if len(further) == 1 and "O" not in further else None
