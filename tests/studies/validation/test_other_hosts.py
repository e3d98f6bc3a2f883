"""Hosts of many kinds: their crystals and plans, and their reduction beside others' figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pymatgen.core import Composition

import interphase
from analysis.base.errors import InputError
from analysis.structures.crystal_files import read_crystal_file
from studies.pages.other_hosts_page import onset_of, reaction_of
from studies.validation.host_crystals import cif_text, read_crystals, write_crystals
from studies.validation.other_hosts import (
    RESULTS,
    read_hosts,
    read_pages,
    read_sources,
    specification,
)

CAMPAIGNS = Path(__file__).parents[3] / "campaigns"
HOSTS = {host["formula"]: host for host in read_hosts()}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_crystals(tmp_path_factory.mktemp("crystals"))


def test_every_crystal_is_read_as_its_formula(files: dict[str, Path]) -> None:
    for formula, path in files.items():
        found = read_crystal_file(path).structure.composition.element_composition
        units = found.num_atoms / Composition(formula).num_atoms
        for element, amount in Composition(formula).items():
            assert found[element] == pytest.approx(units * amount, rel=0.01), formula


def test_the_table_has_hosts_of_every_kind_with_three_dopants() -> None:
    kinds = {host["kind"].partition(",")[0] for host in HOSTS.values()}
    assert kinds == {"oxide", "sulfide", "halide", "nitride", "oxyhalide"}
    assert {host.get("metal", "Li") for host in HOSTS.values()} == {"Li", "Na"}
    assert len(HOSTS) >= 12
    results = json.loads(RESULTS.read_text("utf-8"))
    assert results.keys() == HOSTS.keys()
    for formula, result in results.items():
        labelled = [row for row in result["compounds"] if row["label"] is not None]
        assert len(labelled) == 3, formula


def test_onsets_agree_with_those_that_others_calculated() -> None:
    said = {f: float(h["onset"]["value"].split()[0]) for f, h in HOSTS.items() if "onset" in h}
    assert len(said) >= 6
    found = {formula: onset_of(reaction_of(HOSTS[formula])) for formula in said}
    assert found == pytest.approx(said, abs=0.15)


def test_what_others_say_names_its_source_and_the_page_it_was_read_on() -> None:
    said = [h[key] for h in HOSTS.values() for key in ("onset", "found") if key in h]
    assert {each["source"] for each in said} == read_sources().keys()
    assert {each["read"] for each in said if "read" in each} == read_pages().keys()
    assert all("https://" in page for page in read_pages().values())


def test_products_are_those_that_experiment_found() -> None:
    assert {"Li3P", "Li2S", "LiCl"} == set(reaction_of(HOSTS["Li6PS5Cl"]).products)
    assert {"Na3P", "Na2S"} == set(reaction_of(HOSTS["Na3PS4"]).products)
    # The nitride and the antiperovskites hold nothing that the metal reduces.
    for formula in ("Li3N", "Li3OCl", "Na3OCl"):
        assert onset_of(reaction_of(HOSTS[formula])) == 0


def test_a_host_without_its_sulfides_is_refused_and_they_are_named(files: dict[str, Path]) -> None:
    with pytest.raises(InputError, match="no crystal of Al2S3, GeS2, P2S5, SiS2, SnS2 is at hand"):
        interphase.plan(specification(HOSTS["Li10GeP2S12"], files))


@pytest.mark.parametrize("path", sorted(CAMPAIGNS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_example_campaigns_are_planned(path: Path) -> None:
    found = interphase.plan(path)
    # The host, and every dopant that is listed.
    assert len(found.campaign.compounds) >= 4
    assert not any("poor alignment" in note for note in found.notes)


def test_the_crystals_of_the_examples_are_those_of_the_table() -> None:
    known = {formula.lower(): formula for formula in read_crystals()}
    paths = [p for n in ("argyrodite", "antiperovskite") for p in (CAMPAIGNS / n).glob("*.cif")]
    assert len(paths) == 13
    for path in paths:
        formula = known[path.stem]
        assert path.read_text(encoding="utf-8") == cif_text(formula, read_crystals()[formula])
