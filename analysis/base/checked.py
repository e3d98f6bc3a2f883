"""Models of what people write: every key is known, and every number is one, finite and in range."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, get_args

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

LARGEST: Final = 2**32 - 1
"""Seeds of libraries are no larger, and no count comes near."""
# Types and words of pydantic's errors.
_NO_NUMBER: Final = ("float_type", "must be a number")
_TOO_LARGE: Final = ("size", "must be {most} at most", {"most": LARGEST})


class CheckedModel(BaseModel):
    """A section of a specification.

    By itself pydantic takes true for 1, and YAML reads On and Yes as true.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _numbers_are_numbers(cls, value: Any, info: ValidationInfo) -> Any:
        kinds = _kinds_of(cls, str(info.field_name))
        if not kinds.isdisjoint((int, float)) and bool not in kinds and holds_flag(value):
            raise PydanticCustomError(*_NO_NUMBER)
        if int in kinds and isinstance(value, int) and abs(value) > LARGEST:
            raise PydanticCustomError(*_TOO_LARGE)
        return value


def holds_flag(value: Any) -> bool:
    """Whether a value is true or false, or has one among its values."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return any(map(holds_flag, value))
    return isinstance(value, bool)


@cache  # a campaign holds hundreds of thousands of dopants
def _kinds_of(model: type[CheckedModel], field: str) -> frozenset[Any]:
    kinds = _kinds(model.model_fields[field].annotation)
    return frozenset(kind for kind in kinds if isinstance(kind, type))


def _kinds(annotation: Any) -> list[Any]:
    """Return an annotation with all its parts."""
    return [annotation, *(kind for part in get_args(annotation) for kind in _kinds(part))]
