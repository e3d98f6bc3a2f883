"""The committed LLZO campaign: its files agree, and a sample of it is computed again."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pymatgen.core import Composition, Structure

from analysis.base.fields import Field
from analysis.energies.reference_phases import table_phases
from analysis.energies.shipped_tables import HOST_ELEMENTS
from analysis.reactions.interface import react
from analysis.reactions.verdict import relation
from analysis.results.judgements import reduction_fields
from analysis.results.result import EngineUsed
from analysis.results.screening import screen
from analysis.results.screening_input import Calculated, References, UndopedReaction
from analysis.structures.dopants import Compound
from analysis.structures.doping import dope
from analysis.structures.host import builtin_host
from makers.engines.chgnet.chgnet_settings import CHGNET
from workflows.results.files import read_results
from workflows.specification.planning import Plan, make_plan
from workflows.specification.sources import phase_source
from workflows.specification.spec import CampaignSpec

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "results" / "llzo-chgnet"
HOST = "Li7La3Zr2O12"
#: One dopant on each site, of another charge each.
SAMPLE = ("Li6.25Al0.25La3Zr2O12", "Li7.25La2.75Ca0.25Zr2O12", "Li6.75La3Zr1.75Ta0.25O12")
#: Coordinates have five decimals.
SAME_ENERGY = 1e-4  # eV/atom
#: Two relaxations from starts that differ in the sixth decimal, each to 0.1 eV/Å.
SAME_REACTION = 0.01  # eV per f.u.

Row = dict[str, Any]


@cache
def rows() -> list[Row]:
    return read_results(RESULT / "compounds.csv")


@cache
def spec() -> CampaignSpec:
    return CampaignSpec.from_file(ROOT / "campaigns" / "llzo.yaml")


@cache
def plan() -> Plan:
    sample = [compound_of(row(formula)).dopants[0] for formula in SAMPLE]
    listed = [d.model_dump() | {"concentration": [d.concentration]} for d in sample]
    data = spec().model_dump() | {"rule": None, "dopants": listed}
    small = CampaignSpec.model_validate(data)
    return make_plan(small, phase_source(small.reference_phases, None))


@cache
def structures() -> dict[str, Structure]:
    with gzip.open(RESULT / "structures.jsonl.gz", "rt", encoding="utf-8") as lines:
        cells = [json.loads(line) for line in lines]
    return {cell["formula"]: Structure(**cell["structure"]) for cell in cells}


def row(formula: str) -> Row:
    (found,) = (each for each in rows() if each[Field.FORMULA] == formula)
    return found


def compound_of(document: Row) -> Compound:
    return Compound(dopants=document[Field.DOPANTS], compensation=document[Field.COMPENSATION])


def relax(structure: Structure) -> Calculated:
    from makers.engines.chgnet.chgnet_relax import ChgnetRelaxMaker

    maker = ChgnetRelaxMaker(**settings().model_dump())
    document = maker.make.original(maker, structure)
    return calculated(document.structure, document.energy)


def settings() -> Any:
    from makers.engines.registry import engine_settings

    return engine_settings("chgnet", spec().engine.settings)


def calculated(structure: Structure, *energies: float) -> Calculated:
    engine = EngineUsed(name="chgnet", version="0.3.0", scheme=CHGNET)
    lowest = min(energies)
    return Calculated(structure=structure, energy=lowest, energies=energies, engine=engine)


def single_point(structure: Structure) -> Calculated:
    from makers.engines.chgnet.chgnet_model import chgnet_calculator

    prediction = chgnet_calculator("0.3.0").model.predict_structure(structure, task="e")
    return calculated(structure, float(prediction["e"]) * len(structure))


@cache
def crystal_energies() -> dict[str, float]:
    """Relax the crystals that carry the sample's energies, eV/atom."""
    campaign = plan().campaign
    relaxed = {formula: relax(campaign.crystal(formula)) for formula in campaign.crystals}
    return {f: crystal.energy / len(crystal.structure) for f, crystal in relaxed.items()}


def undoped() -> UndopedReaction:
    fields = UndopedReaction.model_fields
    return UndopedReaction(**{name: row(HOST)[name] for name in fields})


def screened(compound: Compound, cell: Calculated) -> Row:
    """Return a compound's result from its relaxed cell, as a campaign does."""
    (planned,) = (p for p in plan().campaign.compounds if p.compound == compound)
    references = References(
        phases=plan().phases[planned.phases],
        aligned=planned.aligned,
        exchanged=planned.exchanged,
        crystal_energies=crystal_energies(),
        host=single_point(structures()[HOST]),
        undoped=undoped() if compound.dopants else None,
        electrode=spec().electrode,
        criteria=spec().screening,
    )
    result = screen(plan().campaign.host_crystal, compound, cell, references)
    return result.model_dump()


def test_at_least_118_compounds_and_the_host_are_there() -> None:
    doped = [each for each in rows() if each[Field.DOPANTS]]
    assert len(doped) >= 118
    assert len(rows()) == len(doped) + 1
    assert {site: sum(each[Field.SITE] == site for each in doped) for site in ("Li", "La", "Zr")}
    assert row(HOST)[Field.LABEL] is None
    assert row(HOST)[Field.NEARLY_INERT]
    assert row(HOST)[Field.DOPANT] is None


def test_every_compound_of_the_specification_is_there() -> None:
    whole = make_plan(spec(), phase_source(spec().reference_phases, None))
    expected = {planned.compound for planned in whole.campaign.compounds}
    assert {compound_of(each) for each in rows()} == expected


def test_every_reaction_follows_from_the_formation_energy() -> None:
    from analysis.energies.reference_phases import whole_table

    phases = whole_table()
    for each in rows():
        composition = Composition(each[Field.FORMULA])
        energy = each[Field.FORMATION_ENERGY_PER_ATOM] * composition.num_atoms
        reaction = react(composition, energy, phases, max_elements=3, exclude=[HOST])
        assert reaction.reaction_energy == pytest.approx(each[Field.REACTION_ENERGY], abs=1e-6)
        assert reaction.products == pytest.approx(each[Field.PRODUCTS], abs=1e-6)


def test_every_relation_follows_from_the_difference_and_its_uncertainty() -> None:
    for each in rows():
        uncertainty = each[Field.REACTION_ENERGY_UNCERTAINTY]
        if uncertainty is None:
            assert each[Field.RELATION] is None
            continue
        difference = each[Field.REACTION_ENERGY] - each[Field.REACTION_ENERGY_HOST]
        assert each[Field.RELATION] == relation(difference, uncertainty, spec().screening)


def test_every_label_follows_from_the_reference_phases_alone() -> None:
    host = builtin_host("LLZO")
    for each in rows():
        composition = Composition(each[Field.FORMULA])
        phases = table_phases({e.symbol for e in composition} | HOST_ELEMENTS)
        found, _ = reduction_fields(
            host,
            compound_of(each),
            composition,
            phases,
            electrode="Li",
            criteria=spec().screening,
        )
        assert each[Field.LABEL] == found["label"]
        assert each[Field.REDUCTION_MARGIN] == pytest.approx(found["reduction_margin"], abs=1e-6)
        assert tuple(each[Field.HINGES_ON] or ()) == (found["hinges_on"] or ())


def test_most_compounds_are_reduced_and_few_resist() -> None:
    labels = Counter(each[Field.LABEL] for each in rows())
    assert labels == {"reduced": 275, "resists": 42, "undecided": 29, None: 3}


def test_every_path_ends_at_the_reaction_energy() -> None:
    with (RESULT / "paths.jsonl").open(encoding="utf-8") as lines:
        paths = [json.loads(line) for line in lines]
    energies = [each[Field.REACTION_PATH][-1]["energy"] for each in paths]
    assert energies == pytest.approx([each[Field.REACTION_ENERGY] for each in rows()])
    starts = [each[Field.REACTION_PATH][0]["energy"] for each in paths]
    assert starts == pytest.approx([each[Field.DECOMPOSITION_ENERGY] for each in rows()])


@pytest.mark.parametrize("formula", [HOST, *SAMPLE])
def test_energies_of_the_sample_are_those_of_its_structures(formula: str) -> None:
    pytest.importorskip("chgnet.model")
    expected = row(formula)
    found = screened(compound_of(expected), single_point(structures()[formula]))
    energy = found[Field.FORMATION_ENERGY_PER_ATOM]
    assert energy == pytest.approx(expected[Field.FORMATION_ENERGY_PER_ATOM], abs=SAME_ENERGY)
    if expected[Field.DEFECT_ENERGY] is not None:
        expected_defect = pytest.approx(expected[Field.DEFECT_ENERGY], abs=4 * 24 * SAME_ENERGY)
        assert found[Field.DEFECT_ENERGY] == expected_defect
    assert found[Field.PRODUCTS] == pytest.approx(expected[Field.PRODUCTS], abs=1e-6)


def test_one_compound_computed_again_from_the_host_gives_the_same_verdict() -> None:
    pytest.importorskip("chgnet.model")
    expected = row(SAMPLE[0])
    compound = compound_of(expected)
    choices = dope(
        plan().campaign.host_crystal,
        structures()[HOST],
        compound,
        choices=spec().choices,
        seed=spec().seed,
    )
    relaxed = [relax(choice.structure) for choice in choices]
    best = min(relaxed, key=lambda each: each.energy)
    found = screened(compound, calculated(best.structure, *(each.energy for each in relaxed)))
    energy = found[Field.REACTION_ENERGY]
    assert energy == pytest.approx(expected[Field.REACTION_ENERGY], abs=SAME_REACTION)
    assert found[Field.LABEL] == expected[Field.LABEL]
