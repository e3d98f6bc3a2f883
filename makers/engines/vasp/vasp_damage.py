"""Files of a VASP run that a kill or a full disk has damaged: found, and set aside.

A job goes on in the folder in which it was killed. Custodian unpacks everything there, and emmet
reads what it finds by name: one file that is cut off would stop both, each time again.
"""

import gzip
import json
import math
import re
import zlib
from collections.abc import Collection
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pymatgen.io.vasp.inputs import Incar, Kpoints, Poscar

if TYPE_CHECKING:  # seconds to import, and only named here
    from emmet.core.tasks import TaskDoc

#: Folder, in that of the run, of files that cannot be read.
DAMAGED: Final = "damaged"

# A vector of vasprun.xml with NaN, or with the stars of a number that is too long for its field.
_NO_NUMBER: Final = re.compile(rb"<v>[^<]*(nan|inf|\*)", re.IGNORECASE)

# The same in an INCAR. A repeated value is written 4*5.0.
_NO_VALUE: Final = re.compile(r"(?<![\w.])(nan|inf|infinity)(?![\w.])|\*\*|\0", re.IGNORECASE)

_CHUNK_BYTES: Final = 2**20

# Densities and wave functions: 0.1 GB and more for a cell of 100 atoms, the others some MB.
BULK: Final = ("AECCAR?", "CHG", "CHGCAR", "ELFCAR", "LOCPOT", "PARCHG", "TMPCAR", "WAVECAR")
WRITTEN: Final = (
    *("CONTCAR*", "DOSCAR", "EIGENVAL", "IBZKPT", "INCAR*", "KPOINTS*", "OSZICAR", "OUTCAR"),
    *("PCDAT", "POSCAR*", "POTCAR*", "PROCAR", "REPORT", "XDATCAR", "vasp.out", "vaspout.h5"),
    *("vasprun.xml", "custodian.json", "std_err.txt", "error.*.tar", "prev_run.*.tar"),
)

# More divisions of an axis than any crystal needs: digits that were doubled.
_MOST_DIVISIONS: Final = 1000

# Custodian writes it before VASP starts and removes it when VASP has finished without an error.
CONTINUE_FILE: Final = "continue.json"


def set_damaged_aside(folder: Path) -> list[Path]:
    """Move away what cannot be unpacked or read, so that nobody tries to; return the new paths.

    Of a compressed file next to a plain one of the same name, one is left of a compression that was
    interrupted: the compressed one if it is whole, for then the plain one is the same or the
    beginning of an unpacking.
    """
    # of the name of a file, and none: a folder, or a link to what is gone
    found = [*vasp_files(folder), *folder.glob(CONTINUE_FILE)]
    aside = [set_aside(path, DAMAGED) for path in found if not path.is_file()]
    for packed in sorted(folder.glob("*.gz")):
        if not _is_whole(packed):
            aside.append(set_aside(packed, DAMAGED))
        elif (plain := packed.with_suffix("")).exists():
            plain.unlink()
    # emmet reads every JSON file; of continue.json, that it is there says enough
    notes = (path for path in folder.glob("*.json*") if path.name != CONTINUE_FILE)
    return aside + [set_aside(path, DAMAGED) for path in sorted(notes) if not _holds_json(path)]


def read_json(path: Path) -> object:
    """Read a JSON file or its compressed form; None if there is none or it is damaged."""
    for read in (path.read_bytes, lambda: gzip.decompress(_packed(path).read_bytes())):
        try:
            return json.loads(read())
        except (OSError, EOFError, ValueError, zlib.error):
            continue
    return None


def may_be_read(folder: Path) -> bool:
    """Tell whether emmet may read a run: spglib ends the whole process on a crystal with NaN."""
    run = _form(folder / "vasprun.xml")
    if run is None or not is_geometry(_form(folder / "CONTCAR") or folder / "CONTCAR"):
        return False
    with gzip.open(run) if run.suffix == ".gz" else run.open("rb") as file:
        return not any(_NO_NUMBER.search(line) for line in file)


def is_geometry(path: Path) -> bool:
    """Tell whether a file holds a whole crystal: a POSCAR or CONTCAR from which VASP can start."""
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
        crystal = Poscar.from_str(text, read_velocities=False).structure
    except Exception:  # noqa: BLE001  pymatgen raises anything on a file that is cut off
        return False
    numbers = [*crystal.lattice.matrix.ravel(), *crystal.frac_coords.ravel()]
    # comment, scale, lattice, symbols, numbers, mode; the last site's line must have its end
    is_cut = len(text.splitlines(keepends=True)) == 8 + len(crystal) and not text.endswith("\n")
    return not is_cut and all(math.isfinite(x) for x in numbers) and crystal.volume > 0


def read_incar(path: Path, original: Path) -> Incar | None:
    """Read an INCAR that was changed since `original`; None if either is damaged.

    One that is cut off lacks tags, and its last one may have lost digits.
    """
    try:
        changed, before = Incar.from_file(path), Incar.from_file(original)
        is_whole = (text := path.read_text()).endswith("\n")
    except Exception:  # noqa: BLE001  pymatgen raises anything on a file that is cut off
        return None
    is_sound = is_whole and not _NO_VALUE.search(text)
    return changed if is_sound and before.keys() <= changed.keys() else None


def read_kpoints(path: Path, original: Path) -> Kpoints | None:
    """Read a KPOINTS that was changed since `original`; None if either is damaged."""
    try:
        text, before = path.read_text(), original.read_text()
        mesh = Kpoints.from_file(path)
    except Exception:  # noqa: BLE001  pymatgen raises anything on a file that is cut off
        return None
    is_whole = text.count("\n") == before.count("\n")
    divisions = mesh.kpts[0] if mesh.num_kpts == 0 else ()
    is_mesh = all(0 < number <= _MOST_DIVISIONS for number in divisions)
    return mesh if is_whole and is_mesh else None


def has_numbers(task: "TaskDoc") -> bool:
    """Tell whether the energy and the forces with which a run ended are numbers."""
    last = task.calcs_reversed[0].output.ionic_steps[-1] if task.calcs_reversed else None
    if last is None or task.output is None or task.output.energy is None or not last.forces:
        return False
    return math.isfinite(task.output.energy) and all(
        math.isfinite(x) for force in last.forces for x in force
    )


def _is_whole(packed: Path) -> bool:
    try:
        with gzip.open(packed) as file:
            while file.read(_CHUNK_BYTES):
                pass
    except (OSError, EOFError, zlib.error):
        return False
    return True


def _holds_json(path: Path) -> bool:
    try:
        raw = path.read_bytes()
        json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    except (OSError, EOFError, ValueError, zlib.error):
        return False
    return True


def _form(path: Path) -> Path | None:
    """Find a file, compressed or not."""
    return next((form for form in forms(path) if form.exists()), None)


def forms(path: Path) -> tuple[Path, Path]:
    """Give the two names of a file: plain, and compressed."""
    return path, _packed(path)


def vasp_files(folder: Path) -> list[Path]:
    """List what has the name of a file that VASP, or custodian for it, reads or writes."""
    return named(folder, (*BULK, *WRITTEN))


def named(folder: Path, patterns: Collection[str]) -> list[Path]:
    """List what has a name of these patterns, compressed or not; also a link to what is gone."""
    return [
        path
        for path in sorted(folder.iterdir())
        if any(fnmatchcase(path.name.removesuffix(".gz"), pattern) for pattern in patterns)
    ]


def _packed(path: Path) -> Path:
    return path.with_name(f"{path.name}.gz")


def set_aside(path: Path, reason: str) -> Path:
    """Move a file to a folder of this name next to it, under a name that nobody looks for.

    Emmet takes what has the name of one of VASP's files in it, and custodian unpacks everything
    that ends as a compressed file does.
    """
    folder = path.with_name(reason)
    folder.mkdir(exist_ok=True)
    number = len(list(folder.iterdir())) + 1
    return path.rename(folder / f"{number}-{path.name.replace('.', '-')}")
