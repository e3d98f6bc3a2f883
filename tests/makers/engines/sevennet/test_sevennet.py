"""SevenNet: weights, elements, energies with and without corrections, isolated atoms."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pymatgen.core import Lattice, Structure

from analysis.base.errors import InputError
from makers.engines.neighbours import IsolatedAtomError
from makers.engines.registry import find_engine, relax_maker, unknown_elements
from makers.engines.sevennet.sevennet_settings import (
    SEVENNET_CUTOFF,
    SEVENNET_HEAVIEST,
    SEVENNET_UNTRAINED,
    SevennetModel,
)
from makers.schemas import RelaxationDocument

OXIDE = -0.687  # eV per O: A. Wang et al., Scientific Reports 11, 15496 (2021)
PEROXIDE = -0.465
FE_IN_OXIDES = -2.256


@pytest.fixture
def package() -> Any:
    return pytest.importorskip("sevenn")


@pytest.fixture
def caesium() -> Structure:
    """Body-centred, 6.14 Å: neighbours at 5.3 Å."""
    return Structure(Lattice.cubic(6.14), ["Cs", "Cs"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def relaxed(structure: Structure, **settings: Any) -> RelaxationDocument:
    maker: Any = relax_maker("sevennet", settings)
    document: RelaxationDocument = maker.make.original(maker, structure)
    return document


@pytest.mark.usefixtures("package")
def test_relaxed_lithia_is_as_large_as_measured(displaced_lithia: Structure) -> None:
    document = relaxed(displaced_lithia, force_threshold=0.01)
    assert (document.engine, document.engine_version) == ("sevennet", "7net-0")
    assert document.converged
    assert document.max_force <= 0.01
    # a = 4.62 Å (antifluorite, Zintl et al. 1934); the primitive cell holds a^3 / 4
    assert (4 * document.structure.volume) ** (1 / 3) == pytest.approx(4.62, rel=0.02)


@pytest.mark.usefixtures("package")
def test_an_energy_alone_is_that_of_the_relaxation(displaced_lithia: Structure) -> None:
    document = relaxed(displaced_lithia)
    for model in SevennetModel:
        maker: Any = relax_maker("sevennet", {"model": model.value, "corrections": "none"})
        atoms = document.structure.to_ase_atoms()
        with_forces = maker.calculator.get_potential_energy(atoms)
        many = maker.energies([document.structure, document.structure * 2])
        assert many == pytest.approx([with_forces, 8 * with_forces], abs=1e-4)


@pytest.mark.usefixtures("package")
def test_corrections_are_the_materials_projects(displaced_lithia: Structure) -> None:
    peroxide = Structure.from_spacegroup(
        "P-62m",
        Lattice.hexagonal(6.208, 4.469),
        ["Na", "Na", "O", "O"],
        [[0.2945, 0, 0], [0.6319, 0, 0.5], [0, 0, 0.3276], [1 / 3, 2 / 3, 0.1674]],
    )
    ferrous = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.33), ["Fe", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    ).get_primitive_structure()
    metal = Structure(Lattice.cubic(2.87), ["Fe", "Fe"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    crystals = [displaced_lithia, peroxide, ferrous, metal]
    bare, added = (
        relax_maker("sevennet", {"corrections": which}).energies(crystals)  # type: ignore[attr-defined]  # not of every Maker
        for which in ("none", "added")
    )
    differences = [after - before for after, before in zip(added, bare, strict=True)]
    oxygens = peroxide.composition["O"]
    expected = [OXIDE, oxygens * PEROXIDE, OXIDE + FE_IN_OXIDES, 0.0]
    assert differences == pytest.approx(expected, abs=2e-3)


def test_the_scheme_says_what_became_of_the_corrections() -> None:
    pytest.importorskip("sevenn")
    schemes = [
        relax_maker("sevennet", {"corrections": which}).scheme  # type: ignore[attr-defined]  # not of every Maker
        for which in ("none", "added")
    ]
    assert [scheme.corrections.partition(",")[0] for scheme in schemes] == [
        "none",
        "MaterialsProject2020Compatibility",
    ]
    assert {scheme.engine for scheme in schemes} == {"SevenNet 7net-0"}


@pytest.mark.usefixtures("package")
def test_a_metal_without_neighbours_is_refused(caesium: Structure) -> None:
    with pytest.raises(IsolatedAtomError, match=r"Cs has no neighbour within the 5 Å"):
        relaxed(caesium)
    maker: Any = relax_maker("sevennet", {})
    shrunk = caesium.copy().scale_lattice(2 * 5.5**3 / 2)
    none, some = maker.energies([caesium, shrunk])
    assert none is None
    assert some < 0


def test_elements_without_training_are_unknown() -> None:
    assert unknown_elements("sevennet", ["Li", "Ra", "Am", "Pu"], {}) == ["Am", "Ra"]


@pytest.mark.usefixtures("package")
def test_unknown_elements_and_cutoff_are_the_models() -> None:
    for model in SevennetModel:
        calculator: Any = relax_maker("sevennet", {"model": model.value}).calculator  # type: ignore[attr-defined]  # not of every Maker
        untrained = {Z for Z in range(1, SEVENNET_HEAVIEST + 1) if Z not in calculator.type_map}
        assert untrained == {84, 85, 86, 87, 88}  # Po, At, Rn, Fr, Ra
        assert len(untrained) == len(SEVENNET_UNTRAINED)
        assert max(calculator.type_map) == SEVENNET_HEAVIEST
        assert calculator.cutoff == SEVENNET_CUTOFF


def test_a_missing_package_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("makers.engines.sevennet.sevennet_engine.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pip install 'interphase\[sevennet\]'"):
        relax_maker("sevennet", {})


def test_other_weights_than_the_projects_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # a package whose file of weights has been replaced
    file = tmp_path / "pretrained_potentials/SevenNet_0__11Jul2024/checkpoint_sevennet_0.pth"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"other weights")
    package = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    for module in ("sevennet_engine", "sevennet_weights"):
        monkeypatch.setattr(f"makers.engines.sevennet.{module}.find_spec", lambda _: package)
    with pytest.raises(
        InputError, match=r"SHA-256 .*, not 7052cb42.*install sevenn 0\.13\.0 again"
    ):
        relax_maker("sevennet", {})


@pytest.mark.usefixtures("package")
def test_the_installation_is_checked_with_its_weights() -> None:
    assert "7net-0, 7net-l3i5" in find_engine("sevennet").installation()


@pytest.mark.usefixtures("package")
def test_model_and_corrections_change_the_digest_fields() -> None:
    settings = [{}, {"model": "7net-l3i5"}, {"corrections": "none"}]
    fields = [relax_maker("sevennet", each).digest_fields() for each in settings]  # type: ignore[attr-defined]  # not of every Maker
    assert all(a != b for i, a in enumerate(fields) for b in fields[:i])
    assert fields[0]["weights"].startswith("7052cb42")
