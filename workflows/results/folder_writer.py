"""A campaign's results as a folder to keep, share and publish; result_folder reads it."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from analysis.base.fields import Field
from analysis.base.gzipped import gzipped
from analysis.base.schema import SCHEMA_VERSION
from workflows.results.coverage import coverage_of
from workflows.results.files import require_free, write_results
from workflows.results.result_folder import (
    CAMPAIGN,
    COMPOUNDS,
    FORMAT,
    MANIFEST,
    PATHS,
    RUNNERS_UP,
    STRUCTURES,
    TRAINING,
    digest_of,
)
from workflows.results.search import find
from workflows.results.serialize import to_json_text, to_plain
from workflows.storage.planned_lists import read_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from workflows.storage.database import Database

Document = dict[str, Any]

# Large, or of one machine's database.
_LEFT_OUT = (
    *(Field.STRUCTURE, Field.REACTION_PATH, Field.PROVENANCE),
    *(Field.COMPUTED, Field.STORED),
)
_KEYS = (Field.FORMULA, Field.DOPANTS, Field.COMPENSATION)
_LEADING = 50  # rows of the leaderboard
_DECIMALS = 5  # of Å and of cell lengths: energies move by less than 1e-5 eV per cell


def write_folder(
    database: Database,
    name: str,
    folder: Path,
    *,
    runners_up: Mapping[str, Sequence[Document]],
    overwrite: bool = False,
) -> int:
    """Write the results of a campaign, and return the number of compounds.

    The same results give the same bytes.

    Parameters
    ----------
    database
        Where the campaign is.
    name
        Its name.
    folder
        Created if it does not exist.
    runners_up
        Runners-up of reactions, by `job_uuid`.
    overwrite
        Replace an earlier folder of results.

    Raises
    ------
    InputError
        There are no results, the folder holds some already, or it cannot be written.
    """
    documents = find(database.results, [f'campaign="{name}"'], fields=list(Field))
    documents = sorted((d for d in documents if d.get(Field.STRUCTURE)), key=_order)
    if not documents:
        msg = f"no compound of {name} has landed yet: there is nothing to export"
        raise InputError(msg)
    for file in (MANIFEST, COMPOUNDS, PATHS, STRUCTURES, CAMPAIGN):
        require_free(folder / file, overwrite=overwrite)
    stored = read_document(database, name) or {}
    newest = [("trained", -1)]
    training = database.learning.find_one(
        {"campaign": name, "learnt": {"$ne": None}}, {"_id": 0, "jobs": 0}, sort=newest
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        columns = [field.value for field in Field if field not in _LEFT_OUT]
        write_results(documents, folder / COMPOUNDS, fields=columns, overwrite=True)
        _write_lines(folder / PATHS, (_path(each, runners_up) for each in documents))
        _write_lines(folder / STRUCTURES, (_cell(each) for each in documents))
        _write_zipped(folder / CAMPAIGN, _without_crystals(stored.get("campaign") or {}))
        if training:
            _write_training(training, folder)
        planned = coverage_of(database, name).compounds
        _write_manifest(folder, name, documents, planned)
    except OSError as error:
        msg = f"{folder} cannot be written: {error.strerror or error}"
        raise InputError(msg) from error
    return len(documents)


def _write_training(training: Mapping[str, Any], folder: Path) -> None:
    """Write a training, and its scores, importances and forecasts as tables."""
    import pandas as pd

    learnt = training["learnt"]
    classes = learnt["classification"] or {}
    honest = [
        {"folds": scheme} | row
        for scheme, each in learnt.get("honest", {}).items()
        for row in each["scores"]
    ]
    leading = classes.get("leaderboard", [])[:_LEADING]
    tables = {
        "leaderboard": [*classes.get("baselines", []), *leading],
        "best_pairs": classes.get("best_pairs"),
        "honest_scores": honest,
        "kernels": classes.get("kernels"),
        "importances": classes.get("importances"),
        "regression": learnt["regression"],
        "published": learnt.get("published"),
        "forecasts": training["forecasts"],
    }
    (folder / TRAINING).parent.mkdir(exist_ok=True)
    _write_zipped(folder / TRAINING, to_plain(dict(training)))
    for name, rows in tables.items():
        if rows:
            file = (folder / TRAINING).with_name(f"{name}.csv")
            pd.DataFrame(rows).to_csv(file, index=False, float_format=f"%.{_DECIMALS}g")


def _write_manifest(folder: Path, name: str, documents: Sequence[Document], planned: int) -> None:
    written = (COMPOUNDS, PATHS, STRUCTURES, CAMPAIGN, TRAINING)
    there = [each for each in written if (folder / each).is_file()]
    manifest = {
        "format": FORMAT,
        "campaign": name,
        "compounds": len(documents),
        "planned": planned,
        "schema_version": SCHEMA_VERSION,
        "written_by": f"interphase {version('interphase')}",
        "files": {each: digest_of((folder / each).read_bytes()) for each in there},
        "columns": {
            field.value: {"unit": field.unit, "meaning": field.description}
            for field in Field
            if field not in _LEFT_OUT
        },
    }
    (folder / MANIFEST).write_text(to_json_text(manifest), encoding="utf-8")


def _path(document: Document, runners_up: Mapping[str, Sequence[Document]]) -> Document:
    """Return the reaction path of a compound, and its runners-up."""
    row = {field.value: document[field] for field in (*_KEYS, Field.REACTION_PATH)}
    return row | {RUNNERS_UP: runners_up.get(document[Field.JOB_UUID], ())}


def _cell(document: Document) -> Document:
    """Return what makes a cell: lattice vectors in Å, elements, fractional coordinates."""
    structure = document[Field.STRUCTURE]
    row = {field.value: document[field] for field in _KEYS}
    row[Field.STRUCTURE.value] = {
        "lattice": [_rounded(vector) for vector in structure["lattice"]["matrix"]],
        "species": [site["species"][0]["element"] for site in structure["sites"]],
        "coords": [_rounded(site["abc"]) for site in structure["sites"]],
    }
    return row


def _rounded(vector: Sequence[float]) -> list[float]:
    return [round(x, _DECIMALS) for x in vector]


def _without_crystals(campaign: Document) -> Document:
    """Leave out what only further calculations need."""
    return to_plain(campaign | {"crystals": {}, "space": []})  # type: ignore[no-any-return]  # of a document that is one


def _write_lines(path: Path, rows: Iterable[Document]) -> None:
    text = "".join(json.dumps(to_plain(row), ensure_ascii=False) + "\n" for row in rows)
    path.write_bytes(gzipped(text) if path.suffix == ".gz" else text.encode())


def _write_zipped(path: Path, document: Document) -> None:
    path.write_bytes(gzipped(json.dumps(document, allow_nan=False)))


def _order(document: Document) -> list[Any]:
    """Put the host first, then dopants by site, element, valence and amount."""
    dopants = document[Field.DOPANTS]
    names = [(d["site"], d["element"], d["valence"], d["concentration"]) for d in dopants]
    return [len(dopants), names, document[Field.COMPENSATION]]
