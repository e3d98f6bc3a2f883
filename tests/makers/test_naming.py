from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from jobflow import job
from pymatgen.core import Lattice, Structure
from standins.crystals import crystal_of

from analysis.structures.dopants import Compound, Dopant
from analysis.structures.host import Host, host_from_cif
from makers import naming
from makers.naming import arrange_uuid, digest, dope_uuid, named, relax_uuid

CIF = Path(__file__).parents[1] / "data" / "li2zro3.cif"
ENGINE = {"engine": "chgnet", "force_threshold": 0.1}
ALUMINIUM = Dopant(element="Al", valence=3, site="Zr", concentration=0.5)


@pytest.fixture(scope="module")
def host() -> Host:
    return host_from_cif(CIF, oxidation_states={"Li": 1, "Zr": 4, "O": -2})


def rock_salt(constant: float = 5.64) -> Structure:
    return crystal_of("Fm-3m", Lattice.cubic(constant), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def test_a_name_is_the_same_in_another_process() -> None:
    # Hashes of texts differ between processes; what names a job must not.
    code = "from makers.naming import digest; print(digest('a', {'b': 1, 'a': [2.5, None]}))"
    other = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert other.stdout.strip() == digest("a", {"a": [2.5, None], "b": 1})


def test_what_differs_is_named_differently() -> None:
    names = [digest("a"), digest("b"), digest("a", None), digest("a", 0), digest("a", "0")]
    assert len(set(names)) == len(names)


def test_a_structure_is_named_by_cell_species_and_coordinates() -> None:
    crystal = rock_salt()
    moved = crystal.copy()
    moved.translate_sites([0], [0.001, 0, 0])
    names = {relax_uuid(ENGINE, s) for s in (crystal, moved, rock_salt(5.65))}
    assert len(names) == 3


def test_what_a_cif_rounds_away_does_not_rename_a_structure() -> None:
    crystal = rock_salt()
    noisy = crystal.copy()
    noisy.translate_sites([3], [1e-9, 0, 0])
    noisy.add_site_property("magmom", [None] * len(noisy))
    assert relax_uuid(ENGINE, noisy) == relax_uuid(ENGINE, crystal)


def test_another_engine_renames_a_relaxation() -> None:
    finer = ENGINE | {"force_threshold": 0.05}
    assert relax_uuid(ENGINE, rock_salt()) != relax_uuid(finer, rock_salt())


def test_everything_about_the_host_names_its_arrangements(host: Host) -> None:
    double = Host(host.name, host.structure, 2 * host.formula_units, host.mobile)
    renamed = Host("other", host.structure, host.formula_units, host.mobile)
    base = arrange_uuid(ENGINE, host, 5, 2.0, 0)
    different = [
        arrange_uuid(ENGINE, host, 4, 2.0, 0),
        arrange_uuid(ENGINE, host, 5, 1.9, 0),
        arrange_uuid(ENGINE, host, 5, 2.0, 1),
        arrange_uuid(ENGINE, double, 5, 2.0, 0),
    ]
    assert len({base, *different}) == 5
    assert arrange_uuid(ENGINE, renamed, 5, 2.0, 0) == base  # a label changes no result


def test_compensation_names_a_compound() -> None:
    compounds = [Compound(dopants=(ALUMINIUM,), compensation=c) for c in ("lithium", "none")]
    names = {dope_uuid(ENGINE, "host", compound, 3, 0) for compound in compounds}
    assert len(names) == 2


def test_what_has_no_digest_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no digest"):
        digest(object())


def test_a_named_job_carries_name_uuid_and_metadata() -> None:
    @job
    def nothing() -> None:
        return None

    step = named(nothing(), "the-uuid", "LLZO: relax 1 of 2", step="relax")
    assert (step.uuid, step.name, step.metadata) == (
        "the-uuid",
        "LLZO: relax 1 of 2",
        {"step": "relax"},
    )
    assert step.output.uuid == "the-uuid"


def test_another_way_to_relax_renames_what_is_relaxed_and_what_stands_on_it(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def names() -> list[str]:
        compound = Compound(dopants=())
        return [
            relax_uuid({}, host.structure),
            arrange_uuid({}, host, 5, 2.0, 0),
            dope_uuid({}, "relaxed host", compound, 3, 0),
        ]

    before = names()
    versions = naming.METHOD_VERSIONS | {"relax": naming.METHOD_VERSIONS["relax"] + 1}
    monkeypatch.setattr(naming, "METHOD_VERSIONS", versions)
    assert not set(before) & set(names())
