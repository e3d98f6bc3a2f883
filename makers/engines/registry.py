"""The engines by name.

Light enough for the command line: torch, force fields and the VASP parts of atomate2 are imported
only when a Maker is built.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final

from analysis.base.errors import InputError
from makers.engines.chgnet.chgnet_engine import ChgnetEngine
from makers.engines.vasp.vasp_engine import VaspEngine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jobflow import Maker

    from makers.engines.engine import Engine, EngineSettings

ENGINES: Final[dict[str, Engine]] = {each.name: each for each in (ChgnetEngine(), VaspEngine())}

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
    engines = ENGINES if name in ENGINES else {**_of_other_packages(), **ENGINES}
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


def relax_maker(engine: str, settings: Mapping[str, Any]) -> Maker:
    """Return the Maker that relaxes a crystal with an engine; see `Engine.maker`.

    Parameters
    ----------
    engine
        Name of the engine.
    settings
        Fields of the engine's settings; omitted ones have their defaults. With ``prerelax`` the
        crystal is first relaxed with that force field, at its defaults.

    Raises
    ------
    InputError
        The engine or a setting is unknown, or the engine's package is not installed.
    """
    found = find_engine(engine)
    checked = found.checked(settings)
    found.require_installed()
    maker = found.maker(checked)
    if (first := getattr(checked, "prerelax", None)) is None:
        return maker
    return _prerelaxed(first, maker)


def unknown_elements(engine: str, elements: Iterable[str]) -> list[str]:
    """List, in alphabetical order, those of `elements` that an engine does not know.

    Raises
    ------
    InputError
        The engine is unknown.
    """
    knows = find_engine(engine).knows
    return sorted(element for element in set(elements) if not knows(element))


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


def _prerelaxed(first: str, maker: Maker) -> Maker:
    found = find_engine(first)
    if not found.is_force_field:
        msg = f"prerelax: {first} is not a force field: choose one, or leave prerelax out."
        raise InputError(msg)
    found.require_installed()
    from makers.engines.prerelaxed import PrerelaxedMaker

    return PrerelaxedMaker.of(found, maker)


@lru_cache(maxsize=1)
def _of_other_packages() -> dict[str, Engine]:
    found = [point.load()() for point in entry_points(group=ENTRY_POINTS)]
    return {each.name: each for each in found}
