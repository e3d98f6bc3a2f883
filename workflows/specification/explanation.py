"""A specification's mistakes in words that name the key, the value and what to write."""

from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from analysis.base.checked import holds_flag
from analysis.base.value_messages import message_of
from workflows.specification.yaml_file import BOOLEANS


def explain(path: str | Path, error: ValidationError, model: type[BaseModel]) -> str:
    """Turn pydantic's list of errors into lines that name key, value and fix.

    Parameters
    ----------
    path
        The file.
    error
        What pydantic found.
    model
        The model of the whole file, for the keys that it knows.
    """
    lines = []
    for item in error.errors(include_url=False):
        if _is_other_choice(item["loc"], item["type"], item["input"]):
            continue
        key = ".".join(str(part) for part in item["loc"] if not _is_choice(part)) or "specification"
        lines.append(f"{key}: {_message(dict(item), model)}")
    if len(lines) == 1:
        return f"{path}: {lines[0]}"
    return "\n  ".join([f"{path} is not a valid specification:", *lines])


def _is_choice(part: int | str) -> bool:
    """Whether a part of a location is no key but pydantic's name of one of several forms."""
    return str(part).startswith(("literal[", "tuple["))


def _is_other_choice(location: tuple[int | str, ...], kind: str, value: Any) -> bool:
    """Whether a value was meant in another of several forms: a word, or a list."""
    if not any(map(_is_choice, location)):
        return False
    return kind == "tuple_type" or (kind == "literal_error" and isinstance(value, list))


def _message(item: dict[str, Any], model: type[BaseModel]) -> str:
    location, value = item["loc"], item.get("input")
    if item["type"] == "extra_forbidden":
        return f"unknown key; {_known_keys(location[:-1], model)}"
    message = message_of(item)
    if holds_flag(value):
        return f"{message}; {BOOLEANS}"
    return message


def _known_keys(parents: tuple[int | str, ...], model: type[BaseModel]) -> str:
    for part in parents:
        field = model.model_fields.get(str(part))
        model = (field and _section_of(field.annotation)) or model
    return "known here: " + ", ".join(sorted(model.model_fields))


def _section_of(annotation: Any) -> type[BaseModel] | None:
    """Find the section in an annotation such as a list of sections, or one that may be left out."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_section_of(argument) for argument in get_args(annotation))
    return next((section for section in found if section is not None), None)
