"""What cannot be computed is named, with the fix, before anything is queued."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from monty.serialization import dumpfn
from pymatgen.core import Lattice, Structure
from pymatgen.entries.computed_entries import ComputedEntry
from standins.plans import ALUMINIUM, DATA, NIOBIUM, TANTALUM, plan

from analysis.base.errors import InputError


def with_codoped(**changes: Any) -> dict[str, Any]:
    return {"codoped": [[ALUMINIUM | {"concentration": 0.25}, TANTALUM | changes]]}


def with_dopant(**changes: Any) -> dict[str, Any]:
    return {"dopants": [ALUMINIUM | changes]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (with_dopant(element="Xy"), r"unknown element 'Xy': give its symbol, like Al"),
        (with_dopant(valence=5), r"Al is never 5\+; its known valences: .*3\+"),
        (with_dopant(site="Y"), r"unknown site 'Y': the host's sites are Li, La, Zr"),
        (
            with_dopant(concentration=0.3),
            r"x=0\.3: LLZO in a cell of 4 formula units .* holds multiples of 0\.25 up to 7",
        ),
        (with_dopant(element="Zr", valence=4, site="Zr"), r"Zr on Zr is the host's own ion"),
        (with_dopant(element="W", valence=6, concentration=2), r"too few Li to compensate"),
        (with_dopant(concentration=[0.25, 0.25]), r"listed twice under dopants: Al3\+ on Li"),
        (with_dopant(concentration=[0.25, 0.2503]), r"listed twice .* Al3\+ on Li, x=0\.25"),
        (
            {
                "codoped": [
                    [ALUMINIUM | {"concentration": 0.25}, TANTALUM | {"concentration": 0.25}],
                    [TANTALUM | {"concentration": 0.2498}, ALUMINIUM | {"concentration": 0.25}],
                ]
            },
            r"listed twice under codoped: Ta5\+ on Zr, x=0\.25 \+ Al3\+ on Li, x=0\.25",
        ),
        (with_dopant(element="Cm", site="La"), r"the engine chgnet does not know Cm"),
        (with_codoped(element="Xy"), r"unknown element 'Xy'"),
        (with_codoped(valence=9), r"Ta is never 9\+; its known valences"),
        (with_codoped(site="Y"), r"unknown site 'Y': the host's sites are Li, La, Zr"),
        (with_codoped(concentration=0.3), r"x=0\.3: .* holds multiples of 0\.25 up to 2"),
        (
            {"codoped": [[NIOBIUM, TANTALUM | {"concentration": 1.5}]]},
            r"Nb5\+\(Zr\)1\+Ta5\+\(Zr\)1\.5 asks for 10 dopants on 8 Zr: lower a concentration",
        ),
        (
            {"codoped": [[ALUMINIUM | {"concentration": 2}, TANTALUM | {"concentration": 2}]]},
            r"too few Li to compensate",
        ),
        ({"host": {"crystal": "NASICON"}}, r"no built-in host is called 'NASICON'"),
        ({"electrode": "Xx"}, r"electrode 'Xx' is not a formula"),
        ({"electrode": "metal"}, r"electrode 'metal' is not a formula"),
        (
            {"electrode": "LiAl3"},
            r"electrode LiAl3 lies 0\.0065 eV/atom above the hull .* choose Al or LiAl",
        ),
        ({"screening": {"max_elements": 3}, "electrode": "Cm"}, r"chgnet does not know Cm"),
        ({"electrode": "LiAl4"}, r"LiAl4 is not among the reference phases"),
        (
            {"engine": {"name": "lammps"}},
            r"Unknown engine 'lammps': choose one of chgnet, mlff, sevennet, vasp",
        ),
        (
            {"engine": {"settings": {"fmax": 0.1}}},
            r"Settings of the engine chgnet: fmax: .*It knows force_threshold",
        ),
        ({"dopants": (), "rule": {"elements": ["Xy"]}}, r"unknown element 'Xy'"),
        ({"dopants": (), "rule": {"sites": ["Na"]}}, r"unknown site 'Na'"),
        (
            {"dopants": (), "rule": {"elements": ["Al"], "concentration": 0.3}},
            r"rule: none of its \d+ candidates can be computed: .*holds multiples of 0\.25",
        ),
    ],
)
def test_what_cannot_be_computed_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        plan(**changes)


def test_an_electrode_that_the_entries_lack_is_named(oxide_entries: Path) -> None:
    with pytest.raises(InputError, match=r"No reference phase of .*oxides\.json contains Na"):
        plan(
            host={"crystal": str(DATA / "latp.cif")},
            dopants=[TANTALUM | {"element": "Zr", "valence": 4, "site": "Ti"}],
            reference_phases={"source": "file", "path": oxide_entries},
            electrode="Na",
        )


def test_a_mobile_ion_with_nowhere_to_jump_is_named(tmp_path: Path) -> None:
    Structure(Lattice.cubic(9), ["Na+", "Cl-"], [[0, 0, 0], [0.5] * 3]).to(tmp_path / "wide.cif")
    host = {"crystal": str(tmp_path / "wide.cif"), "mobile": "Na", "formula_units": 1}
    host["oxidation_states"] = {"Na": 1, "Cl": -1}
    with pytest.raises(InputError, match="no two Na sites are 1 to 8 angstrom apart"):
        plan(host=host)


def test_an_element_of_the_host_that_does_not_move_is_named() -> None:
    host = {"crystal": str(DATA / "latp.cif"), "mobile": "Na"}
    with pytest.raises(InputError, match="has no Na to move or to balance charge; it has Li"):
        plan(host=host)


def test_a_missing_cif_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.cif"):
        plan(host={"crystal": str(tmp_path / "absent.cif")})


def test_a_host_without_oxidation_states_is_refused(tmp_path: Path) -> None:
    bare = Structure.from_file(DATA / "li2zro3.cif")
    bare.remove_oxidation_states()
    bare.to(tmp_path / "bare.cif")
    with pytest.raises(InputError, match=r"bare\.cif has no oxidation state for Li, O, Zr"):
        plan(host={"crystal": str(tmp_path / "bare.cif"), "formula_units": 2})


def test_a_host_that_cannot_be_neutral_is_refused() -> None:
    states = {"Li": 1, "Zr": 3, "O": -2}
    with pytest.raises(InputError, match="neutral"):
        plan(host={"crystal": str(DATA / "li2zro3.cif"), "oxidation_states": states})


def test_the_materials_project_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MP_API_KEY", "PMG_MAPI_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pymatgen.core.SETTINGS", {})
    with pytest.raises(InputError, match="MP_API_KEY"):
        plan(reference_phases={"source": "materials_project"})


def entries(path: Path, *entries: ComputedEntry) -> dict[str, Any]:
    dumpfn(list(entries), path)
    return {"reference_phases": {"source": "file", "path": path}}


def test_reference_entries_of_two_schemes_are_refused(tmp_path: Path) -> None:
    mixed = entries(
        tmp_path / "mixed.json",
        ComputedEntry("Li", -2, parameters={"run_type": "GGA"}),
        ComputedEntry("O2", -10, parameters={"run_type": "R2SCAN"}),
    )
    with pytest.raises(InputError, match=r"two energy schemes.*PBE.*R2SCAN"):
        plan(**mixed)


def test_an_element_the_phases_do_not_know_is_named(tmp_path: Path) -> None:
    lithium = entries(
        tmp_path / "lithium.json", ComputedEntry("Li", -2, parameters={"run_type": "GGA"})
    )
    with pytest.raises(
        InputError, match=r"No reference phase of entries of lithium\.json contains"
    ):
        plan(**lithium)


def test_a_missing_file_of_entries_is_named(tmp_path: Path) -> None:
    source = {"source": "file", "path": tmp_path / "absent.json"}
    with pytest.raises(InputError, match=r"no file of reference entries at .*absent\.json"):
        plan(reference_phases=source)


def test_the_rule_leaves_out_what_cannot_be_computed_and_says_why() -> None:
    found = plan(dopants=(), rule={"sites": ["Li"], "elements": ["Al", "W"], "concentration": 2})
    kept = {p.compound.dopants[0].label for p in found.campaign.compounds[1:]}
    assert "Al3+ on Li, x=2" in kept
    left_out = {c.dopants[0].label: reason for c, reason in found.left_out}
    # 2 W6+ on Li push out 2 + 10 of 7 Li.
    assert "too few Li to compensate" in left_out["W6+ on Li, x=2"]
    assert not kept & set(left_out)
    # The summary of the stored campaign counts them.
    assert [(e.compound, e.reason) for e in found.campaign.left_out] == found.left_out


def own_weights(folder: Path, **changes: Any) -> dict[str, Any]:
    file = folder / "own.pth"
    file.write_bytes(b"weights")
    trained = {"functional": "PBE", "plus_u": "materials_project", "corrections": "none"}
    own = {"force_field": "ase.calculators.lj.LennardJones", "weights_argument": "file"}
    elements = ["Li", "La", "Zr", "O", "Al"]
    settings = {**own, "weights": str(file), "elements": elements, **trained, **changes}
    return {"engine": {"name": "mlff", "settings": settings}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"elements": ["Li", "La", "O", "Al"]},
            "the engine mlff does not know Zr: choose another dopant or engine",
        ),
        ({"sha256": "0" * 64}, r"own\.pth have the SHA-256 \w{64}, not 0{64}: name the right file"),
        ({"weights": "absent.pth"}, r"absent\.pth cannot be read: No such file"),
        ({"force_field": "NEP", "weights_argument": None}, r"NEP is not installed: pip install"),
    ],
)
def test_weights_of_the_user_that_do_not_fit_are_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        plan(**own_weights(tmp_path, **changes))


def test_a_second_engine_that_is_missing_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("makers.engines.sevennet.sevennet_engine.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"sevennet is not installed: pip install"):
        plan(engine={"name": "chgnet", "then": {"name": "sevennet"}})
