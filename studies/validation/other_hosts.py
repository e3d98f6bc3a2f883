"""Hosts of many kinds: each planned from a CIF alone, three dopants of each computed.

``python -m studies.validation.other_hosts FOLDER [FORMULA ...]`` runs them in FOLDER (CHGNet, some
minutes each) and writes `studies/validation/hosts/results.json`, from which docs/other-hosts.md is
made.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

import interphase
from analysis.base.errors import InputError
from analysis.energies.reference_phases import table_phases
from analysis.results.judgements import reduction_fields
from analysis.structures.compensation import compound_composition, formula_per_unit
from analysis.structures.dopants import Compound
from studies.validation.host_crystals import FOLDER, write_crystals
from workflows.results.files import read_results
from workflows.specification.planning import read_host

RESULTS: Final = FOLDER / "results.json"
SHIPPED: Final = Path(__file__).parents[2] / "results"
FIELDS: Final = (
    "formula",
    "label",
    "reduction_margin",
    "reduction_potential",
    "defect_energy",
    "reaction_energy",
    "energy_above_hull",
    "products",
)
Host = Mapping[str, Any]


def read_hosts() -> list[dict[str, Any]]:
    """Return the hosts of the table, in its order."""
    return list(_table()["hosts"])


def read_sources() -> dict[str, str]:
    """Return the papers that the hosts name, by their short names."""
    return dict(_table()["sources"])


def read_pages() -> dict[str, str]:
    """Return the pages on which what the papers say was read, by their short names."""
    return dict(_table()["pages"])


def _table() -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load((FOLDER / "hosts.yaml").read_text("utf-8"))
    return table


def specification(host: Host, files: Mapping[str, Path]) -> dict[str, Any]:
    """Return the specification of a host's campaign.

    Parameters
    ----------
    host
        One of `read_hosts`.
    files
        The CIFs of `write_crystals`, by formula.
    """
    formula, metal = host["formula"], host.get("metal", "Li")
    crystal = FOLDER / host["crystal"] if "crystal" in host else files[formula]
    crystals = [str(files[each]) for each in host.get("crystals", ())]
    names = ("element", "valence", "site", "concentration")
    return {
        "name": formula.replace(".", "-"),
        "host": {
            "crystal": str(crystal.resolve()),
            "name": formula,
            "mobile": metal,
            "cell": host.get("cell", "primitive"),
            "arrangements": host.get("arrangements", 1),
        },
        "electrode": metal,
        "dopants": [dict(zip(names, each, strict=True)) for each in host["dopants"]],
        "choices": 1,
        "migration": False,
        "reference_phases": {"source": "table", "crystals": crystals},
        "screening": {"max_elements": host.get("max_elements", 3)},
    }


def run(host: Host, files: Mapping[str, Path], folder: Path) -> dict[str, Any]:
    """Run a host's campaign; return its results, or why it was refused and what can be said."""
    if "shipped" in host:
        return {
            "compounds": _chosen(read_results(SHIPPED / host["shipped"] / "compounds.csv"), host)
        }
    spec = specification(host, files)
    try:
        interphase.plan(spec)
    except InputError as error:
        return {"refused": str(error), "compounds": list(_margins(spec))}
    table = interphase.run(spec, folder / spec["name"], workers=1, retry=True)
    rows = json.loads(table.reset_index().to_json(orient="records", date_format="iso"))
    return {"compounds": [{name: row.get(name) for name in FIELDS} for row in rows]}


def _chosen(rows: Sequence[Mapping[str, Any]], host: Host) -> list[dict[str, Any]]:
    """Return the undoped host and the dopants of the table from a result that is there."""
    wanted = [tuple(each) for each in host["dopants"]]
    names = ("dopant", "valence", "site", "concentration")
    found = [row for row in rows if tuple(row[name] for name in names) in wanted]
    undoped = [row for row in rows if row["dopant"] is None]
    return [{name: row[name] for name in FIELDS} for row in (*found, *undoped)]


def _margins(spec: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what the reference phases alone say of the compounds of a refused campaign."""
    checked = interphase.read_specification(spec)
    host, metal = read_host(checked.host), checked.electrode
    for dopant in (each for entry in checked.dopants for each in entry.expand()):
        compound = Compound(dopants=(dopant,))
        composition = compound_composition(host, compound)
        phases = table_phases({metal, *(e.symbol for e in (*composition, *host.formula_unit))})
        fields, _ = reduction_fields(
            host, compound, composition, phases, electrode=metal, criteria=checked.screening
        )
        known = {name: fields.get(name) for name in FIELDS}
        yield {**known, "formula": formula_per_unit(composition)}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the hosts that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the campaigns run")
    parser.add_argument("formula", nargs="*", help="only these hosts")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    files = write_crystals(options.folder)
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    hosts = {host["formula"]: host for host in read_hosts()}
    for formula in options.formula or hosts:
        results[formula] = run(hosts[formula], files, options.folder)
        RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
