"""The program behind srun counts, not srun; and potentials are for licence holders alone."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import pytest
from pymatgen.core import SETTINGS

from analysis.base.errors import DoubtError, InputError
from makers.engines.vasp.vasp_programs import (
    ProgramError,
    check_command,
    check_licence,
    require_command,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPEN = tempfile.gettempdir()


def commands(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setattr("atomate2.SETTINGS.VASP_CMD", command)
    monkeypatch.setattr("atomate2.SETTINGS.VASP_GAMMA_CMD", "vasp_gam")


def test_what_jobs_find_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    commands(monkeypatch, "srun -n 32 vasp_std")
    found = check_command(lambda _: True)
    assert found == "`srun -n 32 vasp_std` and `vasp_gam`: jobs find srun, vasp_gam, vasp_std"


@pytest.mark.parametrize("command", ["/usr/bin/srun vasp_std", "mpirun -np 8 vasp_std", "vasp_std"])
def test_a_vasp_that_is_missing_behind_its_launcher_is_refused(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    commands(monkeypatch, command)
    with pytest.raises(InputError, match="jobs would not find vasp_std: set ATOMATE2_VASP_CMD"):
        check_command(lambda name: name != "vasp_std")


def test_a_vasp_that_only_jobs_can_see_is_doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    commands(monkeypatch, "srun vasp_std")
    with pytest.raises(DoubtError, match="vasp_gam, vasp_std not found here; pre_rocket"):
        check_command(lambda name: True if name == "srun" else None)


def test_a_step_does_not_start_a_vasp_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    commands(monkeypatch, "no-such-vasp -x")
    with pytest.raises(ProgramError, match="`no-such-vasp -x`: no-such-vasp not found on "):
        require_command(None)
    require_command("sh vasp_std")  # the Maker's own comes first


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
class TestOthersOnTheMachine:
    def test_may_not_read_runs_in_an_open_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(SETTINGS, "PMG_VASP_PSP_DIR", None)
        monkeypatch.chdir(OPEN)  # open to all, as all that it lies in
        with pytest.raises(DoubtError, match=r"with umask 022 everybody .*umask 027"):
            check_licence()
        os.umask(0o027)
        assert check_licence() == "others on this machine cannot read potentials"
        os.umask(0o022)
        tmp_path.chmod(0o700)
        monkeypatch.chdir(tmp_path)
        assert check_licence() == "others on this machine cannot read potentials"

    def test_may_not_enter_the_library(self, monkeypatch: pytest.MonkeyPatch) -> None:
        os.umask(0o077)
        monkeypatch.setitem(SETTINGS, "PMG_VASP_PSP_DIR", OPEN)
        with pytest.raises(DoubtError, match=f"chmod o-rx {OPEN}"):
            check_licence()
