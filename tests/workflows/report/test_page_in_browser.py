"""The report in a real browser: what it loads, opens, sorts, finds, escapes and prints."""

from __future__ import annotations

import math
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from pymatgen.core import Structure
from standins.campaigns import host_result, results
from standins.reports import page_file, report_of, store

from workflows.report.model import Column, CompoundView, Drawn, Section, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from workflows.report.model import Report
    from workflows.storage.database import Database

ALERT = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\'"`${1}</textarea>'


@contextmanager
def opened(
    browser: Browser, report: Report, folder: Path, part: str = "", **options: Any
) -> Iterator[Page]:
    """Open a report's page; whatever it asks of anybody, or complains of, is a failure."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, **options)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    address = page_file(report, folder)
    page.goto(address + part)
    page.wait_for_selector("#compounds-table tbody tr", state="attached")
    yield page
    asked = [url for url in asked if not url.startswith("data:")]
    assert {url.partition("#")[0] for url in asked} == {address}
    assert said == []
    context.close()


def compound(element: str, valence: int, site: str, energy: float, **fields: Any) -> dict[str, Any]:
    """Return a result with the numbers that a test asks for."""
    dopant = {"element": element, "valence": valence, "site": site, "concentration": 0.25}
    same = {"reaction_energy": energy, "job_uuid": f"{element}-{valence}-{site}"}
    return host_result() | {"dopants": [dopant], **same, **fields}


THREE = [
    host_result(),
    compound("Al", 3, "Li", -0.9, label="reduced", notes=["an interstitial"]),
    compound("Fe", 2, "Li", -1.5, label="reduced"),
    compound("Fe", 3, "Li", -0.45, label="resists", formula="Li6.25Fe0.25La3Zr2O12"),
    compound("Nb", 5, "Zr", -10.0, label="reduced"),
]


@pytest.fixture
def three(database: Database) -> Report:
    store(database, THREE)
    return report_of(database)


def names(page: Page) -> list[str]:
    return page.locator("#compounds-table tbody th").all_inner_texts()


def test_the_page_asks_nobody_for_anything_and_says_what_has_landed(
    browser: Browser, database: Database, tmp_path: Path
) -> None:
    store(database, results(20))
    with opened(browser, report_of(database, figures=True), tmp_path) as page:
        assert page.inner_text("#progress strong") == "21 of 21 compounds"
        figures = page.locator("figure img")
        figures.first.scroll_into_view_if_needed()
        widths = figures.evaluate_all(
            "images => Promise.all(images.map(i => i.decode().then(() => i.naturalWidth)))"
        )
        assert len(widths) > 3
        assert all(width > 300 for width in widths)


def test_a_cell_opens_its_compound(browser: Browser, three: Report, tmp_path: Path) -> None:
    with opened(browser, three, tmp_path) as page:
        page.click("button.best[aria-label^='Al']")
        dialog = page.locator("dialog[open]")
        assert dialog.locator("h2").inner_text() == "Al³⁺ on Li, x = 0.25"
        text = dialog.inner_text()
        assert "educed" in text
        assert "0.400 eV per f.u. below the undoped host's" in text
        assert "an interstitial" in text
        assert "Li2O" in text.replace("\n", "")
        page.keyboard.press("Escape")
        assert page.locator("dialog[open]").count() == 0
        assert page.evaluate("document.activeElement.getAttribute('data-key')") == "Al-3-Li"


def test_the_most_favourable_valence_of_an_element_stands_out(
    browser: Browser, three: Report, tmp_path: Path
) -> None:
    with opened(browser, three, tmp_path) as page:
        iron = page.locator(".cell.full", has=page.locator("b", has_text=re.compile("^Fe$")))
        assert "\N{MINUS SIGN}0.45" in iron.locator(".best").inner_text()
        parts = iron.locator(".parts button")
        assert parts.all_inner_texts() == ["2+", "3+"]
        assert iron.locator(".chosen").all_inner_texts() == ["3+"]
        parts.first.click()
        assert page.inner_text("#compound-title") == "Fe²⁺ on Li, x = 0.25"
        assert "Fe³⁺ on Li" in page.inner_text(".siblings")


def test_arrow_keys_move_over_the_table_and_enter_opens(
    browser: Browser, three: Report, tmp_path: Path
) -> None:
    with opened(browser, three, tmp_path) as page:
        page.locator(".site[data-site=Li] .best[tabindex='0']").focus()
        start = page.evaluate("document.activeElement.dataset.key")
        page.keyboard.press("ArrowRight" if start.startswith("Fe") else "ArrowLeft")
        moved = page.evaluate("document.activeElement.dataset.key")
        assert {start[:2], moved[:2]} == {"Al", "Fe"}
        page.keyboard.press("Enter")
        assert page.inner_text("#compound-title").startswith(moved[:2])


def test_colours_can_be_switched_and_are_never_alone(
    browser: Browser, three: Report, tmp_path: Path
) -> None:
    with opened(browser, three, tmp_path) as page:
        aluminium = page.locator("button.best[aria-label^='Al']")
        before = aluminium.evaluate("node => getComputedStyle(node).backgroundColor")
        page.select_option("#quantity", "label")
        aluminium = page.locator("button.best[aria-label^='Al']")
        assert aluminium.evaluate("node => getComputedStyle(node).backgroundColor") != before
        assert "▼" in aluminium.inner_text()
        page.select_option("#quantity", "state")
        assert "✓" in page.locator("button.best[aria-label^='Al']").inner_text()


def test_text_on_every_colour_has_enough_contrast(
    browser: Browser, database: Database, tmp_path: Path
) -> None:
    store(database, results(120))
    with opened(browser, report_of(database), tmp_path) as page:
        for quantity in page.locator("#quantity option").evaluate_all(
            "all => all.map(o => o.value)"
        ):
            page.select_option("#quantity", quantity)
            pairs = page.locator(".cell.full button").evaluate_all(
                "all => all.map(each => getComputedStyle(each))"
                ".map(style => [style.backgroundColor, style.color])"
            )
            known = [pair for pair in pairs if pair[0].startswith("rgb(")]
            assert min((contrast(*pair) for pair in known), default=21) >= 4.5, quantity


def contrast(ground: str, ink: str) -> float:
    """WCAG 2's contrast of two colours as CSS writes them."""
    dark, light = sorted(luminance(colour) for colour in (ground, ink))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_headings_sort_numbers_as_numbers_and_gaps_come_last(
    browser: Browser, database: Database, tmp_path: Path
) -> None:
    gap = compound("Ga", 3, "Li", 0.0, reaction_energy=math.nan)
    store(database, [*THREE, gap])
    with opened(browser, report_of(database), tmp_path) as page:
        head = page.locator("#compounds-table th", has_text="Reaction energy").first
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == "descending"
        order = [name.split()[0] for name in names(page)]
        assert order == ["Fe³⁺", "undoped", "Al³⁺", "Fe²⁺", "Nb⁵⁺", "Ga³⁺"]
        head.locator("button").click()
        order = [name.split()[0] for name in names(page)]
        assert order == ["Nb⁵⁺", "Fe²⁺", "Al³⁺", "undoped", "Fe³⁺", "Ga³⁺"]


def test_search_finds_all_words_in_names_notes_and_products(
    browser: Browser, three: Report, tmp_path: Path
) -> None:
    with opened(browser, three, tmp_path) as page:
        search = page.locator("#compounds-table-search")
        search.fill("interstitial")
        assert names(page) == ["Al³⁺ on Li, x = 0.25"]
        search.fill("fe3+ li")
        assert names(page) == ["Fe³⁺ on Li, x = 0.25"]
        search.fill("reduced zr nb")
        assert names(page) == ["Nb⁵⁺ on Zr, x = 0.25"]
        search.fill("no such thing")
        assert page.inner_text("#compounds-table tbody") == "nothing matches"


def test_search_finds_words_where_they_begin(
    browser: Browser, database: Database, tmp_path: Path
) -> None:
    notes = [["an unstable one"], ["a stable one"]]
    found = [
        compound("Al", 3, "Li", -0.9, notes=notes[0]),
        compound("Y", 3, "Zr", -0.5, notes=notes[1]),
    ]
    store(database, [host_result(), *found])
    with opened(browser, report_of(database), tmp_path, "#compounds?search=stable") as page:
        assert names(page) == ["Y³⁺ on Zr, x = 0.25"]


def test_filters_are_in_the_address_which_shows_the_same_view_again(
    browser: Browser, three: Report, tmp_path: Path
) -> None:
    with opened(browser, three, tmp_path) as page:
        page.select_option("#compounds-table-label", "reduced")
        page.select_option("#compounds-table-site", "Li")
        page.fill("#compounds-table-reaction_energy", "-1")
        assert names(page) == ["Al³⁺ on Li, x = 0.25"]
        assert page.inner_text("#compounds .count") == "1 of 5"
        view = page.evaluate("location.hash")
    assert view == "#compounds?label=reduced&site=Li&reaction_energy=-1"
    with opened(browser, three, tmp_path, view) as page:
        assert names(page) == ["Al³⁺ on Li, x = 0.25"]
        page.select_option("#compounds-table-label", "")
        assert names(page) == ["Al³⁺ on Li, x = 0.25", "Fe³⁺ on Li, x = 0.25"]


def test_what_is_shown_can_be_saved_with_the_chosen_columns(
    browser: Browser, three: Report, tmp_path: Path
) -> None:
    view = "#compounds?label=resists&columns=Formula|Reaction energy"
    with opened(browser, three, tmp_path, view) as page:
        with page.expect_download() as saved:
            page.click("#compounds .controls button")
        text = Path(saved.value.path()).read_text(encoding="utf-8")
    header, row = text.splitlines()
    assert header == "Compound,Formula,Reaction energy (eV per f.u.)"
    assert row == '"Fe³⁺ on Li, x = 0.25",Li6.25Fe0.25La3Zr2O12,-0.45'


@pytest.mark.parametrize("width", [420, 1000, 1400])
def test_nothing_is_wider_than_the_window(
    browser: Browser, three: Report, tmp_path: Path, width: int
) -> None:
    with opened(browser, three, tmp_path, color_scheme="dark") as page:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert background == "rgb(23, 23, 23)"


def test_hostile_text_is_shown_and_never_run(
    browser: Browser, database: Database, tmp_path: Path
) -> None:
    bad = compound("Al", 3, "Li", -0.9, notes=[ALERT], formula=ALERT, equation=ALERT)
    bad |= {"products": {ALERT: 1.0}, "deciding_phases": [ALERT], "product_band_gaps": {ALERT: 0.0}}
    bad |= {"reaction_path": [{"lithium": 1.0, "energy": -1.0, "products": {ALERT: 1.0}}]}
    stranger = compound("Ga", 3, "Li", -0.5, job_uuid=ALERT, label=ALERT)
    stranger["dopants"][0]["element"] = ALERT
    store(database, [host_result(), bad, stranger])
    table = Table(title=ALERT, columns=(Column(title=ALERT),), rows=((ALERT,),))
    image = '<svg xmlns="http://www.w3.org/2000/svg"><script>top.hacked=1</script></svg>'
    drawn = Drawn(name=ALERT, title=ALERT, svg=image, width=9, height=9, broad=False)
    extra = [Section(title=ALERT, figures=(drawn,), tables=(table,))]
    report = report_of(database, extra=extra).model_copy(update={"campaign": ALERT, "host": ALERT})
    with opened(browser, report, tmp_path) as page:
        assert page.inner_text("h1") == ALERT
        page.evaluate("openCompound('Al-3-Li')")
        page.wait_for_selector("dialog[open]")
        assert ALERT in page.inner_text("dialog ul:last-of-type")
        page.evaluate("key => openCompound(key)", ALERT)
        expect(page.locator("dialog h2")).to_contain_text(ALERT)
        assert page.evaluate("window.hacked") is None


def test_what_fails_and_waits_is_shown_with_its_reason(
    browser: Browser, three: Report, tmp_path: Path
) -> None:
    failed = {"compound": "LZO", "step": "relax", "number": 7, "kind": "memory"}
    failure = failed | {"error": "killed", "lines": "Traceback\nkilled", "remedy": "more memory"}
    dopant = {"element": "Y", "valence": 3, "site": "Zr", "concentration": 0.25}
    lost = CompoundView.model_validate(
        {
            "key": "y",
            "name": "Y³⁺ on Zr",
            "state": "failed",
            "dopants": [dopant],
            "failures": [failure],
        }
    )
    state = three.state.model_copy(
        update={"total": 6, "states": {"landed": 5, "failed": 1}, "failures": lost.failures}
    )
    report = three.model_copy(update={"entries": (*three.entries, lost), "state": state})
    with opened(browser, report, tmp_path, "#c=y") as page:
        assert page.inner_text("#progress strong") == "5 of 6 compounds"
        assert "there is no result of this compound yet" in page.inner_text("dialog")
        assert "relax failed (memory): killed" in page.inner_text("dialog")
        page.keyboard.press("Escape")
        assert "1 memory: more memory" in page.inner_text("#failures")
        page.click("#failures-table th button >> nth=0")  # all tables sort


def test_a_cell_that_can_be_turned_is_drawn(
    browser: Browser, three: Report, tmp_path: Path
) -> None:
    read = "canvas => canvas.toDataURL()"
    with opened(browser, three, tmp_path, "#c=Al-3-Li") as page:
        canvas = page.locator("dialog canvas")
        canvas.scroll_into_view_if_needed()
        page.wait_for_function("document.querySelector('dialog canvas').width > 300")
        before = canvas.evaluate(read)
        canvas.focus()
        page.keyboard.press("ArrowLeft")
        turned = canvas.evaluate(read)
        assert turned != before
        page.locator(".atoms input").first.uncheck()
        assert canvas.evaluate(read) != turned


def test_a_saved_cell_is_the_crystal(browser: Browser, three: Report, tmp_path: Path) -> None:
    with opened(browser, three, tmp_path, "#c=Al-3-Li", accept_downloads=True) as page:
        with page.expect_download() as download:
            page.click("text=Save CIF")
        download.value.save_as(tmp_path / "cell.cif")
    saved = Structure.from_file(tmp_path / "cell.cif")
    (entry,) = (each for each in three.entries if each.key == "Al-3-Li")
    assert entry.crystal
    assert saved.composition.as_dict() == {"Li": 28, "La": 12, "Zr": 8, "O": 48}
    assert saved.lattice.volume == pytest.approx(2 * 6.6**3, rel=1e-3)
    places = [tuple(site.frac_coords.round(3) % 1) for site in saved]
    assert sorted(places) == sorted(tuple(x % 1 for x in site) for site in entry.crystal.sites)


def test_an_empty_campaign_has_a_page(browser: Browser, database: Database, tmp_path: Path) -> None:
    database.campaigns.insert_one({"name": "synthetic"})
    with opened(browser, report_of(database), tmp_path) as page:
        assert page.inner_text("#progress strong") == "0 of 0 compounds"
        assert page.locator("#periodic").count() == 0


def test_five_hundred_compounds_are_all_there(
    browser: Browser, database: Database, tmp_path: Path
) -> None:
    store(database, results(500))
    with opened(browser, report_of(database), tmp_path) as page:
        assert page.locator("#compounds-table tbody tr").count() == 501
        assert page.locator(".site").count() == 3
        cells = page.locator(".parts button").count()
        assert cells == 500


def test_print_shows_every_site_and_no_controls(
    browser: Browser, three: Report, tmp_path: Path
) -> None:
    with opened(browser, three, tmp_path) as page:
        assert page.locator(".site >> visible=true").count() == 1
        page.emulate_media(media="print")
        assert page.locator(".site >> visible=true").count() == 2
        assert page.locator(".controls >> visible=true").count() == 0


def test_the_first_part_answers_which_dopant_to_make(
    browser: Browser, database: Database, tmp_path: Path
) -> None:
    store(database, results(30))
    report = report_of(database, figures=True)
    assert report.ranking
    with opened(browser, report, tmp_path) as page:
        first = page.locator("#parts > .part").first
        assert first.locator("h2").inner_text() == "Which dopant?"
        assert first.locator("#answer li").all_inner_texts() == list(report.ranking.words)
        assert first.locator("#figure-dopant_map img").count() == 1
        rows = first.locator("#which-table tbody tr")
        assert rows.count() == 30
        assert report.ranking.rows[0].why in rows.first.inner_text()
        rows.first.locator("a").click()
        text = page.locator("dialog[open]").inner_text()
        assert "Rank 1 of 30" in text
        assert "the free energy of dissolution is" in text.lower()


def test_the_map_is_shown_once(browser: Browser, database: Database, tmp_path: Path) -> None:
    store(database, results(5))
    with opened(browser, report_of(database, figures=True), tmp_path) as page:
        assert page.locator("#figure-dopant_map").count() == 1
        titles = page.locator("#nav a").all_inner_texts()
        assert titles[:2] == ["Which dopant?", "Overview"]
