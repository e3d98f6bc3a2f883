"""Thirty typical mistakes, and the one line that answers each: what is wrong, and the fix."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.base.errors import InputError
from analysis.data import TABLES
from workflows.base.shipped_files import shipped
from workflows.cli.main import app

DEMO = shipped("campaigns/demo.yaml").read_text(encoding="utf-8")
AL: dict[str, Any] = {"element": "Al", "valence": 3, "site": "Li", "concentration": 0.25}
VASP: dict[str, Any] = {"name": "vasp", "settings": {"incar": {"ENCUT": "520 eV"}}}

#: Arguments, and words of the answer.
COMMANDS = [
    ("query", "which campaign? Give --dir FOLDER"),
    ("query --result lzo", "no folder of results lzo: name a folder written by"),
    ("query --dir nowhere", "no campaign in nowhere; start with interphase run SPEC"),
    ("query --dir results", "results is a folder of results, without a database: give --result"),
    ("query --result llzo lable=resists", "did you mean label?"),
    ("query --result llzo label=stable", "label is one of resists, undecided, reduced or null"),
    ("query --result llzo --campaign nope", "no campaign 'nope' in this database; there are: llzo"),
    ("query --result llzo --campaign nope --count", "there are: llzo"),
    ("explain --result llzo --campaign nope", "there are: llzo"),
    ("query --result llzo dopant=mg", "did you mean Mg?"),
    ("query --result llzo dopant=magnesium", "did you mean Mg?"),
    ("query --result llzo reaction_energy", "< and > need quotes in a shell: 'reaction_energy>0'"),
    ("query --result llzo reaction_energy=>1", "did you mean >=?"),
    ("query --result llzo reaction_energy>high", "reaction_energy takes a number, not 'high'"),
    ("query --result llzo --sort=products", "products cannot be sorted by"),
    ("predict Mg 2 --result llzo", "give ELEMENT VALENCE SITE, as in: interphase predict Mg 2 Li"),
    ("export --result llzo", "write what where? Give --output FILE.csv"),
    ("export --result llzo --output x.xls", "written as .csv, .jsonl, .parquet, not as 'x.xls'"),
    ("report --result llzo -o results", "choose another file with --output"),
    ("report --result llzo -o demo.yaml", "it is there already, and no report"),
    ("shortlist --result llzo --weight resist=2", "did you mean resists?"),
    ("submit demo.yaml", "which LaunchPad? Give --launchpad FILE (interphase init cluster writes"),
    ("status --launchpad template.yaml", "is the template still (host, password, tlsCAFile)"),
    ("plan nowhere.yaml", "cannot read the specification nowhere.yaml"),
    ("init", "demo.yaml is there already: move it away, or choose another folder with --dir"),
    ("init host", "name the crystal's file: interphase init host my.cif"),
]
#: What is written into the demo's specification, and words of the answer.
SPECIFICATIONS = [
    ({"dopants": [{**AL, "element": "mg"}]}, "give its symbol; did you mean Mg?"),
    ({"dopants": [{**AL, "valence": "three"}]}, "must be a whole number (here: 'three')"),
    ({"dopants": [{**AL, "concentration": -1}]}, "must be greater than 0 (here: -1)"),
    ({"dopants": [{**AL, "concentration": 0.1}]}, "holds multiples of 0.25 up to 7"),
    ({"dopants": [{**AL, "site": "Fe"}]}, "the host's sites are Li, La, Zr"),
    ({"dopants": AL}, "dopants: must be a list, such as [a, b]"),
    ({"dopants": ["Al"]}, "must be keys with values, such as {key: value} (here: 'Al')"),
    ({"name": "my campaign"}, "may hold letters, digits, hyphens and underscores only"),
    ({"engine": {"name": "chgnt"}}, "choose one of chgnet, mlff, sevennet, vasp"),
    (
        {"engine": {"name": "vasp", "settings": {"incar": {"ENCTU": 520}}}},
        "ENCTU is no INCAR tag that VASP knows; did you mean ENCUT?",
    ),
    ({"engine": VASP}, "ENCUT: '520 eV' is a number with a unit: write 520"),
    ({"reference_phases": {"source": "tabel"}}, "did you mean table?"),
    ({"host": {"crystal": "my.cif"}}, "no such file: "),
]
#: Words of Python and pydantic that a user should not have to know.
JARGON = ("Input should", "tuple", "DopantSpec", "pattern", "Traceback", "instance of")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("INTERPHASE_LAUNCHPAD", "INTERPHASE_MONGODB_URI", "FW_CONFIG_FILE"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "demo.yaml").write_text(DEMO, encoding="utf-8")
    (tmp_path / "template.yaml").write_bytes(shipped("launchpad.yaml").read_bytes())
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "manifest.json").write_text("{}", encoding="utf-8")
    return tmp_path


def answer(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "argv", ["interphase", *arguments])
    with pytest.raises(InputError) as raised:
        app()
    return str(raised.value)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("arguments", "words"), COMMANDS, ids=[each[0] for each in COMMANDS])
def test_a_mistaken_command(arguments: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = answer(arguments.split(), monkeypatch)
    assert words in told
    assert "\n" not in told
    assert not [each for each in JARGON if each in told]


@pytest.mark.parametrize(("change", "words"), SPECIFICATIONS, ids=[e[1] for e in SPECIFICATIONS])
def test_a_mistaken_specification(
    folder: Path, change: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = folder / "changed.yaml"
    spec.write_text(yaml.safe_dump(yaml.safe_load(DEMO) | change), encoding="utf-8")
    told = answer(["plan", "changed.yaml"], monkeypatch)
    assert words in told
    assert "\n" not in told
    assert not [each for each in JARGON if each in told]


def test_the_name_of_a_host_is_printed_as_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = yaml.safe_load(DEMO)
    crystal = str(TABLES / "llzo.cif")
    spec["host"] = {"crystal": crystal, "name": "LLZO [/cubic]"}
    (folder / "named.yaml").write_text(yaml.safe_dump(spec), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["interphase", "plan", "named.yaml"])
    with pytest.raises(SystemExit):
        app()
    printed = capsys.readouterr().out
    assert "compounds of LLZO [/cubic] (Li7La3Zr2O12" in printed
    assert "against Li" in printed


def test_a_mistake_leaves_no_file_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(folder.iterdir())
    answer(["query", "--result", "llzo", "lable=resists"], monkeypatch)
    answer(["export", "--result", "llzo", "--output", "x.xls"], monkeypatch)
    assert sorted(folder.iterdir()) == before
