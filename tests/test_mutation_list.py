"""The list of faults made by hand is up to date; `mutations.py` runs it."""

from __future__ import annotations

from pathlib import Path

from mutations import ROOT, faults

FAULTS = faults()
FLOORS = ("analysis", "interphase", "makers", "studies", "workflows")


def rooms() -> set[str]:
    """Return each folder of a floor, and the floors that have none."""
    folders = {path.parent for floor in FLOORS for path in (ROOT / floor).glob("*/__init__.py")}
    return {str(folder.relative_to(ROOT)) for folder in folders} | {"interphase"}


def test_every_fault_fits_the_code_and_names_tests_that_exist() -> None:
    texts = {fault: (ROOT / fault.file).read_text(encoding="utf-8") for fault in FAULTS}
    assert [fault.file for fault in FAULTS if texts[fault].count(fault.old) != 1] == []
    named = {test.partition("::")[0] for fault in FAULTS for test in fault.tests}
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_room_has_a_fault() -> None:
    covered = {"/".join(Path(fault.file).parts[:2]) for fault in FAULTS} | {"interphase"}
    assert sorted(rooms() - covered) == []
