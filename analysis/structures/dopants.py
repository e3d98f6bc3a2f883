"""Which ion replaces which, and how much of it: dopants and the compounds they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, field_validator
from pymatgen.core import Element, Species

from analysis.base.checked import CheckedModel
from analysis.base.compound_names import charge_text, ion_text
from analysis.base.errors import InputError
from analysis.base.reasons import Reason

if TYPE_CHECKING:
    from analysis.structures.host import Host

OXIDISED_NONMETALS = frozenset({"P", "As", "S", "Se", "Te", "Cl", "Br", "I"})
"""Non-metals that form cations in oxides."""

HEAVIEST = Element("U").Z
RADIOACTIVE_GAPS = frozenset({"Po", "At", "Rn", "Fr", "Ra"})
"""No engine and no table of phases knows these or anything heavier than uranium."""

ANIONS = frozenset({"O", "F"})
"""Elements that are not cations in any oxide, even if they form rare molecules."""

ANION_FORMERS = frozenset({"N", "P", "As", "O", "S", "Se", "Te", "F", "Cl", "Br", "I"})
"""Elements that replace an anion, in their lowest common oxidation state."""

FURTHER_VALENCES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"Bi": (5,), "Re": (5,), "U": (5,)}
)
"""Valences of sixfold coordinated ions in lithium oxides that the common ones of pymatgen lack.

Bi5+ fills the Zr site of the garnet Li5La3Bi2O12 (doi 10.1016/j.mseb.2007.07.009) and dopes LLZO
(R. Wagner et al., Inorg. Chem. 55, 12211 (2016)). All three have a radius at that coordination
(R. D. Shannon, Acta Crystallogr. A 32, 751 (1976)), and the table of reference phases has lithium
oxides of each: LiBiO3, LiReO3, LiUO3."""

SHARE_TOLERANCE = 5e-4
"""A concentration written with three decimals (0.333 for 1/3) counts as the cell's."""


def _charged(valence: int) -> int:
    if valence == 0:
        msg = "an ion has a charge: give 3 for Al3+, -1 for Br-"
        raise ValueError(msg)
    return valence


Charge = Annotated[int, AfterValidator(_charged)]
"""Valence of an ion in elementary charges: not zero, negative for an anion."""


class Dopant(CheckedModel):
    """An ion that replaces a host ion."""

    element: str = Field(description="Symbol of the element M")
    valence: Charge = Field(description="Charge of M in elementary charges; negative for an anion")
    site: str = Field(description="The host ion it replaces, by its name in the host: Li, La, Zr")
    concentration: float = Field(gt=0, description="x, atoms of M per formula unit of the host")

    @property
    def is_anion(self) -> bool:
        """True if it replaces an anion of the host."""
        return self.valence < 0

    @property
    def species(self) -> Species:
        """The ion."""
        return Species(self.element, self.valence)

    @property
    def label(self) -> str:
        """The dopant in words: "Al3+ on Li, x=0.25"."""
        return f"{self.species} on {self.site}, x={self.concentration:g}"


class Compound(BaseModel, frozen=True, extra="forbid"):
    """A doped host; without dopants the host itself."""

    dopants: tuple[Dopant, ...] = Field(description="Its dopants, in a fixed order")
    compensation: Literal["lithium", "none"] = Field(
        default="lithium",
        description="What balances the charge: the mobile ion, or nothing (a 1:1 substitution)",
    )

    @field_validator("dopants")
    @classmethod
    def _in_order(cls, dopants: tuple[Dopant, ...]) -> tuple[Dopant, ...]:
        """Sort the dopants, so that one compound has one description."""
        check_distinct(dopants)
        return tuple(sorted(dopants, key=lambda each: (each.site, each.element, each.valence)))

    def label(self, host_name: str) -> str:
        """Return the compound's name: "LLZO:Al3+(Li)0.25"."""
        if not self.dopants:
            return host_name
        parts = [f"{each.species}({each.site}){each.concentration:g}" for each in self.dopants]
        balance = "" if self.compensation == "lithium" else " uncompensated"
        return f"{host_name}:{'+'.join(parts)}{balance}"


def check_distinct(dopants: Sequence[Dopant]) -> None:
    """Refuse an ion that is listed twice on one site of a compound.

    Raises
    ------
    InputError
        An ion is listed twice; its concentrations must be added up.
    """
    ions = [(dopant.site, dopant.element, dopant.valence) for dopant in dopants]
    for dopant, ion in zip(dopants, ions, strict=True):
        if ions.count(ion) > 1:
            msg = f"{dopant.species} on {dopant.site} is listed twice: add its concentrations up"
            raise InputError(msg)


def common_valences(element: str) -> tuple[int, ...]:
    """Return the positive valences that the rule gives an element, ascending.

    They are the common oxidation states of pymatgen's tables and `FURTHER_VALENCES`.

    Raises
    ------
    InputError
        If there is no such element.
    """
    known = _element(element)
    return _positive((*known.common_oxidation_states, *FURTHER_VALENCES.get(known.symbol, ())))


def known_valences(element: str) -> tuple[int, ...]:
    """Return every positive oxidation state of an element that pymatgen knows of, ascending.

    Raises
    ------
    InputError
        If there is no such element.
    """
    known = _element(element)
    if known.symbol in ANIONS or known.is_noble_gas:
        return ()
    return _positive(
        (*known.common_oxidation_states, *known.oxidation_states, *known.icsd_oxidation_states)
    )


def anion_valences(element: str) -> tuple[int, ...]:
    """Return the valence in which an element replaces an anion: its lowest common one, or none.

    Raises
    ------
    InputError
        If there is no such element.
    """
    known = _element(element)
    return (min(known.common_oxidation_states),) if known.symbol in ANION_FORMERS else ()


def is_candidate(element: str) -> bool:
    """Return whether the rule counts an element as a dopant on a cation site.

    True for metals, metalloids and the non-metals that are cations in oxides, up to uranium,
    except the noble gases and elements without parameters or training data (Po, At, Rn, Fr, Ra).
    """
    known = _element(element)
    cation = known.is_metal or known.is_metalloid or known.symbol in OXIDISED_NONMETALS
    return bool(cation and known.Z <= HEAVIEST and known.symbol not in RADIOACTIVE_GAPS)


def candidates(
    sites: Iterable[str],
    *,
    concentrations: Sequence[float],
    host_ions: Mapping[str, Species],
    elements: Iterable[str] | None = None,
) -> list[Dopant]:
    """Return the dopants of the rule: every candidate element in its common valences on each site.

    Parameters
    ----------
    sites
        Names of the host ions to replace.
    concentrations
        Atoms of the dopant per formula unit of the host.
    host_ions
        The host's ions by the name of their site; an element never replaces itself.
    elements
        Only these elements; all candidates if not given.

    Raises
    ------
    InputError
        If a site or an element is unknown.
    """
    chosen = [_element(e).symbol for e in elements] if elements is not None else _all_symbols()
    ions = {site: _site_ion(site, host_ions) for site in sites}
    return [
        Dopant(element=element, valence=valence, site=site, concentration=concentration)
        for site, element in product(ions, chosen)
        if element != ions[site].element.symbol
        for valence in _rule_valences(element, ions[site])
        for concentration in concentrations
    ]


def unjudged(dopants: Iterable[Dopant]) -> tuple[str, ...]:
    """Name what the rule cannot judge; such dopants are kept, and nothing is substituted.

    These are listed dopants whose element or valence is not a candidate of the rule, and dopants
    without a Shannon radius at any coordination number.
    """
    notes = []
    for dopant in dopants:
        ion = dopant.species
        if dopant.valence not in _rule_valences(dopant.element, ion):
            notes.append(f"{ion} {Reason.NOT_OF_RULE}: it was listed, and is computed all the same")
        if not _has_radius(dopant):
            notes.append(
                f"{Reason.NO_RADIUS} {ion} is tabulated: nothing here needs it, descriptors do"
            )
    return tuple(dict.fromkeys(notes))


def check_dopant(dopant: Dopant, *, host: Host) -> None:
    """Refuse a dopant that the host's cell cannot hold.

    Raises
    ------
    InputError
        If the element or the site is unknown, the valence is impossible for the element, the
        element is the site's own, or the concentration is not a whole number of atoms in the cell.
    """
    ion = _site_ion(dopant.site, host.ions)
    require_valence(dopant.element, dopant.valence, anion=ion.oxi_state < 0)
    if ion.element.symbol == dopant.element:
        msg = f"{dopant.element} on {dopant.site} is the host's own ion: choose another element"
        raise InputError(msg)
    atoms_in_cell(dopant, host=host)


def require_valence(element: str, valence: int, *, anion: bool) -> None:
    """Refuse a valence that an element does not have in the place of a cation or an anion.

    Raises
    ------
    InputError
        A cation would replace an anion or the reverse, or the element never has this valence.
    """
    if (valence < 0) != anion:
        what, such = ("an anion", "-1 for Br-") if anion else ("a cation", "3 for Al3+")
        msg = f"{ion_text(element, valence)} cannot replace {what}: its valence is such as {such}"
        raise InputError(msg)
    known = anion_valences(element) if valence < 0 else known_valences(element)
    if valence not in known:
        listed = ", ".join(charge_text(each) for each in known) or "none"
        where = " as an anion" if valence < 0 else ""
        msg = f"{element} is never {charge_text(valence)}{where}; its known valences: {listed}"
        raise InputError(msg)


def atoms_in_cell(dopant: Dopant, *, host: Host) -> int:
    """Return how many atoms of the dopant the host's cell holds.

    Raises
    ------
    InputError
        If that is not a whole number between one and the number of the site's ions.
    """
    ions = host.counts[_site_ion(dopant.site, host.ions)]
    units = host.formula_units
    atoms = round(dopant.concentration * units)
    if 1 <= atoms <= ions and abs(dopant.concentration - atoms / units) <= SHARE_TOLERANCE:
        return atoms
    msg = (
        f"{dopant.label}: {host.name} in a cell of {units} formula units with {ions} {dopant.site} "
        f"holds multiples of {1 / units:.4g} up to {ions / units:.4g}; change the concentration or "
        "the cell"
    )
    raise InputError(msg)


def in_whole_atoms(dopant: Dopant, *, host: Host) -> Dopant:
    """Write the concentration as the cell's whole number of atoms makes it, to four digits.

    0.25 and 0.2501 are one compound.

    Raises
    ------
    InputError
        As `atoms_in_cell`.
    """
    share = atoms_in_cell(dopant, host=host) / host.formula_units
    return dopant.model_copy(update={"concentration": round(share, 4)})


def _has_radius(dopant: Dopant) -> bool:
    """Return True if Shannon's table, as pymatgen has it, knows the ion at any coordination."""
    radii = Element(dopant.element).data.get("Shannon radii")
    return isinstance(radii, dict) and str(dopant.valence) in radii


def _rule_valences(element: str, replaced: Species) -> tuple[int, ...]:
    """Return the valences in which the rule puts an element in the place of an ion."""
    if replaced.oxi_state < 0:
        return anion_valences(element)
    return common_valences(element) if is_candidate(element) else ()


def _positive(states: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted({int(state) for state in states if state > 0}))


def _all_symbols() -> list[str]:
    return [element.symbol for element in sorted(Element, key=lambda each: each.Z)]


def _element(symbol: str) -> Element:
    if symbol not in Element.__members__ or Element(symbol).symbol != symbol:
        near = symbol.title()
        known = Element.__members__.get(near)
        meant = f"; did you mean {known.symbol}?" if known else ", like Al"
        msg = f"unknown element {symbol!r}: give its symbol{meant}"
        raise InputError(msg)
    return Element(symbol)


def _site_ion(site: str, ions: Mapping[str, Species]) -> Species:
    if site not in ions:
        msg = f"unknown site {site!r}: the host's sites are {', '.join(ions)}"
        raise InputError(msg)
    return ions[site]
