from __future__ import annotations

import pytest

from workflows.recovery.recovery import RETRYABLE
from workflows.state.failures import FailureClass, classify, reason


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("slurmstepd: error: *** JOB 7 ON n1 CANCELLED AT 1 DUE TO TIME LIMIT ***", "walltime"),
        ("=>> PBS: job killed: walltime 3601 exceeded limit 3600", "walltime"),
        ("slurmstepd: error: Detected 1 oom_kill event in StepId=7.batch", "memory"),
        ("torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB", "memory"),
        ("the run was lost: killed, or its machine went away", "node"),
        ("slurm: job 7 ended as NODE_FAIL", "node"),
        ("OSError: [Errno 28] No space left on device", "node"),
        ("pymongo.errors.ServerSelectionTimeoutError: h:27017: timed out", "database"),
        ("fireworks.core.launchpad.LockedWorkflowError: Could not get workflow", "database"),
        ("FileNotFoundError: You do not have the right POTCAR with functional PBE", "potcar"),
        ("Error EDDDAV: Call to ZHEGV failed. Returncode = 9", "scf"),
        (
            "makers.engines.chgnet.chgnet_relax.NotConvergedError: Li2O did not relax with vasp",
            "unconverged",
        ),
        ("ZBRENT: fatal error in bracketing", "unconverged"),
        ("analysis.base.errors.InputError: no such site", "input"),
        ("KeyError: 'W'", "unknown"),
        ("TypeError: unsupported operand", "unknown"),
        ("custodian.custodian.ValidationError: Validation failed: VasprunXMLValidator", "unknown"),
        ("OSError: [Errno 122] Disk quota exceeded: 'OUTCAR'", "node"),
        ("=>> PBS: job killed: mem 6501kb exceeded limit 6200kb", "memory"),
        ("=>> PBS: job killed: vmem 6501kb exceeded limit 6200kb", "memory"),
        ("=>> PBS: job killed: cput 3601 exceeded limit 3600", "walltime"),
        ("slurmstepd: error: *** STEP 9.0 ON n1 CANCELLED AT 1 DUE TO PREEMPTION ***", "node"),
        ("=   KILLED BY SIGNAL: 9 (Killed)", "node"),
        ("mpirun noticed that process rank 3 exited on signal 11", "node"),
        ("pymongo.errors.DocumentTooLarge: BSON document too large (20971571 bytes)", "input"),
        ("pymongo.errors.DuplicateKeyError: E11000 duplicate key", "input"),
        ("bash: line 1: vasp_std: command not found", "program"),
        ("slurmstepd: error: execve(): vasp_std: No such file or directory", "program"),
        ("vasp_std: error while loading shared libraries: libmkl_core.so.2", "program"),
        ("ModuleNotFoundError: No module named 'chgnet'", "program"),
        ("makers.vasp_programs.ProgramError: `srun vasp_std`: vasp_std not found on n1", "program"),
        ("FileNotFoundError: [Errno 2] No such file or directory", "node"),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'POSCAR'", "unknown"),
        ("OSError: x\nthe folder of the run is gone", "node"),
        ("RuntimeError: something else", "unknown"),
        ("", "unknown"),
    ],
)
def test_an_error_is_classified(error: str, expected: str) -> None:
    assert classify(error) == expected


def test_the_cause_outranks_what_it_led_to() -> None:
    error = "walltime reached\nNotConvergedError: largest force is 0.2 eV/Å"
    assert classify(error) is FailureClass.WALLTIME


def test_every_class_has_a_mend() -> None:
    assert all(failure_class.remedy and failure_class.cause for failure_class in FailureClass)


# What Python writes: the frames of the traceback quote source lines that hold every sign there is.
QUOTING = """\
    raise WalltimeError(msg) if stopped else NotConvergedError(msg)  # POTCAR, oom-killed
    ^^^^^^^^^^^^^^^^^^^^^^^^
  File "/home/me/out_of_memory/makers/convergence.py", line 37, in converged
    reason = "was stopped at its walltime" if stopped else "did not relax"
             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
{}
"""


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("makers.convergence.NotConvergedError: Li2O did not relax with chgnet", "unconverged"),
        ("makers.convergence.WalltimeError: Li2O was stopped at its walltime", "walltime"),
        ("RuntimeError: something else", "unknown"),
        ("ValueError", "unknown"),
    ],
)
def test_source_lines_that_a_traceback_quotes_say_nothing(last: str, expected: str) -> None:
    assert classify(QUOTING.format(last)) == expected


def test_the_name_of_a_folder_says_nothing() -> None:
    error = "FileNotFoundError: [Errno 2] No such file or directory: '/data/oom-killed/run/x.json'"
    assert classify(error) is FailureClass.UNKNOWN


def test_vasps_own_words_outrank_what_mpi_did_to_its_other_processes() -> None:
    error = "Error EDDDAV: Call to ZHEGV failed\n=   KILLED BY SIGNAL: 9 (Killed)"
    assert classify(error) is FailureClass.SCF


def test_the_reason_is_the_exception_with_what_was_said_last() -> None:
    error = QUOTING.format(
        "custodian.custodian.ValidationError: Validation failed: VasprunXMLValidator\n"
        "vasp.out: running on 1 node\nstd_err.txt: Detected 1 oom_kill event"
    )
    assert reason(error) == (
        "custodian.custodian.ValidationError: Validation failed: VasprunXMLValidator; "
        "std_err.txt: Detected 1 oom_kill event"
    )
    assert classify(error) is FailureClass.MEMORY


@pytest.mark.parametrize(
    "error",
    [
        "pymongo.errors.DocumentTooLarge: BSON document too large (20971571 bytes)",
        "pymongo.errors.DuplicateKeyError: E11000 duplicate key error collection: fw.jobs",
        "pymongo.errors.BulkWriteError: batch op errors occurred: E11000 duplicate key",
        "FileNotFoundError: You do not have the right POTCAR with functional='PBE'",
        "analysis.energies.schemes.SchemeMismatchError: cannot be put on the scheme",
    ],
)
def test_what_never_goes_well_again_is_not_tried_again(error: str) -> None:
    assert classify(error) not in RETRYABLE
