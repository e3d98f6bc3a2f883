"""The engines that relax crystals: their names, settings and limits.

Light enough for the command line: torch, CHGNet and the VASP parts of atomate2 are
imported only when a Maker is built.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from importlib.util import find_spec
from typing import Any, Final, Literal

from jobflow import Maker
from pydantic import BaseModel, Field, PositiveFloat, ValidationError, field_validator
from pymatgen.core import Element

from analysis.base.errors import InputError

CHGNET_MODEL: Final = "0.3.0"

# Elements up to Pu without a structure in MPtrj, the training set of CHGNet (Deng et al., Nature
# Machine Intelligence 5, 1031 (2023)): their embeddings still have the length of a random start,
# about 8, where every trained one is longer than 11.
CHGNET_UNTRAINED: Final = frozenset({"Po", "At", "Rn", "Fr", "Ra"})
CHGNET_HEAVIEST: Final = 94

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


class ChgnetSettings(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """Settings of a CHGNet relaxation."""

    force_threshold: PositiveFloat = Field(
        0.1, description="Relaxed when the largest force is at or below this, eV/Å"
    )
    steps: int = Field(500, ge=2, description="Largest number of ionic steps")
    optimizer: Literal["springs", "BFGS", "LBFGS", "FIRE"] = Field(
        "springs", description="BFGS that starts from the stiffness of bonds, or one of ASE's"
    )


class RawOutput(StrEnum):
    """What stays of a VASP run besides its result.

    Charge densities and wave functions are dropped in any case: they are nearly all of the bytes,
    and no step needs them.
    """

    NONE = "none"  # what it takes to read the run again, until the result is in the job store
    TASK_DOCUMENT = "task_document"  # emmet's task document, in the job store's store "data"
    FILES = "files"  # what VASP wrote, compressed, in the folder of the run


class VaspSettings(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """Settings of a VASP relaxation, where they may differ from the Materials Project's."""

    force_threshold: PositiveFloat = Field(
        0.01, description="Relaxed when the largest force is at or below this, eV/Å (EDIFFG)"
    )
    potcar_functional: Literal["PBE", "PBE_52", "PBE_54"] = Field(
        "PBE", description="Release of the potentials; the Materials Project's is PBE"
    )
    incar: dict[str, bool | int | float | str] = Field(
        default_factory=dict, description="INCAR tags that replace the Materials Project's"
    )
    prerelax: Literal["chgnet"] | None = Field(
        None, description="Relax with this force field first, so that VASP starts near its minimum"
    )
    keep_raw_output: RawOutput = Field(
        RawOutput.FILES, description="What stays of a run besides its result"
    )

    @field_validator("incar")
    @classmethod
    def _capitals(cls, incar: dict[str, Any]) -> dict[str, Any]:
        tags = {tag.upper(): value for tag, value in incar.items()}
        if "EDIFFG" in tags:
            msg = "EDIFFG is set by force_threshold"
            raise ValueError(msg)
        return tags


EngineSettings = ChgnetSettings | VaspSettings
ENGINES: Final[Mapping[str, type[EngineSettings]]] = {
    "chgnet": ChgnetSettings,
    "vasp": VaspSettings,
}


def engine_settings(engine: str, settings: Mapping[str, Any]) -> EngineSettings:
    """Check an engine's name and settings, and fill in its defaults.

    Raises
    ------
    InputError
        The engine is unknown, or a setting is unknown or out of range.
    """
    try:
        return _settings_class(engine).model_validate(dict(settings))
    except ValidationError as error:
        raise InputError(_explain(engine, error)) from error


def relax_maker(engine: str, settings: Mapping[str, Any]) -> Maker:
    """Give the Maker that relaxes a crystal with an engine.

    The Maker's ``make(structure)`` is a job, or a flow, whose output is a `RelaxationDocument`; its
    ``digest_fields()`` is everything besides the structure that determines that document.

    Parameters
    ----------
    engine
        A key of `ENGINES`.
    settings
        Fields of the engine's settings; what is left out has its default.

    Raises
    ------
    InputError
        The engine or a setting is unknown, or the engine's package is not installed.
    """
    checked = engine_settings(engine, settings)
    if isinstance(checked, ChgnetSettings):
        _require_chgnet()
        from makers.engines.chgnet.chgnet_relax import ChgnetRelaxMaker

        return ChgnetRelaxMaker.from_settings(checked)
    from makers.engines.vasp.vasp_relax import PrerelaxedVaspMaker, VaspRelaxMaker

    if checked.prerelax is None:
        return VaspRelaxMaker.from_settings(checked)
    _require_chgnet()
    return PrerelaxedVaspMaker.from_settings(checked)


def unknown_elements(engine: str, elements: Iterable[str]) -> list[str]:
    """List, in alphabetical order, those of `elements` that an engine has not learned.

    For VASP these are the elements without a potential in the Materials Project's input set.

    Raises
    ------
    InputError
        The engine is unknown.
    """
    known = _vasp_knows if _settings_class(engine) is VaspSettings else _chgnet_knows
    return sorted(element for element in set(elements) if not known(element))


def _require_chgnet() -> None:
    if find_spec("chgnet") is None:
        msg = "The engine chgnet is not installed: pip install 'interphase[forcefield]'."
        raise InputError(msg)


def _chgnet_knows(element: str) -> bool:
    return element not in CHGNET_UNTRAINED and Element(element).Z <= CHGNET_HEAVIEST


def _vasp_knows(element: str) -> bool:
    from pymatgen.io.vasp.sets import MPRelaxSet

    return element in MPRelaxSet.CONFIG["POTCAR"]


def _settings_class(engine: str) -> type[EngineSettings]:
    if engine not in ENGINES:
        msg = f"Unknown engine {engine!r}: choose one of {', '.join(ENGINES)}."
        raise InputError(msg)
    return ENGINES[engine]


def _explain(engine: str, error: ValidationError) -> str:
    known = ", ".join(_settings_class(engine).model_fields)
    problems = [
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
        for problem in error.errors()
    ]
    return f"Settings of the engine {engine}: {'; '.join(problems)}. It knows {known}."
