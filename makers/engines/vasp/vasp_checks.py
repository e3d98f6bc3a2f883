"""What VASP needs before a campaign is queued: potentials for every element."""

import warnings
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from pymatgen.core import SETTINGS
from pymatgen.io.vasp.inputs import PotcarSingle

from analysis.base.errors import DoubtError, InputError
from makers.engines.vasp.atomate2_settings import require_settings, settings_without_effect
from makers.engines.vasp.vasp_scheme import flavour

_FUNCTIONAL = "PE"  # LEXCH of PBE potentials


def check_potcars(generator: Any, elements: Iterable[str]) -> str:
    """Check that the potential of every element exists and is the one the input set means.

    Parameters
    ----------
    generator
        A VaspInputSet.
    elements
        Chemical symbols.

    Raises
    ------
    InputError
        A potential is missing, or is of another flavour or functional.
    DoubtError
        Some differ from what pymatgen knows of that release: another version, or edited.
    """
    if not SETTINGS.get("PMG_VASP_PSP_DIR"):
        msg = "no potentials: set PMG_VASP_PSP_DIR in ~/.pmgrc.yaml to their folder"
        raise InputError(msg)
    functional = generator.user_potcar_functional
    wrong, unknown, titles = [], [], []
    for element in elements:
        symbol = flavour(generator, element)
        try:
            potential = _read(symbol, functional)
            title = str(potential.TITEL)
        except (OSError, EOFError, ValueError, LookupError, AttributeError, zlib.error) as error:
            wrong.append(f"{symbol}: {_first_line(error)}")
            continue
        if problem := _problem(potential, symbol):
            wrong.append(problem)
        elif not potential.is_valid:
            unknown.append(f"{symbol} ({title})")
        titles.append(title)
    if wrong:
        msg = f"{functional} potentials that cannot be used: {'; '.join(wrong)}"
        raise InputError(msg)
    found = f"{len(titles)} potentials of release {functional}"
    if unknown:
        msg = (
            f"{found}; pymatgen's record of that release knows other files for "
            f"{', '.join(unknown)}: compare them with VASP's"
        )
        raise DoubtError(msg)
    return f"{found}, all as pymatgen knows them: {', '.join(titles)}"


def check_valences(doubtful: Sequence[str]) -> str:
    """Check that the potentials leave the dopants the valences that the campaign asks for.

    Parameters
    ----------
    doubtful
        What contradicts a dopant's valence, in words.

    Raises
    ------
    DoubtError
        Some hold f electrons in the core, and so another valence.
    """
    if doubtful:
        raise DoubtError("; ".join(doubtful))
    return "no potential fixes another valence than a dopant's"


def check_settings() -> str:
    """Check atomate2's settings.

    Raises
    ------
    InputError
        Some would lose a run or change its energy.
    DoubtError
        Some have no effect here.
    """
    require_settings()
    if names := settings_without_effect():
        msg = f"{', '.join(names)} of atomate2 have no effect: no charge density is analysed"
        raise DoubtError(msg)
    return "no setting of atomate2 stands in the way"


def _read(symbol: str, functional: str) -> PotcarSingle:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an unknown file is reported by the check itself
        return PotcarSingle.from_symbol_and_functional(symbol, functional)


def _problem(potential: PotcarSingle, symbol: str) -> str | None:
    words = potential.TITEL.split()
    if symbol not in words:
        return f"the file of {symbol} holds {potential.TITEL}"
    if potential.LEXCH != _FUNCTIONAL:
        return f"{symbol} is made for LEXCH = {potential.LEXCH}, not {_FUNCTIONAL}"
    return None


def _first_line(error: Exception) -> str:
    if isinstance(error, (LookupError, AttributeError, EOFError, zlib.error, UnicodeDecodeError)):
        return "its file is damaged or holds no potential"
    return str(error).strip().partition("\n")[0] or type(error).__name__
