"""Volumes of the reference phases: the project's own table.

``analysis/data/phase_volumes.csv.gz`` has them for the phases of the Materials Project 2019 table;
README.md in that folder describes it.
"""

import csv
import gzip
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from analysis.data import TABLES

VOLUMES_FILE: Final = "phase_volumes.csv.gz"
COLUMNS: Final = ("formula", "volume_per_atom", "crystals")


@lru_cache(maxsize=1)
def table_volumes() -> Mapping[str, float]:
    """Reduced formula to volume in Å^3 per atom."""
    with gzip.open(TABLES / VOLUMES_FILE, "rt") as lines:
        found = {row["formula"]: float(row["volume_per_atom"]) for row in csv.DictReader(lines)}
    return MappingProxyType(found)
