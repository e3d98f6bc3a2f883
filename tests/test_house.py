"""The house stands as docs/architecture.md says; import-linter holds its arrows."""

from __future__ import annotations

from pathlib import Path

from house_figures import House

ROOT = Path(__file__).parents[1]
HOUSE = House.at(ROOT)


def test_no_modules_and_no_folders_import_each_other_in_a_circle() -> None:
    assert HOUSE.circles_of_modules() == []
    assert HOUSE.circles_of_folders() == []


def test_a_file_name_occurs_once_on_a_floor() -> None:
    assert HOUSE.file_names_twice() == []


def test_a_class_name_occurs_once() -> None:
    assert HOUSE.class_names_twice() == []


def test_a_circle_is_found(tmp_path: Path) -> None:
    for floor, name, text in (
        ("analysis/a", "one", "from analysis.b.two import other"),
        ("analysis/b", "two", "def other():\n    from analysis.a import one"),
    ):
        (tmp_path / floor).mkdir(parents=True)
        (tmp_path / floor / f"{name}.py").write_text(text)
    found = House.at(tmp_path)
    assert found.circles_of_folders() == [{"analysis.a", "analysis.b"}]
    assert found.circles_of_modules() == [{"analysis.a.one", "analysis.b.two"}]
