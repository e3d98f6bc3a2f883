"""FireWorks' web GUI on a real LaunchPad, in a real browser."""

from __future__ import annotations

import re
import socket
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
import pytest
import yaml
from playwright.sync_api import Browser, Page
from standins.browser import chromium
from standins.cluster import Cluster
from standins.tiny import write_spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from standins.mongo import SecureServer

LOGIN = {"username": "interphase", "password": "opensesame-9"}


@pytest.fixture(scope="module")
def finished(
    secure_server: SecureServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """Yield a campaign of which one compound has landed and one has failed to relax."""
    cluster = Cluster.make(tmp_path_factory.mktemp("webgui") / "cluster", secure_server)
    write_spec(cluster)
    cluster.run("interphase", "submit", "tiny.yaml", "--force")
    undoped = {"name": "undoped", "category": "", "query": '{"spec.dopant": {"$exists": false}}'}
    (cluster.folder / "undoped.yaml").write_text(yaml.safe_dump(undoped))
    cluster.run("rlaunch", "-w", "undoped.yaml", "rapidfire")
    steps = "spec._tasks.0.job.function.@bound.relax_maker.steps"
    with cluster.client() as client:
        dope = {"spec.dopant": "Ta", "spec.step": "dope"}
        fireworks = client[cluster.database]["fireworks"]
        assert fireworks.update_one(dope, {"$set": {steps: 2}}).modified_count == 1
    cluster.run("rlaunch", "rapidfire")
    yield cluster
    secure_server.drop(cluster.database)


@contextmanager
def webgui(cluster: Cluster, *options: str, login: bool = True) -> Iterator[tuple[str, list[str]]]:
    """Run `interphase webgui` on a free port; return its address and what it printed first."""
    environment = dict(cluster.environment)
    if login:
        environment["FWAPP_AUTH_PASSWORD"] = LOGIN["password"]
    process = subprocess.Popen(
        cluster.command("interphase", "webgui", "--port", "0", *options),
        cwd=cluster.folder,
        env=environment | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    lines = [process.stdout.readline()]
    if not login:
        lines.append(process.stdout.readline())
    found = re.search(r"http://\S+", lines[0])
    try:
        assert found, lines
        yield found[0], lines
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@contextmanager
def page_of(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """Open a page with user and password; return also what it asked of other servers."""
    context = browser.new_context(
        http_credentials=LOGIN,  # type: ignore[arg-type]  # playwright's own typed dictionary
        viewport={"width": 1200, "height": 1000},
    )
    page = context.new_page()
    elsewhere: list[str] = []
    page.on("requestfinished", lambda request: elsewhere.append(request.url))
    page.on("requestfailed", lambda r: r.failure == "csp" or elsewhere.append(r.url))
    yield page, elsewhere
    context.close()


def test_a_campaign_is_found_searched_and_its_failure_read(
    finished: Cluster, browser: Browser, tmp_path: Any
) -> None:
    with webgui(finished) as (address, _), page_of(browser) as (page, elsewhere):
        # list: names say compound and step
        page.goto(address)
        assert "Li2ZrO3:Ta5+(Zr)0.5" in page.inner_text("body")
        assert "Li2ZrO3:Ta5+(Zr)0.5: relax 1 of 1" in page.content()
        page.screenshot(path=tmp_path / "webgui.png", full_page=True)
        # search by dopant
        page.fill("input[name=wf_query]", '{"metadata.dopant": "Ta", "metadata.valence": 5}')
        page.press("input[name=wf_query]", "Enter")
        page.wait_for_url("**wf_query**")
        assert "Li2ZrO3:Ta5+(Zr)0.5" in page.inner_text("body")
        assert "Li2ZrO3:Nb5+(Zr)0.5" not in page.inner_text("body")
        assert page.locator(".label.FIZZLED").count() > 0
        page.goto(f"{address}/wf/metadata/dopant/Ta/")  # redirects to the only one
        page.wait_for_selector("#cy canvas")
        assert "Workflow" in page.inner_text("h4")
        page.screenshot(path=tmp_path / "workflow.png")
        # open the step that failed, and see why
        page.goto(f"{address}/?fw_query=" + '{"spec.dopant": "Ta", "spec.step": "relax"}')
        page.goto(f"{address}/fw/FIZZLED/")
        page.click("td a >> nth=0")
        page.wait_for_selector("#json .prop")
        assert "did not relax" in page.inner_text("#json")
        assert "FIZZLED" in page.inner_text("body")
        page.screenshot(path=tmp_path / "failure.png")
        # styles name fonts of another server; the browser was told to ask none
        assert [url for url in elsewhere if not url.startswith(address)] == []
        assert finished.password not in page.content()


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"metadata.campaign": "tiny", "metadata.kind": "compound"}, 3),
        ({"metadata.site": "Zr", "metadata.concentration": 0.5}, 2),
        ({"metadata.compound": "Li2ZrO3:Nb5+(Zr)0.5"}, 1),
    ],
)
def test_workflows_are_found_by_what_they_are(
    finished: Cluster, query: dict[str, Any], number: int
) -> None:
    with finished.client() as client:
        assert client[finished.database]["workflows"].count_documents(query) == number


def test_reports_count_the_campaign(finished: Cluster, browser: Browser) -> None:
    with webgui(finished) as (address, _), page_of(browser) as (page, _):
        page.goto(f"{address}/report/")
        text = page.inner_text("body")
    # of the workflows: four oxides, the host, the undoped host, one of two compounds
    workflows = text.rpartition("workflows")[2]
    assert re.search(r"COMPLETED\s*:\s*7\b", workflows), text
    assert re.search(r"FIZZLED\s*:\s*1\b", workflows), text


@pytest.mark.parametrize("path", ["/", "/wf/1", "/reports/fireworks/months/6/fig.png"])
def test_nothing_is_shown_without_the_password(finished: Cluster, path: str) -> None:
    with webgui(finished) as (address, _), pytest.raises(HTTPError) as refused:
        urlopen(address + path)  # noqa: S310  our own server
    assert refused.value.code == 401


def test_a_password_is_made_and_printed_once(finished: Cluster) -> None:
    with webgui(finished, login=False) as (_, lines):
        processes = psutil.process_iter(["cmdline"])
        started = "".join(" ".join(process.info["cmdline"] or []) for process in processes)
    assert "http://127.0.0.1:" in lines[0]
    made = re.fullmatch(r"user interphase, password (\S{16})", lines[1].strip())
    assert made
    # `ps` shows neither this password nor the database's
    assert made[1] not in started
    assert finished.password not in started


def test_a_busy_port_is_refused(finished: Cluster) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        refused = finished.run("interphase", "webgui", "--port", str(port), check=False)
    assert refused.returncode == 1
    assert f"port {port} (Address already in use): choose another with --port" in refused.stderr
