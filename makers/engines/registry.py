"""The engines by name.

Light enough for the command line: torch, force fields and the VASP parts of atomate2 are imported
only when a Maker is built.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, entry_points, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from analysis.base.errors import InputError
from makers.engines.chgnet.chgnet_engine import ChgnetEngine
from makers.engines.mlff.mlff_engine import MlffEngine
from makers.engines.second_stage import RelaxAgain, SecondStage
from makers.engines.sevennet.sevennet_engine import SevennetEngine
from makers.engines.vasp.vasp_engine import VaspEngine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jobflow import Maker

    from makers.engines.engine import Engine, EngineSettings

ENGINES: Final[dict[str, Engine]] = {
    each.name: each for each in (ChgnetEngine(), SevennetEngine(), MlffEngine(), VaspEngine())
}

#: Engines of other packages: their entry points of this group name subclasses of `Engine`.
ENTRY_POINTS: Final = "interphase.engines"

#: The engine of a specification that names none: it needs no licence and no cluster.
DEFAULT_ENGINE: Final = ChgnetEngine.name
#: The engine to which `triage` passes the compounds of a force field.
PRODUCTION_ENGINE: Final = VaspEngine.name


def find_engine(name: str) -> Engine:
    """Return an engine by its name.

    Raises
    ------
    InputError
        There is none of that name.
    """
    engines = ENGINES if name in ENGINES else _every_engine()
    if name not in engines:
        msg = f"Unknown engine {name!r}: choose one of {', '.join(sorted(engines))}."
        raise InputError(msg)
    return engines[name]


def engine_settings(engine: str, settings: Mapping[str, Any]) -> EngineSettings:
    """Check an engine's name and settings, and fill in its defaults.

    Raises
    ------
    InputError
        The engine is unknown, or a setting is unknown or out of range.
    """
    return find_engine(engine).checked(settings)


def resolve_files(engine: str, settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return an engine's settings with its files' paths resolved against a folder.

    An unknown engine's stay as they are: it is refused where the campaign is planned.
    """
    known = _every_engine().get(engine)
    fields = known.settings_class.model_fields if known else {}
    files = {name for name, field in fields.items() if field.annotation is Path}
    return {
        name: str((folder / Path(value).expanduser()).resolve()) if name in files else value
        for name, value in settings.items()
    }


def relax_maker(engine: str, settings: Mapping[str, Any], then: SecondStage | None = None) -> Maker:
    """Return the Maker that relaxes a crystal with an engine; see `Engine.maker`.

    Parameters
    ----------
    engine
        Name of the engine.
    settings
        Fields of the engine's settings; omitted ones have their defaults. A setting ``prerelax``
        names a force field that relaxes first, at its defaults: the older way to say `then`.
    then
        A second engine, which goes on from the crystals of the first; its energies count.

    Raises
    ------
    InputError
        An engine or a setting is unknown, an engine's package is not installed, or the two do not
        go together.
    """
    found = find_engine(engine)
    checked = found.checked(settings)
    found.require_installed()
    if then is not None:
        return _staged(found, checked, then)
    first: str | None = getattr(checked, "prerelax", None)
    if first is None:
        return found.maker(checked)
    stage = SecondStage(name=engine, settings=dict(settings), relax=RelaxAgain.ALWAYS)
    return _staged(find_engine(first), find_engine(first).checked({}), stage)


def _staged(first: Engine, settings: EngineSettings, stage: SecondStage) -> Maker:
    """Put one engine before another."""
    if not first.is_force_field:
        msg = f"{first.name} is not a force field: nothing can come after it. Leave `then` out."
        raise InputError(msg)
    second = find_engine(stage.name)
    if not second.is_force_field and stage.relax is not RelaxAgain.ALWAYS:
        msg = f"then: {second.name} relaxes always: say `relax: always`."
        raise InputError(msg)
    first.require_installed()
    second.require_installed()
    from makers.engines.prerelaxed import PrerelaxedMaker

    return PrerelaxedMaker.of(
        first, settings, stage=stage, second=second.maker(second.checked(stage.settings))
    )


def unknown_elements(
    engine: str, elements: Iterable[str], settings: Mapping[str, Any] | None = None
) -> list[str]:
    """List, in alphabetical order, those of `elements` that an engine does not know.

    Raises
    ------
    InputError
        The engine is unknown, or its settings are wrong.
    """
    found = find_engine(engine)
    if settings is None:
        return sorted(element for element in set(elements) if not found.knows(element))
    return found.unknown(found.checked(settings), elements)


def require_scheme(engine: str, settings: Mapping[str, Any], elements: Iterable[str]) -> None:
    """Refuse settings whose energies would be on no known scheme, before they are computed.

    Raises
    ------
    SchemeMismatchError
        Functional, +U or potentials are not those of the energy corrections.
    """
    found = find_engine(engine)
    found.require_scheme(found.checked(settings), elements)


def require_machine(engine: str) -> None:
    """Refuse a machine on which an engine's results would be lost or other ones.

    Raises
    ------
    InputError
        A setting of this machine stands in the way; the message names it.
    """
    find_engine(engine).require_machine()


def doubtful_valences(
    engine: str, settings: Mapping[str, Any], ions: Iterable[tuple[str, float]]
) -> list[str]:
    """Name the ions that an engine computes in another valence than the one asked for.

    Parameters
    ----------
    engine, settings
        As for `relax_maker`.
    ions
        Elements and their valences.
    """
    found = find_engine(engine)
    return found.doubtful_valences(found.checked(settings), ions)


def installed_versions(packages: Iterable[str]) -> dict[str, str]:
    """Look up the versions of those of the distributions that are installed."""
    found = {}
    for package in packages:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def engine_packages() -> list[str]:
    """List the distributions that the numbers of any engine depend on."""
    return sorted({package for engine in _every_engine().values() for package in engine.packages})


def _every_engine() -> dict[str, Engine]:
    return {**_of_other_packages(), **ENGINES}


@lru_cache(maxsize=1)
def _of_other_packages() -> dict[str, Engine]:
    found = [point.load()() for point in entry_points(group=ENTRY_POINTS)]
    return {each.name: each for each in found}
