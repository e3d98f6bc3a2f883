import pytest
from pymatgen.io.vasp.sets import MPRelaxSet

from analysis.energies.schemes import (
    MATERIALS_PROJECT_2019,
    MATERIALS_PROJECT_2020,
    MATERIALS_PROJECT_U,
    SchemeMismatchError,
    require_same_scheme,
    same_scale,
)
from makers.engines.chgnet.chgnet_settings import CHGNET


def test_equal_schemes_pass() -> None:
    again = MATERIALS_PROJECT_2019.model_copy()
    assert require_same_scheme(MATERIALS_PROJECT_2019, again) == MATERIALS_PROJECT_2019


def test_a_mixture_is_refused_with_both_sides_and_the_difference_named() -> None:
    with pytest.raises(SchemeMismatchError) as caught:
        require_same_scheme(MATERIALS_PROJECT_2020, MATERIALS_PROJECT_2020, MATERIALS_PROJECT_2019)
    message = str(caught.value)
    assert MATERIALS_PROJECT_2019.name in message
    assert MATERIALS_PROJECT_2020.name in message
    assert "differ in potentials, corrections, elements" in message


def test_the_force_field_is_on_no_reference_scheme() -> None:
    for scheme in (MATERIALS_PROJECT_2019, MATERIALS_PROJECT_2020):
        with pytest.raises(SchemeMismatchError, match=r"CHGNet 0\.3\.0"):
            require_same_scheme(CHGNET, scheme)


def test_u_values_are_those_of_the_materials_project_input_set() -> None:
    assert MPRelaxSet.CONFIG["INCAR"]["LDAUU"]["O"] == MATERIALS_PROJECT_U


def test_corrections_contained_or_added_are_one_scale() -> None:
    added = CHGNET.model_copy(
        update={"engine": "other", "corrections": "MaterialsProject2020Compatibility, added"}
    )
    bare = added.model_copy(update={"corrections": "none"})
    assert same_scale(CHGNET, added)
    assert not same_scale(CHGNET, bare)
    assert not same_scale(CHGNET, added.model_copy(update={"functional": "r2SCAN"}))
