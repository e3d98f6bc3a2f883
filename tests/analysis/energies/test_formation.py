import pytest
from pymatgen.analysis.phase_diagram import PDEntry, PhaseDiagram
from pymatgen.core import Composition, Species

from analysis.base.errors import InputError
from analysis.energies.balance import Balance
from analysis.energies.formation import (
    aligned_formation_energy,
    alignment,
    formation_energy,
    needs_alignment,
    valences_of,
)
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.reference_phases import table_crystals, table_phases
from analysis.energies.schemes import (
    MATERIALS_PROJECT_2019,
    MATERIALS_PROJECT_2020,
    SchemeMismatchError,
)
from analysis.structures.dopants import Dopant
from makers.engines.chgnet.chgnet_settings import CHGNET

HOST = Composition("Li7La3Zr2O12")
IONS = {"Li": 1, "La": 3, "Zr": 4, "O": -2}
DOPED = Composition("Li6.25Al0.25La3Zr2O12")
PHASES = table_phases(["Li", "La", "Zr", "O", "Al"])
ELEMENTS = {"Li": -1.9, "La": -4.9, "Zr": -8.5, "Al": -3.7, "O": -4.9}


def engine_energy(composition: Composition, formation: float) -> float:
    """Total energy of an engine that agrees with the table but for its elements."""
    atoms = composition.get_el_amt_dict()
    return formation + sum(ELEMENTS[element] * amount for element, amount in atoms.items())


def crystal_energies(formulas: tuple[str, ...], error: float = 0.0) -> dict[str, float]:
    energies = {}
    for formula in formulas:
        crystal = Composition(formula)
        formed = PHASES.phase(formula).formation_energy_per_atom + error
        energies[formula] = engine_energy(crystal, formed * crystal.num_atoms) / crystal.num_atoms
    return energies


def aligned_to_table(compound: Composition, host: Composition = HOST, **valences: float) -> Balance:
    return alignment(
        compound,
        host,
        valences=IONS | valences,
        phases=PHASES,
        crystals=table_crystals(),
    )


def test_alignment_fixes_the_host_at_one() -> None:
    result = aligned_to_table(DOPED, Al=3)
    assert result.coefficients == pytest.approx({"Li7La3Zr2O12": 1, "Al2O3": 0.125, "Li2O": -0.375})


def test_alignment_is_exact_where_the_scales_differ_by_their_elements_alone() -> None:
    result = aligned_to_table(DOPED, Al=3)
    found = aligned_formation_energy(
        engine_energy(DOPED, -75.0),
        DOPED,
        aligned=result,
        crystal_energies=crystal_energies(result.formulas),
        phases=PHASES,
    )
    assert found.per_formula_unit == pytest.approx(-75.0, abs=1e-9)
    assert found.per_atom == pytest.approx(-75.0 / DOPED.num_atoms, abs=1e-9)


def test_an_error_common_to_all_crystals_leaves_only_the_change_in_atoms() -> None:
    # The engine is 0.1 eV/atom off everywhere; the sum of crystals has as many atoms as the
    # compound, since the elements balance: the error cancels.
    result = aligned_to_table(DOPED, Al=3)
    found = aligned_formation_energy(
        engine_energy(DOPED, -75.0 + 0.1 * DOPED.num_atoms),
        DOPED,
        aligned=result,
        crystal_energies=crystal_energies(result.formulas, error=0.1),
        phases=PHASES,
    )
    assert found.per_formula_unit == pytest.approx(-75.0, abs=1e-9)


def test_the_host_gets_exactly_its_entry_when_it_is_the_tetragonal_crystal() -> None:
    result = aligned_to_table(HOST)
    energies = {"Li7La3Zr2O12": -7.0}
    found = aligned_formation_energy(
        -7.0 * 24, HOST, aligned=result, crystal_energies=energies, phases=PHASES
    )
    entry = PHASES.phase("Li7La3Zr2O12").formation_energy_per_atom
    assert found.per_atom == pytest.approx(entry)
    assert found.scheme == MATERIALS_PROJECT_2019


def test_the_cubic_host_lies_above_its_entry_by_what_the_engine_says() -> None:
    found = aligned_formation_energy(
        -6.99 * 24,
        HOST,
        aligned=aligned_to_table(HOST),
        crystal_energies={"Li7La3Zr2O12": -7.0},
        phases=PHASES,
    )
    entry = PHASES.phase("Li7La3Zr2O12").formation_energy_per_atom
    assert found.per_atom - entry == pytest.approx(0.01)


def test_the_reference_is_written_as_a_sum() -> None:
    result = aligned_to_table(DOPED, Al=3)
    found = aligned_formation_energy(
        -170.0,
        DOPED,
        aligned=result,
        crystal_energies=crystal_energies(result.formulas),
        phases=PHASES,
    )
    assert found.reference == "Li7La3Zr2O12 + 0.125 Al2O3 - 0.375 Li2O"


def test_a_host_without_entry_goes_through_its_oxides() -> None:
    host = Composition("LiTi2P3O12")
    phases = table_phases(["Li", "Ti", "P", "O", "Al"])
    result = alignment(
        Composition("Li1.3Al0.3Ti1.7P3O12"),
        host,
        valences={"Li": 1, "Ti": 4, "P": 5, "O": -2, "Al": 3},
        phases=phases,
        crystals=table_crystals(),
    )
    assert result.coefficients == pytest.approx(
        {"Li2O": 0.65, "Al2O3": 0.15, "TiO2": 1.7, "P2O5": 1.5}
    )
    assert "has no reference entry" in result.notes[0]


def test_a_host_that_is_a_binary_itself_gives_up_what_the_dopant_displaces() -> None:
    result = alignment(
        Composition("Li2.625Al0.125N"),
        Composition("Li3N"),
        valences={"Li": 1, "Al": 3, "N": -3},
        phases=table_phases(["Li", "Al", "N"]),
        crystals=("Li3N", "AlN"),
    )
    # 0.875 Li3N + 0.125 AlN
    assert result.coefficients == pytest.approx({"Li3N": 0.875, "AlN": 0.125})


def test_an_alignment_of_another_compound_is_refused() -> None:
    result = aligned_to_table(DOPED, Al=3)
    energies = crystal_energies(result.formulas)
    with pytest.raises(InputError):
        aligned_formation_energy(
            -170.0, HOST, aligned=result, crystal_energies=energies, phases=PHASES
        )


def test_valences_come_from_ions_and_dopants() -> None:
    ions = [Species("Li", 1), Species("La", 3), Species("Zr", 4), Species("O", -2)]
    dopant = Dopant(element="Al", valence=3, site="Li", concentration=0.25)
    assert valences_of(ions, [dopant]) == IONS | {"Al": 3}


def test_two_valences_of_one_dopant_give_the_mean_by_amount() -> None:
    dopants = [
        Dopant(element="Ce", valence=4, site="Zr", concentration=0.25),
        Dopant(element="Ce", valence=3, site="La", concentration=0.75),
    ]
    assert valences_of([], dopants) == {"Ce": 3.25}


def own_scheme_phases() -> ReferencePhases:
    return ReferencePhases(
        source="entries",
        scheme=MATERIALS_PROJECT_2020,
        phases=tuple(
            Phase(formula=f, formation_energy_per_atom=e)
            for f, e in (("Li", 0.0), ("O2", 0.0), ("Li2O", -2.0))
        ),
        element_energies={"Li": -1.9, "O": -4.95},
    )


def test_on_one_scheme_the_elements_are_subtracted_as_pymatgen_does() -> None:
    elements = {"Li": -1.9, "O2": -9.9}
    entries = [PDEntry(Composition(f), e) for f, e in elements.items()]
    oxide = PDEntry(Composition("Li2O"), -14.0)
    found = formation_energy(
        -14.0, Composition("Li2O"), scheme=MATERIALS_PROJECT_2020, phases=own_scheme_phases()
    )
    diagram = PhaseDiagram([*entries, oxide])
    assert found.per_atom == pytest.approx(diagram.get_form_energy_per_atom(oxide))


def test_energies_of_two_schemes_are_never_subtracted() -> None:
    with pytest.raises(SchemeMismatchError, match=r"CHGNet .* and .*VASP"):
        formation_energy(-14.0, Composition("Li2O"), scheme=CHGNET, phases=own_scheme_phases())


def test_an_element_without_energy_is_named() -> None:
    with pytest.raises(InputError, match="no energy for the element Al"):
        formation_energy(
            -1.0, Composition("LiAl"), scheme=MATERIALS_PROJECT_2020, phases=own_scheme_phases()
        )


def test_only_one_scheme_with_elemental_energies_needs_no_alignment() -> None:
    assert not needs_alignment(MATERIALS_PROJECT_2020, own_scheme_phases())
    assert needs_alignment(CHGNET, own_scheme_phases())
    assert needs_alignment(MATERIALS_PROJECT_2019, PHASES)


def test_a_host_ion_on_another_host_site_is_aligned_like_a_dopant() -> None:
    # Zr4+ on La: the oxides of the host alone make the exchange, and make the host as well.
    antisite = Composition("Li6.75 La2.75 Zr2.25 O12")
    result = aligned_to_table(antisite)
    found = aligned_formation_energy(
        engine_energy(antisite, -70.0),
        antisite,
        aligned=result,
        crystal_energies=crystal_energies(result.formulas),
        phases=PHASES,
    )
    assert result.formulas[0] == "Li7La3Zr2O12"
    assert found.per_formula_unit == pytest.approx(-70.0, abs=1e-9)
