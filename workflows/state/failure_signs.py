"""Words by which a class of failures is known, as regular expressions.

They are those of Slurm, PBS, LSF and Grid Engine, the Linux kernel, shells, Intel's and GNU's
Fortran, MPI and its networks, CUDA, pymongo, FireWorks, pymatgen, custodian, VASP and PyTorch.
"""

from typing import Final

from makers.engines.vasp.vasp_evidence import FOLDER_GONE, SOURCES

# The type of an exception stands at the start of its line, or after the file that says so.
_SAID_BY: Final = rf"^(?:(?:{'|'.join(SOURCES)}): )?".replace(".", r"\.")
_TYPE: Final = rf"{_SAID_BY}(?:\w+\.)*"
# Programs that end by themselves with another status say nothing of why.
_STATUS: Final = r"\b(?:exit(?:ed with exit)? (?:code|status)|return code is):? "


def _errno(*numbers: int) -> str:
    """Numbers of errors in an exception of Python: their words depend on the language."""
    return rf"{_TYPE}\w*Error: \[Errno ({'|'.join(map(str, numbers))})\]"


def _killed_by(*signals: int) -> str:
    """Give the forms in which shells, MPI and custodian say that a signal ended a program."""
    one_of = "|".join(map(str, signals))
    status = "|".join([*(f"-{n}" for n in signals), *(str(128 + n) for n in signals)])
    return rf"\bsignal:? ({one_of})\b|\bsignal termination: ({one_of})\b|{_STATUS}({status})\b"


def _corrected(*errors: str) -> str:
    """Give the form in which custodian's log names errors that it tried to correct."""
    return rf"custodian\.json: .*\b({'|'.join(errors)})\b"


# Routines of VASP, and names of custodian for what they say: nothing that another start changes.
_ROUTINE: Final = r"(POSMAP|RHOSYG\w*|REAL_OPT(LAY)?|RSPHER|PRICEL\w*|SGRCON|IBZKPT|INVGRP)"
_OF_INPUT: Final = (
    *("tet", "tetirr", "dentet", "inv_rot_mat", "incorrect_shift", "real_optlay", "rspher"),
    *("too_few_bands", "nbands_not_sufficient", "triple_product", "rot_matrix", "pricel"),
    *("rhosyg", "posmap", "point_group", "symprec_noise", "bravais", "hnform", "coef"),
    *("set_core_wf", "read_error", "elf_kpar", "elf_ncl", "dfpt_ncore", "nicht_konv", "algo_tet"),
)

_STARTED: Final = r"(vasp(_\w+)?|srun|mpirun|mpiexec(\.hydra)?|python3?)"
_ENDED: Final = r"(Killed|Terminated|Aborted|Hangup|Bus error|Segmentation fault)"

#: Classes with their signs, tried in this order: what an exception of ours says of itself, then
#: causes before what they lead to.
SIGNS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "input",
        (
            rf"{_TYPE}(InputError|SchemeMismatchError)\b",
            # the same document will be as large, and as double, the next time; the same user as
            # little known, and the same configuration as wrong
            rf"{_TYPE}(DocumentTooLarge|DuplicateKeyError|InvalidDocument|InvalidName|InvalidURI)\b",
            *(r"\bE11000\b", "BSONObj size", "larger than 16777216", "failed validation"),
            rf"{_TYPE}ConfigurationError: (?!.*(lifetime|nameservers|timed out))",
            *("Authentication ?Failed", "bad auth", "requires authentication"),
            *(r"\bnot authorized (on|for)\b", "not allowed to do action", "no users authenticated"),
            # a server that was set up for other work, or one without room to sort
            *("retryable writes", "Transaction numbers are only allowed", "cannot use 'j' option"),
            *("Sort exceeded memory limit", r"Exceeded memory limit for \$"),
        ),
    ),
    (
        "walltime",
        (
            # pymongo writes "Timeout: 30s", Slurm TIMEOUT
            *("DUE TO TIME LIMIT", r"(?-i:\b(TIMEOUT|DEADLINE)\b)", rf"{_TYPE}WalltimeError\b"),
            *(r"(?<!operation) exceeded (job )?time limit", r"wall ?time (limit|reached)"),
            *("exceeded wall ?clock limit", "CPU time limit exceeded", _killed_by(24)),
            *(r"\b(walltime|cput) .{0,30}exceeded limit", r"exceeded resource (walltime|cput)"),
            *(r"\bTERM_(RUN|CPU)LIMIT\b", r"\bTERM_(DEADLINE|WINDOW)\b", "hard wallclock time"),
            *(r'limit "[hs]_(rt|cpu)"', r"qmaster enforced h_rt", rf"{_STATUS}140\b"),
        ),
    ),
    # of a network card, not of the memory of the machine
    ("node", ("max(imum)? locked memory", "memlock")),
    (
        "memory",
        (
            *(r"\boom[-_ ]?kill", "OUT_OF_ME", "out of memory", "OutOfMemory"),
            *(r"MemoryError\b", r"std::bad_alloc", "_ALLOC_FAILED", _errno(12)),
            *(r"\b(can(not|'t)|not enough) (allocate )?(memory|array)", r"Error allocating \d+"),
            *(
                "insufficient virtual memory",
                r"exceed(ed)? .{0,20}memory limit(?! at)",
                r"severe \(41\)",
            ),
            *(r"\b(p?v?mem|swap)\b.{0,30} exceeded limit", r"exceeded resource p?v?mem\b"),
            *(
                "mem(sw)? limit exceeded",
                "memory oversubscription",
                r'limit "[hs]_(vmem|rss|data)"',
            ),
            r"\bTERM_(MEMLIMIT|SWAP)\b",
        ),
    ),
    (
        "node",
        (
            *("NODE_FAIL", "BOOT_FAIL", "RECONFIG_FAIL", "LAUNCH_FAILED", r"node (\S+ )?failure"),
            *(
                r"(?-i:\bPRE-?EMPT(ED|ION)\b)",
                r"\bTERM_(PREEMPT|LOAD|RC_RECLAIM|CWD_NOTEXIST|ZOMBIE)\b",
                *("DUE TO JOB REQUEUE", "JOB NOT ENDING WITH SIGNALS"),
            ),
            *("run was lost", "lost run", rf"{_TYPE}GivenUpError\b", FOLDER_GONE),
            rf"{_TYPE}SharedModelError: .*is gone",
            # of os.getcwd in a folder that was removed
            r"FileNotFoundError: \[Errno 2\] No such file or directory$",
            *("No space left on device", "quota exceeded", "(block|file) limit reached"),
            *("Read-only file system", r"Stale (NFS )?file handle", "(Input/output|I/O) error"),
            *("endpoint is not connected", "endpoint shutdown", "LustreError", "couldn't chdir to"),
            # I/O, device, processes, open files, size, space, read-only, locks, quota
            _errno(5, 6, 11, 16, 19, 23, 24, 27, 28, 30, 37, 117, 122),
            # of a network, and of its file systems
            _errno(70, 71, 74, 104, 107, 108, 110, 111, 112, 113, 116, 121),
            *("Resource temporarily unavailable", "Thread creation failed", "BrokenProcessPool"),
            *("unspecified launch failure", "system not yet initialized"),
            *(
                r"severe \((28|38|39)\)(?!.*POTCAR)",
                "ECC error",
                "fallen off the bus",
                r"\bGPU is lost",
            ),
            *("CUDA-capable devices? .{0,20}(busy|unavailable)", "No CUDA GPUs are available"),
            *(r"requested job (die|terminate)", "SISTER_EOF"),
        ),
    ),
    (
        "database",
        (
            *(r"pymongo\.errors", "ServerSelectionTimeout", "AutoReconnect", "NetworkTimeout"),
            *("OperationFailure", "ConnectionFailure", "WriteConcernError", "LockedWorkflowError"),
        ),
    ),
    (
        "potcar",
        (
            *("PMG_VASP_PSP_DIR", r"(right|no|missing|reading|load|unrecognized) (\w+ )?POTCAR\b"),
            *(r"POTCAR.{0,30}(corrupt|damaged|incompatible)", r"No such file.*POTCAR"),
            *(r"severe \(\d+\).*\bPOTCAR\b", r"file = '\S*POTCAR'"),
        ),
    ),
    (
        "program",
        (
            *(rf"{_TYPE}ProgramError\b", rf"{_TYPE}(ImportError|ModuleNotFoundError)\b"),
            *("command not found", r"\bexecv\w*\b.*(No such file|Permission denied)"),
            *("cannot open shared object", "error while loading shared libraries"),
            *("unable to launch the specified application", "executable file not found"),
            *("unable to find the specified executable", "bad interpreter", "Exec format error"),
            # of a shell, in its language
            *(r"Kommando nicht gefunden", "commande introuvable", r"\bsh: \d+: .*: not found"),
            rf"{_STATUS}(126|127)\b",
            # of a shell, or of Python, which was to start VASP or what starts it
            rf"\b{_STARTED}['\u2019]?: (No such file|Permission denied)",
            rf"\[Errno (2|8|13)\] .*'{_STARTED}'$",
            *("undefined symbol", r"version `\S+' not found", r"MKL (FATAL )?ERROR: .*load"),
            *("unable to locate a modulefile", r"module\(s\) are unknown", "License checkout"),
            *("not enough slots available", "PMI server not found", "not built with .*PMI"),
            *(
                "invalid MPI type",
                "find the specified plugin",
                "Fatal error in .*Invalid communicator",
            ),
            # built for another machine
            *("illegal instruction", _killed_by(4), r"severe \(168\)", "relocation error"),
            *(
                "not built to run on the processor",
                "CPU does not support",
                "CPU ISA level is lower",
            ),
            *("processor support .* instructions", "no kernel image is available"),
            "CUDA driver version is insufficient",
        ),
    ),
    (
        "scf",
        (
            *("EDDDAV", "EDDIAG", "EDDRMM", "EDWAV", "BRMIX", "ORTCH", "NonConvergingErrorHandler"),
            *("ZHEGV", "ZPOTRF", "ZTRTRI", r"\bZHEEV", r"\bP?[DS]?SYEV", "PSSYEVX"),
            *("Non-converging job", "unconverged_electronic", r"\bFEXC[FP]\b"),
            "old and the new charge density differ",
            "electronic (self-?consistency|convergence)",
            _corrected("subspacematrix", "grad_not_orth", "amin", "Positive energy"),
        ),
    ),
    (
        "unconverged",
        (
            *(rf"{_TYPE}NotConvergedError\b", "largest force is", "UnconvergedErrorHandler"),
            *("ZBRENT: fatal", r"(?-i:\bUnconverged\b)", r"all \d+ relaxations"),
            _corrected("zbrent", "brions"),
        ),
    ),
    (
        # VASP that ends itself, with the same inputs the next time too
        "input",
        (
            *("VERY BAD NEWS", "I REFUSE TO CONTINUE", r"internal error (in\b|RSPHER)"),
            *(rf"\b{_ROUTINE}\b:? internal error", "TOO FEW BANDS", "Error reading item"),
            *("charge density could not be read", "Fatal error detecting k-mesh"),
            _corrected(*_OF_INPUT),
        ),
    ),
    # what Slurm says of a job that went well too, and did not here
    ("memory", ("memory limit at some point", "hit memory limit")),
    (
        "node",
        (
            *(_killed_by(6, 7, 11), r"\bSIG(BUS|SEGV|ABRT)\b", "Bus error", "segmentation fault"),
            *("launch failed", "exit signal", "core dumped"),
            # its word of a signal in another language
            *("Speicherzugriffsfehler", "Erreur de segmentation", "EXIT STRING: Hangup"),
            *("TERM_EXTERNAL_SIGNAL", "Fatal error in (P?MPI_|internal_)"),
            # the processes of an MPI that have lost each other
            *(
                "lost communication with",
                "daemon has unexpectedly failed",
                "unable to reliably start",
            ),
            *("does not know how to route", "connect to host .* refused"),
            *(r"\bUCX +ERROR\b", r"retry (count|counter) .{0,60}exceeded", r"\bOFI .*failed"),
            *(r"\bmlx\d.*completion with error", r"psm\d?_ep_connect", r"(PMIX|OPAL) ERROR: [UO]"),
            *(
                r"srun: error: .*(timed out|Communication connection failure)",
                "Unable to contact slurm",
            ),
        ),
    ),
    # Slurm ends the other processes of a program that has ended itself
    ("unknown", ("DUE TO TASK FAILURE",)),
    (
        # so does MPI: what VASP itself says comes first
        "node",
        (
            *(_killed_by(9, 15), r"\bSIG(KILL|TERM)\b", "MPI_ABORT", "BAD TERMINATION"),
            *(rf"tasks? [\d,-]+: {_ENDED}", rf"\b\d+ +{_ENDED}\b", "Force Terminated"),
            rf"{_SAID_BY}{_ENDED}$",
        ),
    ),
    # VASP goes on after these, until something else ends it
    ("scf", ("sub-?space-?matrix",)),
    ("unconverged", ("ZBRENT",)),
)
