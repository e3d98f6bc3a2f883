"""Entries that an engine computes: crystals relaxed, on the engine's own scheme."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from pymatgen.core import Structure
from pymatgen.entries.computed_entries import ComputedStructureEntry

from analysis.base.errors import InputError
from analysis.energies.reference_phases import table_crystals
from makers.convergence import NotConvergedError
from makers.engines.neighbours import IsolatedAtomError
from makers.engines.registry import find_engine, relax_maker, require_machine, unknown_elements
from makers.schemas import plain

Step = Callable[[str], None]

#: Elements whose crystal in the table is named by the molecule.
_MOLECULES: Final = {"H": "H2", "N": "N2", "O": "O2", "F": "F2", "Cl": "Cl2"}


def with_elements(crystals: Iterable[Structure]) -> list[Structure]:
    """Add the table's crystal of each element that has none among these."""
    found = list(crystals)
    symbols = {element.symbol for each in found for element in each.composition}
    there = {e.symbol for each in found if each.composition.is_element for e in each.composition}
    table = table_crystals()
    return found + [table[_MOLECULES.get(e, e)] for e in sorted(symbols - there)]


def computed_entries(
    engine: str, settings: Mapping[str, Any], crystals: Iterable[Structure], *, step: Step
) -> list[ComputedStructureEntry]:
    """Relax crystals with an engine, and make an entry of each.

    Parameters
    ----------
    engine, settings
        As in a specification.
    crystals
        Ordered.
    step
        Hears of each formula before it is relaxed.

    Raises
    ------
    InputError
        The engine is no force field, is not known or not installed, or does not know an element.
    """
    if not find_engine(engine).is_force_field:
        msg = f"{engine} is not a force field: compute with it as usual, and give the JSON file"
        raise InputError(msg)
    require_machine(engine)
    maker: Any = relax_maker(engine, settings)
    found = list(crystals)
    symbols = sorted({element.symbol for each in found for element in each.composition})
    if unknown := unknown_elements(engine, symbols, settings):
        msg = f"the engine {engine} does not know {', '.join(unknown)}"
        raise InputError(msg)
    return [_computed(maker, plain(structure), step) for structure in found]


def _computed(maker: Any, structure: Structure, step: Step) -> ComputedStructureEntry:
    formula = structure.composition.reduced_formula
    step(formula)
    try:
        done = maker.make.original(maker, structure)
    except (IsolatedAtomError, NotConvergedError) as error:
        msg = f"{formula} cannot be computed with this engine: {error}"
        raise InputError(msg) from error
    data = {
        "scheme": done.scheme.model_dump(),
        "source": f"{done.engine} {done.engine_version}, relaxed to {done.force_threshold} eV/A",
    }
    return ComputedStructureEntry(
        done.structure, round(done.energy, 6), data=data, entry_id=formula
    )
