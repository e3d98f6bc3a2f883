"""What the figures of the page on trust show, read back from their artists."""

import numpy as np
import pytest
from pymatgen.core import Composition

from analysis.energies.oxide_groups import OxideGroup
from analysis.energies.oxides import OxideStatus
from studies.validation.alignments import Alignment
from studies.validation.experiment import OxideError
from studies.validation.known_reactions import KnownReaction
from studies.validation.parity import parity
from studies.validation.parity_figures import (
    alignments_figure,
    experiment_figure,
    garnets_figure,
    offsets_figure,
)
from studies.validation.reaction_errors import ALL_ENGINE
from studies.validation.scale_offsets import ElementOffset


def oxide(formula: str, group: OxideGroup, measured: float, table: float) -> OxideError:
    return OxideError(
        formula=formula,
        element=Composition(formula).elements[0].symbol,
        group=group,
        status=OxideStatus.VERIFIED,
        measured=measured,
        table=table,
        per_cation=0.0,
    )


def reaction(formula: str, element: str, error: float, units: float | None) -> KnownReaction:
    return KnownReaction(
        formula=formula,
        element=element,
        units=units,
        dopants=2,
        atoms=Composition(formula).num_atoms,
        lithium=Composition(formula)["Li"],
        reaction_energy=-4.0,
        errors=dict.fromkeys(Alignment, error),
        engine_error=error,
    )


REACTIONS = [
    reaction("LiAlO2", "Al", 0.4, None),
    reaction("LiLa2NbO6", "Nb", -0.4, None),
    reaction("Li5La3Ta2O12", "Ta", 0.8, 1),
]


def test_experiment_figure_counts_and_names_the_oxides() -> None:
    errors = [
        oxide("Li2O", OxideGroup.FITTED, -2.0, -2.1),
        oxide("OsO4", OxideGroup.OTHER, -0.8, -1.5),
        oxide("TiO2", OxideGroup.OTHER, -3.3, -3.4),
    ]
    left, right = experiment_figure(errors).axes
    assert [tuple(line.get_xdata()) for line in left.lines[:2]] == [(-2.0,), (-0.8, -3.3)]
    ticks = [tick.get_text() for tick in right.get_xticklabels()]
    assert "MAE 0.100" in ticks[0]
    assert "(n = 2)" in ticks[1]
    assert {text.get_text() for text in right.texts} == {"Li2O", "OsO4", "TiO2"}


def test_offsets_figure_orders_elements_by_number_and_names_the_far_ones() -> None:
    offsets = [
        ElementOffset(element="Ni", oxides=parity([-0.6]), without_oxygen=None, elemental=None),
        ElementOffset(element="Al", oxides=parity([0.1]), without_oxygen=None, elemental=0.0),
        ElementOffset(element="Kr", oxides=None, without_oxygen=None, elemental=0.0),
    ]
    (axes,) = offsets_figure(offsets).axes
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["Al", "Ni"]
    assert [text.get_text() for text in axes.texts] == ["Ni"]


def test_alignments_figure_is_per_quarter_of_a_dopant() -> None:
    left, right = alignments_figure(REACTIONS).axes
    ternary, *_ = left.lines
    assert list(ternary.get_xdata()) == [-1.0]
    assert list(ternary.get_ydata()) == pytest.approx([-0.9])
    curve = right.lines[0]
    assert np.allclose(curve.get_xdata(), [0.1, 0.1, 0.2])
    assert np.allclose(curve.get_ydata(), [1 / 3, 2 / 3, 1])
    legend = right.get_legend()
    assert legend is not None
    texts = [text.get_text() for text in legend.get_texts()]
    assert f"{ALL_ENGINE}: MAE 0.133" in texts


def test_garnets_figure_shows_error_and_uncertainty_of_each() -> None:
    (axes,) = garnets_figure(REACTIONS[2:], {"Ta": 0.4}).axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["Li5La3Ta2O12"]
    (points,) = axes.containers
    assert list(points[0].get_xdata()) == pytest.approx([0.2])
    ((start, end),) = points[2][0].get_segments()
    assert (start[0], end[0]) == pytest.approx((0.1, 0.3))
