from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from fireworks import LaunchPad

from analysis.base.errors import InputError
from workflows.storage.launchpad_file import address_of, read_launchpad

TEMPLATE = Path(__file__).parents[3] / "launchpad.yaml"


def write(path: Path, mode: int = 0o600, **content: Any) -> Path:
    file = path / "my_launchpad.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    file.chmod(mode)
    return file


def uri_of(path: Path) -> str:
    return read_launchpad(path).uri.get_secret_value()


def test_host_user_and_password_become_a_uri(tmp_path: Path) -> None:
    file = write(
        tmp_path, host="h", port=1, name="db", username="me", password="p@:/", authsource="admin"
    )
    expected = "mongodb://me:p%40%3A%2F@h:1/?authSource=admin&w=majority&journal=true"
    assert uri_of(file) == expected
    assert read_launchpad(file).name == "db"


def test_the_user_is_known_by_the_database_unless_told(tmp_path: Path) -> None:
    file = write(tmp_path, host="h", name="db", username="me", password="x")
    assert "authSource=db" in uri_of(file)


def test_driver_options_are_kept(tmp_path: Path) -> None:
    options = {"tls": True, "serverSelectionTimeoutMS": 7, "w": 1, "journal": False}
    options |= {"connect": False}  # of the client, not of a URI
    file = write(tmp_path, host="h", name="db", mongoclient_kwargs=options)
    expected = "mongodb://h:27017/?tls=true&serverSelectionTimeoutMS=7&w=1&journal=false"
    assert uri_of(file) == expected


def test_the_template_opens_no_connection_that_rockets_would_inherit(tmp_path: Path) -> None:
    # `rlaunch multi` starts processes right after: in each, a lock that a thread of pymongo
    # holds in OpenSSL at that moment stays closed for ever.
    content = yaml.safe_load(TEMPLATE.read_text())
    del content["mongoclient_kwargs"]["tlsCAFile"]
    (tmp_path / "my_launchpad.yaml").write_text(yaml.safe_dump(content | {"host": "127.0.0.1"}))
    script = (
        "import threading, fireworks; fireworks.LaunchPad.from_file('my_launchpad.yaml'); "
        "print(threading.active_count())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["1"]


def test_a_whole_uri_is_kept(tmp_path: Path) -> None:
    uri = "mongodb://me:x@h/?w=1&journal=true"
    file = write(tmp_path, host=uri, uri_mode=True, name="db")
    assert uri_of(file) == uri


def test_defaults_are_those_of_fireworks(tmp_path: Path) -> None:
    file = write(tmp_path, host=None)
    assert str(read_launchpad(file)) == "localhost:27017/fireworks"


def test_an_open_launchpad_has_the_address_of_its_file(tmp_path: Path) -> None:
    file = write(tmp_path, host="h", port=1, name="db", username="me", password="p@")
    assert address_of(LaunchPad.from_file(str(file))).name == "db"
    opened = address_of(LaunchPad.from_file(str(file))).uri.get_secret_value()
    assert opened.startswith("mongodb://me:p%40@h:1/?authSource=db")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"host": "h", "ssl": True}, "mongoclient_kwargs: {tls: true"),
        ({"host": "h", "pasword": "x"}, "did you mean password"),
        ({"host": "mongodb://h", "uri_mode": True}, "lacks the name of the database"),
        ({"host": "h", "mongoclient_kwargs": {"tsl": True}}, "Unknown option: tsl"),
        ({"host": "h", "mongoclient_kwargs": {"tls": True, "tlsCAFile": "/no"}}, "No such file"),
    ],
)
def test_what_fireworks_would_ignore_is_refused(
    tmp_path: Path, content: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_launchpad(write(tmp_path, **content))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none\.yaml: No such file"):
        read_launchpad(tmp_path / "none.yaml")


def test_broken_yaml_does_not_show_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "my_launchpad.yaml"
    file.write_text("password: [hunter2\nname: x: y")
    with pytest.raises(InputError, match="is not YAML") as refused:
        read_launchpad(file)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604])
def test_a_password_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = write(tmp_path, mode, host="h", name="db", username="me", password="hunter2")
    with pytest.raises(InputError, match=f"mode {mode:04o}.*chmod 600 {file}") as refused:
        read_launchpad(file)
    assert "hunter2" not in str(refused.value)


def test_a_password_in_a_uri_counts(tmp_path: Path) -> None:
    file = write(tmp_path, 0o644, host="mongodb://me:hunter2@h/db", uri_mode=True, name="db")
    with pytest.raises(InputError, match="chmod 600"):
        read_launchpad(file)


def test_a_file_without_a_password_may_be_open(tmp_path: Path) -> None:
    assert read_launchpad(write(tmp_path, 0o644, host="h", name="db", password=None)).name == "db"


def test_an_address_shows_neither_user_nor_password(tmp_path: Path) -> None:
    file = write(tmp_path, host="h", name="db", username="me", password="hunter2")
    address = read_launchpad(file)
    assert "hunter2" not in f"{address} {address!r}"
