"""Groups of oxides that share the cause of their tabulated energies' error."""

from enum import StrEnum
from typing import Final

from pymatgen.core import Element

from analysis.energies.oxides import MeasuredOxide
from analysis.energies.schemes import MATERIALS_PROJECT_U

# MPCompatibility.yaml of pymatgen: the correction was fitted to oxides of these, and those of
# peroxides and superoxides to some of theirs.
FITTED: Final = frozenset({"Li", "Na", "K", "Rb", "Cs", "Mg", "Ca", "Sr", "Ba", "Al"})
GAS: Final = "g"


class OxideGroup(StrEnum):
    """A group of oxides."""

    FITTED = "correction fitted to them"
    PLUS_U = "+U metals"
    LANTHANIDE = "lanthanides"
    OTHER = "all others"
    GAS = "measured as gases"


def group_of(oxide: MeasuredOxide) -> OxideGroup:
    """Sort an oxide by the cause of the table's error."""
    return OxideGroup.GAS if oxide.phase == GAS else group_of_element(oxide.element)


def group_of_element(element: str) -> OxideGroup:
    """Sort an element by the cause of the error of its solid oxides."""
    if element in FITTED:
        return OxideGroup.FITTED
    if element in MATERIALS_PROJECT_U:
        return OxideGroup.PLUS_U
    return OxideGroup.LANTHANIDE if Element(element).is_lanthanoid else OxideGroup.OTHER
