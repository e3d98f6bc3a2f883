"""docs/results.md: the content of a result document, from `analysis.base.fields`."""

from __future__ import annotations

from typing import Final

from analysis.base.fields import Field, Kind
from analysis.base.schema import CHOICES, PARTS, SCHEMA_HISTORY, SCHEMA_VERSION, SUBFIELDS
from studies.pages.markdown import table

_INTRODUCTION: Final = f"""\
The collection `results` of a campaign's database holds one document per compound; the undoped host
has a separate one, without `dopants`. A builder makes them from the job store
(`workflows/results/builder.py`, a [maggma](https://materialsproject.github.io/maggma/) Builder):
when a workflow ends, at every `interphase run`, `submit` and `advance`, and by hand with
`interphase build`. It may run at any time, repeatedly and in parallel; it writes only documents
that are missing, were recomputed, or have an older schema. `stored` changes only when the content
does. The job store keeps all computed data, so lost results can be rebuilt.

A document of a 96-atom cell takes 20 kB, one of 192 atoms 40 kB; one above MongoDB's 16 MB is
refused, and `interphase build` names it. Most of it is `structure`, which is read only on request.
Every document has every field. A field that was not computed is null, and `notes` says why. A
number is never NaN or infinite: such a value becomes null, with a note. Times are in UTC. This page
describes schema version {SCHEMA_VERSION}."""
_QUESTIONS: Final = """\
A filter is FIELD OPERATOR VALUE; all must hold. Quote it in the shell if it has `<`, `>`, `~` or
`!`.

| operator | meaning |
|---|---|
| `=` `!=` | equal to one of several: `dopant=Al,Ga`. `label=null` finds results without a value |
| `<` `<=` `>` `>=` | numbers, also the amount of a product: `products.Li2O>7`; dates |
| `~` `!~` | text contains: `notes~interstitial`; a formula has these elements: `products~LiAl` |

A date is `2026-11-18` or `2026-11-18T06:30`, or how long ago: `36h`, `7d`, `2w`.

**Which dopants on Zr does lithium not reduce, with a barrier below 0.6 eV?** (`dopants.site=Zr`
finds co-doped compounds as well.)

    interphase query --dir runs/demo site=Zr label=resists 'migration_barrier<0.6'

**Which compounds form an alloy of zirconium?** `alloys` has the products of two or more metals or
metalloids without an anion: Zr3Al and ZrW2, but neither Zr4O nor Zr.

    interphase query --dir runs/demo 'alloys~Zr' --fields +alloys

**What are the ten best by reaction energy that are passivating?**

    interphase query --dir runs/demo passivating=true --sort=-reaction_energy --limit 10

**What changed since last week?** Use `computed` in place of `stored` to find what was
calculated since.

    interphase query --dir runs/demo 'stored>=7d' --fields +stored

**What failed, and why?** Also `--state running`, `queued`, `waiting`, `landed`.

    interphase query --dir runs/demo --failed

**What contains calcium but forms no oxide of it? How many?**

    interphase query --dir runs/demo 'formula~Ca' 'products!~CaO' --count

The same questions in Python, one line each:

    >>> from workflows.results.dataframe import compounds, results
    >>> results("runs/demo", ["site=Zr", "label=resists", "migration_barrier<0.6"])
    >>> results("runs/demo", "alloys~Zr")
    >>> results("runs/demo", "passivating=true", sort="-reaction_energy", limit=10)
    >>> results("runs/demo", "stored>=7d")
    >>> compounds("runs/demo", states=["failed", "blocked"])"""
_FILES: Final = """\
The same filters choose the results, and the cells, to write for other programs:

    interphase export --dir runs/demo --output demo.csv
    interphase export --dir runs/demo label=resists --output resist.parquet --structures cifs

Everything at once is a folder of results: the compounds, their reaction paths with the
runners-up, their relaxed cells, the last training, the specification, and `manifest.json` with a
digest of each file:

    interphase export --dir runs/demo --all demo-results
    interphase report --result demo-results --output demo.html
    interphase compare llzo demo-results

Such a folder needs no database. Copy it, pack it with `tar`, publish it, give it to a co-author:
`report`, `figures`, `query`, `explain`, `shortlist`, `summary`, `predict`, `export` and `compare`
read it, and so does Python (`interphase.results("demo-results")`). It may lie on a disk that is
read-only. A file that was changed or copied in part is refused. `--result llzo` is the [reference
result](../results/llzo-chgnet/README.md).

| suffix | one result is | null | nested fields, `products` and others |
|---|---|---|---|
| `.csv` | a line | nothing between the commas | JSON text |
| `.jsonl` | a JSON object on a line | `null` | JSON |
| `.parquet` | a row; columns have types, units and meanings | null | JSON text |

`workflows.results.files.read_results` reads each format back as it came from the database:
`read_results("results/llzo-chgnet/compounds.csv")` returns the reference result, and
`workflows.results.search.to_dataframe` makes a table of it, as [the notebook](query.ipynb) shows.
The name of a CIF consists of formula, dopants with their sites, and the beginning of `job_uuid`:
`Li6.25Al0.25La3Zr2O12_Al3+Li_1b9d6bcd.cif`. An existing file is replaced only with `--force`, and
only once the new one is complete."""
_ELSEWHERE: Final = """\
[OPTIMADE](https://www.optimade.org) is the common language of materials databases. This serves the
results in it, once `pip install 'interphase[optimade]'` has been typed:

    interphase optimade --dir runs/demo
    interphase optimade --result llzo

It serves the relaxed cells that had landed when it started, as `structures`. Every field of the
table above has the prefix `_interphase_`; `id` is `job_uuid`, and `last_modified` is `stored`. The
server is read-only: it copies the results into a database that ends with it. It listens on
127.0.0.1 alone. Other users of the machine can read it, since the protocol has no passwords. From
another machine, use a tunnel: `ssh -L 5000:localhost:5000 HOST`. With pymatgen:

```python
from pymatgen.ext.optimade import OptimadeRester

with OptimadeRester("http://127.0.0.1:5000") as client:
    client.get_structures(elements=["Al"])
    client.get_snls_with_filter('_interphase_label="resists"', ["_interphase_reduction_margin"])
```

[MPContribs](https://docs.materialsproject.org/services/mpcontribs) publishes data next to those of
the Materials Project. This writes the results as its client takes them:

    interphase export --dir runs/demo --mpcontribs contributions.json

A compound is a contribution with its numbers, words and cell; its identifier is the name of its
CIF. `columns` has the units and `legend` the meanings, as `eV` may be per formula unit or per
dopant. With the package `mpcontribs-client`, a key and a project of yours:

```python
from monty.serialization import loadfn
from mpcontribs.client import Client

table = loadfn("contributions.json")
with Client(apikey="KEY", project="PROJECT") as client:
    client.init_columns(table["columns"])
    client.submit_contributions(table["contributions"])
```"""
_PROVENANCE: Final = """\
Every view of a result shows its `job_uuid` or its formula. With these,

    interphase provenance --dir runs/demo dopant=Al

leads to the campaign's specification, to every Firework and job with the folder it ran in and the
versions of the packages, to the engine with its settings and scheme, to how the cell was relaxed,
to the reference phases with source, scheme, digest and their place in the job store, and to the
other workflows that the result needed: host, reference crystals, undoped host. `--json` writes
everything. The fields `engine`, `reference_phases` and `provenance` are part of the document and
are exported with it; versions are those of the packages in the process that ran the last step."""
_VERSIONS: Final = """\
The field `schema_version` of a document says which version it follows. `query`, `export`,
`provenance`, `summary`, `triage`, `report`, `figures` and `results` refuse documents of another
version instead of silently omitting them:

- older ones: `interphase build --dir runs/demo` rebuilds them from the job store, or from the
  documents themselves if the job store has lost their jobs; nothing is recomputed or lost;
- newer ones: update interphase. An older version does not touch them."""
_TYPES: Final = {
    Kind.NUMBER: "number",
    Kind.INTEGER: "whole number",
    Kind.FLAG: "true or false",
    Kind.TEXT: "text",
    Kind.ELEMENT: "element symbol",
    Kind.FORMULA: "formula",
    Kind.TEXTS: "list of texts",
    Kind.FORMULAS: "list of formulas",
    Kind.AMOUNTS: "formula: number",
    Kind.DATE: "date and time",
}


def results_page(made: str) -> str:
    """Write docs/results.md.

    Parameters
    ----------
    made
        The line that says that the page is generated from the code.
    """
    parts = [
        *(made, "# Results", _INTRODUCTION, "## The fields", _fields()),
        *("## Questions", _QUESTIONS, "## Files", _FILES),
        *("## OPTIMADE and MPContribs", _ELSEWHERE),
        *("## Where a result comes from", _PROVENANCE),
        *("## Versions of the schema", _VERSIONS, _history()),
    ]
    return "\n\n".join(parts) + "\n"


def _fields() -> str:
    return table(
        ("name", "type", "unit", "meaning"),
        ((f"`{f}`", _type(f), f.unit, f.description) for f in Field),
    )


def _type(field: Field) -> str:
    match field.kind:
        case Kind.CHOICE:
            return " or ".join(f"`{choice}`" for choice in CHOICES[field])
        case Kind.RECORDS:
            return f"list of {', '.join(f'`{part}`' for part in SUBFIELDS[field])}"
        case Kind.DOCUMENT:
            return ", ".join(f"`{part}`" for part in PARTS[field])
        case _:
            return _TYPES[field.kind]


def _history() -> str:
    rows = ((str(version), change) for version, change in SCHEMA_HISTORY.items())
    return table(("version", "change"), rows)
