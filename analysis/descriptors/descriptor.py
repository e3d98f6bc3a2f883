"""The fifteen descriptors of a dopant, each with its title, unit and source."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

PYMATGEN = "pymatgen's table of elements"
SHANNON = "R. D. Shannon, Acta Crystallogr. A 32, 751 (1976)"
ELECTRONS = (
    "outside the noble-gas core of the neutral atom, filled shells counted, as L. Ward et al., "
    "npj Comput. Mater. 2, 16028 (2016)"
)
ENTHALPIES = "measured (analysis/data), else the reference phases, else their M-O hull"
LUO = "Y.-R. Luo, Comprehensive Handbook of Chemical Bond Energies, CRC Press (2007)"
HOPPE = "effective coordination in the relaxed cell, R. Hoppe, Z. Kristallogr. 150, 23 (1979)"


class Descriptor(StrEnum):
    """A number that describes a dopant M in its compound.

    Attributes
    ----------
    label : str
        Title for people: column heads, axes.
    unit : str
        Unit of the numbers, "" where there is none.
    source : str
        Where the values come from.
    """

    label: str
    unit: str
    source: str

    def __new__(cls, name: str, label: str, unit: str, source: str) -> Self:
        """Make the member a string: its name."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.label = label
        member.unit = unit
        member.source = source
        return member

    @property
    def heading(self) -> str:
        """Title with unit, as an axis shows it: "Ionic radius (Å)"."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    VALENCE = ("valence", "Valence", "", "the specification")
    IONIC_RADIUS = (
        "ionic_radius",
        "Ionic radius",
        "Å",
        f"at the coordination number; {SHANNON}",
    )
    ATOMIC_RADIUS = (
        "atomic_radius",
        "Atomic radius",
        "Å",
        f"J. C. Slater, J. Chem. Phys. 41, 3199 (1964), in {PYMATGEN}",
    )
    ATOMIC_MASS = ("atomic_mass", "Atomic mass", "u", f"IUPAC, in {PYMATGEN}")
    ELECTRONEGATIVITY = (
        "electronegativity",
        "Electronegativity",
        "Pauling",
        f"L. Pauling's scale, in {PYMATGEN}",
    )
    IONISATION_ENERGY = (
        "ionisation_energy",
        "First ionisation energy",
        "eV",
        f"NIST Atomic Spectra Database, in {PYMATGEN}",
    )
    OXIDE_ENTHALPY = (
        "oxide_enthalpy",
        "Oxide formation enthalpy",
        "eV/atom",
        f"dHf/(x+y) of the oxide MxOy of that valence: {ENTHALPIES}",
    )
    COORDINATION_NUMBER = ("coordination_number", "Coordination number CN", "", HOPPE)
    COORDINATED_ENTHALPY_PER_CATION = (
        "coordinated_enthalpy_per_cation",
        "CN·dHf/x",
        "eV",
        "the coordination number times the oxide's enthalpy for each M",
    )
    COORDINATED_ENTHALPY_PER_OXYGEN = (
        "coordinated_enthalpy_per_oxygen",
        "CN·dHf/y",
        "eV",
        "the coordination number times the oxide's enthalpy for each O",
    )
    RADIUS_RATIO = (
        "radius_ratio",
        "Ionic radius ratio M/O",
        "",
        f"ionic radius over that of six-coordinated O2-, 1.40 Å; {SHANNON}",
    )
    SP_ELECTRONS = ("sp_electrons", "Number of s+p electrons", "", ELECTRONS)
    D_ELECTRONS = ("d_electrons", "Number of d electrons", "", ELECTRONS)
    F_ELECTRONS = ("f_electrons", "Number of f electrons", "", ELECTRONS)
    BOND_ENERGY = (
        "bond_energy",
        "M-O bond dissociation energy",
        "kJ/mol",
        f"diatomic MO at 298 K; {LUO}, in analysis/data",
    )
