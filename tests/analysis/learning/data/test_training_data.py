"""Which compounds are learnt from, in which order, and what is said of the others."""

from typing import Any

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from standins.synthetic import LLZO

from analysis.base.errors import InputError
from analysis.descriptors.descriptor import Descriptor
from analysis.learning.data.training_data import training_data
from analysis.learning.settings import Population

#: A metal in the middle of an octahedron of oxygen, 2.1 Å away, in a cell of 7 atoms.
OCTAHEDRON = [[0, 0, 0], *(np.eye(3) * 0.21), *(-np.eye(3) * 0.21)]


def document(element: str, valence: int, site: str = "Zr", **fields: Any) -> dict[str, Any]:
    dopant = {"element": element, "valence": valence, "site": site, "concentration": 0.25}
    structure = Structure(Lattice.cubic(10), [element, *["O"] * 6], OCTAHEDRON)
    return {
        "dopants": [dopant],
        "dopant": element,
        "valence": valence,
        "site": site,
        "concentration": 0.25,
        "compensation": "lithium",
        "formula": f"{element}0.25O1.5",  # 1.75 atoms: the cell holds four units
        "reaction_energy": -0.5,
        "reaction_energy_host": -0.4,
        "reaction_energy_uncertainty": 0.05,
        "relation": "worse",
        "passes_filter": True,
        "structure": structure.as_dict(),
        "job_uuid": f"{element}{valence}{site}",
    } | fields


HOST: dict[str, Any] = {"dopants": [], "reaction_energy": -0.4}
THREE = [document("Ta", 5), document("Al", 3), document("Nb", 5)]


def test_the_relaxed_cell_gives_the_coordination_and_with_it_the_radius() -> None:
    data = training_data([HOST, *THREE], LLZO)
    assert list(data.rows["dopant"]) == ["Al", "Nb", "Ta"]
    assert list(data.descriptors[str(Descriptor.COORDINATION_NUMBER)]) == [6, 6, 6]
    assert list(data.descriptors[str(Descriptor.IONIC_RADIUS)]) == [0.535, 0.64, 0.64]


def test_the_snapshot_does_not_depend_on_the_order_of_the_documents() -> None:
    first = training_data(THREE, LLZO)
    assert training_data(THREE[::-1], LLZO).snapshot == first.snapshot
    changed = [*THREE[:2], document("Nb", 5, reaction_energy=-0.5000001)]
    assert training_data(changed, LLZO).snapshot != first.snapshot


def test_what_is_left_out_is_named_with_the_reason() -> None:
    both = [document("Mg", 2)["dopants"][0], document("Al", 3)["dopants"][0]]
    data = training_data(
        [
            *THREE,
            document("W", 6, passes_filter=False),
            document("Sc", 3, reaction_energy=None),
            document("Y", 3, concentration=0.5),
            document("Mg", 2, dopants=both, dopant=None, concentration=None),
        ],
        LLZO,
    )
    assert len(data) == 3
    assert {each.name: each.reason for each in data.left_out} == {
        "W6+ on Zr, x=0.25": "beyond the filter of the defect energy",
        "Sc3+ on Zr, x=0.25": "no reaction energy",
        "Y3+ on Zr, x=0.25": "x is not 0.25",
        "Mg2+ on Zr, x=0.25 + Al3+ on Zr, x=0.25": (
            "several dopants: the descriptors are those of one"
        ),
    }


def test_compounds_beyond_the_filter_are_learnt_from_if_asked_for() -> None:
    refused = document("W", 6, passes_filter=False)
    assert len(training_data([*THREE, refused], LLZO, population=Population.ALL)) == 4


def test_a_missing_descriptor_is_named_with_its_compound() -> None:
    data = training_data([*THREE, document("Sn", 2), document("Mo", 6, structure=None)], LLZO)
    missing = {(each.name, each.descriptor): each.text for each in data.remarks if each.is_missing}
    assert missing["Sn2+ on Zr, x=0.25", Descriptor.IONIC_RADIUS].startswith("Shannon's table has")
    assert missing["Mo6+ on Zr, x=0.25", Descriptor.COORDINATION_NUMBER] == (
        "the document has no relaxed cell"
    )
    assert data.descriptors.isna().to_numpy().sum() == len(missing)


def test_nothing_to_learn_from_says_why() -> None:
    with pytest.raises(InputError, match="1 of them: no reaction energy"):
        training_data([document("Al", 3, reaction_energy=None)], LLZO)
    with pytest.raises(InputError, match="no doped compound"):
        training_data([HOST], LLZO)
