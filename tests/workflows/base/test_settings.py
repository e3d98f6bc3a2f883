from __future__ import annotations

import os
from typing import TYPE_CHECKING

import psutil
import pytest

from analysis.base.errors import InputError
from workflows.base.settings import available_cores, load_settings

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("bare_environment")


def test_a_machine_without_settings_shares_its_cores_among_the_workers() -> None:
    settings = load_settings()
    assert 1 <= settings.workers <= available_cores()
    assert settings.workers * settings.threads <= available_cores()
    assert settings.mongodb_uri is None


def test_few_workers_get_the_other_cores_as_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    monkeypatch.setenv("INTERPHASE_WORKERS", "2")
    assert load_settings().threads == 4


def test_little_memory_means_fewer_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = psutil.virtual_memory()._replace(total=5 * 1024**3)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    assert load_settings().workers == 2


def test_settings_are_read_from_the_file_in_the_home_folder(bare_environment: Path) -> None:
    (bare_environment / ".interphase.yaml").write_text("workers: 3\ndatabase: garnets\n")
    settings = load_settings()
    assert (settings.workers, settings.database) == (3, "garnets")


def test_a_variable_comes_before_the_file(
    bare_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = bare_environment / "other.yaml"
    file.write_text("workers: 3\nthreads: 5\n")
    monkeypatch.setenv("INTERPHASE_SETTINGS", str(file))
    monkeypatch.setenv("INTERPHASE_WORKERS", "4")
    settings = load_settings()
    assert (settings.workers, settings.threads) == (4, 5)


def test_the_home_folder_may_be_written_as_a_tilde(
    bare_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERPHASE_CACHE", "~/downloads")
    assert load_settings().cache == bare_environment / "downloads"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("INTERPHASE_WORKERS", "0", "INTERPHASE_WORKERS: .*greater than 0"),
        ("INTERPHASE_WORKERS", "many", "INTERPHASE_WORKERS: .*whole number"),
        ("INTERPHASE_DATABASE", "my results", "INTERPHASE_DATABASE"),
        ("INTERPHASE_WORKRS", "2", "INTERPHASE_WORKRS; did you mean INTERPHASE_WORKERS"),
        ("INTERPHASE_SETTINGS", "/nowhere.yaml", "/nowhere.yaml, which does not exist"),
    ],
)
def test_a_wrong_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=message):
        load_settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wrokers: 2\n", r"key in .*\.interphase\.yaml: wrokers; did you mean workers"),
        ("workers: two\n", r"workers in .*\.interphase\.yaml: .*whole number"),
        ("workers: [2\n", "cannot be read"),
        ("- workers\n", "must hold lines such as"),
    ],
)
def test_a_mistake_in_the_file_is_named(bare_environment: Path, text: str, message: str) -> None:
    (bare_environment / ".interphase.yaml").write_text(text)
    with pytest.raises(InputError, match=message):
        load_settings()


def test_a_wrong_uri_is_refused_without_repeating_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INTERPHASE_MONGODB_URI", "mongo://me:hunter2@server")
    with pytest.raises(InputError, match=r"INTERPHASE_MONGODB_URI: .*begins with") as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


def test_printed_settings_hide_the_uri(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERPHASE_MONGODB_URI", "mongodb://me:hunter2@server")
    assert "hunter2" not in repr(load_settings())
