from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.base.errors import InputError
from workflows.specification.spec import CampaignSpec

ROOT = Path(__file__).parents[3]
AL_ON_LI = {"element": "Al", "valence": 3, "site": "Li", "concentration": 0.25}
TA_ON_ZR = {"element": "Ta", "valence": 5, "site": "Zr", "concentration": 0.25}
MINIMAL: dict[str, Any] = {
    "name": "demo",
    "dopants": [{"element": "Al", "valence": 3, "site": "Li"}],
}


def read(tmp_path: Path, text: str) -> CampaignSpec:
    path = tmp_path / "spec.yaml"
    path.write_text(text)
    return CampaignSpec.from_file(path)


def changed(**changes: Any) -> str:
    return yaml.safe_dump(MINIMAL | changes)


@pytest.mark.parametrize("path", sorted((ROOT / "campaigns").glob("*.yaml")), ids=lambda p: p.stem)
def test_shipped_campaigns_are_valid(path: Path) -> None:
    assert CampaignSpec.from_file(path).name == path.stem


def test_the_defaults_are_those_of_the_mission(tmp_path: Path) -> None:
    spec = read(tmp_path, changed())
    assert (spec.host.crystal, spec.host.cell, spec.electrode) == ("LLZO", "primitive", "Li")
    assert spec.dopants[0].concentration == (0.25,)
    assert spec.compensation == ("lithium",)
    assert (spec.screening.max_elements, spec.screening.band_gap) == (3, 2.0)
    assert spec.screening.defect_energy == 2.0
    assert (spec.screening.stable_factor, spec.screening.unstable_factor) == (1.0, 2.0)


@pytest.mark.parametrize("word", ["No", "On", "NO", "yes"])
def test_an_element_that_yaml_takes_for_a_flag_is_explained(tmp_path: Path, word: str) -> None:
    text = f"name: demo\ndopants:\n  - {{element: {word}, valence: 3, site: Li}}\n"
    message = r"dopants\.0\.element: must be text.*; YAML reads an unquoted Yes, No, On or Off"
    with pytest.raises(InputError, match=message):
        read(tmp_path, text)


def test_one_concentration_or_several_make_one_dopant_each(tmp_path: Path) -> None:
    dopant = {"element": "Al", "valence": 3, "site": "Li", "concentration": [0.25, 0.5]}
    spec = read(tmp_path, changed(dopants=[dopant]))
    assert [d.concentration for d in spec.dopants[0].expand()] == [0.25, 0.5]


def test_one_compensation_or_several(tmp_path: Path) -> None:
    assert read(tmp_path, changed(compensation="none")).compensation == ("none",)
    both = read(tmp_path, changed(compensation=["lithium", "none"]))
    assert both.compensation == ("lithium", "none")


def test_co_doped_compounds_alone_are_a_campaign(tmp_path: Path) -> None:
    spec = read(tmp_path, changed(dopants=[], codoped=[[AL_ON_LI, TA_ON_ZR]]))
    assert [dopant.element for dopant in spec.codoped[0]] == ["Al", "Ta"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hots": {}}, r"hots: unknown key; known here: .*host"),
        ({"host": {"crystl": "LLZO"}}, r"host\.crystl: unknown key; known here: .*crystal"),
        (
            {"dopants": [{"element": "Al", "valence": 3, "site": "Li", "x": 0.25}]},
            r"dopants\.0\.x: unknown key; known here: concentration, element, site, valence",
        ),
        ({"rule": {"site": ["Li"]}}, r"rule\.site: unknown key; known here: .*sites"),
        ({"engine": {"nme": "vasp"}}, r"engine\.nme: unknown key; known here: name, settings"),
        ({"reference_phases": {"file": "a"}}, r"reference_phases\.file: unknown key; .*path"),
        ({"screening": {"gap": 2}}, r"screening\.gap: unknown key; known here: band_gap"),
        ({"name": "my demo"}, r"name: may hold letters, digits, hyphens"),
        ({"name": None}, r"name: must be text"),
        ({"dopants": []}, r"no dopants: list some under `dopants` or `codoped`, or give a `rule`"),
        (
            {"dopants": [{"element": "Al", "valence": "3+", "site": "Li"}]},
            r"dopants\.0\.valence: must be a whole number",
        ),
        (
            {"dopants": [{"element": "Al", "valence": 0, "site": "Li"}]},
            r"dopants\.0\.valence: an ion has a charge: give 3 for Al3\+, -1 for Br-",
        ),
        ({"dopants": [{"element": "Al", "site": "Li"}]}, r"dopants\.0\.valence: is missing"),
        (
            {"dopants": [MINIMAL["dopants"][0] | {"concentration": []}]},
            r"dopants\.0\.concentration: .*at least 1 item",
        ),
        (
            {"dopants": [MINIMAL["dopants"][0] | {"concentration": 0}]},
            r"dopants\.0\.concentration\.0: must be greater than 0",
        ),
        ({"rule": {"sites": []}}, r"rule\.sites: .*at least 1 item"),
        ({"rule": {"elements": []}}, r"rule\.elements: .*at least 1 item"),
        ({"compensation": "vacancies"}, r"compensation\.0: must be 'lithium' or 'none'"),
        ({"compensation": []}, r"compensation: .*at least 1 item"),
        ({"compensation": ["none", "none"]}, r"compensation: listed twice under .*: none"),
        (
            {"codoped": [[AL_ON_LI]]},
            r"codoped: a co-doped compound has two dopants or more \(here: Al3\+ on Li, x=0\.25\)",
        ),
        ({"codoped": [[]]}, r"codoped: .*two dopants or more \(here: none\)"),
        (
            {"codoped": [[AL_ON_LI, AL_ON_LI | {"concentration": 0.5}]]},
            r"codoped: Al3\+ on Li is listed twice: add its concentrations up",
        ),
        (
            {"codoped": [[AL_ON_LI, TA_ON_ZR], [TA_ON_ZR, AL_ON_LI]]},
            r"listed twice under codoped: Al3\+ on Li, x=0\.25 \+ Ta5\+ on Zr, x=0\.25",
        ),
        (
            {"codoped": [[AL_ON_LI, TA_ON_ZR | {"concentration": [0.25, 0.5]}]]},
            r"codoped\.0\.1\.concentration: must be a number",
        ),
        (
            {"codoped": [[AL_ON_LI, TA_ON_ZR | {"x": 0.25}]]},
            r"codoped\.0\.1\.x: unknown key; known here: concentration, element, site, valence",
        ),
        ({"codoped": [AL_ON_LI]}, r"codoped\.0: must be a list"),
        ({"choices": 0}, r"choices: must be greater than 0"),
        ({"seed": -1}, r"seed: must be greater than or equal to 0"),
        ({"screening": {"band_gap": float("nan")}}, r"screening\.band_gap: must be finite"),
        (
            {"learning": {"tolerance": 1, "coverage": float("inf")}},
            r"learning\.coverage: .*\n?.*learning\.tolerance: unknown key",
        ),
        (
            {"codoped": [[AL_ON_LI, TA_ON_ZR | {"concentration": float("inf")}]]},
            r"codoped\.0\.1\.concentration: must be finite \(here: inf\)",
        ),
        (
            {"host": {"crystal": "a.cif", "oxidation_states": {"Li": float("nan")}}},
            r"host\.oxidation_states\.Li: must be finite",
        ),
        (
            {"host": {"crystal": "a.cif", "oxidation_states": {"Li": 40}}},
            r"host\.oxidation_states\.Li: must be less than or equal to 9",
        ),
        ({"host": {"cell": "big"}}, r"spec\.yaml: host\.cell: must be 'primitive' or 'conv"),
        ({"host": {"cell": 2}}, r"spec\.yaml: host\.cell: must be 'primitive' or 'conventional'"),
        ({"host": {"cell": [1, 1]}}, r"spec\.yaml: host\.cell\.2: is missing"),
        ({"host": {"cell": [1, 1, 0]}}, r"spec\.yaml: host\.cell\.2: must be greater than 0"),
        # pydantic takes true for 1.
        ({"choices": True}, r"choices: must be a number \(here: True\); YAML reads an unquoted"),
        ({"host": {"cell": [1, True, 1]}}, r"host\.cell: must be a number .*YAML reads"),
        (
            {"host": {"crystal": "a.cif", "oxidation_states": {"Li": True}}},
            r"host\.oxidation_states: must be a number",
        ),
        (
            {"dopants": [MINIMAL["dopants"][0] | {"concentration": True}]},
            r"dopants\.0\.concentration: must be a number",
        ),
        (
            {"codoped": [[AL_ON_LI, TA_ON_ZR | {"valence": True}]]},
            r"codoped\.0\.1\.valence: must be a number",
        ),
        ({"screening": {"limits": {"yes": True}}}, r"screening\.limits\.yes: must be a number"),
        ({"seed": 2**32}, r"seed: must be 4294967295 at most"),
        ({"shortlist": {"barrier": float("inf")}}, r"shortlist\.barrier: must be finite"),
        (
            {"shortlist": {"weights": {"resists": float("inf")}}},
            r"shortlist\.weights\.resists: must be finite",
        ),
        ({"shortlist": {"lithium": {"high": float("inf")}}}, r"lithium\.high: must be finite"),
        (
            {"engine": {"then": {"name": "vasp", "disagreement": float("inf")}}},
            r"engine\.then\.disagreement: must be finite",
        ),
        (
            {"host": {"crystal": "LLZO", "formula_units": 4, "mobile": "Na"}},
            r"host: formula_units, mobile: only for a crystal that is a CIF",
        ),
        ({"reference_phases": {"source": "file"}}, r"path is needed with source: file"),
        ({"reference_phases": {"path": "a.json"}}, r"path is needed with source: file, and only"),
        (
            {"reference_phases": {"source": "mp"}},
            r"reference_phases\.source: must be 'table', 'file' or 'materials_project'",
        ),
        (
            {"screening": {"stable_factor": 2, "unstable_factor": 1}},
            r"screening: unstable_factor must not be smaller than stable_factor",
        ),
    ],
)
def test_a_mistake_is_named_with_its_key(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path, changed(**changes))
    assert f"{tmp_path}/spec.yaml" in str(caught.value)


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"(?s)choices: must.*hots: unknown key"):
        read(tmp_path, changed(hots={}, choices="many"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: [", "is not YAML"),
        ("", "is not a specification: expected keys such as `name`"),
        ("- name: demo", "is not a specification"),
        ("name: demo\nname: other", "is not YAML: given twice: name"),
    ],
)
def test_a_file_that_holds_no_specification_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, text)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(InputError, match="is not YAML"):
        CampaignSpec.from_file(path)


@pytest.mark.parametrize("name", ["absent.yaml", "."])
def test_a_specification_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=f"cannot read the specification {tmp_path / name}"):
        CampaignSpec.from_file(tmp_path / name)


def test_paths_are_relative_to_the_specification(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    text = changed(
        host={"crystal": "crystals/latp.cif"},
        reference_phases={"source": "file", "path": "~/entries.json"},
    )
    spec = read(tmp_path, text)
    assert spec.host.crystal == str(tmp_path / "crystals" / "latp.cif")
    assert spec.reference_phases.path == Path("/home/me/entries.json")


def test_a_built_in_host_is_no_path(tmp_path: Path) -> None:
    assert read(tmp_path, changed()).host.crystal == "LLZO"
