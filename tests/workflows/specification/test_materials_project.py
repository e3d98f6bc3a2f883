"""The Materials Project source against a local stand-in that answers with the client's models."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from emmet.core.mpid import AlphaID
from emmet.core.summary import SummaryDoc
from emmet.core.thermo import ThermoDoc
from mp_api.client import MPRester
from pymatgen.core import Composition, Lattice, Structure
from pymongo.database import Database

from analysis.base.errors import InputError
from analysis.energies.entry_phases import file_phases
from analysis.energies.entry_writing import phase_entries, write_entries
from analysis.energies.schemes import MATERIALS_PROJECT_2020
from workflows.specification.materials_project import MaterialsProjectSource

KEY = "0123456789abcdef0123456789abcdef"
LITHIUM_ENERGY = -1.9
LI2O_ENERGY = -2.06
# More than one page of the client (1,000 documents); the lowest entry is the last.
POLYMORPHS = 1100


def crystal(formula: str) -> Structure:
    species = [e for e, n in Composition(formula).get_el_amt_dict().items() for _ in range(int(n))]
    return Structure(Lattice.cubic(4.0), species, [[i / 5, 0, 0] for i in range(len(species))])


def thermo(number: int, formula: str, energy: float, formation: float) -> dict[str, Any]:
    document = ThermoDoc.from_structure(
        meta_structure=crystal(formula),
        material_id=f"mp-{number}",
        deprecated=False,
        thermo_type="GGA_GGA+U",
        uncorrected_energy_per_atom=energy,
        energy_per_atom=energy,
        formation_energy_per_atom=formation,
        energy_above_hull=0.0,
        is_stable=True,
        energy_type="GGA",
        entry_types=["GGA"],
        entries={},
    )
    return document.model_dump(mode="json")


def summary(number: int, formula: str, gap: float) -> dict[str, Any]:
    structure = crystal(formula)
    document = SummaryDoc.from_structure(
        meta_structure=structure,
        material_id=f"mp-{number}",
        deprecated=False,
        band_gap=gap,
    )
    dumped = document.model_dump(mode="json", exclude={"structure"})
    return dumped | {"structure": structure.as_dict()}


def thermo_documents() -> list[dict[str, Any]]:
    oxide = thermo(10, "Li2O", -4.5, LI2O_ENERGY)
    polymorphs = [
        oxide | {"material_id": f"mp-{number}", "formation_energy_per_atom": LI2O_ENERGY + 0.5}
        for number in range(1000, 1000 + POLYMORPHS)
    ]
    elements = [thermo(1, "Li", LITHIUM_ENERGY, 0.0), thermo(2, "O2", -4.9, 0.0)]
    # Another system: a server that ignored the question would let it through.
    return [*elements, *polymorphs, oxide, thermo(3, "Na", -1.3, 0.0)]


class StandIn(HTTPServer):
    """Answers as the Materials Project does: heartbeat, thermo and summary, fields, pages."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.requests: list[str] = []
        self.keys: set[str | None] = set()
        self.collections = {
            "/materials/thermo/": thermo_documents(),
            "/materials/summary/": [
                summary(1, "Li", 0.0),
                summary(10, "Li2O", 5.0),
                summary(11, "Li2O", 4.8),
            ],
        }

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Answer(BaseHTTPRequestHandler):
    server: StandIn

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.server.requests.append(url.path)
        if url.path == "/heartbeat":
            self.reply(
                200,
                {
                    "status": "OK",
                    "version": "0.87.0",
                    "db_version": "2026.10.1",
                    "access_controlled_batch_ids": [],
                },
            )
            return
        self.server.keys.add(self.headers.get("x-api-key"))
        if self.headers.get("x-api-key") != KEY:
            self.reply(403, {"detail": "Invalid key"})
            return
        found = [d for d in self.server.collections[url.path] if matches(d, query)]
        start, limit = int(query.get("_skip", 0)), int(query["_limit"])
        fields = query["_fields"].split(",")
        page = [{f: d[f] for f in fields if f in d} for d in found[start : start + limit]]
        self.reply(200, {"data": page, "meta": {"total_doc": len(found)}})

    def reply(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the tests' output quiet."""


def matches(document: dict[str, Any], query: dict[str, str]) -> bool:
    if "chemsys" in query and document["chemsys"] not in query["chemsys"].split(","):
        return False
    if "thermo_types" in query and document["thermo_type"] not in query["thermo_types"].split(","):
        return False
    # The models write an identifier in either of two forms (mp-10, mp-0000000k).
    wanted = [AlphaID(number) for number in query.get("material_ids", "").split(",") if number]
    return not wanted or AlphaID(document["material_id"]) in wanted


@pytest.fixture(autouse=True)
def no_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MP_API_KEY", raising=False)
    monkeypatch.setattr("workflows.specification.materials_project.SETTINGS", {})


@pytest.fixture
def service() -> Iterator[StandIn]:
    # The client remembers each endpoint's heartbeat for the life of the process.
    MPRester._get_heartbeat_info.cache_clear()
    with StandIn() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def source(service: StandIn, mongo_database: Database[dict[str, Any]]) -> MaterialsProjectSource:
    cache = mongo_database["materials_project"]
    return MaterialsProjectSource(cache, api_key=KEY, endpoint=service.endpoint)


def test_lowest_entry_beyond_the_first_page_counts(source: MaterialsProjectSource) -> None:
    phases = source.phases(["Li", "O"])
    assert phases.phase("Li2O").formation_energy_per_atom == LI2O_ENERGY


def test_only_phases_of_the_system_are_asked_for(source: MaterialsProjectSource) -> None:
    assert set(source.phases(["O", "Li"]).by_formula) == {"Li", "O2", "Li2O"}


def test_smallest_band_gap_of_all_entries_is_listed(source: MaterialsProjectSource) -> None:
    assert source.phases(["Li", "O"]).phase("Li2O").band_gap == 4.8


def test_a_phase_without_summary_has_no_band_gap(source: MaterialsProjectSource) -> None:
    assert source.phases(["Li", "O"]).phase("O2").band_gap is None


def test_scheme_version_and_elemental_energies_are_named(source: MaterialsProjectSource) -> None:
    phases = source.phases(["Li", "O"])
    assert phases.scheme == MATERIALS_PROJECT_2020
    assert phases.source == "Materials Project 2026.10.1"
    assert phases.element_energies == {"Li": LITHIUM_ENERGY, "O": -4.9}


def test_the_key_reaches_the_service(source: MaterialsProjectSource, service: StandIn) -> None:
    source.phases(["Li"])
    assert service.keys == {KEY}


def test_the_key_is_neither_shown_nor_stored(source: MaterialsProjectSource) -> None:
    source.phases(["Li"])
    assert KEY not in repr(source)
    assert all(KEY not in str(document) for document in source.collection.find())


def test_a_cached_system_needs_neither_key_nor_network(
    source: MaterialsProjectSource, service: StandIn
) -> None:
    first = source.phases(["Li", "O"])
    asked = len(service.requests)
    offline = MaterialsProjectSource(source.collection, endpoint="http://127.0.0.1:9/")
    assert offline.phases(["O", "Li"]).digest == first.digest
    assert len(service.requests) == asked


def test_crystal_of_a_phase_comes_from_its_lowest_entry(source: MaterialsProjectSource) -> None:
    crystals = source.crystals(["Li", "O"], ["Li2O"])
    assert crystals["Li2O"].composition == Composition("Li2O")


def test_a_crystal_of_an_unknown_phase_is_refused(source: MaterialsProjectSource) -> None:
    with pytest.raises(InputError, match="no phase Li2O2"):
        source.crystals(["Li", "O"], ["Li2O2"])


def test_without_a_key_the_message_says_where_to_get_one(
    mongo_database: Database[dict[str, Any]], service: StandIn
) -> None:
    keyless = MaterialsProjectSource(mongo_database["materials_project"], endpoint=service.endpoint)
    with pytest.raises(InputError, match=r"materialsproject\.org/api and set .* MP_API_KEY"):
        keyless.phases(["Li"])
    assert not service.requests


def test_a_key_from_the_environment_is_used(
    mongo_database: Database[dict[str, Any]], service: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MP_API_KEY", KEY)
    keyless = MaterialsProjectSource(mongo_database["materials_project"], endpoint=service.endpoint)
    assert "Li" in keyless.phases(["Li"]).by_formula


def test_a_refused_key_is_an_input_error_that_hides_it(
    mongo_database: Database[dict[str, Any]], service: StandIn
) -> None:
    wrong = KEY[::-1]
    cache = mongo_database["materials_project"]
    refused = MaterialsProjectSource(cache, api_key=wrong, endpoint=service.endpoint)
    with pytest.raises(InputError, match="Invalid key") as caught:
        refused.phases(["Li"])
    assert wrong not in str(caught.value)
    assert cache.count_documents({}) == 0


def test_no_network_and_no_cache_is_an_input_error(
    mongo_database: Database[dict[str, Any]],
) -> None:
    offline = MaterialsProjectSource(
        mongo_database["materials_project"], api_key=KEY, endpoint="http://127.0.0.1:9/"
    )
    with pytest.raises(InputError, match=r"Li-O is not in the cache .* no answer"):
        offline.phases(["Li", "O"])


def test_an_element_without_phases_is_an_input_error(source: MaterialsProjectSource) -> None:
    with pytest.raises(InputError, match="contains Kr"):
        source.phases(["Li", "Kr"])


def test_entries_made_of_it_carry_total_energies_and_crystals(
    source: MaterialsProjectSource, tmp_path: Path
) -> None:
    phases = source.phases(["Li", "O"])
    crystals = source.crystals(["Li", "O"], ["Li2O"])
    write_entries(tmp_path / "e.json.gz", phase_entries(phases, crystals))
    found, structures = file_phases(tmp_path / "e.json.gz")
    assert found.scheme == MATERIALS_PROJECT_2020
    assert found.element_energies == pytest.approx(phases.element_energies)
    assert found.phase("Li2O").formation_energy_per_atom == pytest.approx(LI2O_ENERGY)
    assert found.phase("Li2O").band_gap == 4.8
    assert structures.keys() == {"Li2O"}
