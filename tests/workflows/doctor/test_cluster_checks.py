"""A LaunchPad file with which rockets that share a batch job may hang is named, and no failure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from fireworks import fw_config

from analysis.base.errors import DoubtError
from workflows.doctor.checks import run_checks
from workflows.doctor.cluster_checks import check_connection
from workflows.storage.campaign_location import Place

TEMPLATE = Path(__file__).parents[3] / "launchpad.yaml"


def place(folder: Path, options: Any) -> Place:
    file = folder / "my_launchpad.yaml"
    file.write_text(yaml.safe_dump({"host": "h", "mongoclient_kwargs": options}))
    return Place(file=file)


@pytest.mark.parametrize("options", [None, {}, {"tls": True}, {"connect": True}])
def test_a_file_that_opens_a_connection_gets_a_hint(
    options: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fw_config, "LAUNCHPAD_LOC", None)
    with pytest.raises(DoubtError, match=r"my_launchpad\.yaml: .* add connect: false under"):
        check_connection(place(tmp_path, options))
    (check,) = run_checks({"rlaunch multi": lambda: check_connection(place(tmp_path, options))})
    assert (check.passed, check.doubtful) == (True, True)


def test_the_file_that_rlaunch_reads_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fw_config, "LAUNCHPAD_LOC", str(TEMPLATE))
    assert "open their own" in check_connection(place(tmp_path, {}))
    monkeypatch.setattr(fw_config, "LAUNCHPAD_LOC", None)
    assert "open their own" in check_connection(place(tmp_path, {"connect": False}))
    assert check_connection(Place()) == "no LaunchPad file here"
