"""What a campaign would compute, as a table."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from standins.tables import printed, rows

from analysis.structures.dopants import Compound, Dopant
from analysis.structures.host import builtin_host
from workflows.specification.campaign import Campaign
from workflows.terminal.plan_text import compounds_table


def test_compounds_table_gives_the_formula_of_each_compound() -> None:
    dopant = Dopant(element="Al", valence=3, site="Li", concentration=0.25)
    compounds = [(Compound(dopants=()), ("Li7La3Zr2O12",)), (Compound(dopants=(dopant,)), ())]
    campaign = SimpleNamespace(
        host_crystal=builtin_host(),
        compounds=[SimpleNamespace(compound=c, crystals=crystals) for c, crystals in compounds],
    )
    host, doped = rows(printed(compounds_table(cast("Campaign", campaign))))[-2:]
    assert host[-2:] == ["Li7La3Zr2O12", "Li7La3Zr2O12"]
    assert doped[-2:] == ["Li6.25Al0.25La3Zr2O12", "-"]
