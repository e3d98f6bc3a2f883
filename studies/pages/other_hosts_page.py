"""docs/other-hosts.md: hosts of many kinds, with what others found of their reduction."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pymatgen.core import Composition

from analysis.energies.reference_phases import table_phases
from analysis.reactions.interface import react
from studies.validation.other_hosts import RESULTS, read_hosts, read_pages, read_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.reactions.interface import Reaction

    Row = Mapping[str, Any]

_INTRODUCTION: Final = """\
# Hosts of many kinds

Fifteen solid electrolytes, each read from a CIF (`studies/validation/hosts/crystals.yaml` has
lattice, space group, coordinates and source of each), with three dopants: CHGNet 0.3.0, the
built-in reference phases (Materials Project 2019), forces to 0.1 eV/Å, one choice of each
compound, small cells. `python -m studies.validation.other_hosts FOLDER` computes them again,
`make docs` writes this page from the stored results."""
_UNDOPED: Final = """\
## The undoped hosts

The reaction of the host's own entry in the table with the metal: the potential at which it
begins, V against the metal (0: it does not react), and the products with the metal in excess.
Neither needs an engine. The last columns say what others found. *Checked* means read once more in
the abstract, the paper, a paper that cites it, or notes that copy its tables: which, is listed
below with its address. Of the papers with onsets only [Fu] was read itself, of those with products
two abstracts: look a figure up before you cite it. *Not checked* was not found on any page, and an
empty cell means that we read no figure."""
_DOPED: Final = """\
## Three dopants of each

m is the reduction margin of the dopant, eV per dopant atom (positive: it resists), and the
potential below which the metal reduces it; `reaction` the energy of the compound's reaction with
the metal, eV per formula unit, and `hull` its energy above the hull, eV/atom. Where
`reaction` and `hull` are empty, the compounds were not relaxed: label, margin and potential
follow from the reference phases alone. Solubility and `relation` are claimed for oxides alone
([hosts.md](hosts.md#uncertainty))."""
_READING: Final = """\
## How to read it

- **Onsets agree with other calculations to 0.04 V** where both are listed: those use the same
  functional and another year of the same database. It tests the code, not PBE.
- **Equilibrium is not kinetics.** Experiment sees the products named, often as a thin layer: it
  may stop the reaction, or let it go on.
- **Where a crystal for the alignment is missing**, the campaign is refused and says which;
  margins and labels follow from the table alone and are listed all the same.
- **A host without an entry in the table** (Li0.5La0.5TiO3, Li3YCl6) begins to react here where
  the phases do into which it decomposes, which is a little earlier than the compound itself."""


def other_hosts_page(made: str) -> str:
    """Write docs/other-hosts.md from the table of hosts and their stored results.

    Parameters
    ----------
    made
        The comment that says how the page is made.
    """
    results = json.loads(RESULTS.read_text("utf-8"))
    hosts = read_hosts()
    undoped = [
        "| host | kind | metal | onset, V | products | onset by others, V | found by others |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *map(_undoped_row, hosts),
    ]
    doped = [
        "| compound | label | m | potential, V | reaction | hull | products |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(line for host in hosts for line in _doped_rows(results[host["formula"]])),
    ]
    refused = [
        f"**{host['formula']}** is refused by `plan`: {_first_clause(results[host['formula']])}."
        for host in hosts
        if "refused" in results[host["formula"]]
    ]
    parts = [made, _INTRODUCTION, _UNDOPED, "\n".join(undoped), _sources(hosts)]
    parts += [_DOPED, "\n".join(doped), *refused, _READING]
    return "\n\n".join(parts) + "\n"


def reaction_of(host: Row) -> Reaction:
    """React the host's own entry in the table with the metal.

    A host without an entry reacts as what it decomposes into.
    """
    formula, metal = Composition(host["formula"]), host.get("metal", "Li")
    phases = table_phases({metal, *(e.symbol for e in formula)})
    entry = phases.by_formula.get(formula.reduced_formula)
    return react(
        formula,
        entry.formation_energy_per_atom * formula.num_atoms if entry else 0.0,
        phases,
        electrode=metal,
        max_elements=len(formula) + 1,
    )


def onset_of(reaction: Reaction) -> float:
    """Return the potential at which the metal begins to reduce the host, V; zero if it does not."""
    # A host on the hull reacts along the line from it to a kink; one above it is what it decomposes
    # into. Li and Na have one charge, so that volts are eV per atom.
    start = min(0.0, reaction.decomposition_energy)
    kinks = [step for step in reaction.path if step.lithium > 0]
    return max([0.0, *((start - step.energy) / step.lithium for step in kinks)])


def _undoped_row(host: Row) -> str:
    reaction = reaction_of(host)
    cells = (
        host["formula"],
        host["kind"],
        host.get("metal", "Li"),
        f"{onset_of(reaction):.2f}",
        ", ".join(_products(reaction)),
        _quoted(host, "onset"),
        _quoted(host, "found"),
    )
    return f"| {' | '.join(cells)} |"


def _products(reaction: Reaction) -> list[str]:
    """List the products with the metal in excess; the host itself where it does not react."""
    return ["none"] if reaction.reaction_energy > 0 else sorted(reaction.products)


def _quoted(host: Row, key: str) -> str:
    """Return what others say, its source and where it was read; empty where nothing is known."""
    if not (said := host.get(key)):
        return ""
    state = f"checked in [{said['read']}]" if "read" in said else "not checked"
    return f"{said['value']} [{said['source']}], {state}"


def _doped_rows(result: Row) -> Iterator[str]:
    for row in result.get("compounds", ()):
        if row["label"] is not None:
            cells = (
                row["formula"],
                row["label"],
                _number(row["reduction_margin"], "+.2f"),
                _number(row["reduction_potential"], ".2f"),
                _number(row["reaction_energy"], ".2f"),
                _number(row["energy_above_hull"], ".3f"),
                ", ".join(sorted(row["products"] or ())),
            )
            yield f"| {' | '.join(cells)} |"


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _first_clause(result: Row) -> str:
    return str(result["refused"]).partition(" (")[0]


def _sources(hosts: list[dict[str, Any]]) -> str:
    """List the sources that the table names, and the pages they were read on, once each."""
    quoted = [host[key] for host in hosts for key in ("onset", "found") if key in host]
    used = {each[name] for each in quoted for name in ("source", "read") if name in each}
    sources, pages = (
        "\n".join(f"- [{name}] {text}" for name, text in listed.items() if name in used)
        for listed in (read_sources(), read_pages())
    )
    return f"{sources}\n\nWhere they were checked:\n\n{pages}"
