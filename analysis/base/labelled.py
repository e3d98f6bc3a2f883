"""Names with a label for tables and figures."""

from enum import StrEnum
from typing import Self


class LabelledName(StrEnum):
    """A name with its label in tables and figures.

    Attributes
    ----------
    label : str
        For people.
    """

    label: str

    def __new__(cls, name: str, label: str) -> Self:
        """Make the member a string: its name."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.label = label
        return member
