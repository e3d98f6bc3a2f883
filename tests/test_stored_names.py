"""Names that lie in users' databases: a move needs an alias, or old campaigns cannot be read.

FireWorks stores the names of FireTasks, jobflow the modules and classes of Makers and of the
documents in their fields. docs/decisions/0002-stored-names.md says what to do before changing one.
"""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest
from fireworks.utilities.fw_serializers import load_object
from house_figures import House

ROOT = Path(__file__).parents[1]

FIRETASKS = (
    "{{workflows.dispatch.steps.StepTask}}",
    "{{workflows.dispatch.advance_task.AdvanceTask}}",
)
MAKERS = {
    "makers.flows.candidates": ("LowestMaker",),
    "makers.flows.compound": ("CompoundFlowMaker", "HostFlowMaker"),
    "makers.flows.doping": ("DopeMaker",),
    "makers.flows.host": ("ArrangeMaker",),
    "makers.flows.interface": ("InterfaceMaker",),
    "makers.flows.learning": ("LearnMaker",),
    "makers.flows.migration": ("MigrationMaker",),
    "makers.engines.chgnet.chgnet_relax": ("ChgnetRelaxMaker",),
    "makers.engines.mlff.mlff_relax": ("MlffRelaxMaker",),
    "makers.engines.prerelaxed": ("PrerelaxedMaker",),
    "makers.engines.sevennet.sevennet_relax": ("SevennetRelaxMaker",),
    "makers.engines.vasp.vasp_relax": ("VaspRelaxMaker",),
}
DOCUMENTS = {
    "analysis.energies.balance": ("Balance",),
    "analysis.energies.phases": ("Phase", "ReferencePhases"),
    "analysis.energies.schemes": ("EnergyScheme",),
    "analysis.learning.settings": ("Exploring", "LearningSettings", "Questions"),
    "analysis.learning.training.training": ("Training",),
    "analysis.motion.migration": ("Migration",),
    "analysis.reactions.verdict": ("Criteria",),
    "analysis.results.result": ("CompoundResult",),
    "analysis.structures.dopants": ("Compound", "Dopant"),
    "analysis.structures.host": ("Host",),
    "makers.schemas": ("Prerelaxation", "RelaxationDocument"),
}


@pytest.mark.parametrize("name", FIRETASKS)
def test_a_stored_firetask_is_found(name: str) -> None:
    arguments = {"job": None, "store": None, "node": "none"}
    assert load_object({"_fw_name": name, **arguments}).fw_name == name


def test_stored_makers_and_documents_are_found() -> None:
    wrong = []
    for module, classes in {**MAKERS, **DOCUMENTS}.items():
        found = import_module(module)
        homes = {name: getattr(getattr(found, name, None), "__module__", None) for name in classes}
        wrong += [f"{module}.{name}: {home}" for name, home in homes.items() if home != module]
    assert wrong == []


def test_every_maker_and_firetask_is_listed() -> None:
    listed = {f"{module}.{name}" for module, names in MAKERS.items() for name in names}
    listed |= {name.strip("{}") for name in FIRETASKS}
    there = {
        f"{module}.{node.name}"
        for module, tree in House.at(ROOT).modules.items()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        and node.name.endswith(("Maker", "Task"))
    }
    assert there - listed == {"makers.engines.force_field.ForceFieldMaker"}  # abstract
