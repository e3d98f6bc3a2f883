"""Reference phases from the Materials Project, cached in the database once fetched.

A chemical system is requested once; after that it comes from the cache, without key and network,
with the database version it had. The key goes only to the Materials Project's client.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from typing import Any, TypeVar

import requests
from emmet.core.types.enums import ThermoType
from mp_api.client import MPRester
from mp_api.client.core import MPRestError
from pymatgen.core import SETTINGS, Composition, Structure
from pymongo.collection import Collection

from analysis.base.errors import InputError
from analysis.energies.phases import Phase, ReferencePhases
from analysis.energies.schemes import MATERIALS_PROJECT_2020

T = TypeVar("T")
Document = dict[str, Any]

THERMO_TYPE = ThermoType.GGA_GGA_U
NO_KEY = (
    "The Materials Project needs an API key: get one at https://next-gen.materialsproject.org/api "
    "and set the environment variable MP_API_KEY, or use the project's own table as reference "
    "phases."
)


@dataclass(frozen=True)
class MaterialsProjectSource:
    """Phases and crystals of the Materials Project, GGA and GGA+U with the 2020 corrections.

    Parameters
    ----------
    collection
        The cache; None: each source keeps what it fetched in memory.
    api_key
        The user's key; None: MP_API_KEY from the environment, or pymatgen's setting.
    endpoint
        Another address of the service; None: the Materials Project's own.
    """

    collection: Collection[Document] | None
    api_key: str | None = field(default=None, repr=False)
    endpoint: str | None = None
    _fetched: dict[str, Document] = field(default_factory=dict, init=False, repr=False)

    def phases(self, elements: Iterable[str]) -> ReferencePhases:
        """All phases made of `elements`: lowest entry and smallest band gap of each formula.

        Raises
        ------
        InputError
            The system is not in the cache, and there is no key or no answer; or the Materials
            Project has no phase of an element.
        """
        system = self._system(elements)
        rows = system["phases"]
        names = Phase.model_fields
        return ReferencePhases(
            source=f"Materials Project {system['database_version']}",
            scheme=MATERIALS_PROJECT_2020,
            phases=tuple(Phase(**{name: row[name] for name in names}) for row in rows),
            element_energies=system["element_energies"],
        ).within(elements)

    def crystals(self, elements: Iterable[str], formulas: Iterable[str]) -> dict[str, Structure]:
        """Crystals of the lowest entries of `formulas`, by reduced formula.

        Raises
        ------
        InputError
            A formula is not among the phases of `elements`, or what `phases` raises.
        """
        materials = {row["formula"]: row["material_id"] for row in self._system(elements)["phases"]}
        wanted = {Composition(formula).reduced_formula for formula in formulas}
        if unknown := sorted(wanted - set(materials)):
            message = f"The Materials Project has no phase {', '.join(unknown)}."
            raise InputError(message)
        return {formula: self._crystal(materials[formula]) for formula in sorted(wanted)}

    def _system(self, elements: Iterable[str]) -> Document:
        name = "-".join(sorted(set(map(str, elements))))
        return self._cached(name, lambda client: _fetch_system(client, name))

    def _crystal(self, material_id: str) -> Structure:
        document = self._cached(material_id, lambda client: _fetch_crystal(client, material_id))
        return Structure.from_dict(document["structure"])

    def _cached(self, name: str, fetch: Callable[[MPRester], Document]) -> Document:
        if name not in self._fetched:
            self._fetched[name] = self._stored(name) or self._store(name, self._ask(name, fetch))
        return self._fetched[name]

    def _stored(self, name: str) -> Document | None:
        return None if self.collection is None else self.collection.find_one({"_id": name})

    def _store(self, name: str, answer: Document) -> Document:
        document = {"_id": name, "retrieved": datetime.now(tz=UTC), **answer}
        if self.collection is not None:
            self.collection.replace_one({"_id": name}, document, upsert=True)
        return document

    def _ask(self, name: str, fetch: Callable[[MPRester], T]) -> T:
        key = self.api_key or os.environ.get("MP_API_KEY") or SETTINGS.get("PMG_MAPI_KEY")
        if not key:
            raise InputError(NO_KEY)
        try:
            with MPRester(key, endpoint=self.endpoint, mute_progress_bars=True) as client:
                return fetch(client)
        except (MPRestError, requests.RequestException) as error:
            reason = str(error).replace(key, "***")
            message = (
                f"{name} is not in the cache and the Materials Project gave no answer: {reason} "
                "Check the key and the network, or use the project's own table."
            )
            # The cause may quote the request with its key.
            raise InputError(message) from None


def _fetch_system(client: MPRester, name: str) -> Document:
    systems = _subsystems(name)
    energies = client.materials.thermo.search(
        chemsys=systems,
        thermo_types=[THERMO_TYPE],
        fields=["material_id", "formula_pretty", "formation_energy_per_atom", "energy_per_atom"],
    )
    gaps = client.materials.summary.search(
        chemsys=systems, fields=["material_id", "formula_pretty", "band_gap"]
    )
    lowest = _lowest(energies)
    smallest = _smallest_gaps(gaps)
    return {
        "database_version": client.db_version,
        "phases": [_row(formula, lowest[formula], smallest) for formula in sorted(lowest)],
        "element_energies": {
            Composition(formula).elements[0].symbol: document.energy_per_atom
            for formula, document in lowest.items()
            if Composition(formula).is_element
        },
    }


def _fetch_crystal(client: MPRester, material_id: str) -> Document:
    found = client.materials.summary.search(
        material_ids=[material_id], fields=["material_id", "structure"]
    )
    if not found:
        message = f"The Materials Project has no structure of {material_id}."
        raise InputError(message)
    return {"database_version": client.db_version, "structure": found[0].structure.as_dict()}


def _subsystems(name: str) -> list[str]:
    elements = name.split("-")
    sizes = range(1, len(elements) + 1)
    return ["-".join(system) for size in sizes for system in combinations(elements, size)]


def _lowest(documents: Iterable[Any]) -> dict[str, Any]:
    lowest: dict[str, Any] = {}
    for document in documents:
        formula = Composition(document.formula_pretty).reduced_formula
        energy = document.formation_energy_per_atom
        if energy is not None and (
            formula not in lowest or energy < lowest[formula].formation_energy_per_atom
        ):
            lowest[formula] = document
    return lowest


def _smallest_gaps(documents: Iterable[Any]) -> dict[str, float]:
    gaps: dict[str, float] = {}
    for document in documents:
        formula = Composition(document.formula_pretty).reduced_formula
        if document.band_gap is not None:
            gaps[formula] = min(gaps.get(formula, document.band_gap), document.band_gap)
    return gaps


def _row(formula: str, document: Any, gaps: Mapping[str, float]) -> Document:
    return {
        "formula": formula,
        "formation_energy_per_atom": document.formation_energy_per_atom,
        "band_gap": gaps.get(formula),
        "material_id": str(document.material_id),
    }
