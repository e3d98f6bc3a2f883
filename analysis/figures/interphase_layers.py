"""The drawing of an interphase: what electrode and electrolyte become, layer by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from pymatgen.core import Composition
from pymatgen.util.string import latexify

from analysis.base.compound_names import ions_on_sites
from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.energies.phase_volumes import table_volumes
from analysis.figures.style import MUTED
from analysis.reactions.equation import electrode_of
from analysis.reactions.insulation import GAP_ERROR, Conduction, conduction_of, volume_shares
from analysis.reactions.passivation import THRESHOLD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    Document = Mapping[str, Any]

#: Colour and words; the colours are of Okabe and Ito's palette, as all marks are.
_KINDS: Final = {
    Conduction.INSULATES: ("#56B4E9", "insulates"),
    Conduction.OPEN: ("#e8e8e8", "open: its gap is near the limit, or not listed"),
    Conduction.CONDUCTS: ("#E69F00", "conducts electrons"),
}
_METAL, _ELECTROLYTE = "#b8b8b8", "#ffffff"
_ENDS: Final = 0.7  # breadth of electrode and electrolyte; a layer has 1
_SMALLEST: Final = 0.06  # share of a layer in which a name can be read


def interphase_figure(
    documents: Sequence[Document],
    gaps: Mapping[str, float | None] | None = None,
    *,
    threshold: float = THRESHOLD,
) -> Figure:
    """Draw the interphase between electrode and electrolyte in equilibrium, a row per compound.

    The potential falls from the electrolyte to the electrode, and with it the products change at
    each kink of the reaction path: every kink is a layer. The height of a product is its share of
    the layer's volume; thicknesses are not to scale.

    Parameters
    ----------
    documents : sequence of mapping
        Result documents with their ``reaction_path``.
    gaps : mapping of str to float or None
        Band gap in eV of phases by formula, beside those that the documents hold.
    threshold : float
        Band gap in eV that an insulator has to exceed.

    Raises
    ------
    InputError
        No document has a reaction path.
    """
    drawn = [each for each in documents if each.get(Field.REACTION_PATH)]
    if not drawn:
        msg = f"no compound here has a {Field.REACTION_PATH}: there is no interphase to draw"
        raise InputError(msg)
    most = max(len(each[Field.REACTION_PATH]) for each in drawn)
    figure = Figure(figsize=(2.2 + 1.7 * most, 0.6 + 2.4 * len(drawn)), layout="constrained")
    rows = figure.subplots(len(drawn), 1, squeeze=False)[:, 0]
    for axes, document in zip(rows, drawn, strict=True):
        known = {**(gaps or {}), **(document.get(Field.PRODUCT_BAND_GAPS) or {})}
        kinds = {
            formula: conduction_of(known.get(formula), threshold=threshold, gap_error=GAP_ERROR)
            for step in document[Field.REACTION_PATH]
            for formula in step["products"]
        }
        _draw_row(axes, document, kinds, most)
    handles = [Patch(facecolor=c, edgecolor=MUTED, label=text) for c, text in _KINDS.values()]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    return figure


def _draw_row(axes: Axes, document: Document, kinds: Mapping[str, Conduction], most: int) -> None:
    electrode = electrode_of(str(document.get(Field.EQUATION) or ""))
    steps = document[Field.REACTION_PATH]
    _block(axes, (0, 0, _ENDS, 1), _METAL, latexify(electrode))
    for number, step in enumerate(reversed(steps)):  # from the electrode outwards
        left = _ENDS + number
        _draw_layer(axes, left, step["products"], kinds)
        if step.get("voltage") is not None:  # at which it begins, seen from the electrolyte
            text = f"{step['voltage']:.2f} V"
            axes.text(left + 1, -0.04, text, ha="center", va="top", fontsize="small", color=MUTED)
    end = _ENDS + len(steps)
    _block(axes, (end, 0, _ENDS, 1), _ELECTROLYTE, "electrolyte")
    axes.text(_ENDS, -0.04, "0 V", ha="center", va="top", fontsize="small", color=MUTED)
    axes.set(xlim=(-0.05, most + 2 * _ENDS + 0.05), ylim=(-0.16, 1.12))
    axes.axis("off")
    formula = latexify(str(document.get(Field.FORMULA)))
    name = ions_on_sites(document)
    title = f"{formula} with {latexify(electrode)}" + (f", {name}" if name else "")
    axes.set_title(title, loc="left")


def _draw_layer(
    axes: Axes, left: float, products: Mapping[str, float], kinds: Mapping[str, Conduction]
) -> None:
    """Stack the products, the largest below, and name above the layer what is too thin for it."""
    bottom, thin = 0.0, []
    for formula, share in sorted(_shares(products).items(), key=lambda item: -item[1]):
        colour, name = _KINDS[kinds[formula]][0], latexify(formula)
        _block(axes, (left, bottom, 1, share), colour, name if share >= _SMALLEST else "")
        bottom += share
        if share < _SMALLEST:
            thin.append(name)
    text = ", ".join(thin)
    axes.text(left + 0.5, 1.02, text, ha="center", va="bottom", fontsize="x-small", color=MUTED)


def _shares(products: Mapping[str, float]) -> dict[str, float]:
    """Return the shares by volume, or by atoms where the volume of a product is not known."""
    volumes = table_volumes()
    if all(Composition(formula).reduced_formula in volumes for formula in products):
        return volume_shares(products, volumes)
    return volume_shares(products, {Composition(f).reduced_formula: 1.0 for f in products})


def _block(axes: Axes, box: tuple[float, float, float, float], colour: str, text: str) -> None:
    left, bottom, width, height = box
    axes.add_patch(
        Rectangle((left, bottom), width, height, facecolor=colour, edgecolor=MUTED, linewidth=0.8)
    )
    axes.text(
        *(left + width / 2, bottom + height / 2, text),
        ha="center",
        va="center",
        fontsize="small",
    )
