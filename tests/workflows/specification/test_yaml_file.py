from pathlib import Path
from typing import Any

import pytest

from analysis.base.errors import InputError
from workflows.specification.yaml_file import load_yaml


def load(tmp_path: Path, text: str) -> Any:
    path = tmp_path / "file.yaml"
    path.write_text(text)
    return load_yaml(path)


def test_a_merge_is_read_and_what_is_said_again_wins(tmp_path: Path) -> None:
    text = "- &first {a: 1, b: 2}\n- &second {<<: *first, b: 3}\n- {<<: *second, c: 4}\n"
    assert load(tmp_path, text)[1:] == [{"a": 1, "b": 3}, {"a": 1, "b": 3, "c": 4}]


def test_several_merges_are_read(tmp_path: Path) -> None:
    text = "- &x {a: 1}\n- &y {b: 2}\n- {<<: [*x, *y]}\n"
    assert load(tmp_path, text)[2] == {"a": 1, "b": 2}


def test_numbers_are_read_as_they_look(tmp_path: Path) -> None:
    text = "[0, 10, -3, +3, 0.25, .25, 1.0e-2, 0x1F, 1_000]"
    assert load(tmp_path, text) == [0, 10, -3, 3, 0.25, 0.25, 0.01, 31, 1000]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "given twice: a"),
        ("a: {b: 1, c: 2, b: 3}\n", "given twice: b"),
        ("states: {No: 2, O: -2}\n", "the key No is no text: YAML reads an unquoted Yes, No"),
        ("1: 2\n", "the key 1 is no text: put it in quotes"),
        ("{x: 0,25}\n", "the key 25 is no text: .* decimals have a point"),
        ("a: 010\n", "010 is not a plain number"),
        ("a: 1:30\n", "1:30 is not a plain number"),
        ("a: 1:30.5\n", "1:30.5 is not a plain number"),
        ("? [a, b]\n: 2\n", "the key of several parts is no text"),
        ("a: [1\n", "is not YAML"),
        ("a: 2024-13-45\n", "is not YAML: month must be in"),
        ("a: !!int x\n", "is not YAML"),
        ("a: !!bool x\n", "is not YAML"),
        ("a: !!timestamp x\n", "is not YAML"),
        ("a: !!python/name:os.system\n", "is not YAML"),
        ("[" * 3000, "is not YAML"),
        ("a: &a [*a]\n", "is not YAML: Circular reference"),
    ],
)
def test_what_is_no_specification_is_refused_in_words(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read the specification .*absent\.yaml: No such"):
        load_yaml(tmp_path / "absent.yaml")
