"""The relaxed cells of results, as CIF files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from analysis.base.compound_names import ion_text
from analysis.base.errors import InputError
from analysis.base.fields import Field
from workflows.results.files import require_free

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

#: The fields of a result needed to write its structure.
NEEDED: Final = (Field.FORMULA, Field.DOPANTS, Field.JOB_UUID, Field.STRUCTURE)

_UUID_DIGITS = 8


def write_structures(
    documents: Iterable[Mapping[str, Any]], folder: Path, *, overwrite: bool = False
) -> list[Path]:
    """Write the relaxed cell of each result to a CIF file.

    Parameters
    ----------
    documents
        With `formula`, `dopants`, `job_uuid` and `structure`; those without structure are skipped.
    folder
        Created if it does not exist.
    overwrite
        Replace existing files.

    Returns
    -------
    The files that were written.

    Raises
    ------
    InputError
        A file exists, a structure cannot be read, or the folder cannot be written.
    """
    from pymatgen.core import Structure
    from pymatgen.io.cif import CifWriter

    by_path = {
        folder / file_name(document): document
        for document in documents
        if document.get(Field.STRUCTURE)
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in by_path:
            require_free(path, overwrite=overwrite)
        for path, document in by_path.items():
            CifWriter(Structure.from_dict(document[Field.STRUCTURE])).write_file(path)
    except OSError as error:
        msg = f"structures cannot be written to {folder}: {error.strerror or error}"
        raise InputError(msg) from error
    return list(by_path)


def file_name(document: Mapping[str, Any]) -> str:
    """Name the file of a result: ``Li6.25Al0.25La3Zr2O12_Al3+Li_1b9d6bcd.cif``.

    Formula, dopants with their site, and the beginning of job_uuid, which distinguishes results of
    the same formula.
    """
    dopants = document.get(Field.DOPANTS) or ()
    sites = (
        "-".join(f"{ion_text(d['element'], d['valence'])}{d['site']}" for d in dopants) or "host"
    )
    uuid = str(document.get(Field.JOB_UUID) or "")[:_UUID_DIGITS]
    name = f"{document.get(Field.FORMULA) or 'unknown'}_{sites}_{uuid}"
    return re.sub(r"[^A-Za-z0-9.+_-]", "_", name).lstrip(".") + ".cif"
