"""The margins of the reference result, against a linear programme of another make."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from pymatgen.core import Composition
from scipy.optimize import linprog

from analysis.energies.reference_phases import table_phases
from analysis.reactions.reduction import ReductionMargin, reduction_margins
from analysis.reactions.valences import ion_charges
from analysis.structures.dopants import Dopant
from analysis.structures.host import builtin_host

COMPOUNDS = Path(__file__).parents[3] / "results" / "llzo-chgnet" / "compounds.csv"
HOST = "Li7La3Zr2O12"
ELECTRODE_ELEMENT = "Li"
CHARGES = {"Li": 1, "La": 3, "Zr": 4, "O": -2}
MAX_ELEMENTS = 3


def _compounds() -> list[tuple[str, Dopant]]:
    with COMPOUNDS.open(newline="") as lines:
        rows = [(row["formula"], json.loads(row["dopants"])) for row in csv.DictReader(lines)]
    return [(formula, Dopant(**dopants[0])) for formula, dopants in rows if len(dopants) == 1]


@cache
def _margins() -> dict[tuple[str, int, str], ReductionMargin]:
    charges = ion_charges(builtin_host())
    found = {}
    for formula, dopant in _compounds():
        composition = Composition(formula)
        (margin,) = reduction_margins(
            composition,
            [dopant],
            table_phases({e.symbol for e in composition}),
            charges=charges,
            exclude=[HOST],
        )
        found[dopant.element, dopant.valence, dopant.site] = margin
    return found


class Column(NamedTuple):
    """A phase: energy of one formula unit in eV and its atoms."""

    energy: float
    atoms: dict[str, float]


@cache
def _column(formula: str, energy_per_atom: float) -> Column:
    atoms = dict(Composition(formula).get_el_amt_dict())
    return Column(energy_per_atom * sum(atoms.values()), atoms)


def _columns(elements: list[str]) -> list[Column]:
    found = (_column(p.formula, p.formation_energy_per_atom) for p in table_phases(elements).phases)
    return [column for column in found if len(column.atoms) <= MAX_ELEMENTS]


def _least(compound: dict[str, float], columns: list[Column], voltage: float) -> float | None:
    """Least E[products] - n mu[Li] in eV, with as much Li as the products want; mu[Li] = -V.

    Metallic lithium is left out: it is the reservoir.
    """
    rows = [element for element in compound if element != ELECTRODE_ELEMENT]
    columns = [column for column in columns if set(column.atoms) != {ELECTRODE_ELEMENT}]
    matrix = [[column.atoms.get(element, 0) for column in columns] for element in rows]
    costs = [c.energy + voltage * c.atoms.get(ELECTRODE_ELEMENT, 0) for c in columns]
    amounts = [compound[element] for element in rows]
    found = linprog(costs, A_eq=matrix, b_eq=amounts, bounds=(0, None), method="highs")
    return float(found.fun) if found.success else None


def _plain_margin(formula: str, dopant: Dopant, voltage: float = 0.0) -> float:
    compound = dict(Composition(formula).get_el_amt_dict())

    def valence(atoms: dict[str, float]) -> float:
        charge = sum(n * CHARGES[e] for e, n in atoms.items() if e != dopant.element)
        return -charge / atoms[dopant.element]

    columns = _columns(list(compound))
    without = [column for column in columns if dopant.element not in column.atoms]
    holding = [column for column in columns if dopant.element in column.atoms]
    kept = [column for column in holding if valence(column.atoms) > dopant.valence - 1e-6]
    reduced = [column for column in holding if valence(column.atoms) < dopant.valence - 1e-6]
    low = _least(compound, without + reduced, voltage)
    high = _least(compound, without + kept, voltage)
    assert low is not None
    assert high is not None
    return (low - high) / compound[dopant.element]


def test_margins_are_those_of_a_plain_linear_programme() -> None:
    margins = _margins()
    assert len(margins) == len(_compounds()) == 348
    far = []
    for formula, dopant in _compounds():
        if dopant.element == ELECTRODE_ELEMENT:
            continue
        margin = margins[dopant.element, dopant.valence, dopant.site].margin
        expected = _plain_margin(formula, dopant)
        if margin is None or not np.isclose(margin, expected, rtol=0, atol=1e-6):
            far.append((formula, margin, expected))
    assert not far


def test_the_margin_of_a_plain_linear_programme_changes_its_sign_at_the_potential() -> None:
    # 1 mV on either side; every tenth compound.
    wrong = []
    for formula, dopant in _compounds()[::10]:
        potential = _margins()[dopant.element, dopant.valence, dopant.site].potential
        if potential is None:
            continue
        below, above = (_plain_margin(formula, dopant, potential + d) for d in (-1e-3, 1e-3))
        if not below < 0 < above:
            wrong.append((formula, potential, below, above))
    assert not wrong


@pytest.mark.parametrize(
    ("element", "valence", "site", "expected"),
    [
        *[("Y", 3, "Zr", 0.648), ("Gd", 3, "La", 0.460), ("Hf", 4, "Zr", 0.606)],
        *[("Ca", 2, "La", 0.380), ("Sr", 2, "La", -0.029), ("Mg", 2, "Li", -0.214)],
        *[("Al", 3, "Li", -0.973), ("Ta", 5, "Zr", -1.739), ("Nb", 5, "Zr", -2.970)],
        *[("Ga", 3, "Li", -3.982), ("Sn", 4, "Zr", -6.82)],
    ],
)
def test_margins_of_llzo_are_those_computed_before(
    element: str, valence: int, site: str, expected: float
) -> None:
    # Found independently over the same table, three elements at most.
    tolerance = 0.5 * 10 ** -len(str(expected).partition(".")[2])
    assert _margins()[element, valence, site].margin == pytest.approx(expected, abs=tolerance)


def test_the_margin_of_a_dopant_on_another_site_is_the_same() -> None:
    # Enough of La2O3, Zr4O and Li2O forms on any site: only dopants that are the host's differ.
    margins = _margins()
    assert margins["Ta", 5, "La"].margin == pytest.approx(margins["Ta", 5, "Zr"].margin)


def test_margin_and_potential_differ_in_sign() -> None:
    signs = {
        ion: (each.margin, each.potential)
        for ion, each in _margins().items()
        if each.margin is not None and each.potential is not None
    }
    assert len(signs) > 300
    assert not [ion for ion, (m, volts) in signs.items() if m * volts > 0]


def test_every_margin_without_a_number_says_why() -> None:
    for each in _margins().values():
        assert bool(each.notes) == (each.margin is None or each.potential is None)
