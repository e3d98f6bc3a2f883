"""The life of a campaign on a shared LaunchPad, by commands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from standins.tiny import write_spec

if TYPE_CHECKING:
    from pathlib import Path

    from standins.cluster import Cluster

    from workflows.base.settings import MachineSettings


def said(cluster: Cluster, *words: str, check: bool = True) -> str:
    done = cluster.run("interphase", *words, check=check)
    return " ".join((done.stdout + done.stderr).split())


def test_a_campaign_rests_goes_first_goes_on_moves_and_goes_away(
    cluster: Cluster, tmp_path: Path, machine_settings: MachineSettings
) -> None:
    cluster.environment["INTERPHASE_CACHE"] = str(machine_settings.cache)  # for its mongod
    write_spec(cluster)
    said(cluster, "submit", "tiny.yaml", "--force")
    assert "tiny rests: " in said(cluster, "pause")
    assert "tiny rests: interphase resume" in said(cluster, "status")
    assert "No FireWorks are ready" in cluster.run("rlaunch", "singleshot").stdout
    assert "tiny has priority 5: " in said(cluster, "prioritize", "5", "--campaign", "tiny")
    assert "tiny goes on: " in said(cluster, "resume")
    cluster.run("rlaunch", "singleshot")
    used = said(cluster, "usage")
    assert "landed 1" in used  # the run of one step
    assert "the whole campaign: " in used

    copy = tmp_path / "tiny.jsonl.gz"
    assert "documents" in said(cluster, "backup", str(copy))
    assert "is not empty" in said(cluster, "restore", str(copy), check=False)
    refused = said(cluster, "delete", "tiny", check=False)
    assert "give --yes if you are sure" in refused
    assert "1 campaigns" in said(cluster, "delete", "tiny", "--outputs", "--yes")
    assert "no campaign in LaunchPad" in said(cluster, "status", check=False)
    moved = tmp_path / "moved"
    said(cluster, "restore", str(copy), "--dir", str(moved))
    assert "tiny: 0 of 3 compounds" in said(cluster, "status", "--dir", str(moved))
    assert json.loads(said(cluster, "query", "--dir", str(moved), "--format", "json")) == []
