"""What VASP's settings and potentials mean for its energies, known before it runs."""

import warnings
from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any, Final

from emmet.core.vasp.calc_types import run_type
from pymatgen.core import Element, Lattice, Structure
from pymatgen.entries.computed_entries import ComputedStructureEntry
from pymatgen.io.vasp.sets import MPRelaxSet, VaspInputSet

from analysis.base.errors import InputError
from analysis.base.reasons import Reason
from makers.engines.mp2020 import RUN_TYPES, correct_entry
from makers.engines.vasp.corrections import FIX
from makers.engines.vasp.vasp_inputs import vasp_scheme
from makers.engines.vasp.vasp_settings import NEUTRAL_INCAR

# Parameters of VASP that tell the functional, as it fills them in with PBE potentials.
_DEFAULTS: Final = {"GGA": "PE", "METAGGA": "--", "LHFCALC": False, "LUSE_VDW": False}
_ANIONS_FROM: Final = 3.0  # Pauling's electronegativity: N, O, F, Cl
_HYBRID: Final = "hybrid functional"


def require_corrected(generator: VaspInputSet, elements: Iterable[str]) -> None:
    """Refuse settings whose energies the Materials Project's corrections would refuse.

    Parameters
    ----------
    generator
        The input set.
    elements
        Those of the crystal.

    Raises
    ------
    SchemeMismatchError
        Functional, +U or potentials are not those the corrections were fitted to.
    """
    if generator.user_incar_settings.keys() <= NEUTRAL_INCAR:
        return  # the Materials Project's own, and potentials that pymatgen has adapted to it
    entry = _entry(generator, sorted(elements))
    check_potcar = generator.user_potcar_functional != "PBE_54"
    correct_entry(entry, scheme=vasp_scheme(generator), check_potcar=check_potcar, fix=FIX)


def flavour(generator: VaspInputSet, element: str) -> str:
    """Give the potential that an input set uses for an element, such as Li_sv."""
    oxide = _with_crystal(generator, [element, "O"])
    return str(oxide.potcar_symbols[oxide.poscar.site_symbols.index(element)])


def contradicted_valences(
    generator: VaspInputSet, ions: Iterable[tuple[str, float]]
) -> Iterator[str]:
    """Name the ions whose valence is not the one that their potential fixes.

    Potentials of lanthanides called Xx_2 and Xx_3 hold f electrons in the core: the element gives
    off two or three electrons, in any surroundings (VASP's manual, "Available
    pseudopotentials").

    Parameters
    ----------
    generator
        The input set.
    ions
        Elements and their valences.
    """
    for element, valence in dict.fromkeys(ions):
        fixed = _fixed_valence(generator, element)
        if fixed is not None and fixed != valence:
            symbol = flavour(generator, element)
            yield (
                f"VASP's potential {symbol} {Reason.FIXED_VALENCE}: {element}{valence:g}+ is "
                f"computed as {element}{fixed}+"
            )


def ions_of(structure: Structure) -> Iterator[tuple[str, float]]:
    """Give the elements of a crystal with their oxidation states, where they are known."""
    for specie in structure.composition:
        if state := getattr(specie, "oxi_state", None):
            yield specie.symbol, state


def _fixed_valence(generator: VaspInputSet, element: str) -> int | None:
    if not Element(element).is_lanthanoid or element not in MPRelaxSet.CONFIG["POTCAR"]:
        return None
    ending = flavour(generator, element).rpartition("_")[2]
    return int(ending) if ending in ("2", "3") else None


def _with_crystal(generator: VaspInputSet, elements: list[str]) -> VaspInputSet:
    """Copy an input set for a crystal of these elements: its settings depend on nothing else."""
    copy = deepcopy(generator)
    sites = [[i / len(elements)] * 3 for i in range(len(elements))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        copy.structure = Structure(Lattice.cubic(5 * len(elements)), elements, sites)
    return copy


def _entry(generator: VaspInputSet, elements: list[str]) -> ComputedStructureEntry:
    """Make the entry of a run that has not been made."""
    planned = _with_crystal(generator, elements)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            incar = dict(planned.incar)
            symbols = planned.potcar_symbols
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            settings = ", ".join(generator.user_incar_settings)
            msg = f"engine.settings.incar ({settings}) makes no INCAR: {error}"
            raise InputError(msg) from error
    order = planned.poscar.site_symbols
    # anions are what the corrections tell apart; which charge they have is all one here
    charges = {element: -2.0 if Element(element).X > _ANIONS_FROM else 1.0 for element in elements}
    return ComputedStructureEntry(
        structure=planned.structure,
        energy=-float(len(elements)),
        parameters={
            "run_type": _run_type(incar),
            "hubbards": _hubbards(incar, order),
            "potcar_spec": [{"titel": f"PAW_PBE {symbol} planned"} for symbol in symbols],
            "potcar_symbols": [],
        },
        data={"oxidation_states": charges},
    )


def _run_type(incar: dict[str, Any]) -> str:
    if incar.get("LHFCALC"):
        return _HYBRID
    name = str(run_type(_DEFAULTS | incar))
    return RUN_TYPES.get(name, name)


def _hubbards(incar: dict[str, Any], elements: list[str]) -> dict[str, float]:
    if not incar.get("LDAU"):
        return {}
    values = [float(value) for value in incar.get("LDAUU", [])]
    return {element: value for element, value in zip(elements, values, strict=False) if value}
