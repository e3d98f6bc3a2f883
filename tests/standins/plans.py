"""Plans that several tests make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workflows.specification.planning import Plan, make_plan
from workflows.specification.sources import phase_source
from workflows.specification.spec import CampaignSpec

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
ALUMINIUM = {"element": "Al", "valence": 3, "site": "Li"}
TANTALUM = {"element": "Ta", "valence": 5, "site": "Zr", "concentration": 0.25}
NIOBIUM = TANTALUM | {"element": "Nb", "concentration": 1}
CALCIUM = {"element": "Ca", "valence": 2, "site": "La", "concentration": 0.25}
AL_AND_TA = [ALUMINIUM | {"concentration": 0.25}, TANTALUM]


def plan(**changes: Any) -> Plan:
    """Plan the demo's host with one dopant, and some changes of the specification."""
    spec = CampaignSpec.model_validate({"name": "demo", "dopants": [ALUMINIUM], **changes})
    return make_plan(spec, phase_source(spec.reference_phases, None))


def demo_plan() -> Plan:
    """Plan the demo."""
    spec = CampaignSpec.from_file(ROOT / "campaigns" / "demo.yaml")
    return make_plan(spec, phase_source(spec.reference_phases, None))
