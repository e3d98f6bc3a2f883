"""The page on learning shows the descriptors as the enum has them."""

from pathlib import Path

from analysis.descriptors.descriptor import Descriptor

PAGE = Path(__file__).parents[3] / "docs" / "learning.md"


def test_the_page_shows_every_descriptor_with_unit_and_source() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = lines.index("| descriptor | unit | where the values come from |") + 2
    rows = [f"| {each.label} | {each.unit} | {each.source} |" for each in Descriptor]
    assert lines[start : start + len(rows) + 1] == [*rows, ""]


def test_members_are_found_by_their_names() -> None:
    assert all(Descriptor[str(each).upper()] is each for each in Descriptor)
