import pytest
from pymatgen.core import Composition

from analysis.base.errors import InputError
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.reference_phases import table_phases
from analysis.energies.schemes import MATERIALS_PROJECT_2019
from analysis.reactions.equation import imbalance
from analysis.reactions.interface import (
    Reaction,
    energy_above_hull,
    hull_distance,
    react,
    runners_up,
)

HOST = "Li7La3Zr2O12"
HOST_ELEMENTS = ("Li", "La", "Zr", "O")


def _phases(energies: dict[str, float]) -> ReferencePhases:
    """Build phases from formation energies in eV per formula as written."""
    found = (
        Phase(
            formula=formula,
            formation_energy_per_atom=energy / Composition(formula).num_atoms,
        )
        for formula, energy in energies.items()
    )
    return ReferencePhases(source="a test", scheme=MATERIALS_PROJECT_2019, phases=tuple(found))


# Ti oxides against Li: TiO2 itself (-9 eV), TiO (-5 eV) and Li2O (-6 eV).
TITANIA = {"Li": 0.0, "Ti": 0.0, "O2": 0.0, "Li2O": -6.0, "TiO": -5.0, "TiO2": -9.0}


@pytest.fixture
def titania() -> Reaction:
    return react(Composition("TiO2"), -9, _phases(TITANIA))


def test_the_kinks_of_a_small_system_are_those_on_paper(titania: Reaction) -> None:
    # n = 0: TiO + 1/2 O2, -5 + 9 = 4. n = 2: TiO + Li2O, -11 + 9 = -2. n = 4: Ti + 2 Li2O, -3.
    assert [step.lithium for step in titania.path] == pytest.approx([0, 2, 4])
    assert [step.energy for step in titania.path] == pytest.approx([4, -2, -3])
    assert [step.products for step in titania.path] == [
        {"O2": 0.5, "TiO": 1},
        {"Li2O": 1, "TiO": 1},
        {"Li2O": 2, "Ti": 1},
    ]


def test_voltages_belong_to_the_segments_that_end_at_each_kink(titania: Reaction) -> None:
    # From 4 to -2 eV and from -2 to -3 eV, with two Li each.
    assert titania.path[0].voltage is None
    assert [step.voltage for step in titania.path[1:]] == pytest.approx([3, 0.5])


def test_the_plateau_gives_the_reaction(titania: Reaction) -> None:
    assert titania.reaction_energy == pytest.approx(-3)
    assert titania.decomposition_energy == pytest.approx(4)
    assert titania.lithium_driving_force == pytest.approx(-7)
    assert titania.lithium_uptake == pytest.approx(4)
    assert titania.products == {"Li2O": 2, "Ti": 1}
    assert titania.equation == "TiO2 + 4 Li -> 2 Li2O + Ti"


def test_the_voltage_of_a_divalent_electrode_is_per_charge() -> None:
    # TiO + MgO at n = 1: E falls by 6 eV for one Mg2+, 3 V; then by 1 eV, 0.5 V.
    phases = _phases({"Mg": 0, "Ti": 0, "O2": 0, "MgO": -6, "TiO": -5})
    reaction = react(Composition("TiO2"), -9, phases, electrode="Mg")
    assert [step.voltage for step in reaction.path] == [None, pytest.approx(3), pytest.approx(0.5)]


def test_a_compound_electrode_is_counted_in_atoms_and_has_no_voltage() -> None:
    # TiO2 + 4 LiIn -> Ti + 2 Li2O + 4 In: 9 - 12 + 4 * 0.4 = -1.4 at n = 8 atoms.
    phases = _phases({**TITANIA, "In": 0, "LiIn": -0.4})
    reaction = react(Composition("TiO2"), -9, phases, electrode="LiIn")
    assert reaction.reaction_energy == pytest.approx(-1.4)
    assert reaction.lithium_uptake == pytest.approx(8)
    assert reaction.equation == "TiO2 + 4 LiIn -> 4 In + 2 Li2O + Ti"
    assert {step.voltage for step in reaction.path} == {None}


def test_an_electrode_of_more_elements_than_products_may_have_is_allowed() -> None:
    phases = _phases({**TITANIA, "In": 0, "LiIn": -0.4})
    reaction = react(Composition("TiO"), -5, phases, electrode="LiIn", max_elements=1)
    assert reaction.products == {"O2": 0.5, "Ti": 1}


def test_an_electrode_does_not_react_with_itself() -> None:
    phases = _phases({**TITANIA, "In": 0, "LiIn": -0.4})
    reaction = react(Composition("LiIn"), -0.4, phases, electrode="LiIn")
    assert reaction.reaction_energy == pytest.approx(0)
    assert reaction.products == {"LiIn": 1}


def test_a_compound_on_the_hull_below_all_products_does_not_take_lithium() -> None:
    reaction = react(Composition("Li2O"), -6, _phases(TITANIA))
    # Li2O is no product of itself: 2 Li + 1/2 O2, and no more lithium helps.
    assert reaction.reaction_energy == pytest.approx(6)
    assert reaction.lithium_uptake == 0
    assert len(reaction.path) == 1
    assert reaction.equation == "Li2O -> 2 Li + 0.5 O2"


def test_segments_of_one_voltage_are_merged() -> None:
    # E falls by 3 eV per Li to 2/3 Ti3O5 (n = 4/3), by 1 eV to Ti2O3 (n = 2) and by 1 eV to 2 TiO
    # (n = 4): no kink at Ti2O3.
    phases = _phases({**TITANIA, "Ti2O3": -14, "Ti3O5": -23})
    reaction = react(Composition("Ti2O4"), -18, phases, exclude=["TiO2"])
    assert [step.lithium for step in reaction.path] == pytest.approx([0, 4 / 3, 4, 8])
    assert [step.voltage for step in reaction.path][1:] == pytest.approx([3, 1, 0.5])


def test_products_are_limited_in_their_number_of_elements() -> None:
    phases = _phases({**TITANIA, "Li2TiO3": -30})
    free = react(Composition("TiO3"), -9, phases)
    binaries = react(Composition("TiO3"), -9, phases, max_elements=2)
    assert free.products == {"Li2TiO3": 1}
    assert binaries.products == {"Li2O": 3, "Ti": 1}


@pytest.mark.parametrize("written", ["TiO", "Ti4O4", "O0.5Ti0.5"])
def test_an_excluded_formula_is_no_product_however_it_is_written(written: str) -> None:
    reaction = react(Composition("TiO2"), -9, _phases(TITANIA), exclude=[written])
    assert {formula for step in reaction.path for formula in step.products} == {"O2", "Ti", "Li2O"}


def test_multiples_and_oxidation_states_of_a_compound_give_the_same_reaction() -> None:
    titania = react(Composition("TiO2"), -9, _phases(TITANIA))
    charged = react(Composition({"Ti4+": 2, "O2-": 4}), -18, _phases(TITANIA))
    assert charged.reaction_energy == pytest.approx(2 * titania.reaction_energy)
    assert charged.lithium_uptake == pytest.approx(2 * titania.lithium_uptake)


def test_the_equation_keeps_the_order_of_the_compounds_elements() -> None:
    compound = Composition("Li6.25Al0.25La3Zr2O12")
    phases = table_phases([*HOST_ELEMENTS, "Al"])
    reaction = react(compound, -75, phases, exclude=[HOST])
    assert reaction.equation == (
        "Li6.25Al0.25La3Zr2O12 + 8.125 Li -> 1.5 La2O3 + 7.1875 Li2O + 0.25 Zr3Al + 0.3125 Zr4O"
    )


def test_the_driving_force_does_not_depend_on_the_compounds_own_energy() -> None:
    low, high = (react(Composition("TiO2"), energy, _phases(TITANIA)) for energy in (-9, -2))
    assert low.lithium_driving_force == pytest.approx(high.lithium_driving_force)


def test_the_plateau_holds_no_left_over_electrode() -> None:
    phases = table_phases([*HOST_ELEMENTS, "Nb"])
    reaction = react(Composition("Li6.75La3Zr1.75Nb0.25O12"), -75, phases, exclude=[HOST])
    assert reaction.lithium_uptake > 0
    assert "Li" not in reaction.products


def test_the_order_of_the_phases_changes_nothing() -> None:
    phases = table_phases([*HOST_ELEMENTS, "Y"])
    turned = phases.model_copy(update={"phases": phases.phases[::-1]})
    compound = Composition("Li7.25La3Zr1.75Y0.25O12")
    assert react(compound, -75, phases) == react(compound, -75, turned)


def test_runners_up_of_a_small_system_are_those_on_paper() -> None:
    # Left after Ti + 2 Li2O: TiO + Li2O with 2 Li; TiO + 1/2 O2 and Ti + O2 with none.
    others = runners_up(Composition("TiO2"), -9, _phases(TITANIA), number=10)
    assert [other.reaction_energy for other in others] == pytest.approx([-2, 4, 9])
    assert [other.lithium_uptake for other in others] == pytest.approx([2, 0, 0])
    assert [other.equation for other in others] == [
        "TiO2 + 2 Li -> Li2O + TiO",
        "TiO2 -> 0.5 O2 + TiO",
        "TiO2 -> O2 + Ti",
    ]


def test_a_runner_up_that_frees_electrode_has_it_among_its_products() -> None:
    phases = _phases({"Li": 0, "O2": 0, "C": 0, "LiC": -1, "CO2": -4, "Li2O": -6})
    others = runners_up(Composition("Li2CO2"), -9, phases, number=10)
    freeing = next(other for other in others if "CO2" in other.products)
    assert freeing.products == {"CO2": 1, "Li": 2}
    assert freeing.reaction_energy == pytest.approx(5)
    assert freeing.lithium_uptake == 0


@pytest.mark.parametrize("electrode", ["Li", "LiAl"])
def test_runners_up_are_distinct_balanced_and_follow_the_reaction_in_energy(
    electrode: str,
) -> None:
    phases = table_phases([*HOST_ELEMENTS, "Al"])
    compound = Composition("Li6.25La3Zr2Al0.25O12")
    best = react(compound, -75, phases, electrode=electrode)
    others = runners_up(compound, -75, phases, electrode=electrode, number=20)
    energies = [best.reaction_energy, *(other.reaction_energy for other in others)]
    sets = {frozenset(best.products), *(frozenset(other.products) for other in others)}
    per_atom = Composition(electrode).fractional_composition
    assert energies == sorted(energies)
    assert len(sets) == 21
    for other in others:
        reactants = {compound: 1, per_atom: other.lithium_uptake}
        assert imbalance(reactants, other.products) < 1e-8


def test_runners_up_may_take_more_electrode_than_the_best() -> None:
    # The 1/3 O in 1/3 Ti3O would give 2 eV as Li2O, and 1/3 Ti3O gives 8/3 eV itself.
    phases = _phases({**TITANIA, "Ti3O": -8})
    best = react(Composition("TiO2"), -9, phases)
    others = runners_up(Composition("TiO2"), -9, phases)
    assert best.products == {"Li2O": pytest.approx(5 / 3), "Ti3O": pytest.approx(1 / 3)}
    assert others[0].products == {"Li2O": 2, "Ti": 1}
    assert others[0].lithium_uptake > best.lithium_uptake


def test_a_compound_below_all_phases_is_on_the_hull() -> None:
    phases = table_phases([*HOST_ELEMENTS, "Al"])
    assert energy_above_hull(Composition("Li6.25Al0.25La3Zr2O12"), -9, phases) == 0


def test_a_compound_below_the_hull_keeps_its_distance_to_the_others() -> None:
    # TiO + 1/2 O2 is at -5 eV per TiO2 without an entry for TiO2: at -9 it is 4/3 eV/atom below.
    phases = _phases({"Ti": 0, "O2": 0, "TiO": -5})
    assert hull_distance(Composition("TiO2"), -9 / 3, phases) == pytest.approx(-4 / 3)
    assert hull_distance(Composition("TiO2"), -3 / 3, phases) == pytest.approx(2 / 3)


def test_the_hosts_own_entry_counts_for_the_energy_above_hull() -> None:
    phases = _phases({"Li": 0, "La": 0, "Zr": 0, "O2": 0, HOST: -72})
    assert energy_above_hull(Composition(HOST), -2.9, phases) == pytest.approx(0.1)


def test_a_missing_elemental_phase_is_named() -> None:
    phases = _phases({formula: e for formula, e in TITANIA.items() if formula != "Ti"})
    with pytest.raises(InputError, match="No elemental phase of Ti "):
        react(Composition("TiO2"), -9, phases)


def test_an_element_unknown_to_the_phases_is_named() -> None:
    with pytest.raises(InputError, match="No elemental phase of Xe "):
        energy_above_hull(Composition("XeO3"), -1, _phases(TITANIA))


def test_an_electrode_unknown_to_the_phases_is_named() -> None:
    with pytest.raises(InputError, match="Na is not among the reference phases"):
        react(Composition("TiO2"), -9, _phases(TITANIA), electrode="Na")


def test_an_electrode_that_decomposes_is_refused_with_what_it_becomes() -> None:
    phases = _phases({**TITANIA, "In": 0, "LiIn": 0.2})
    with pytest.raises(InputError, match=r"LiIn lies 0\.1 eV/atom above .* choose In or Li"):
        react(Composition("TiO2"), -9, phases, electrode="LiIn")


@pytest.mark.parametrize("energy", [float("nan"), float("inf")])
def test_an_energy_that_is_no_number_is_refused(energy: float) -> None:
    with pytest.raises(InputError, match="formation energy of TiO2 is"):
        energy_above_hull(Composition("TiO2"), energy, _phases(TITANIA))
    with pytest.raises(InputError, match="formation energy of TiO is"):
        react(Composition("TiO2"), -9, _phases({**TITANIA, "TiO": energy}))


def test_no_elements_in_products_is_refused() -> None:
    with pytest.raises(InputError, match="max_elements=0"):
        react(Composition("TiO2"), -9, _phases(TITANIA), max_elements=0)


def test_an_excluded_text_that_is_no_formula_is_refused() -> None:
    with pytest.raises(InputError, match=r"'Ti\(O' is not a chemical formula"):
        react(Composition("TiO2"), -9, _phases(TITANIA), exclude=["Ti(O"])
