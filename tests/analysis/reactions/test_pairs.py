import itertools

import numpy as np
import pytest

from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.reference_phases import whole_table
from analysis.reactions.pairing import pairing
from analysis.reactions.pairs import PairMargins, System, pair_margins
from analysis.reactions.prices import SharedPhases
from analysis.structures.dopants import Dopant
from analysis.structures.host import builtin_host

HOST = builtin_host()
TABLE = System(HOST, whole_table())
# Kept, reduced and mixed; alloys that take Zr (Al, Sn); a missing oxide (Pa); the host's own (Zr).
IONS = [
    *[("Ta", 5, "Zr"), ("Sn", 4, "Zr"), ("Al", 3, "Li"), ("Ga", 3, "Li"), ("Mg", 2, "Li")],
    *[("Ca", 2, "La"), ("Th", 4, "La"), ("Pa", 5, "La"), ("Zr", 4, "La"), ("Fe", 3, "La")],
]
AMOUNTS = (0.25, 1.0)
OPTIONS = [
    Dopant(element=element, valence=valence, site=site, concentration=x)
    for (element, valence, site), x in itertools.product(IONS, AMOUNTS)
]


def _with(system: System, formula: str, energy: float) -> System:
    """Add a phase, eV/atom."""
    phase = Phase(formula=formula, formation_energy_per_atom=energy)
    phases = ReferencePhases(
        source="a test", scheme=system.phases.scheme, phases=(*system.phases.phases, phase)
    )
    return System(HOST, phases, max_elements=4)


@pytest.fixture(scope="module")
def margins() -> PairMargins:
    return pair_margins(TABLE, pairing(HOST, OPTIONS))


def test_margins_are_those_of_the_linear_programme(margins: PairMargins) -> None:
    pairs = pairing(HOST, OPTIONS)
    far = []
    for index, found in enumerate(margins.margins):
        compound = pairs.compound(index)
        expected = dict(zip(compound.dopants, TABLE.solve(compound), strict=True))
        wanted = [expected[dopant] for dopant in pairs.dopants(index)]
        if not np.allclose(found, wanted, rtol=0, atol=1e-9, equal_nan=True):
            far.append((pairs.dopants(index), found, wanted))
    assert not far


def test_most_pairs_need_no_linear_programme(margins: PairMargins) -> None:
    pairs = pairing(HOST, OPTIONS)
    solved = {pairs.dopants(index) for index in np.flatnonzero(margins.solved)}
    own = {pair for pair in map(pairs.dopants, range(len(pairs.first))) if _holds(pair, "Zr")}
    assert own < solved
    # All others take much Zr: Zr3Al, Zr4Sn, ZrGa and the like with one atom per formula unit.
    assert all(max(dopant.concentration for dopant in pair) == 1 for pair in solved - own)


def test_a_margin_does_not_depend_on_the_partner(margins: PairMargins) -> None:
    pairs = pairing(HOST, OPTIONS)
    of_tantalum = [
        value
        for index, values in enumerate(margins.margins)
        for dopant, value in zip(pairs.dopants(index), values, strict=True)
        if dopant.element == "Ta" and not margins.solved[index]
    ]
    assert len(of_tantalum) > 10
    assert of_tantalum == pytest.approx([-1.7393] * len(of_tantalum), abs=1e-4)


def test_a_phase_of_both_dopants_counts_where_it_is_low() -> None:
    # Ca2Ta2O7, far below all else, keeps both: its gain is in both margins.
    options = [OPTIONS[0], next(o for o in OPTIONS if o.element == "Ca")]
    pairs = pairing(HOST, options)
    system = _with(TABLE, "Ca2Ta2O7", -6.0)
    found = pair_margins(system, pairs)
    assert found.solved.tolist() == [True]
    plain = pair_margins(System(HOST, whole_table(), max_elements=4), pairs)
    assert (found.margins > plain.margins).all()


def test_a_phase_of_both_dopants_that_is_high_changes_nothing() -> None:
    options = [OPTIONS[0], next(o for o in OPTIONS if o.element == "Ca")]
    found = pair_margins(_with(TABLE, "Ca2Ta2O7", -0.1), pairing(HOST, options))
    assert found.solved.tolist() == [False]


def test_phases_of_too_many_elements_are_not_shared() -> None:
    system = _with(TABLE, "LiCaTaO4", -6.0)
    found = SharedPhases.of(system.phases, TABLE.prices, 3)
    assert found.phases == {}


def _holds(pair: tuple[Dopant, Dopant], element: str) -> bool:
    return any(dopant.element == element for dopant in pair)
