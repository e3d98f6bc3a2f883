"""Settings of atomate2 that people have for their other work, and what becomes of them here.

How VASP is started, how often custodian repairs it and what is compressed are theirs. What would
change an energy behind the campaign's back, or lose a killed run, is refused.
"""

from collections.abc import Iterator
from typing import Final

from atomate2 import SETTINGS

from analysis.base.errors import InputError
from makers.engines.vasp.vasp_settings import NEUTRAL_INCAR

# Tags that are the campaign's own although they leave the energy of a geometry as it is.
_THRESHOLDS: Final = frozenset(("EDIFF", "EDIFFG"))


def require_settings() -> None:
    """Refuse settings of atomate2 with which results would be lost, or others than asked for.

    Raises
    ------
    InputError
        There are some; the message names them all.
    """
    if found := list(_refused()):
        msg = f"atomate2's settings on this machine ({SETTINGS.CONFIG_FILE}): {'; '.join(found)}"
        raise InputError(msg)


def settings_without_effect() -> list[str]:
    """Name the settings of atomate2 that are passed over: no result needs what they ask for."""
    names = ("VASP_RUN_BADER", "VASP_RUN_DDEC6")
    return [name for name in names if getattr(SETTINGS, name)]


def _refused() -> Iterator[str]:
    if SETTINGS.CUSTODIAN_SCRATCH_DIR:
        yield (
            "CUSTODIAN_SCRATCH_DIR moves a run away, and after a kill nobody finds it: unset it, "
            "and launch in a folder on the fast disk"
        )
    changed = {tag.upper() for tag in SETTINGS.VASP_INCAR_UPDATES}
    if forbidden := sorted((changed - NEUTRAL_INCAR) | (changed & _THRESHOLDS)):
        yield (
            f"VASP_INCAR_UPDATES changes {', '.join(forbidden)} for no result to tell: move it to "
            "engine.settings.incar (force_threshold for EDIFFG) of the specification"
        )
