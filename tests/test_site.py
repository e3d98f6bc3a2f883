"""The pages as a site: every link leads somewhere, and nothing is loaded from elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from standins.browser import chromium
from standins.pages import PAGES, ROOT

import interphase

LOADED = re.compile(r"<(?:script|img|link|iframe)[^>]* (?:src|href)=\"?(?:https?:)?//[^ >]*")
IN_STYLES = re.compile(r"url\([\"']?(?:https?:)?//[^)]*")


def build(config: Path, target: Path) -> subprocess.CompletedProcess[str]:
    words = ["-m", "mkdocs", "build", "--strict", "-f", str(config), "-d", str(target)]
    return subprocess.run(
        [sys.executable, *words],
        env=os.environ | {"PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"},
        cwd=target.parent,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "site"
    done = build(ROOT / "mkdocs.yml", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_in_it(site: Path) -> None:
    pages = [page.relative_to(ROOT).with_suffix(".html") for page in PAGES]
    named = [page.with_name("index.html") if page.stem == "README" else page for page in pages]
    assert [page for page in named if not (site / page).exists()] == []


def test_the_notebook_is_a_page_with_its_code_and_its_figure(site: Path) -> None:
    page = (site / "docs" / "query.html").read_text(encoding="utf-8")
    assert "data:image/png;base64," in page
    assert 'href="results.html' in page


def test_the_reference_has_every_name_of_the_public_face(site: Path) -> None:
    page = (site / "docs" / "python.html").read_text(encoding="utf-8")
    names = set(re.findall(r'id="interphase\.(\w+)"', page))
    assert names == set(interphase.__all__)
    assert "eV per" in page


def test_it_loads_nothing_from_elsewhere(site: Path) -> None:
    for pattern, suffix in ((LOADED, "*.html"), (IN_STYLES, "*.css")):
        texts = [path.read_text(encoding="utf-8") for path in site.rglob(suffix)]
        assert texts
        assert [found for text in texts for found in pattern.findall(text)] == []


def test_the_search_works_on_a_page_that_is_opened_as_a_file(site: Path) -> None:
    with chromium() as browser:
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((site / "index.html").as_uri())
        page.click("input[name=query]")
        page.get_by_text("Type to start searching").wait_for()
        page.keyboard.type("solubility")
        found = page.locator(".md-search-result__link", has_text="free energy of dissolution")
        found.first.wait_for()
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:"))] == []


def test_a_link_that_leads_nowhere_fails_the_build(tmp_path: Path) -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text(text.partition("\nnav:")[0], encoding="utf-8")
    shutil.copytree(ROOT / "docs" / "site", tmp_path / "docs" / "site")
    (tmp_path / "README.md").write_text("# Here\n\n[there](docs/gone.md)\n", encoding="utf-8")
    done = build(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert done.returncode != 0
    assert "docs/gone.md" in done.stderr
