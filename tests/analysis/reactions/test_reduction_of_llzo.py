"""The margins of the reference result, against a linear programme of another make."""

from __future__ import annotations

import csv
import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Composition
from scipy.optimize import linprog

from analysis.energies.phases import Phase
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


@lru_cache(maxsize=1)
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


def _columns(elements: list[str]) -> list[tuple[Phase, Composition]]:
    phases = [(phase, phase.composition) for phase in table_phases(elements).phases]
    return [(phase, each) for phase, each in phases if len(each) <= MAX_ELEMENTS]


def _least(
    composition: Composition, columns: list[tuple[Phase, Composition]], elements: list[str]
) -> float | None:
    """Least E[products] - n E[Li] in eV, with as much Li as the products want (E[Li] = 0)."""
    rows = [element for element in elements if element != ELECTRODE_ELEMENT]
    matrix = [[each[element] for _, each in columns] for element in rows]
    costs = [phase.formation_energy_per_atom * each.num_atoms for phase, each in columns]
    amounts = [composition[element] for element in rows]
    found = linprog(costs, A_eq=matrix, b_eq=amounts, bounds=(0, None), method="highs")
    return float(found.fun) if found.success else None


def _plain_margin(formula: str, dopant: Dopant) -> float:
    composition = Composition(formula)
    elements = [element.symbol for element in composition]

    def valence(each: Composition) -> float:
        charge = sum(n * CHARGES[e.symbol] for e, n in each.items() if e.symbol != dopant.element)
        return -charge / each[dopant.element]

    columns = _columns(elements)
    without = [column for column in columns if dopant.element not in column[1]]
    holding = [column for column in columns if dopant.element in column[1]]
    kept = [column for column in holding if valence(column[1]) > dopant.valence - 1e-6]
    reduced = [column for column in holding if valence(column[1]) < dopant.valence - 1e-6]
    low = _least(composition, without + reduced, elements)
    high = _least(composition, without + kept, elements)
    assert low is not None
    assert high is not None
    return (low - high) / composition[dopant.element]


def test_margins_are_those_of_a_plain_linear_programme() -> None:
    margins = _margins()
    assert len(margins) == len(_compounds()) == 339
    far = []
    for formula, dopant in _compounds():
        if dopant.element == ELECTRODE_ELEMENT:
            continue
        margin = margins[dopant.element, dopant.valence, dopant.site].margin
        expected = _plain_margin(formula, dopant)
        if margin is None or not np.isclose(margin, expected, rtol=0, atol=1e-6):
            far.append((formula, margin, expected))
    assert not far


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
