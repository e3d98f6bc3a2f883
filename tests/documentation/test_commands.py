"""Every command that a page shows is typed, page by page, in the order in which it stands there.

So is the Python of pages and docstrings: all of it shares the campaigns that a reader has run.
"""

from __future__ import annotations

import doctest
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from standins.landing import put_result
from standins.page_commands import ELSEWHERE, INSTEAD, fitting, instead, reason
from standins.pages import PAGES, ROOT, commands, examples, name_of, named, specifications
from typer.main import get_group

import interphase
from analysis.base.errors import InputError
from workflows.cli.main import app
from workflows.dispatch.campaign_advance import advance
from workflows.specification.planning import make_plan
from workflows.specification.sources import TableSource
from workflows.specification.spec import CampaignSpec
from workflows.storage.campaign_location import find_place, open_place
from workflows.storage.campaigns import load_nodes

if TYPE_CHECKING:
    from pathlib import Path

    from standins.cluster import Cluster
    from standins.mongo import SecureServer
    from standins.pages import Command
    from standins.reader import Reader

    from workflows.base.settings import MachineSettings

KEYS = set(CampaignSpec.model_fields)
WITH_COMMANDS = [page for page in PAGES if commands(page)]
WITH_EXAMPLES = [page for page in PAGES if examples(page)]
ALL = [command for page in PAGES for command in commands(page)]
#: These need files of a cluster in the reader's home; the page on clusters makes them itself.
ON_A_CLUSTER = {"docs/commands.md", "docs/operations.md", "docs/report.md"}
CONFIGURED = (
    "export FW_CONFIG_FILE=~/cluster/FW_config.yaml JOBFLOW_CONFIG_FILE=~/cluster/jobflow.yaml"
)


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name_of)
def test_the_commands_of_a_page_work_in_their_order(
    page: Path,
    reader: Reader,
    secure_server: SecureServer,
    machine_settings: MachineSettings,
    typed: set[tuple[Path, str]],
) -> None:
    cluster = None
    if name_of(page) in ON_A_CLUSTER:
        cluster = reader.fill_in(secure_server)
        reader.type(CONFIGURED)
        reader.type("interphase submit small.yaml --force")
        let_land(cluster, machine_settings)
    for command in commands(page):
        if reason(command.text):
            continue
        prepare(reader, page, command)
        line = instead(command.page, command.text).partition(" # ")[0]
        here = (reader.where, line)
        if here not in typed:
            reader.type(line)
        typed |= {here} if line.startswith(("interphase ", "make ")) else set()
        if command.text.startswith("chmod 600"):  # all files are there: now they are filled in
            cluster = reader.fill_in(secure_server)
        if cluster and re.match(r"interphase submit (?!.*--dry-run)", command.text):
            let_land(cluster, machine_settings)


@pytest.fixture(scope="module")
def typed() -> set[tuple[Path, str]]:
    """Remember what was typed and where: what stands on two pages is typed once in a folder."""
    return set()


def prepare(reader: Reader, page: Path, command: Command) -> None:
    """Write the file that a page has shown above a command."""
    path = reader.project / "mine.yaml"
    if "mine.yaml" in command.text and not path.exists():
        text = page.read_text(encoding="utf-8")
        block = text.split("Write `mine.yaml`")[1].split("\n\n")[1]
        path.write_text(re.sub(r"(?m)^ {4}", "", block))


def let_land(cluster: Cluster, settings: MachineSettings) -> None:
    """Put the results of what was submitted into the job store, and take them from there."""
    with open_place(find_place(None, cluster.launchpad, settings), settings) as database:
        for node in load_nodes(database, {"campaign": "demo"}):
            if database.jobs.find_one({"uuid": node.uuid}) is None:
                put_result(database, node)
        over = {"$set": {"state": "COMPLETED"}}
        database.fireworks.update_many({}, over)
        for workflow in database.workflows.find({}, {"fw_states": 1}):
            states = dict.fromkeys(workflow["fw_states"], "COMPLETED")
            one = {"_id": workflow["_id"]}
            database.workflows.update_one(one, {"$set": over["$set"] | {"fw_states": states}})
        advance(database, "demo")


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=name_of)
def test_the_python_of_a_page_works_in_its_order(
    page: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(reader.project)
    names: dict[str, object] = {}
    for line in examples(page):
        exec(compile(line, name_of(page), "exec"), names)  # noqa: S102, the project's own pages


def test_every_example_of_the_public_face_runs(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(reader.project)
    shutil.copy("small_mine.yaml", "mine.yaml")
    finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner(verbose=False)
    for name in interphase.__all__:
        for test in finder.find(getattr(interphase, name), name, globs={}):
            runner.run(test)
    assert runner.summarize(verbose=False).failed == 0
    assert runner.tries > 20


def test_the_campaigns_that_are_shown_are_there_and_valid() -> None:
    shown = {name for each in ALL for name in re.findall(r"campaigns/\S+\.yaml", each.text)}
    assert "campaigns/demo.yaml" in shown
    for name in shown:
        CampaignSpec.from_file(ROOT / name)


def test_specifications_of_the_pages_are_valid() -> None:
    rest = {"name": "mine", "dopants": [{"element": "Al", "valence": 3, "site": "Li"}]}
    rest["dopants"][0]["concentration"] = 0.25
    wrong = {}
    for page in PAGES:
        for block in specifications(page, KEYS):
            try:
                CampaignSpec.model_validate(rest | block)
            except ValueError as error:
                wrong[name_of(page)] = str(error)
    assert wrong == {}


def test_the_tutorial_shows_the_plan_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    get_group(app).main(["plan", str(ROOT / "campaigns" / "demo.yaml")], standalone_mode=False)
    shown = capsys.readouterr().out.splitlines()[:3]
    page = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    assert "".join(f"    {line.strip()}\n" for line in shown) + "    estimated time" in page


def test_the_tutorial_quotes_the_error_as_it_is() -> None:
    page = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    quoted = " ".join(page.split("    error: ")[1].split("\n\n")[0].split())
    (mine,) = (b for b in specifications(ROOT / "docs" / "tutorial.md", KEYS) if "name" in b)
    mine["dopants"][0]["concentration"] = 0.3
    with pytest.raises(InputError) as error:
        make_plan(CampaignSpec.model_validate(mine), TableSource())
    assert str(error.value) == quoted


def test_the_pages_show_specifications_and_python() -> None:
    blocks = [block for page in PAGES for block in specifications(page, KEYS)]
    assert {"dopants", "codoped", "categories", "explore"} <= {key for b in blocks for key in b}
    assert {"README.md", "docs/results.md", "docs/tutorial.md"} == set(map(name_of, WITH_EXAMPLES))


def test_what_is_not_executed_is_shown_and_its_place_exists() -> None:
    shown = [each for each in ELSEWHERE if any(re.search(each, c.text) for c in ALL)]
    assert shown == list(ELSEWHERE)
    places = [why.rpartition(": ")[2] for why in ELSEWHERE.values()]
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_every_replacement_is_used() -> None:
    used = [each for command in ALL for each in fitting(command.page, command.text)]
    assert set(used) == set(INSTEAD)


def test_commands_that_sentences_name_exist_with_their_options() -> None:
    texts = sorted({text for page in PAGES for text in named(page)})
    assert len(texts) > 20
    assert [text for text in texts if not exists_with_its_options(text)] == []


def exists_with_its_options(text: str) -> bool:
    _, *words = text.split()
    group = get_group(app)
    command = group if words[0].startswith("--") else group.commands.get(words[0])
    if command and not command.context_settings.get("allow_interspersed_args", True):
        other = " ".join(words[1:])  # the options are those of the command that it runs
        return not other.startswith("interphase ") or exists_with_its_options(other)
    known = {"--help"} | {option for each in getattr(command, "params", ()) for option in each.opts}
    given = {word.partition("=")[0] for word in words if word.startswith("--")}
    return command is not None and given <= known
