"""Collect a finished campaign as a reference result of the project.

``python results/collect.py --dir runs/llzo --target results/llzo-chgnet`` writes, from the
campaign's database, ``compounds.csv``, ``paths.jsonl`` and ``structures.jsonl.gz``, and into
``learning`` the tables of its last training with the full profile, if there is one. The figures are
those of ``interphase figures``; the README is written by hand.
"""

import argparse
import gzip
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.base.fields import Field
from analysis.learning.settings import Effort
from workflows.base.settings import load_settings
from workflows.results.files import write_results
from workflows.results.search import find
from workflows.storage.campaign_location import find_place, open_place

# Large, or of one machine's database.
LEFT_OUT = {
    Field.STRUCTURE,
    Field.REACTION_PATH,
    Field.PROVENANCE,
    Field.COMPUTED,
    Field.STORED,
}
PATH_FIELDS = (Field.FORMULA, Field.DOPANTS, Field.COMPENSATION, Field.REACTION_PATH)
STRUCTURE_FIELDS = (Field.FORMULA, Field.DOPANTS, Field.COMPENSATION, Field.STRUCTURE)
LEADING = 50  # rows of the leaderboard
DECIMALS = 5  # of Å and of cell lengths: energies move by less than 1e-5 eV per cell


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the results and write the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="the campaign's folder")
    parser.add_argument("--target", type=Path, required=True, help="the folder to write")
    options = parser.parse_args(arguments)
    settings = load_settings()
    with open_place(find_place(options.dir, None, settings), settings) as database:
        fields = [field.value for field in Field]
        documents = sorted(find(database.results, fields=fields), key=_order)
        learnt = {"learnt": {"$ne": None}, "settings.effort": Effort.FULL}
        training = database.learning.find_one(learnt, sort=[("trained", -1)])
    target: Path = options.target
    target.mkdir(parents=True, exist_ok=True)
    columns = [field.value for field in Field if field not in LEFT_OUT]
    write_results(documents, target / "compounds.csv", fields=columns, overwrite=True)
    paths = [field.value for field in PATH_FIELDS]
    write_results(documents, target / "paths.jsonl", fields=paths, overwrite=True)
    write_structures(documents, target / "structures.jsonl.gz")
    if training:
        write_training(training, target / "learning")
    print(f"{len(documents)} results: {target}")


def write_structures(documents: Iterable[dict[str, Any]], path: Path) -> None:
    """Write one relaxed cell a line, rounded; the same results give the same bytes."""
    lines = []
    for document in documents:
        row = {field.value: document[field] for field in STRUCTURE_FIELDS}
        row[Field.STRUCTURE] = _rounded(document[Field.STRUCTURE])
        lines.append(json.dumps(row) + "\n")
    with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        file.write("".join(lines).encode())


def write_training(training: dict[str, Any], folder: Path) -> None:
    """Write the tables of a training: scores, importances, and forecasts with their outcome."""
    learnt = training["learnt"]
    classes = learnt["classification"]
    honest = [
        {"folds": scheme} | row
        for scheme, each in learnt["honest"].items()
        for row in each["scores"]
    ]
    tables = {
        "leaderboard": pd.DataFrame(classes["baselines"] + classes["leaderboard"][:LEADING]),
        "best_pairs": pd.DataFrame(classes["best_pairs"]),
        "honest_scores": pd.DataFrame(honest),
        "kernels": pd.DataFrame(classes["kernels"]),
        "importances": pd.DataFrame(classes["importances"]),
        "regression": pd.DataFrame(learnt["regression"]),
        "published": pd.DataFrame(learnt["published"]),
        "forecasts": pd.DataFrame(training["forecasts"]),
    }
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, float_format=f"%.{DECIMALS}g")


def _rounded(structure: dict[str, Any]) -> dict[str, Any]:
    """Keep what makes a cell: lattice vectors in Å, elements, fractional coordinates."""
    return {
        "lattice": [[round(x, DECIMALS) for x in row] for row in structure["lattice"]["matrix"]],
        "species": [site["species"][0]["element"] for site in structure["sites"]],
        "coords": [[round(x, DECIMALS) for x in site["abc"]] for site in structure["sites"]],
    }


def _order(document: dict[str, Any]) -> list[Any]:
    """Put the host first, then dopants by site, element, valence and amount."""
    dopants = document[Field.DOPANTS]
    names = [(d["site"], d["element"], d["valence"], d["concentration"]) for d in dopants]
    return [len(dopants), names, document[Field.COMPENSATION]]


if __name__ == "__main__":
    main()
