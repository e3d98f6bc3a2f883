"""The names of a result document."""

import json
from collections import Counter

import pytest

from analysis.base.fields import Field, Kind, Label
from analysis.base.schema import CHOICES, PARTS, SCHEMA_HISTORY, SCHEMA_VERSION, SUBFIELDS
from analysis.results.result import CompoundResult, EngineUsed, PhasesUsed

# As the project's specification lists them, in its order, then those of the database. Whoever
# changes this list raises SCHEMA_VERSION: `interphase build` then upgrades what is stored.
VERSION = 3
NAMES = [
    "campaign",
    "dopants",
    "dopant",
    "valence",
    "site",
    "concentration",
    "compensation",
    "formula",
    "n_atoms",
    "formation_energy_per_atom",
    "energy_above_hull",
    "hull_distance",
    "defect_energy",
    "passes_filter",
    "reaction_energy",
    "reaction_energy_uncertainty",
    "reaction_energy_host",
    "decomposition_energy",
    "lithium_driving_force",
    "lithium_uptake",
    "products",
    "equation",
    "reaction_path",
    "label",
    "resists_probability",
    "reduction_margin",
    "reduction_potential",
    "reductions",
    "hinges_on",
    "dissolution",
    "dissolves_probability",
    "solubility",
    "solubility_uncertainty",
    "relation",
    "nearly_inert",
    "strictly_stable",
    "passivating",
    "strictly_passivating",
    "insulating_fraction",
    "deciding_phases",
    "product_band_gaps",
    "migration_barrier",
    "diffusivity",
    "engine",
    "reference_phases",
    "structure",
    "job_uuid",
    "notes",
    "alloys",
    "provenance",
    "computed",
    "stored",
    "schema_version",
]


def test_names_are_those_of_the_result_document_in_order() -> None:
    assert [field.value for field in Field] == NAMES
    assert SCHEMA_VERSION == VERSION


def test_every_version_of_the_schema_says_what_it_brought() -> None:
    assert list(SCHEMA_HISTORY) == list(range(1, SCHEMA_VERSION + 1))


def test_field_is_usable_as_a_plain_string_key() -> None:
    assert {"reaction_energy": -0.1}[Field.REACTION_ENERGY] == -0.1
    assert json.dumps({Field.LABEL: Label.RESISTS}) == '{"label": "resists"}'
    assert f"{Field.SITE}" == "site"


def test_every_field_has_a_title_of_its_own_and_a_sentence() -> None:
    titles = Counter(field.label for field in Field)
    assert [title for title, number in titles.items() if not title or number > 1] == []
    assert [field for field in Field if not field.description.endswith(".")] == []


@pytest.mark.parametrize(
    ("field", "unit"),
    [
        (Field.REACTION_ENERGY, "eV per f.u."),
        (Field.REACTION_ENERGY_HOST, "eV per f.u."),
        (Field.FORMATION_ENERGY_PER_ATOM, "eV/atom"),
        (Field.ENERGY_ABOVE_HULL, "eV/atom"),
        (Field.DEFECT_ENERGY, "eV per dopant"),
        (Field.CONCENTRATION, "per f.u."),
        (Field.DIFFUSIVITY, "cm^2/s"),
        (Field.FORMULA, ""),
    ],
)
def test_units_are_those_of_the_specification(field: Field, unit: str) -> None:
    assert field.unit == unit


def test_every_real_number_has_a_unit() -> None:
    assert [f for f in Field if f.kind in {Kind.NUMBER, Kind.AMOUNTS} and not f.unit] == []


def test_heading_joins_title_and_unit_and_leaves_out_an_empty_one() -> None:
    assert Field.REACTION_ENERGY.heading == "Reaction energy (eV per f.u.)"
    assert Field.FORMULA.heading == "Formula"


def test_every_choice_and_every_record_says_what_it_can_hold() -> None:
    assert set(CHOICES) == {field for field in Field if field.kind is Kind.CHOICE}
    assert set(SUBFIELDS) == {field for field in Field if field.kind is Kind.RECORDS}
    assert CHOICES[Field.LABEL] == ("resists", "undecided", "reduced")


def test_parts_are_those_that_are_stored() -> None:
    assert set(PARTS) == {field for field in Field if field.kind is Kind.DOCUMENT}
    assert PARTS[Field.ENGINE] == tuple(EngineUsed.model_fields)
    assert PARTS[Field.REFERENCE_PHASES] == tuple(PhasesUsed.model_fields)


def test_every_stored_result_has_the_names() -> None:
    assert set(CompoundResult.model_fields) <= set(Field)
