"""The page as text: one file, strict, escaped, and written whole or not at all."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING

import pytest
from standins.campaigns import host_result, results
from standins.reports import report_of, store

from analysis.base.errors import InputError
from workflows.report.render import render, require_writable, to_json, write_page

if TYPE_CHECKING:
    from pathlib import Path

    from workflows.storage.database import Database

HOSTILE = "</script><script>alert(1)</script><!-- & '"


@pytest.fixture
def page(database: Database) -> str:
    store(database, [host_result() | {"notes": [HOSTILE], "formula": HOSTILE}])
    return render(report_of(database).model_copy(update={"campaign": HOSTILE}))


def test_text_of_the_database_cannot_end_the_data_or_the_title(page: str) -> None:
    assert "alert(1)</script>" not in page
    assert page.count("</script>") == 2
    data = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert data
    assert json.loads(data[1])["entries"][0]["result"]["notes"] == [HOSTILE]


def test_the_browser_may_run_this_script_and_nothing_else(page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert policy
    assert len(script) == 1
    digest = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
    assert f"script-src &#39;sha256-{digest}&#39;" in policy[1]
    assert "default-src &#39;none&#39;" in policy[1]
    assert "connect-src &#39;none&#39;" in policy[1]


def test_nothing_is_loaded_from_elsewhere(database: Database) -> None:
    store(database, results(5))
    page = render(report_of(database))
    assert re.findall(r'(?:src|href)="(?!#|data:,)[^"]*"', page) == []
    # names of XML, and of the licence's owner
    assert set(re.findall(r"https?://[\w.]+", page)) <= {"http://www.w3.org"}


def test_three_hundred_and_forty_compounds_stay_below_ten_megabytes(database: Database) -> None:
    store(database, results(340))
    assert len(render(report_of(database)).encode()) < 5e6  # figures come to about 2 MB


def test_what_is_no_number_is_an_error_and_no_broken_page() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"energy": float("nan")})


def test_a_page_replaces_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"
    require_writable(path)
    write_page("one", path)
    assert write_page("two", path).read_text() == "two"
    assert [each.name for each in path.parent.iterdir()] == ["report.html"]


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Is a directory.*choose another file with --output"):
        require_writable(tmp_path)
    with pytest.raises(InputError, match="Is a directory"):
        write_page("page", tmp_path)
    assert list(tmp_path.parent.glob(".*.partial")) == []


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot write the report"):
        require_writable(tmp_path / "file" / "report.html")


def test_a_folder_without_permission_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everywhere
    with pytest.raises(InputError, match="Permission denied"):
        require_writable(tmp_path / "report.html")


def test_a_full_disk_leaves_the_page_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_page("one", tmp_path / "report.html")

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", fail)
    with pytest.raises(InputError, match="No space left on device"):
        write_page("two", path)
    assert path.read_bytes() == b"one"
