"""What carries a binary to the scale of the reference phases: its crystal, or stand-ins for it.

A binary without a crystal is replaced by the phases that it decomposes into on the hull of *all*
reference phases. An element stands in only where it is next to the binary on that hull: Mg and Cl2
in place of MgCl2 would put the whole heat of formation of the chloride, 6 eV, into the difference
of two scales.
"""

from collections.abc import Container, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.base.reasons import Reason
from analysis.energies.phases import Phase, ReferencePhases


class MissingCrystalsError(InputError):
    """An alignment needs crystals that are not at hand.

    Attributes
    ----------
    formulas
        Their reduced formulas, sorted.
    source
        The reference phases that they are of.
    """

    def __init__(self, formulas: Iterable[str], source: str) -> None:
        self.formulas = tuple(sorted(formulas))
        self.source = source
        super().__init__(
            f"no crystal of {', '.join(self.formulas)} is at hand ({source}), and energies must "
            "be aligned through them: list a file of each, CIF or JSON, under "
            "reference_phases.crystals (or take another source). With "
            "reference_phases.accept_poor_alignment: true, phases with crystals stand in, the "
            "energies may be off by electronvolts, and every result says so"
        )


class Part(NamedTuple):
    """One binary of a sum: its crystal, or those on the hull that stand in for it.

    Attributes
    ----------
    composition
        The binary.
    members
        Reduced formulas of the crystals.
    note
        What stands in for it; None where it is there itself.
    missing
        Reduced formulas of the crystals that are not at hand; `members` count only without them.
    """

    composition: Composition
    members: tuple[str, ...]
    note: str | None = None
    missing: tuple[str, ...] = ()


def find_part(
    binary: Composition, phases: ReferencePhases, crystals: Container[str], *, accept_poor: bool
) -> Part:
    """Find the crystals of a binary.

    Parameters
    ----------
    binary
        Composition of the binary in its valence.
    phases
        Reference phases.
    crystals
        Reduced formulas of the crystals at hand.
    accept_poor
        Whether phases that are not next to it on the hull may stand in.
    """
    formula = binary.reduced_formula
    if formula in phases.by_formula and formula in crystals:
        return Part(binary, (formula,))
    tabulated = phases.within({element.symbol for element in binary}).phases
    members = _tabulated_bracket(binary, tabulated)
    if lacking := tuple(member for member in members if member not in crystals):
        if accept_poor:
            return _poor_part(binary, tabulated, crystals)
        return Part(binary, members, missing=(formula,) if _has(tabulated, formula) else lacking)
    note = f"{formula} {Reason.NO_OXIDE}: {' and '.join(members)} on the hull stand for it."
    return Part(binary, members, note)


def bracket(composition: Composition, phases: Sequence[Phase]) -> tuple[str, ...]:
    """Formulas of the phases on the binary hull that bracket `composition`.

    Raises
    ------
    InputError
        An element of `composition` is in none of the phases.
    """
    # Imported here: it takes seconds, and most campaigns have all their crystals.
    from pymatgen.analysis.phase_diagram import PDEntry, PhaseDiagram

    entries = [
        PDEntry(phase.composition, phase.formation_energy_per_atom * phase.composition.num_atoms)
        for phase in phases
    ]
    try:
        decomposition = PhaseDiagram(entries).get_decomposition(composition)
    except ValueError as error:
        message = f"The reference phases do not bracket {composition.reduced_formula}: {error}"
        raise InputError(message) from error
    return tuple(sorted(entry.composition.reduced_formula for entry in decomposition))


@lru_cache(maxsize=512)
def _tabulated_bracket(binary: Composition, tabulated: tuple[Phase, ...]) -> tuple[str, ...]:
    """Return `bracket`: a campaign asks for the same binary with every concentration."""
    return bracket(binary, tabulated)


def _poor_part(binary: Composition, phases: Sequence[Phase], crystals: Container[str]) -> Part:
    """Let the phases stand in that have crystals, elements among them."""
    at_hand = [phase for phase in phases if phase.formula in crystals]
    elements = [phase for phase in phases if phase.composition.is_element]
    members = bracket(binary, [*at_hand, *(phase for phase in elements if phase not in at_hand)])
    lacking = tuple(member for member in members if member not in crystals)
    note = (
        f"{binary.reduced_formula}: {Reason.POOR_ALIGNMENT}: neither its crystal nor those next to "
        f"it on the hull are at hand, and {' and '.join(members)} stand for it: energies of "
        "formation, defect and reaction may be off by electronvolts."
    )
    return Part(binary, members, note, lacking)


def _has(phases: Iterable[Phase], formula: str) -> bool:
    return any(phase.formula == formula for phase in phases)
