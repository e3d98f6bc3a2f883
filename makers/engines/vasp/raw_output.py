"""What remains of a VASP run besides its result: files, emmet's task document, or neither."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jobflow import JobStore
from monty.json import jsanitize

from analysis.base.errors import InputError
from makers.engines.vasp.vasp_damage import BULK, CONTINUE_FILE, WRITTEN, named
from makers.engines.vasp.vasp_folder import OWNER_FILE, owner_of
from makers.engines.vasp.vasp_settings import RawOutput

if TYPE_CHECKING:  # seconds to import, and only named here
    from emmet.core.tasks import TaskDoc

STORE: Final = "data"

# Marks a folder whose files are removed once the job's result is in the job store.
_DROP_FILE: Final = "drop_when_stored"

# Without them, a finished run could not be read again before its result is in the job store.
READ_AGAIN: Final = frozenset(
    (
        "CONTCAR",
        "INCAR",
        "KPOINTS",
        "OSZICAR",
        "OUTCAR",
        "POSCAR",
        "POTCAR",
        "custodian.json",
        "vasprun.xml",
        CONTINUE_FILE,
        OWNER_FILE,
    )
)


def check_store(keep: RawOutput, store: JobStore) -> None:
    """Check, before VASP runs, that the job store can hold task documents.

    Raises
    ------
    InputError
        Task documents are to be kept, and the job store has no additional store for them.
    """
    if keep is RawOutput.TASK_DOCUMENT and STORE not in store.additional_stores:
        msg = (
            f"keep_raw_output is {keep.value}, and the job store has no additional store "
            f"{STORE!r}: add one (GridFSStore) to jobflow's configuration, or keep files"
        )
        raise InputError(msg)


def store_task_document(task: "TaskDoc", store: JobStore, *, job_uuid: str) -> str:
    """Store a task document where documents may be larger than 16 MB; return its blob_uuid.

    It is stored before the job's own document (jobflow itself would store it after), so that no
    document names a blob that a crash has prevented. Storing it again replaces it.
    """
    blob = {
        "blob_uuid": job_uuid,
        "job_uuid": job_uuid,
        "job_index": 1,
        "data": jsanitize(task, strict=True, enum_values=True, allow_bson=True),
    }
    store.additional_stores[STORE].update([blob], key="blob_uuid")
    return job_uuid


def load_task_document(blob_uuid: str, store: JobStore) -> dict[str, Any]:
    """Read the task document that a `RelaxationDocument` names.

    Raises
    ------
    KeyError
        There is none of that name.
    """
    blob = store.additional_stores[STORE].query_one({"blob_uuid": blob_uuid})
    if blob is None:
        raise KeyError(blob_uuid)
    return dict(blob["data"])


def tidy(folder: Path, keep: RawOutput) -> None:
    """Remove what is not needed once a run has been read, even if not yet stored."""
    _remove(folder, BULK)
    if keep is not RawOutput.FILES:
        folder.joinpath(_DROP_FILE).touch()
        _remove(folder, WRITTEN, spare=READ_AGAIN)


def drop_stored(folder: Path, stored: Collection[str]) -> bool:
    """Remove what is left of a run if that was requested and its result is stored.

    Parameters
    ----------
    folder
        Where the job ran; it may be gone, or another job's than VASP's.
    stored
        uuids of jobs whose output is in the job store.
    """
    drop = folder / _DROP_FILE
    if not drop.exists() or owner_of(folder) not in stored:
        return False
    _remove(folder, WRITTEN)
    drop.unlink()
    return True


def _remove(folder: Path, patterns: Collection[str], spare: Collection[str] = ()) -> None:
    for path in named(folder, patterns):
        if path.name.removesuffix(".gz") not in spare:
            path.unlink()
