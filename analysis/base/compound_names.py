"""Short names of compounds and sites, and the order in which figures show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.base.fields import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Document = Mapping[str, Any]

# Sites of the garnet first, other hosts' after them, compounds on several sites last.
SITE_ORDER = ("Li", "La", "Zr")
SEVERAL = "several sites"
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def compound_name(document: Document, *, with_amount: bool = False, separator: str = " ") -> str:
    """Short name of a compound on an axis: "Al³⁺", or "Al³⁺ 0.25" where amounts differ."""
    names = []
    for dopant in document[Field.DOPANTS]:
        valence = dopant["valence"]
        charge = str(abs(valence)).translate(SUPERSCRIPTS) if abs(valence) != 1 else ""
        names.append(f"{dopant['element']}{charge}{'⁺' if valence > 0 else '⁻'}")
        if with_amount:
            names.append(f"{dopant['concentration']:g}")
    return separator.join(names)


def dopant_text(element: str, valence: int, site: str, concentration: float) -> str:
    """Return a dopant in plain letters: "Al3+ on Li, x=0.25"."""
    return f"{ion_text(element, valence)} on {site}, x={concentration:g}"


def dopants_text(dopants: Iterable[Document], separator: str = "; ") -> str:
    """Return all dopants of a compound in plain letters."""
    return separator.join(
        dopant_text(d["element"], d["valence"], d["site"], d["concentration"]) for d in dopants
    )


def ions_on_sites(document: Document) -> str:
    """Name the dopants of a compound with their sites: "Al³⁺ on Li"; empty for the host."""
    return ", ".join(map(ion_on_site, document.get(Field.DOPANTS) or ()))


def ion_on_site(dopant: Document) -> str:
    """Name a dopant with its site: "Al³⁺ on Li"."""
    return f"{compound_name({Field.DOPANTS: [dopant]})} on {dopant['site']}"


def ion_text(element: str, valence: int) -> str:
    """Return an ion in plain letters: "Al3+", "Br1-"."""
    return f"{element}{charge_text(valence)}"


def charge_text(valence: int) -> str:
    """Return a charge in plain letters: "3+", "1-"."""
    return f"{abs(valence)}{'+' if valence > 0 else '-'}"


def in_site_order(sites: Iterable[str]) -> list[str]:
    """Sort sites: the garnet's first, then others by name, compounds on several sites last."""
    return sorted(sites, key=site_rank)


def site_rank(site: str) -> tuple[int, str]:
    """Place of a site among the panels of a figure."""
    if site in SITE_ORDER:
        return SITE_ORDER.index(site), site
    return len(SITE_ORDER) + (site == SEVERAL), site
