"""Errors of alignments where the engine differs from the table as we choose."""

from collections.abc import Mapping

import pytest
from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.reference_phases import table_phases
from analysis.energies.scheme_changes import OXYGEN_CHANGE
from analysis.reactions.interface import react
from studies.validation.alignments import Alignment
from studies.validation.known_reactions import (
    KnownReaction,
    engine_phases,
    host_errors,
    known_reaction,
)
from studies.validation.reaction_errors import (
    ALL_ENGINE,
    against_alike,
    by_way,
    minus_host,
    reduced_errors,
    stoichiometry,
    summaries,
)

SYSTEM = ("Li", "La", "Zr", "Al", "O")
PHASES = table_phases(SYSTEM)
ELEMENTS = {"Li": -1.9, "La": -4.9, "Zr": -8.5, "Al": -3.7, "O": -4.9}
PER_ALUMINIUM = 0.3


def energies(aluminium: float = 0.0, **wrong: float) -> dict[str, float]:
    """Energies of an engine that agrees with the table but for what is given.

    `aluminium` is its error per Al in oxides, `wrong` that of single phases, both in eV (per
    formula unit).
    """
    found = {}
    for phase in PHASES.phases:
        composition = phase.composition
        total = phase.formation_energy_per_atom * composition.num_atoms
        total += sum(ELEMENTS[e.symbol] * n for e, n in composition.items())
        if "O" in composition:
            total += aluminium * composition["Al"]
        total += wrong.get(phase.formula, 0.0)
        found[phase.formula] = total / composition.num_atoms
    return found


def reaction(engine: Mapping[str, float]) -> KnownReaction:
    return known_reaction("LiAlO2", "Al", engine, elements=ELEMENTS)


def test_an_engine_like_the_table_has_no_error() -> None:
    found = reaction(energies())
    for way in (Alignment.HOST, Alignment.OXIDES, Alignment.ENGINE):
        assert found.errors[way] == pytest.approx(0, abs=1e-9)
    assert found.engine_error == pytest.approx(0, abs=1e-9)


def test_another_scale_of_the_dopant_is_seen_by_all_but_its_oxide() -> None:
    # each Al in an oxide lies 0.3 eV higher: so does the compound, and its reaction gains that
    found = reaction(energies(aluminium=PER_ALUMINIUM))
    assert found.errors[Alignment.OXIDES] == pytest.approx(0, abs=1e-9)
    assert found.errors[Alignment.HOST] == pytest.approx(-PER_ALUMINIUM)
    assert found.errors[Alignment.ENGINE] == pytest.approx(-PER_ALUMINIUM)


def test_converted_schemes_take_off_the_change_of_the_corrections() -> None:
    # an engine whose oxygen is corrected as today, which the conversion undoes
    found = reaction(energies(LiAlO2=2 * OXYGEN_CHANGE))
    assert found.errors[Alignment.SCHEMES] == pytest.approx(0, abs=1e-9)
    assert found.errors[Alignment.ENGINE] == pytest.approx(-2 * OXYGEN_CHANGE)


def test_a_wrong_oxide_of_the_dopant_spoils_the_alignment_through_it() -> None:
    found = reaction(energies(Al2O3=1.0))  # LiAlO2 holds half of it
    assert found.errors[Alignment.OXIDES] == pytest.approx(0.5)
    assert found.errors[Alignment.HOST] == pytest.approx(0, abs=1e-9)


def test_the_reaction_energy_is_that_of_the_table() -> None:
    phases = table_phases(["Li", "Al", "O"])
    formed = phases.phase("LiAlO2").formation_energy_per_atom * 4
    expected = react(Composition("LiAlO2"), formed, phases).reaction_energy
    assert reaction(energies()).reaction_energy == pytest.approx(expected)


def test_a_missing_crystal_is_named() -> None:
    engine = energies()
    del engine["LiAlO2"]
    with pytest.raises(InputError, match="no energy of LiAlO2"):
        reaction(engine)


def test_without_an_element_the_engine_alone_gives_nothing() -> None:
    engine = energies()
    del engine["Al"]
    with pytest.raises(InputError, match="element Al"):
        engine_phases(PHASES, engine)


def test_the_host_is_wrong_only_where_it_does_not_carry_itself() -> None:
    aligned, alone = host_errors(energies(Li7La3Zr2O12=0.5), elements=ELEMENTS)
    assert aligned[Alignment.HOST] == aligned[Alignment.OXIDES] == 0
    assert aligned[Alignment.ENGINE] == pytest.approx(-0.5)
    assert alone == pytest.approx(-0.5)


def sample(
    formula: str, element: str, error: float, units: float | None = None, dopants: float = 1
) -> KnownReaction:
    return KnownReaction(
        formula=formula,
        element=element,
        units=units,
        dopants=dopants,
        atoms=Composition(formula).num_atoms,
        lithium=Composition(formula)["Li"],
        reaction_energy=-1.0,
        errors=dict.fromkeys(Alignment, error),
        engine_error=2 * error,
    )


def test_errors_are_sorted_by_way() -> None:
    found = by_way([sample("LiAlO2", "Al", 0.1), sample("LiGaO2", "Ga", -0.3)])
    assert found[Alignment.HOST] == [0.1, -0.3]
    assert found[ALL_ENGINE] == [0.2, -0.6]
    assert summaries([sample("LiAlO2", "Al", 0.1)])[ALL_ENGINE].mae == pytest.approx(0.2)


def test_the_hosts_error_is_taken_off_per_dopant() -> None:
    # two Ta share one host formula unit: half of its error each
    garnet = sample("Li5La3Ta2O12", "Ta", 0.1, units=1, dopants=2)
    host = dict.fromkeys([*Alignment, ALL_ENGINE], -0.4)
    found = minus_host([garnet, sample("LiAlO2", "Al", 9.0)], host)
    assert found[Alignment.OXIDES] == [pytest.approx(0.3)]
    assert found[ALL_ENGINE] == [pytest.approx(0.4)]


def test_oxides_that_differ_by_m_are_compared_with_their_median() -> None:
    alike = [
        sample(f"Li{m}O2", m, e) for m, e in zip(("Al", "Ga", "Fe", "Sc"), range(4), strict=True)
    ]
    found = against_alike([*alike, sample("Li3NbO4", "Nb", 9.0)])
    assert found[Alignment.HOST] == pytest.approx([-1.5, -0.5, 0.5, 1.5])
    assert stoichiometry(alike[0]) == stoichiometry(alike[2]) == "Li1 M1 O2"


def test_reduced_errors_use_the_elements_own_uncertainty_or_that_of_all() -> None:
    reactions = [sample("LiAlO2", "Al", 0.2), sample("LiGaO2", "Ga", 0.2)]
    assert reduced_errors(reactions, {"Al": 0.1}, 0.4) == pytest.approx([2.0, 0.5])
