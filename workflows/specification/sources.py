"""Where the reference phases of a campaign come from: one interface, three sources."""

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Collection as Keys
from pathlib import Path
from typing import Any, Protocol

from pymatgen.core import Structure
from pymongo.collection import Collection

from analysis.base.errors import InputError
from analysis.energies.phases import ReferencePhases
from analysis.energies.reference_phases import table_crystals, table_phases
from analysis.structures.crystal_files import read_reference_crystal
from workflows.specification.spec import ReferenceSpec


class PhaseSource(Protocol):
    """Source of competing phases and their crystals."""

    def phases(self, elements: Iterable[str]) -> ReferencePhases:
        """Return the phases made of these elements.

        Raises
        ------
        InputError
            An element is in none of the phases.
        """

    def crystals(self, elements: Iterable[str]) -> Mapping[str, Structure]:
        """Return the crystals of phases made of these elements, by reduced formula."""


class TableSource:
    """The project's own table."""

    def phases(self, elements: Iterable[str]) -> ReferencePhases:
        """Return the phases made of these elements."""
        return table_phases(elements)

    def crystals(self, elements: Iterable[str]) -> Mapping[str, Structure]:  # noqa: ARG002, built when asked for
        """Return all crystals of the table; each is built on request."""
        return table_crystals()


class FileSource:
    """A file of pymatgen entries."""

    def __init__(self, spec: ReferenceSpec) -> None:
        if spec.path is None:
            msg = "reference_phases: source file needs a path"
            raise InputError(msg)
        # Imported here: pymatgen's entries take seconds.
        from analysis.energies.entry_phases import file_phases

        self._phases, self._crystals = file_phases(spec.path)

    def phases(self, elements: Iterable[str]) -> ReferencePhases:
        """Return the phases made of these elements."""
        return self._phases.within(elements)

    def crystals(self, elements: Iterable[str]) -> Mapping[str, Structure]:  # noqa: ARG002, all are read already
        """Return the crystals of the file's entries."""
        return self._crystals


class MaterialsProject:
    """The Materials Project's API; its crystals are fetched on request."""

    def __init__(self, cache: Collection[dict[str, Any]] | None) -> None:
        # Imported here: the client takes a second.
        from workflows.specification.materials_project import MaterialsProjectSource

        self._source = MaterialsProjectSource(cache)

    def phases(self, elements: Iterable[str]) -> ReferencePhases:
        """Return the phases made of these elements."""
        return self._source.phases(elements)

    def crystals(self, elements: Iterable[str]) -> Mapping[str, Structure]:
        """Return the crystals of these phases; each is fetched on request."""
        wanted = tuple(elements)
        formulas = self.phases(wanted).by_formula
        return _Fetched(formulas, lambda f: self._source.crystals(wanted, [f])[f])


class _Fetched(Mapping[str, Structure]):
    def __init__(self, keys: Keys[str], fetch: Callable[[str], Structure]) -> None:
        self._keys = keys
        self._fetch = fetch

    def __getitem__(self, key: str) -> Structure:
        if key not in self._keys:
            raise KeyError(key)
        return self._fetch(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


class WithCrystals:
    """A source whose missing crystals come from files.

    Attributes
    ----------
    brought
        The file of each crystal, by reduced formula.
    """

    def __init__(self, source: PhaseSource, files: Iterable[Path]) -> None:
        self._source = source
        self._own: dict[str, Structure] = {}
        self.brought: dict[str, Path] = {}
        for path in files:
            structure = read_reference_crystal(path)
            formula = structure.composition.reduced_formula
            if formula in self.brought:
                msg = f"{path} and {self.brought[formula]} are both crystals of {formula}: keep one"
                raise InputError(msg)
            self._own[formula], self.brought[formula] = structure, path

    def phases(self, elements: Iterable[str]) -> ReferencePhases:
        """Give the phases made of these elements."""
        return self._source.phases(elements)

    def crystals(self, elements: Iterable[str]) -> Mapping[str, Structure]:
        """Give the crystals of the files, and those of the source."""
        return ChainMap(self._own, self._source.crystals(elements))  # type: ignore[arg-type]  # it is only read


def phase_source(spec: ReferenceSpec, cache: Collection[dict[str, Any]] | None) -> PhaseSource:
    """Open the source that a specification names.

    Parameters
    ----------
    spec
        The specification's part on reference phases.
    cache
        Where phases of the Materials Project are kept; None keeps them while this runs.

    Raises
    ------
    InputError
        A file is missing or holds what it should not, or there is no key for the Materials Project.
    """
    source = _phase_source(spec, cache)
    return WithCrystals(source, spec.crystals) if spec.crystals else source


def _phase_source(spec: ReferenceSpec, cache: Collection[dict[str, Any]] | None) -> PhaseSource:
    if spec.source == "table":
        return TableSource()
    if spec.source == "file":
        return FileSource(spec)
    return MaterialsProject(cache)
