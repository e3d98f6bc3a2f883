import pytest
from pymatgen.entries.computed_entries import ComputedEntry, ConstantEnergyAdjustment

from analysis.base.errors import InputError
from analysis.energies.entry_schemes import scheme_of_entries
from analysis.energies.schemes import (
    LEGACY_CORRECTIONS,
    MATERIALS_PROJECT_2019,
    MATERIALS_PROJECT_PLUS_U,
    SchemeMismatchError,
)


def entry(formula: str, run_type: str | None = "GGA", **hubbards: float) -> ComputedEntry:
    parameters = {"hubbards": hubbards} | ({"run_type": run_type} if run_type else {})
    return ComputedEntry(formula, -1.0, parameters=parameters, entry_id="x-1")


def corrected(formula: str, scheme: str) -> ComputedEntry:
    result = entry(formula)
    adjustment = ConstantEnergyAdjustment(-0.687, name="oxide", cls={"@class": scheme})
    result.energy_adjustments.append(adjustment)
    return result


def test_plain_and_plus_u_runs_of_one_mixing_scheme_are_one() -> None:
    scheme = scheme_of_entries([entry("Fe"), entry("Li2O"), entry("Fe2O3", "GGA+U", Fe=5.3)])
    assert scheme.functional == "PBE"
    assert scheme.plus_u == MATERIALS_PROJECT_PLUS_U


def test_gga_and_pbe_are_two_names_of_one_functional() -> None:
    assert scheme_of_entries([entry("Li", "GGA"), entry("Li2O", "PBE")]).functional == "PBE"


def test_an_oxide_without_u_beside_one_with_u_is_refused() -> None:
    with pytest.raises(SchemeMismatchError, match=r"U of Fe: FeO \(0 eV\) and Fe2O3 \(5.3 eV\)"):
        scheme_of_entries([entry("FeO"), entry("Fe2O3", "GGA+U", Fe=5.3)])


def test_other_u_values_are_named() -> None:
    assert scheme_of_entries([entry("Fe2O3", "GGA+U", Fe=4.0)]).plus_u == "Fe 4 eV"


def test_oxides_of_u_metals_without_u_are_a_scheme_without_u() -> None:
    assert scheme_of_entries([entry("Fe2O3"), entry("Fe")]).plus_u == "none"


def test_corrected_beside_uncorrected_oxides_are_refused() -> None:
    entries = [entry("Li"), corrected("Li2O", "MaterialsProject2020Compatibility"), entry("MgO")]
    with pytest.raises(
        SchemeMismatchError, match=r"Li2O \(MaterialsProject2020Compatibility\) and MgO \(none\)"
    ):
        scheme_of_entries(entries)


def test_legacy_and_2020_corrections_are_refused_together() -> None:
    entries = [
        corrected("Li2O", "MaterialsProjectCompatibility"),
        corrected("MgO", "MaterialsProject2020Compatibility"),
    ]
    with pytest.raises(SchemeMismatchError, match=r"Li2O \(.*legacy\)\) and MgO \(.*2020"):
        scheme_of_entries(entries)


def test_legacy_corrections_are_named_as_the_table_names_them() -> None:
    scheme = scheme_of_entries([corrected("Li2O", "MaterialsProjectCompatibility")])
    assert scheme.corrections == LEGACY_CORRECTIONS == MATERIALS_PROJECT_2019.corrections


def test_uncorrected_metals_do_not_contradict_corrected_oxides() -> None:
    entries = [corrected("Li2O", "MaterialsProject2020Compatibility"), entry("LiAl"), entry("KO3")]
    assert scheme_of_entries(entries).corrections == "MaterialsProject2020Compatibility"


def test_uncorrected_entries_are_a_scheme_of_their_own() -> None:
    assert scheme_of_entries([entry("Li2O"), entry("Li")]).corrections == "none"


def test_two_generations_of_potentials_are_refused() -> None:
    old, new = entry("Li"), entry("Na")
    old.parameters["potcar_symbols"] = ["PBE Li_sv"]
    new.parameters["potcar_symbols"] = ["PBE_54 Na_pv"]
    with pytest.raises(SchemeMismatchError, match=r"potentials: .* Na \(PBE_54\)"):
        scheme_of_entries([old, new])


def test_an_entry_without_run_type_is_refused_with_the_mend() -> None:
    with pytest.raises(InputError, match=r"Li2O \(x-1\) .* set parameters\['run_type'\]"):
        scheme_of_entries([entry("Li2O", None)])


def test_entries_may_name_their_scheme_in_full() -> None:
    named = entry("Li2O", None)
    named.data["scheme"] = MATERIALS_PROJECT_2019.model_dump()
    assert scheme_of_entries([named]) == MATERIALS_PROJECT_2019


def test_entries_of_two_named_schemes_are_refused() -> None:
    first, second = entry("Li2O"), entry("MgO")
    first.data["scheme"], second.data["scheme"] = "mine", "yours"
    with pytest.raises(SchemeMismatchError, match=r"Li2O .*mine.* and MgO .*yours"):
        scheme_of_entries([first, second])
