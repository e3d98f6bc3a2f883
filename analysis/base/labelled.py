"""Names that carry a label for people."""

from enum import StrEnum
from typing import Self


class LabelledName(StrEnum):
    """A name, with what tables and figures call it.

    Attributes
    ----------
    label : str
        For people.
    """

    label: str

    def __new__(cls, name: str, label: str) -> Self:
        """Make the member a string that is its own name."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.label = label
        return member
