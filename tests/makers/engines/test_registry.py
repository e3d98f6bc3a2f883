"""Engines by name: settings, limits, and a light import."""

import subprocess
import sys

import pytest
from pymatgen.core import Element

from analysis.base.errors import InputError
from makers.engines.chgnet.chgnet_settings import CHGNET_HEAVIEST, CHGNET_UNTRAINED
from makers.engines.registry import ENGINES, engine_settings, relax_maker, unknown_elements


def test_unknown_engine_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'chgnett'.*chgnet, mlff, sevennet, vasp"):
        relax_maker("chgnett", {})


def test_unknown_setting_is_named_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"chgnet: fmax: .*force_threshold, steps, optimizer"):
        relax_maker("chgnet", {"fmax": 0.1})


def test_setting_out_of_range_is_named() -> None:
    with pytest.raises(InputError, match=r"force_threshold: .*greater than 0"):
        relax_maker("chgnet", {"force_threshold": -0.1})


def test_ediffg_has_one_home() -> None:
    with pytest.raises(InputError, match="EDIFFG is set by force_threshold"):
        relax_maker("vasp", {"incar": {"ediffg": -0.02}})


def test_defaults_are_the_campaigns_thresholds() -> None:
    whole = [name for name in ENGINES if name != "mlff"]  # some of its settings have no default
    thresholds = {name: engine_settings(name, {}).force_threshold for name in whole}
    assert thresholds == {"chgnet": 0.1, "sevennet": 0.1, "vasp": 0.01}


def test_engine_whose_package_is_missing_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("makers.engines.chgnet.chgnet_engine.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pip install 'interphase\[forcefield\]'"):
        relax_maker("chgnet", {})


def test_every_setting_changes_the_digest_fields() -> None:
    for engine, changed in (
        ("chgnet", [{"force_threshold": 0.05}, {"steps": 100}, {"optimizer": "FIRE"}]),
        (
            "vasp",
            [{"force_threshold": 0.02}, {"potcar_functional": "PBE_52"}, {"incar": {"ENCUT": 600}}],
        ),
    ):
        fields = [relax_maker(engine, settings).digest_fields() for settings in [{}, *changed]]
        assert all(a != b for i, a in enumerate(fields) for b in fields[:i])


def test_chgnet_does_not_know_what_its_training_set_lacks() -> None:
    assert unknown_elements("chgnet", ["Li", "Ra", "O", "Am", "Pu", "Po"]) == ["Am", "Po", "Ra"]


def test_untrained_elements_of_chgnet_are_those_with_random_embeddings() -> None:
    chgnet = pytest.importorskip("chgnet.model")
    weights = chgnet.CHGNet.load(verbose=False).atom_embedding.embedding.weight
    lengths = weights.detach().norm(dim=1).tolist()
    # 64 numbers drawn from a normal distribution: a length of sqrt(64) = 8, give or take 0.7
    short = [Element.from_Z(z).symbol for z, length in enumerate(lengths, start=1) if length < 10]
    assert len(lengths) == CHGNET_HEAVIEST
    assert set(short) == CHGNET_UNTRAINED


def test_vasp_knows_the_elements_of_the_materials_projects_potentials() -> None:
    assert unknown_elements("vasp", ["Li", "W", "Po", "Am"]) == ["Am", "Po"]


def test_naming_an_engine_imports_neither_torch_nor_atomate2() -> None:
    code = (
        "import sys; from makers.engines.registry import engine_settings, unknown_elements;"
        "engine_settings('chgnet', {}); unknown_elements('chgnet', ['Li']);"
        "print([m for m in ('torch', 'chgnet', 'sevenn', 'atomate2', 'ase') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
