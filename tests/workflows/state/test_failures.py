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


# What clusters, compilers and libraries say, where another wording than above means the same.
SAID = {
    "walltime": (
        "TERM_RUNLIMIT: job killed after reaching LSF run time limit.",
        "TERM_DEADLINE: job killed after deadline expires",
        'job 17.1 exceeds job hard limit "h_rt" of queue "all.q" - sending SIGKILL',
        "failed 37 : qmaster enforced h_rt, h_cpu, or h_vmem limit",
        "=>> PBS: job killed: cput 3601 exceeded limit",
        "DEADLINE",
        "/bin/sh: line 1: 12345 CPU time limit exceeded (core dumped) vasp_std",
        "MOAB_INFO:  job exceeded wallclock limit",
        "custodian.custodian.ReturnCodeError: Job return code is 152. Terminating...",
    ),
    "memory": (
        "shared_calculator.SharedModelError: OutOfMemoryError: CUDA out of memory",
        "Memory cgroup out of memory: Killed process 12345 (vasp_std)",
        "forrtl: severe (179): Cannot allocate array - overflow on array size calculation.",
        "Error allocating 4294967296 bytes",
        "ALLOCATE: 2000000 bytes requested; not enough memory",
        "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 8.00 GiB",
        "cuMemAlloc returned error 2 (CUDA_ERROR_OUT_OF_MEMORY): Out of memory",
        "RuntimeError: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)",
        "OSError: [Errno 12] Nicht genügend Hauptspeicher verfügbar",
        "TERM_MEMLIMIT: job killed after reaching LSF memory usage limit.",
        'job 17 exceeds job hard limit "h_vmem" of queue "all.q" (2G > 1G) - sending SIGKILL',
        "=>> PBS: job killed: vmem job total 45 kb exceeded limit 44 kb",
        "srun: error: n1: task 3: Out Of Memory",
        "slurmstepd: error: Step 7.0 hit memory limit at least once during execution.\nKilled",
    ),
    "node": (
        "srun: error: n1: tasks 0-15: Killed",
        "srun: error: n1: task 0: Aborted (core dumped)",
        "srun: error: slurm_receive_msgs: Socket timed out on send/recv operation",
        "*** JOB 7 ON n1 CANCELLED AT 1 DUE TO NODE n1 FAILURE ***",
        "*** JOB 7 ON n1 CANCELLED AT 1 DUE TO JOB REQUEUE ***",
        "slurmstepd: error: couldn't chdir to `/scratch/x': No such file or directory",
        "slurm_script: line 14: 12345 Killed                  vasp_std > vasp.out",
        "forrtl: severe (38): error during write, unit 12, file /scratch/x/WAVECAR",
        "OSError: [Errno 28] Auf dem Gerät ist kein Speicherplatz mehr verfügbar",
        "OSError: [Errno 116] Stale NFS file handle",
        "OSError: [Errno 121] Remote I/O error: 'OUTCAR'",
        "std_err.txt: OSError: [Errno 112] Host is down",
        "write failed, group block limit reached.",
        "custodian.custodian.ReturnCodeError: Job return code is -9. Terminating...",
        "custodian.custodian.ReturnCodeError: Job return code is 139. Terminating...",
        "exited on signal 6 (Aborted)",
        "PRTE has lost communication with a remote daemon.",
        "UCX  ERROR Transport retry count exceeded on mlx5_0:1/IB (synd 0x15 vend 0x81)",
        "UCX  ERROR ibv_create_cq failed: Cannot allocate memory : Please set max locked memory",
        "Fatal error in PMPI_Allreduce: Other MPI error, error stack:",
        "RuntimeError: CUDA error: uncorrectable ECC error encountered",
        "RuntimeError: CUDA error: all CUDA-capable devices are busy or unavailable",
        "=>> PBS: job killed: node 2 (n2) requested job terminate, 'EOF' (code 1099)",
        "TERM_PREEMPT: job killed after preemption",
        "LAUNCH_FAILED",
        "Abort(15) on node 3: Fatal error in internal_Wait: Other MPI error, error stack:",
        "OSError: [Errno 16] Device or resource busy: '.nfs000000001'",
        "BlockingIOError: [Errno 11] Resource temporarily unavailable",
        "ConnectionResetError: [Errno 104] Connection reset by peer",
        (
            "EOFError\n\nThe above exception was the direct cause of the following exception:\n\n"
            "makers.engines.shared.shared_calculator.SharedModelError: the process that held the "
            "shared model is gone (interphase share)"
        ),
        (
            "OMP: Error #34: System unable to allocate necessary resources for OMP thread:\n"
            "OMP: System error #11: Resource temporarily unavailable"
        ),
        "libgomp: Thread creation failed: Resource temporarily unavailable",
        "slurmstepd: error: *** STEPD TERMINATED ON n1 AT 1 DUE TO JOB NOT ENDING WITH SIGNALS ***",
        "TERM_CWD_NOTEXIST: current working directory is not accessible or does not exist",
        "write failed, user file limit reached.",
        "std_err.txt: Killed",
        "forrtl: severe (39): error during read, unit 12, file /scratch/x/WAVECAR",
        "ssh: connect to host n7 port 22: Connection refused",
        "ORTE was unable to reliably start one or more daemons.",
        "srun: error: Unable to contact slurm controller (connect failure)",
        "RuntimeError: CUDA error: unspecified launch failure",
        "concurrent.futures.process.BrokenProcessPool: A process was terminated abruptly",
        "vasp.out: ZBRENT: can't locate minimum, use default step\nstd_err.txt: n1: task 0: Killed",
        "vasp.out: WARNING: Sub-Space-Matrix is not hermitian in DAV 3\nstd_err.txt: Killed",
    ),
    "database": (
        "pymongo.errors.OperationFailure: operation exceeded time limit, full error: {'code': 50}",
        "pymongo.errors.ServerSelectionTimeoutError: h:27017: [Errno 110] Connection timed out",
        "pymongo.errors.ConfigurationError: The resolution lifetime expired after 20.0 seconds",
    ),
    "potcar": (
        "forrtl: severe (59): list-directed I/O syntax error, unit 10, file /x/POTCAR",
        "number of potentials on File POTCAR incompatible with number of species",
        "At line 90 of file pot.F (unit = 10, file = 'POTCAR')\nFortran runtime error: End of file",
        "forrtl: severe (39): error during read, unit 10, file /x/POTCAR",
    ),
    "program": (
        "srun: error: n1: task 0: Illegal instruction (core dumped)",
        "=   KILLED BY SIGNAL: 4 (Illegal instruction)",
        "custodian.custodian.ReturnCodeError: Job return code is 127. Terminating...",
        "Fatal Error: This program was not built to run on the processor in your system.",
        "/lib64/libc.so.6: version `GLIBC_2.34' not found (required by vasp_std)",
        "vasp_std: symbol lookup error: libmkl_avx512.so: undefined symbol: mkl_sparse",
        "OSError: libcublas.so.12: cannot open shared object file: No such file or directory",
        "-bash: vasp_std: No such file or directory",
        "/bin/sh: 1: vasp_std: not found",
        "bash: Zeile 1: vasp_std: Kommando nicht gefunden.",
        "PermissionError: [Errno 13] Permission denied: 'vasp_std'",
        "ERROR: Unable to locate a modulefile for 'vasp/6.4.2'",
        'Lmod has detected the following error: The following module(s) are unknown: "vasp"',
        "There are not enough slots available in the system to satisfy the 32 slots",
        "RuntimeError: CUDA error: no kernel image is available for execution on the device",
        "License checkout failed: no such feature exists",
        "[mpiexec@n1] HYDU_create_process: execvp error on file vasp_std (Permission denied)",
        "bash: /opt/vasp/6.4/bin/vasp: No such file or directory",
        "srun: error: Couldn't find the specified plugin name for mpi/pmix looking at all files",
        "Fatal error in MPI_Allreduce: Invalid communicator, error stack:",
        "Fatal glibc error: CPU does not support x86-64-v3",
        "forrtl: severe (168): Program Exception - illegal instruction",
        "vasp_std: relocation error: libmpi.so.40: symbol opal_x version OPAL_4 not defined",
    ),
    "scf": (
        "LAPACK: Routine ZPOTRF failed! 1 2 3",
        "WARNING: Sub-Space-Matrix is not hermitian in DAV 1",
        "Error in subspace rotation PSSYEVX: not enough eigenvalues found",
        "custodian.json: zpotrf",
        "ERROR EDDIAG: Call to routine ZHEEV failed! 10 4\nMPI_ABORT was invoked on rank 0",
        (
            "vasp.out: ERROR in EDDIAG: call to ZHEEV/ZHEEVX/DSYEV/DSYEVX failed!\n"
            "vasp.out: ----> I REFUSE TO CONTINUE WITH THIS SICK JOB ... BYE!!! <----"
        ),
        (
            "custodian.custodian.MaxCorrectionsPerJobError: Max errors per job reached: 5\n"
            "custodian.json: eddiag\nstd_err.txt: srun: error: n1: tasks 0-15: Terminated"
        ),
    ),
    "input": (
        "VERY BAD NEWS! internal error in subroutine SGRCON:",
        "vasp.out: ----> I REFUSE TO CONTINUE WITH THIS SICK JOB ... BYE!!! <----",
        "TOO FEW BANDS\napplication called MPI_Abort(MPI_COMM_WORLD, 1) - process 0",
        (
            "ERROR: charge density could not be read from file CHGCAR for ICHARG>10\n"
            "BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES\nEXIT CODE: 1"
        ),
        "POSMAP internal error: symmetry equivalent atom not found\nMPI_ABORT was invoked",
        "RSPHER: internal ERROR: increase NPRO\nMPI_ABORT was invoked",
        "REAL_OPTLAY: internal error (1)\nMPI_ABORT was invoked",
        "Error reading item 'NPAR' from file INCAR.\nMPI_ABORT was invoked",
        (
            "custodian.custodian.MaxCorrectionsPerJobError: Max errors per job reached: 5\n"
            "custodian.json: read_error\nstd_err.txt: srun: error: n1: tasks 0-15: Terminated"
        ),
        (
            "VERY BAD NEWS! internal error in subroutine SGRCON:\n"
            "slurmstepd: error: Exceeded step memory limit at some point."
        ),
    ),
    "unknown": (
        (
            "slurmstepd: error: *** STEP 7.0 ON n1 CANCELLED AT 1 DUE TO TASK FAILURE ***\n"
            "srun: error: n1: tasks 1-15: Terminated"
        ),
        "srun --partition=preempted vasp_std: exit status 1",
        "InputFileError: no campaign 'unconverged' here",
        "srun: error: n1: task 0: Exited with exit code 1",
        "=>> PBS: job killed: ncpus 37.1 exceeded limit 36 (burst)",
        "forrtl: severe (24): end-of-file during read, unit 14, file /x/CONTCAR",
        "FAILED",
        "TERM_OWNER: job killed by owner.",
    ),
}


@pytest.mark.parametrize(
    ("error", "expected"), [(error, name) for name, errors in SAID.items() for error in errors]
)
def test_the_wordings_of_other_clusters_are_known(error: str, expected: str) -> None:
    assert classify(error) == expected


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
        "pymongo.errors.WriteError: Resulting document after update is larger than 16777216",
        "pymongo.errors.InvalidDocument: cannot encode object: <class 'numpy.int64'>",
        "pymongo.errors.OperationFailure: Authentication failed., full error: {'code': 18}",
        "pymongo.errors.OperationFailure: not authorized on fw to execute command {}",
        "pymongo.errors.ConfigurationError: Unknown option foo",
        "pymongo.errors.OperationFailure: user is not allowed to do action [find] on [fw.jobs]",
        "pymongo.errors.OperationFailure: not authorized for query on fw.jobs",
        "pymongo.errors.OperationFailure: there are no users authenticated",
        "pymongo.errors.OperationFailure: Transaction numbers are only allowed on a replica set",
        "pymongo.errors.OperationFailure: Executor error: Sort exceeded memory limit of 104857600",
        "FileNotFoundError: You do not have the right POTCAR with functional='PBE'",
        "analysis.energies.schemes.SchemeMismatchError: cannot be put on the scheme",
    ],
)
def test_what_never_goes_well_again_is_not_tried_again(error: str) -> None:
    assert classify(error) not in RETRYABLE
