"""The content of fields that hold more than a value, and the version of the schema.

The fields and their content are the schema of the results. Its version is in every document:
raise `SCHEMA_VERSION` and describe the change in `SCHEMA_HISTORY` if a field is added, removed, or
changes its meaning.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from analysis.base.fields import Dissolution, Field, Kind, Label, Relation

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The words that a field of kind CHOICE can hold.
CHOICES: Mapping[Field, tuple[str, ...]] = MappingProxyType(
    {
        Field.LABEL: tuple(Label),
        Field.DISSOLUTION: tuple(Dissolution),
        Field.RELATION: tuple(Relation),
        Field.COMPENSATION: ("lithium", "none"),
    }
)

#: The parts of each document in a field of kind RECORDS.
SUBFIELDS: Mapping[Field, Mapping[str, Kind]] = MappingProxyType(
    {
        Field.DOPANTS: MappingProxyType(
            {
                "element": Kind.ELEMENT,
                "valence": Kind.INTEGER,
                "site": Kind.ELEMENT,
                "concentration": Kind.NUMBER,
            }
        ),
        Field.REDUCTIONS: MappingProxyType(
            {
                "element": Kind.ELEMENT,
                "valence": Kind.INTEGER,
                "margin": Kind.NUMBER,
                "uncertainty": Kind.NUMBER,
                "potential": Kind.NUMBER,
                "probability": Kind.NUMBER,
                "label": Kind.CHOICE,
            }
        ),
        Field.REACTION_PATH: MappingProxyType(
            {
                "lithium": Kind.NUMBER,
                "energy": Kind.NUMBER,
                "voltage": Kind.NUMBER,
                "products": Kind.AMOUNTS,
            }
        ),
    }
)

#: The parts of a field of kind DOCUMENT, if they are few; pymatgen defines those of a structure.
PARTS: Mapping[Field, tuple[str, ...]] = MappingProxyType(
    {
        Field.ENGINE: ("name", "version", "scheme", "relaxed_by"),
        Field.REFERENCE_PHASES: ("source", "scheme", "digest"),
        Field.STRUCTURE: ("lattice", "sites", "charge", "properties"),
        Field.PROVENANCE: (
            *("fw_id", "engine_settings", "electrode", "screening", "choices", "seed"),
            *("versions", "parents"),
        ),
    }
)

#: The version of the documents that this package writes.
SCHEMA_VERSION: Final = 3

#: What each version changed; a document without a version has version 1.
SCHEMA_HISTORY: Mapping[int, str] = MappingProxyType(
    {
        1: "The fields from `campaign` to `notes`; no version in the document.",
        2: "Added `alloys`, `provenance`, `computed`, `stored` and `schema_version`. A field that "
        "the job did not provide is present and null, and a number is never NaN or infinite.",
        3: "`label` says what the electrode does to the dopants (resists, undecided, reduced); "
        "the former comparison of the reaction energy with the host's is `relation`. Added the "
        "reduction margin and potential, the free energy of dissolution, their probabilities, "
        "`hinges_on`, `nearly_inert`, `hull_distance` and `insulating_fraction`. The last step of "
        "each compound is recomputed, without a relaxation, when the campaign is run or "
        "submitted again.",
    }
)
