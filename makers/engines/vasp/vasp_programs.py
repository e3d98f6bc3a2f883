"""What starts VASP, and who may read its potentials: checked before a campaign is queued."""

import os
import shlex
import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from pymatgen.core import SETTINGS as PYMATGEN

from analysis.base.errors import DoubtError, InputError

# Programs that start another one on the processors of a job.
_LAUNCHERS: Final = frozenset(
    (
        *("srun", "mpirun", "mpiexec", "mpiexec.hydra", "orterun", "prun"),
        *("aprun", "ibrun", "jsrun"),
    )
)
_OTHERS_READ: Final = stat.S_IROTH
_OTHERS_ENTER: Final = stat.S_IXOTH


class ProgramError(RuntimeError):
    """A job does not find the program that it is to start."""


def require_command(command: str | None) -> None:
    """Refuse to start a VASP that is not there, before custodian tries.

    Parameters
    ----------
    command
        What starts it; None: what atomate2's settings say.

    Raises
    ------
    ProgramError
        The message names the program and the machine.
    """
    from atomate2 import SETTINGS

    command = command or str(SETTINGS.VASP_CMD)
    if missing := [name for name in _programs(command) if not shutil.which(name)]:
        msg = f"`{command}`: {' and '.join(missing)} not found on {socket.gethostname()}"
        raise ProgramError(msg)


def check_command(find_program: Callable[[str], bool | None]) -> str:
    """Check that the commands that atomate2 will start exist, and the VASP that they start.

    Parameters
    ----------
    find_program
        Whether jobs find a program; None if that cannot be known on this machine.

    Raises
    ------
    InputError
        Jobs would not find a program.
    DoubtError
        It is not on the PATH here, and job scripts set up their own.
    """
    from atomate2 import SETTINGS

    commands = [str(SETTINGS.VASP_CMD), str(SETTINGS.VASP_GAMMA_CMD)]
    programs = sorted({program for command in commands for program in _programs(command)})
    found = {program: find_program(program) for program in programs}
    shown = " and ".join(f"`{command}`" for command in dict.fromkeys(commands))
    if missing := [program for program, is_there in found.items() if is_there is False]:
        msg = (
            f"{shown}: jobs would not find {', '.join(missing)}: set ATOMATE2_VASP_CMD and "
            "ATOMATE2_VASP_GAMMA_CMD (or VASP_CMD in atomate2.yaml), or load VASP under pre_rocket "
            "in the queue template"
        )
        raise InputError(msg)
    if unknown := [program for program, is_there in found.items() if is_there is None]:
        msg = (
            f"{shown}: {', '.join(unknown)} not found here; pre_rocket of the queue template must "
            "put it on the PATH of jobs"
        )
        raise DoubtError(msg)
    return f"{shown}: jobs find {', '.join(programs)}"


def _programs(command: str) -> Iterator[str]:
    """Name the program of a command, and the one that it starts, which comes last."""
    words = shlex.split(command)
    if words:
        yield words[0]
        if Path(words[0]).name in _LAUNCHERS and len(words) > 1:
            yield words[-1]


def check_licence() -> str:
    """Check that others on this machine cannot read potentials, which VASP's licence forbids.

    Raises
    ------
    DoubtError
        They can: those of the library, or the copies in the folders of runs started here.
    """
    library = PYMATGEN.get("PMG_VASP_PSP_DIR")
    umask = os.umask(0)
    os.umask(umask)
    if not umask & _OTHERS_READ and _open_to_all(Path.cwd()):
        msg = (
            f"with umask {umask:03o} everybody on this machine may read the POTCARs of runs: put "
            f"umask 027 into ~/.bashrc and pre_rocket, or close the folder: chmod o-x {Path.cwd()}"
        )
        raise DoubtError(msg)
    if library and Path(library).is_dir() and _open_to_all(Path(library)):
        msg = f"everybody on this machine may read the potentials: chmod o-rx {library}"
        raise DoubtError(msg)
    return "others on this machine cannot read potentials"


def _open_to_all(folder: Path) -> bool:
    """Return True if others may enter a folder and all that it lies in."""
    path = folder.resolve()
    return all(each.stat().st_mode & _OTHERS_ENTER for each in (path, *path.parents))
