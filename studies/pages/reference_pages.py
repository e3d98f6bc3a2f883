"""The pages of docs/ that are generated, such as the specification, settings and commands.

``python -m studies.pages.reference_pages docs`` writes them; a test keeps them up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from studies.pages.markdown import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


Schema = dict[str, Any]

_MADE = "<!-- Generated from the code by `make docs`: change it there. -->"
_SPECIFICATION = """\
One YAML file says what to compute, and nothing about the machine. Examples: `campaigns/demo.yaml`
(a list of dopants) and `campaigns/llzo.yaml` (a rule). An unknown key is an error that names the
known ones. `interphase plan SPEC` checks a file and queues nothing."""
_SETTINGS = """\
These settings depend on the computer, not on the science. Set them as environment variables, or in
lower case without `INTERPHASE_` in `~/.interphase.yaml` (or in the file that `INTERPHASE_SETTINGS`
names). A variable takes precedence over the file."""
_TYPES: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "mapping",
}


def specification_page() -> str:
    """Write docs/specification.md from the models that read a specification."""
    from makers.engines.registry import ENGINES
    from workflows.specification.spec import CampaignSpec

    schema = CampaignSpec.model_json_schema()
    defs = schema["$defs"]
    parts = [*_head("Specification", _SPECIFICATION), "## Top level", *_keys(schema)]
    listed = {section["title"] for _, section in _sections(schema)}
    for key, section in _sections(schema):
        parts += [f"## {key}", _sentence(section), *_keys(_with_choices(section, defs))]
        for inner, nested in _sections({**section, "$defs": defs}):
            if "properties" in nested and nested["title"] not in listed:
                keys = _keys(_with_choices(nested, defs))
                parts += [f"## {key}.{inner}", _sentence(nested), *keys]
    for name, engine in ENGINES.items():
        found = engine.settings_class.model_json_schema()
        settings = _with_choices(found, found.get("$defs", {}))
        parts += [f"## engine.settings of {name}", _sentence(settings), *_keys(settings)]
    return _page(parts)


def settings_page() -> str:
    """Write docs/settings.md from the model of the machine's settings."""
    from workflows.base.settings import PREFIX, MachineSettings

    schema = MachineSettings.model_json_schema()
    # Set by a run for the workers it starts.
    del schema["properties"]["folder"]
    rows = _rows(schema, lambda key: PREFIX + key.upper())
    head = _head("Settings of the machine", _SETTINGS)
    return _page([*head, _settings("variable", rows)])


def commands_page() -> str:
    """Write docs/commands.md from the command line's own help."""
    from typer import Context
    from typer.cli import get_docs_for_click
    from typer.main import get_command

    from workflows.cli.main import app

    command = get_command(app)
    context = Context(command, info_name="interphase")
    text = get_docs_for_click(obj=command, ctx=context, name="interphase", title="Commands")
    return f"{_MADE}\n\n{text.strip()}\n"


def results_page() -> str:
    """Write docs/results.md from the fields of a result document."""
    from studies.pages import results_page as page

    return page.results_page(_MADE)


def experiment_page() -> str:
    """Write docs/experiment.md from the reports on contacts with lithium and the results."""
    from studies.pages import experiment_page as page

    return page.experiment_page(_MADE)


def operations_page() -> str:
    """Write docs/operations.md, whose tables are made from the code."""
    from studies.pages import operations_page as page

    return page.operations_page(_MADE)


def other_hosts_page() -> str:
    """Write docs/other-hosts.md from the results of hosts of many kinds."""
    from studies.pages import other_hosts_page as page

    return page.other_hosts_page(_MADE)


def two_engines_page() -> str:
    """Write docs/two-engines.md from the results of one engine and of two."""
    from studies.pages import two_engines_page as page

    return page.two_engines_page(_MADE)


PAGES: Final[dict[str, Callable[[], str]]] = {
    "specification.md": specification_page,
    "settings.md": settings_page,
    "commands.md": commands_page,
    "results.md": results_page,
    "experiment.md": experiment_page,
    "operations.md": operations_page,
    "other-hosts.md": other_hosts_page,
    "two-engines.md": two_engines_page,
}


def write_pages(folder: Path) -> None:
    """Write all pages into a folder."""
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


def type_text(schema: Schema) -> str:
    """Describe what a value may be: ``positive whole number, or null``."""
    if "anyOf" in schema:
        texts = [type_text(option) for option in schema["anyOf"] if option.get("type") != "null"]
        return ", or ".join(texts)
    if "$ref" in schema:
        return "section"
    if "enum" in schema:
        return " or ".join(f"`{choice}`" for choice in schema["enum"])
    if schema.get("type") == "array":
        return _array_text(schema)
    text = _TYPES[schema["type"]]
    if schema.get("exclusiveMinimum") == 0:
        return f"positive {text}"
    return f"{text} from {schema['minimum']:g}" if "minimum" in schema else text


def _array_text(schema: Schema) -> str:
    if "prefixItems" in schema:
        return f"list of {len(schema['prefixItems'])} {type_text(schema['prefixItems'][0])}s"
    item = type_text(schema["items"])
    if item.endswith("`"):  # a choice of words
        return f"list of {item}"
    return f"list of {item.replace('list', 'lists', 1) if item.startswith('list') else item + 's'}"


def _head(title: str, text: str) -> list[str]:
    return [_MADE, f"# {title}", text]


def _page(parts: list[str]) -> str:
    return "\n\n".join(parts) + "\n"


def _sentence(section: Schema) -> str:
    return str(section["description"]).split("\n\n")[0].replace("\n", " ")


def _sections(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the keys that hold a section, each with its section."""
    for key, field in schema["properties"].items():
        items = field.get("items", {})
        options = [field, items, items.get("items", {}), *field.get("anyOf", [])]
        for option in options:
            if "$ref" in option:
                yield key, schema["$defs"][option["$ref"].rpartition("/")[2]]


def _with_choices(section: Schema, defs: Schema) -> Schema:
    """Write out the choices of a section's keys."""
    fields = {key: _choice(field, defs) for key, field in section["properties"].items()}
    return {**section, "properties": fields}


def _choice(field: Schema, defs: Schema) -> Schema:
    target = defs.get(field.get("$ref", "").rpartition("/")[2], {})
    own = {key: value for key, value in field.items() if key != "$ref"}
    return {**target, **own} if "enum" in target else field


def _keys(schema: Schema) -> list[str]:
    return [_settings("key", _rows(schema, str))]


def _settings(first: str, rows: Iterator[tuple[str, ...]]) -> str:
    return table((first, "value", "default", "meaning"), rows)


def _rows(schema: Schema, name: Callable[[str], str]) -> Iterator[tuple[str, ...]]:
    required = schema.get("required", [])
    for key, field in schema["properties"].items():
        default = "required" if key in required else _default(field)
        meaning = field.get("description", "") or f"see [below](#{key})"
        yield (f"`{name(key)}`", type_text(field), default, meaning)


def _default(field: Schema) -> str:
    if "$ref" in field:
        return "its defaults"
    default = field.get("default")
    if default in (None, [], {}):
        return "none"
    values = default if isinstance(default, list) else [default]
    return ", ".join(f"`{value}`" for value in values)


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
