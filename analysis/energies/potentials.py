"""Elements that the Materials Project computed with a potential that is wrong for their oxides."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

#: Symbol to the problem, with its source.
WRONG_POTENTIALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # github.com/materialsproject/pymatgen/issues/2968 and pull request 2972; Yb2O3 of the table
        # is 2.60 eV per Yb less stable than measured.
        "Yb": "the potential Yb_2, made for Yb2+, gives wrong energies where Yb is 3+ (pymatgen "
        "issue 2968)",
        # Eu2O3 of the table is 0.66 eV per Eu less stable than measured, other lanthanides' oxides
        # of 3+ are 0.0 to 0.6 eV more stable (docs/uncertainty.md, section 1).
        "Eu": "PBE with all f electrons in the valence has Eu3+ 0.66 eV less stable than measured, "
        "against Eu2+ (Eu2O3, table of measured enthalpies)",
    }
)
