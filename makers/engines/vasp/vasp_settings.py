"""Settings of VASP relaxations, and what is kept of a run."""

import json
import re
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from pydantic import Field, PositiveFloat, field_validator

from makers.engines.engine import EngineSettings

VASP_NAME: Final = "vasp"

# INCAR tags that change how fast a run converges, or what it writes, but not its energies.
NEUTRAL_INCAR: Final = frozenset(
    (
        "ALGO",
        "EDIFF",
        "EDIFFG",
        "IBRION",
        "KPAR",
        "LAECHG",
        "LCHARG",
        "LELF",
        "LORBIT",
        "LPLANE",
        "LVTOT",
        "LWAVE",
        "NCORE",
        "NELM",
        "NELMDL",
        "NELMIN",
        "NPAR",
        "NSIM",
        "NSW",
        "POTIM",
        "SYSTEM",
    )
)


class RawOutput(StrEnum):
    """What is kept of a VASP run besides its result.

    Charge densities and wave functions are always dropped: they take most of the space, and no
    step needs them.
    """

    NONE = "none"  # what is needed to read the run again, until the result is in the job store
    TASK_DOCUMENT = "task_document"  # emmet's task document, in the job store's store "data"
    FILES = "files"  # what VASP wrote, compressed, in the folder of the run


#: "520 eV": VASP reads a number as far as it understands it, and ignores the rest.
_WITH_UNIT: Final = re.compile(r"([-+]?[\d.]+(?:[eE][-+]?\d+)?) *(?:eV|meV|Ry|A|Å|K|fs|kB)(?:/.*)?")


@cache
def _known_tags() -> frozenset[str]:
    """Return the INCAR tags that pymatgen lists."""
    listed = files("pymatgen.io.vasp").joinpath("incar_parameters.json")
    return frozenset(json.loads(listed.read_text("utf-8")))


class VaspSettings(EngineSettings):
    """Settings of a VASP relaxation that may differ from the Materials Project's."""

    force_threshold: PositiveFloat = Field(
        0.01, description="Relaxed when the largest force is at or below this, eV/Å (EDIFFG)"
    )
    potcar_functional: Literal["PBE", "PBE_52", "PBE_54"] = Field(
        "PBE", description="Release of the potentials; the Materials Project's is PBE"
    )
    incar: dict[str, bool | int | float | str] = Field(
        default_factory=dict, description="INCAR tags that replace the Materials Project's"
    )
    prerelax: str | None = Field(
        None, description="Relax with this force field first, so that VASP starts near its minimum"
    )
    keep_raw_output: RawOutput = Field(
        RawOutput.FILES, description="What is kept of a run besides its result"
    )

    @field_validator("incar")
    @classmethod
    def _capitals(cls, incar: dict[str, Any]) -> dict[str, Any]:
        tags = {tag.upper(): value for tag, value in incar.items()}
        if "EDIFFG" in tags:
            msg = "EDIFFG is set by force_threshold"
            raise ValueError(msg)
        for tag, value in tags.items():
            if tag not in _known_tags():
                near = get_close_matches(tag, _known_tags(), n=1)
                meant = f"did you mean {near[0]}?" if near else "see VASP's manual"
                msg = f"{tag} is no INCAR tag that VASP knows; {meant}"
                raise ValueError(msg)
            if with_unit := _WITH_UNIT.fullmatch(str(value)):
                msg = f"{tag}: {value!r} is a number with a unit: write {with_unit[1]}"
                raise ValueError(msg)
        return tags
