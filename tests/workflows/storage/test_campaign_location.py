from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis.base.errors import InputError
from workflows.base.settings import load_settings
from workflows.storage.campaign_location import find_place

if TYPE_CHECKING:
    from pathlib import Path


def launchpad(path: Path, name: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"host: h\nname: {name}\n")
    return path


pytestmark = pytest.mark.usefixtures("bare_environment", "here")


@pytest.fixture
def here(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Work in an empty folder, without FireWorks' configuration."""
    folder = tmp_path_factory.mktemp("here")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("fireworks.fw_config.LAUNCHPAD_LOC", None)
    monkeypatch.delenv("FW_CONFIG_FILE", raising=False)
    return folder


def test_the_most_explicit_place_counts(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away one after the other."""
    fireworks = launchpad(here / "elsewhere" / "my_launchpad.yaml", "fireworks")
    monkeypatch.setattr("fireworks.fw_config.LAUNCHPAD_LOC", str(fireworks))
    working = launchpad(here / "launchpad.yaml", "working")
    spec = here / "specs" / "a.yaml"
    beside = launchpad(spec.parent / "launchpad.yaml", "beside")
    variable = launchpad(here / "variable.yaml", "variable")
    given = launchpad(here / "given.yaml", "given")
    monkeypatch.setenv("INTERPHASE_LAUNCHPAD", str(variable))

    def found(path: Path | None = None) -> str:
        place = find_place(None, path, load_settings(), near=spec)
        assert place.address
        return place.address.name

    assert found(given) == "given"
    assert found() == "variable"
    monkeypatch.delenv("INTERPHASE_LAUNCHPAD")
    monkeypatch.setenv("INTERPHASE_MONGODB_URI", "mongodb://h/uri")
    assert found() == "uri"
    monkeypatch.delenv("INTERPHASE_MONGODB_URI")
    monkeypatch.setenv("FW_CONFIG_FILE", "FW_config.yaml")
    assert found() == "fireworks"
    monkeypatch.delenv("FW_CONFIG_FILE")
    assert found() == "beside"
    beside.unlink()
    assert found() == "working"
    working.unlink()
    assert found() == "fireworks"


def test_a_folder_is_a_place_of_its_own(here: Path) -> None:
    launchpad(here / "launchpad.yaml", "working")
    place = find_place(here / "run", None, load_settings())
    assert place.address is None
    assert place.option == f"--dir {here / 'run'}"


def test_a_file_that_nobody_named_and_cannot_be_used_leads_to_the_folder(here: Path) -> None:
    launchpad(here / "launchpad.yaml", "working")
    (here / "launchpad.yaml").write_text("password: hunter2\n")
    (here / "launchpad.yaml").chmod(0o644)
    with pytest.raises(InputError, match=r"chmod 600 .* give --dir FOLDER instead"):
        find_place(None, None, load_settings())


def test_two_places_are_refused(here: Path) -> None:
    with pytest.raises(InputError, match="--dir or --launchpad, not both"):
        find_place(here, here / "launchpad.yaml", load_settings())


def test_no_place_is_explained() -> None:
    with pytest.raises(InputError, match="which campaign\\? Give --dir FOLDER"):
        find_place(None, None, load_settings())


def test_a_settings_file_with_a_password_must_be_closed(bare_environment: Path) -> None:
    file = bare_environment / ".interphase.yaml"
    file.write_text("mongodb_uri: mongodb://me:hunter2@h/\n")
    file.chmod(0o644)
    with pytest.raises(InputError, match=f"chmod 600 {file}") as refused:
        load_settings()
    assert "hunter2" not in str(refused.value)
