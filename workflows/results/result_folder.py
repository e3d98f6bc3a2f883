"""A folder of results as a database in memory: read-only, without a server."""

from __future__ import annotations

import gzip
import hashlib
import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr

from analysis.base.errors import InputError
from analysis.base.fields import Field
from workflows.base.shipped_files import SHIPPED_RESULTS, shipped
from workflows.results.files import read_results
from workflows.storage.campaign_location import Place
from workflows.storage.database import Database
from workflows.storage.marker import MARKER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Document = dict[str, Any]

MANIFEST: Final = "manifest.json"
COMPOUNDS: Final = "compounds.csv"
PATHS: Final = "paths.jsonl"
STRUCTURES: Final = "structures.jsonl.gz"
CAMPAIGN: Final = "campaign.json.gz"
TRAINING: Final = "learning/training.json.gz"
FORMAT: Final = 1
#: Collection of the runners-up, which a campaign computes from its reference phases.
RUNNERS_UP: Final = "runners_up"


def find_result(name: str | Path) -> Path:
    """Return the folder of results that a path or the name of a shipped one stands for.

    Raises
    ------
    InputError
        There is none.
    """
    for folder in (Path(name), shipped(SHIPPED_RESULTS.get(str(name), "-"))):
        if (folder / MANIFEST).is_file():
            return folder
    if not Path(name).exists():
        msg = (
            f"no folder of results {name}: name a folder written by interphase export --all, or "
            f"a reference result: {', '.join(SHIPPED_RESULTS)}"
        )
    elif (Path(name) / MARKER).is_file():
        msg = f"{name} is a campaign's folder: give --dir {name}"
    else:
        msg = f"{name} holds no {MANIFEST}: interphase export --all writes folders of results"
    raise InputError(msg)


def place_in(source: str | Path) -> Place:
    """Return the place of a campaign's folder, a folder of results, or a shipped one's name."""
    if (Path(source) / MARKER).is_file():
        return Place(folder=Path(source))
    return Place(result=find_result(source))


def open_folder(folder: Path) -> Database:
    """Read a folder of results into a database in memory.

    Raises
    ------
    InputError
        A file is missing, changed, or of a newer format.
    """
    manifest = _checked_manifest(folder)
    name = manifest["campaign"]
    compounds = _compounds(folder)
    stored = _gzipped(folder / CAMPAIGN)
    runners = [
        {Field.JOB_UUID.value: each[Field.JOB_UUID], RUNNERS_UP: each.pop(RUNNERS_UP)}
        for each in compounds
    ]
    collections: dict[str, list[Document]] = {
        "campaigns": [{"name": name, "campaign": stored}],
        "nodes": _nodes(compounds, name),
        "jobs": [{"uuid": each[Field.JOB_UUID]} for each in compounds],
        "results": compounds,
        "learning": [],
        RUNNERS_UP: runners,
    }
    if TRAINING in manifest["files"]:
        collections["learning"] = [{"campaign": name} | _gzipped(folder / TRAINING)]
    return _in_memory(collections)


def _in_memory(collections: Mapping[str, Sequence[Document]]) -> Database:
    from mongomock_ng import MongoClient

    warnings.filterwarnings("ignore", "'allowDiskUse'")  # of no use in memory
    client: Any = MongoClient()
    database = Database(SecretStr("memory"), "results")
    database.__dict__.update(client=client, mongo=client["results"])
    for name, documents in collections.items():
        if documents:
            database.mongo[name].insert_many(documents)
    return database


def _checked_manifest(folder: Path) -> Document:
    """Read the manifest; every file has to be as it was written."""
    path = folder / MANIFEST
    try:
        manifest: Document = json.loads(path.read_text(encoding="utf-8"))
        if manifest["format"] > FORMAT:
            msg = f"{folder} is of a newer format, {manifest['format']}: update interphase"
            raise InputError(msg)
        for name, digest in manifest["files"].items():
            if digest_of((folder / name).read_bytes()) != digest:
                msg = (
                    f"{folder / name} is not as it was written: copy the whole folder again, or "
                    "export it again"
                )
                raise InputError(msg)
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{folder} cannot be read as a folder of results ({error}): copy or export it again"
        raise InputError(msg) from error
    return manifest


def digest_of(content: bytes) -> str:
    """Return the digest that a manifest holds."""
    return hashlib.sha256(content).hexdigest()


def _compounds(folder: Path) -> list[Document]:
    """Read the results with their paths and cells, which the files hold in the same order."""
    compounds = read_results(folder / COMPOUNDS)
    paths = (folder / PATHS).read_text(encoding="utf-8").splitlines()
    with gzip.open(folder / STRUCTURES, "rt", encoding="utf-8") as file:
        cells = file.read().splitlines()
    for compound, path, cell in zip(compounds, paths, cells, strict=True):
        read = json.loads(path)
        compound[Field.REACTION_PATH.value] = read[Field.REACTION_PATH]
        compound[RUNNERS_UP] = read.get(RUNNERS_UP, [])
        compound[Field.STRUCTURE.value] = as_structure(json.loads(cell)[Field.STRUCTURE])
    return compounds


def as_structure(cell: Document) -> Document:
    """Return a cell as pymatgen writes a structure, without the second of building one."""
    sites = zip(cell["species"], cell["coords"], strict=True)
    return {
        "@module": "pymatgen.core.structure",
        "@class": "Structure",
        "lattice": {"matrix": cell["lattice"]},
        "sites": [{"species": [{"element": e, "occu": 1}], "abc": abc} for e, abc in sites],
    }


def _nodes(compounds: Sequence[Document], name: str) -> list[Document]:
    """Return a node for each compound, as a campaign that is over has them."""
    return [
        {
            "campaign": name,
            "order": order,
            "uuid": each[Field.JOB_UUID],
            "kind": "compound",
            "label": each[Field.FORMULA],
            "parents": [],
            "compound": {name: each[name] for name in (Field.DOPANTS, Field.COMPENSATION)},
        }
        for order, each in enumerate(compounds)
    ]


def _gzipped(path: Path) -> Document:
    document: Document = json.loads(gzip.decompress(path.read_bytes()))
    return document
