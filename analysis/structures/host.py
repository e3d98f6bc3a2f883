"""The undoped electrolyte: a crystal with partially occupied sites, and its whole-number cell."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from monty.json import MSONable
from pymatgen.core import Composition, Species, Structure

from analysis.base.errors import InputError
from analysis.data import TABLES
from analysis.structures.arrangements.integer_counts import (
    Cell,
    SublatticeCounts,
    keeps_all_elements,
    lost_elements,
)
from analysis.structures.crystal import read_crystal, resize
from analysis.structures.crystal_checks import amounts_of, common_divisor, text_of

CellChoice = Literal["primitive", "conventional"] | Sequence[int]
BUILTIN_HOSTS = {"LLZO": "llzo.cif"}
LARGEST_MULTIPLE = 4
"""Of a primitive cell's edge, in looking for a cell that keeps all elements: 64 cells."""


@dataclass(frozen=True)
class Host(MSONable):
    """A host crystal in the cell of the campaign.

    Attributes
    ----------
    name
        Its name in labels: "LLZO".
    structure
        The crystal in the campaign's cell, disordered, with an oxidation state on every species.
    formula_units
        Formula units of the host in that cell: 4 for the primitive cell of LLZO.
    mobile
        The element that moves and that balances the charge of dopants.
    remarks
        What was changed in reading its file.
    """

    name: str
    structure: Structure
    formula_units: int
    mobile: str = "Li"
    remarks: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the host as a document; without remarks if there are none.

        Documents are compared: those of earlier campaigns have none.
        """
        document: dict[str, Any] = super().as_dict()
        if not self.remarks:
            document.pop("remarks")
        return document

    @cached_property
    def cell(self) -> Cell:
        """The whole-number occupation of the cell's sublattices."""
        return Cell.from_structure(self.structure)

    @property
    def sublattices(self) -> tuple[SublatticeCounts, ...]:
        """The disordered sites, in sets that share ions, and how many of which ion they hold."""
        return self.cell.sublattices

    @property
    def counts(self) -> dict[Species, int]:
        """Number of each ion in the cell; together they are neutral."""
        return self.cell.counts

    @property
    def notes(self) -> tuple[str, ...]:
        """What reading the file and whole numbers of atoms changed in the composition."""
        return (*self.remarks, *self.cell.notes)

    @cached_property
    def formula_unit(self) -> Composition:
        """The composition per formula unit, of the whole-number cell."""
        amounts: dict[str, float] = {}
        for species, count in self.counts.items():
            symbol = species.element.symbol
            amounts[symbol] = amounts.get(symbol, 0) + count / self.formula_units
        ordered = sorted(amounts, key=lambda symbol: Species(symbol).X)
        return Composition({symbol: amounts[symbol] for symbol in ordered})

    @cached_property
    def ions(self) -> dict[str, Species]:
        """The ions by the name of their site, cations first.

        The name is the element's symbol, or the ion ("Fe2+") where an element has two charges.
        """
        ions = sorted(self.counts, key=lambda species: species.oxi_state < 0)
        symbols = [species.element.symbol for species in ions]
        return {
            symbol if symbols.count(symbol) == 1 else str(species): species
            for symbol, species in zip(symbols, ions, strict=True)
        }

    @cached_property
    def cations(self) -> dict[str, Species]:
        """Those of the ions that are cations."""
        return {name: ion for name, ion in self.ions.items() if ion.oxi_state > 0}

    @cached_property
    def mobile_ion(self) -> Species:
        """The ion that balances the charge of dopants."""
        for species in self.counts:
            if species.element.symbol == self.mobile:
                return species
        msg = f"{self.name} has no {self.mobile} to move or to balance charge; it has {self._sites}"
        raise InputError(msg)

    @cached_property
    def mobile_sites(self) -> tuple[int, ...]:
        """Indices of the sites that the mobile ion may take."""
        return tuple(i for i, site in enumerate(self.structure) if self.mobile_ion in site.species)

    @property
    def _sites(self) -> str:
        return ", ".join(self.ions)


def builtin_host(name: str = "LLZO", *, cell: CellChoice = "primitive") -> Host:
    """Return a host that comes with the project.

    Parameters
    ----------
    name
        Its name; "LLZO" is the cubic garnet Li7La3Zr2O12, Ia-3d (sources in its CIF).
    cell
        "primitive" (4 formula units of LLZO), "conventional" (8), or [a, b, c] multiples of the
        primitive cell.

    Raises
    ------
    InputError
        If there is no host of this name.
    """
    if name not in BUILTIN_HOSTS:
        known = ", ".join(BUILTIN_HOSTS)
        msg = f"no built-in host is called {name!r} (there is {known}): give a .cif file instead"
        raise InputError(msg)
    return host_from_cif(TABLES / BUILTIN_HOSTS[name], name=name, cell=cell)


def host_from_cif(
    path: str | Path,
    *,
    name: str | None = None,
    cell: CellChoice = "primitive",
    formula_units: int | None = None,
    oxidation_states: Mapping[str, float] | None = None,
    mobile: str = "Li",
) -> Host:
    """Read a host from a CIF with partial or mixed occupancies.

    Parameters
    ----------
    path
        The CIF.
    name
        Name of the host; the file's name without its suffix if not given.
    cell
        "primitive", "conventional", or [a, b, c] multiples of the primitive cell.
    formula_units
        Formula units in the chosen cell; read from `_cell_formula_units_Z` if not given.
    oxidation_states
        Charge of each element, if the file has none: {"Li": 1, "O": -2}.
    mobile
        The element that moves and that balances the charge of dopants.

    Raises
    ------
    InputError
        If the file cannot be read, has no oxidation states or formula units, or has no whole
        numbers of ions that make the cell neutral.
    """
    path = Path(path)
    crystal = read_crystal(path, oxidation_states=oxidation_states)
    structure = resize(crystal.structure, cell)
    units, notes = (
        (formula_units, _on_given_units(formula_units, structure))
        if formula_units
        else crystal.formula_units_in(structure)
    )
    host = Host(
        name=name or path.stem,
        structure=structure,
        formula_units=units,
        mobile=mobile,
        remarks=(*crystal.notes, *notes),
    )
    _ = host.counts  # a host that cannot be made neutral is refused here
    _require_all_elements(host, crystal.structure)
    _ = host.mobile_ion
    return host


def _on_given_units(units: int, structure: Structure) -> tuple[str, ...]:
    """Return a note on formula units that were given and part whole atoms.

    Raises
    ------
    InputError
        There are more formula units than atoms of any element.
    """
    amounts = amounts_of(structure.composition)
    most = max(amounts.values())
    if units > most:
        msg = (
            f"formula_units is {units}, and the cell holds {text_of(amounts)}: give a number up to "
            f"{most:g}"
        )
        raise InputError(msg)
    least = common_divisor(structure)
    if least is None or least == units:
        return ()
    unit = text_of({element: amount / units for element, amount in amounts.items()})
    return (f"formula_units is {units}: {unit} was taken as the formula unit",)


def _require_all_elements(host: Host, crystal: Structure) -> None:
    """Refuse a cell whose whole numbers leave out an element of the host."""
    lost = lost_elements(host.structure, host.counts)
    if not lost:
        return
    primitive = resize(crystal, "primitive")
    cells = (multiples for multiples in _multiples() if math.prod(multiples) > 1)
    fit = next((c for c in cells if keeps_all_elements(primitive, math.prod(c))), None)
    amounts = host.structure.composition.element_composition
    listed = ", ".join(f"{symbol} ({amounts[symbol]:.4g} atoms)" for symbol in lost)
    fix = (
        f"the smallest cell that keeps all elements is {list(fit)}" if fit else "take a larger cell"
    )
    msg = (
        f"{host.name}: whole numbers of atoms in a cell of {len(host.structure)} sites leave out "
        f"{listed}: {fix}"
    )
    raise InputError(msg)


def _multiples() -> list[tuple[int, int, int]]:
    """List multiples of a cell in the order in which they grow, the most even first."""
    edges = range(1, LARGEST_MULTIPLE + 1)
    found = [(a, b, c) for a in edges for b in edges[a - 1 :] for c in edges[b - 1 :]]
    return sorted(found, key=lambda each: (math.prod(each), max(each)))
