"""An unedited template, a set-up that fails, and rockets without an end are found before."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fireworks import fw_config

from analysis.base.errors import DoubtError, InputError
from workflows.doctor.job_environment import run_set_up
from workflows.doctor.placeholders import check_placeholders
from workflows.doctor.queue_checks import QueueTemplate, require_rockets

TEMPLATES = Path(__file__).parents[3] / "cluster"
ADAPTER = "{{fireworks.user_objects.queue_adapters.common_adapter.CommonAdapter}}"
LAUNCHPAD = TEMPLATES.parent / "launchpad.yaml"


@pytest.mark.parametrize(
    "template",
    [
        LAUNCHPAD,
        *(TEMPLATES / f"{name}.yaml" for name in ("FW_config", "jobflow")),
        *TEMPLATES.glob("my_qadapter*.yaml"),
    ],
    ids=lambda path: path.name,
)
def test_an_unedited_template_is_named_with_its_keys(template: Path) -> None:
    with pytest.raises(InputError, match=rf"^not filled in yet: .* in \w+ of {template}"):
        check_placeholders([template])


def test_a_file_that_is_filled_in_passes(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("host: db.uni.edu\npassword: not-change-m\n")
    assert check_placeholders([tmp_path / "my.yaml"]) == "1 configuration files are filled in"


class TestSetUp:
    def test_finds_what_it_puts_on_the_path(self, tmp_path: Path) -> None:
        program = tmp_path / "vasp_std"
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        found = run_set_up(f"export PATH={tmp_path}:$PATH", inherits=True)
        assert (found.failed, found.has_program("vasp_std")) == ([], True)
        assert not run_set_up("", inherits=True).has_program("vasp_std")

    def test_that_fails_names_the_line(self) -> None:
        found = run_set_up("source /no/such/activate\ntrue\nno-such-module load x", inherits=True)
        assert found.failed == ["source /no/such/activate", "no-such-module load x"]
        assert "no-such-module: command not found" in found.errors[-1]

    def test_that_fails_inside_of_what_is_sourced_is_its_own_affair(self, tmp_path: Path) -> None:
        (tmp_path / "activate").write_text("false\nexport THERE=1\n")
        found = run_set_up(f"source {tmp_path}/activate", inherits=True)
        assert (found.failed, found.variables["THERE"]) == ([], "1")

    def test_starts_from_a_login_where_jobs_inherit_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MINE_ALONE", "1")
        assert "MINE_ALONE" in run_set_up("", inherits=True).variables
        assert "MINE_ALONE" not in run_set_up("", inherits=False).variables


@pytest.mark.parametrize(
    "launch",
    [
        "rlaunch singleshot",
        "/opt/bin/rlaunch -w w.yaml singleshot",
        "rlaunch rapidfire --timeout 3500",
        "rlaunch multi 4 --timeout=3500",
        "interphase share rlaunch multi 16 --timeout 3500",
    ],
)
def test_rockets_with_an_end_pass(launch: str) -> None:
    require_rockets(launch, "01:00:00", "my_qadapter.yaml")


@pytest.mark.parametrize(
    ("launch", "walltime", "said"),
    [
        ("rlaunch rapidfire", "01:00:00", "--timeout in seconds below 3600"),
        ("rlaunch rapidfire --timeout 3600", "01:00:00", "below 3600"),
        ("rlaunch multi 4 --timeout 90000", "1-00:00:00", "below 86400"),
        ("rlaunch multi 4", "whatever", "--timeout in seconds, the walltime"),
        ("python run.py", "01:00:00", "must be rlaunch singleshot"),
    ],
)
def test_rockets_without_an_end_are_refused(launch: str, walltime: str, said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        require_rockets(launch, walltime, "my_qadapter.yaml")


def configured(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> QueueTemplate:
    """Return a shipped template as FireWorks' configuration names it."""
    # by its full name, for which FireWorks need not import everything that it has
    text = (TEMPLATES / name).read_text()
    path = folder / "my_qadapter.yaml"
    path.write_text(text.replace("_fw_name: CommonAdapter", f'_fw_name: "{ADAPTER}"'))
    monkeypatch.setattr(fw_config, "QUEUEADAPTER_LOC", str(path))
    return QueueTemplate()


def test_rockets_that_share_a_model_need_two_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = configured("my_qadapter_slurm_gpu.yaml", tmp_path, monkeypatch)
    assert template._programs() == ["interphase", "rlaunch"]


def test_where_nothing_can_be_submitted_a_program_is_unknown_not_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = configured("my_qadapter_pbs.yaml", tmp_path, monkeypatch)
    assert (template.find_program("sh"), template.find_program("no-vasp")) == (True, None)
    with pytest.raises(DoubtError, match="there is no qsub here"):
        template.checks()["queue template"]()
