"""A campaign that takes a minute: two dopants of a host of twelve atoms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from standins.cluster import Cluster

CIF = Path(__file__).parents[1] / "data" / "li2zro3.cif"

SPEC: dict[str, Any] = {
    "name": "tiny",
    "host": {"crystal": str(CIF), "name": "Li2ZrO3", "arrangements": 1},
    "choices": 1,
    "dopants": [
        {"element": "Nb", "valence": 5, "site": "Zr", "concentration": 0.5},
        {"element": "Ta", "valence": 5, "site": "Zr", "concentration": 0.5},
    ],
}


def write_spec(cluster: Cluster, **changes: Any) -> Path:
    path = cluster.folder / "tiny.yaml"
    path.write_text(yaml.safe_dump(SPEC | changes))
    return path
