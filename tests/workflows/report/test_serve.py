"""The live view: behind a password, on real data, and changing when the campaign does."""

from __future__ import annotations

import threading
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from pydantic import SecretStr
from standins.campaigns import host_result, results
from standins.reports import store
from werkzeug.test import Client

from workflows.base.web_server import Login, make_web_server
from workflows.report import serve
from workflows.report.serve import REPORT, Latest, make_live_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from workflows.storage.database import Database

LOGIN = Login("interphase", SecretStr("opensesame-9"), generated=False)
HEADERS = {"Authorization": "Basic " + b64encode(b"interphase:opensesame-9").decode()}


@pytest.fixture
def client(database: Database) -> Client:
    store(database, [host_result()])
    return Client(make_live_app(database, "synthetic", LOGIN))


@pytest.mark.parametrize("path", ["/", "/state.json", "/data.json", "/nothing"])
@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Basic " + b64encode(b"interphase:wrong").decode()}]
)
def test_nothing_is_shown_without_the_password(
    client: Client, path: str, headers: dict[str, str]
) -> None:
    answer = client.get(REPORT + path, headers=headers)
    assert answer.status_code == 401
    assert b"synthetic" not in answer.data


def test_the_page_may_talk_to_its_own_server_alone(client: Client) -> None:
    answer = client.get(REPORT + "/", headers=HEADERS)
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "connect-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_web_gui_is_at_the_root(client: Client) -> None:
    answer = client.get("/", headers=HEADERS)
    assert b"FireWorks" in answer.data


def test_the_version_changes_when_a_result_lands(client: Client, database: Database) -> None:
    version = state(client)
    assert state(client) == version
    database.results.insert_one(results(1)[1])
    assert state(client) != version
    data: Any = client.get(REPORT + "/data.json", headers=HEADERS).json
    assert data["version"] == state(client)
    assert data["state"]["landed"] == 2


def state(client: Client) -> str:
    answer: Any = client.get(REPORT + "/state.json", headers=HEADERS).json
    return str(answer["version"])


def test_a_report_is_made_once_for_each_version(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(database, [host_result()])
    latest = Latest(database, "synthetic")
    assert latest.report() is latest.report()
    calls = []
    monkeypatch.setattr(serve, "sections", lambda chapters: calls.append(chapters) or ())
    database.campaigns.update_one({}, {"$set": {"note": "no result, no job"}})
    latest.report()
    assert calls == []


@pytest.fixture
def address(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(serve, "SECONDS", 0.2)
    store(database, results(3))
    server = make_web_server(make_live_app(database, "synthetic", LOGIN), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_open_page_follows_and_keeps_its_place(
    browser: Browser, address: str, database: Database
) -> None:
    login: Any = {"username": "interphase", "password": "opensesame-9"}
    context = browser.new_context(http_credentials=login, viewport={"width": 1200, "height": 700})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(address + REPORT + "/")
    page.fill("#compounds-table-search", "li")
    page.locator("#compounds-table th button", has_text="Reaction energy").first.click()
    page.locator("#compounds-table-search").focus()
    page.select_option("#quantity", "label")
    page.evaluate("document.getElementById('passivation').scrollIntoView()")
    page.wait_for_timeout(300)
    place = "document.getElementById('passivation').getBoundingClientRect().top"
    before = page.evaluate(place)
    database.results.insert_one(results(4)[4])
    expect(page.locator("#progress strong")).to_have_text("5 of 5 compounds", timeout=60_000)
    assert page.input_value("#compounds-table-search") == "li"
    assert page.locator("#compounds-table tbody tr").count() == 5
    assert page.locator("#compounds-table th[aria-sort=descending]").count() == 1
    assert page.input_value("#quantity") == "label"
    assert page.evaluate(place) == pytest.approx(before, abs=20)  # pixels: less than a row
    # an open compound stays open; the web GUI is one link away
    page.evaluate("openCompound(report.entries[1].key)")
    page.wait_for_selector("dialog[open]")
    database.results.insert_one(results(5)[5])
    expect(page.locator("#progress strong")).to_have_text("6 of 6 compounds", timeout=60_000)
    assert page.locator("dialog[open] h2").inner_text().startswith("Be")
    page.keyboard.press("Escape")
    page.click("nav .out")
    assert page.url == address + "/"
    assert said == [line for line in said if "fonts.googleapis" in line]  # of FireWorks' own pages
    context.close()
