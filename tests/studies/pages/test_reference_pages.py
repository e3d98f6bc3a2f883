from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from pydantic import BaseModel, Field, PositiveInt

from studies.pages.reference_pages import PAGES, commands_page, specification_page, type_text
from workflows.cli.main import app
from workflows.specification.spec import CampaignSpec, HostSpec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

DOCS = Path(__file__).parents[3] / "docs"


class Example(BaseModel):
    whole: PositiveInt
    choice: Literal["a", "b"] | None
    triple: tuple[int, int, int]
    texts: tuple[str, ...]
    limit: float = Field(ge=2)


def example_field(name: str) -> Mapping[str, Any]:
    field: Mapping[str, Any] = Example.model_json_schema()["properties"][name]
    return field


@pytest.mark.parametrize("name", PAGES)
def test_the_page_in_docs_is_what_the_code_says(name: str) -> None:
    committed = (DOCS / name).read_text(encoding="utf-8")
    assert committed == PAGES[name](), f"docs/{name} is out of date: run make docs"


@pytest.mark.parametrize("key", [*CampaignSpec.model_fields, *HostSpec.model_fields])
def test_every_key_of_the_specification_has_a_row(key: str) -> None:
    assert f"\n| `{key}` | " in specification_page()


def test_every_command_has_a_heading() -> None:
    page = commands_page()
    commands = [
        command.callback.__name__ for command in app.registered_commands if command.callback
    ]
    assert commands
    assert [name for name in commands if f"\n## `interphase {name}`\n" not in page] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("whole", "positive whole number"),
        ("choice", "`a` or `b`"),
        ("triple", "list of 3 whole numbers"),
        ("texts", "list of texts"),
        ("limit", "number from 2"),
    ],
)
def test_a_value_is_described_in_words(name: str, text: str) -> None:
    assert type_text(dict(example_field(name))) == text
