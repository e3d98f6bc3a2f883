from __future__ import annotations

import pytest

from workflows.state.failures import FailureClass, classify


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
        ("KeyError: 'W'", "input"),
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
    assert all(failure_class.remedy for failure_class in FailureClass)
