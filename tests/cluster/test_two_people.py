"""Two people on one LaunchPad: one may only read; and one asks the server to run code."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import yaml
from pydantic import SecretStr
from standins.tiny import write_spec

from workflows.base.web_server import Login, make_app
from workflows.storage.connection import Address
from workflows.storage.database import open_address

if TYPE_CHECKING:
    from pathlib import Path

    from standins.cluster import Cluster

READER = "reader"
WRITING = [
    *(["submit", "tiny.yaml", "--force"], ["recover"], ["pause"], ["resume"]),
    *(["prioritize", "3"], ["delete", "tiny", "--yes"], ["dispatch", "--once"]),
]
LOOKING = [["status"], ["query", "dopant=Ta"], ["usage"], ["summary"], ["recover", "--dry-run"]]


@pytest.fixture
def read_only(cluster: Cluster) -> Cluster:
    """Return the cluster of a user who may only read the campaign of another one."""
    write_spec(cluster)
    cluster.run("interphase", "submit", "tiny.yaml", "--force")
    with cluster.server.client("admin", cluster.server.admin) as client:
        client[cluster.database].command(
            *("createUser", READER), pwd=cluster.password, roles=["read"]
        )
    content = yaml.safe_load(cluster.launchpad.read_text())
    cluster.launchpad.write_text(yaml.safe_dump(content | {"username": READER}))
    return cluster


def test_a_user_who_may_only_read_looks_and_is_told_in_one_line(
    read_only: Cluster, tmp_path: Path
) -> None:
    for words in LOOKING:
        done = read_only.run("interphase", *words, check=False)
        assert "Traceback" not in done.stderr, (words, done.stderr)
        assert "may not do this" not in done.stderr, words
    copied = read_only.run("interphase", "backup", str(tmp_path / "all.gz"))
    assert "documents" in copied.stdout
    for words in WRITING:
        refused = read_only.run("interphase", *words, check=False)
        said = " ".join(refused.stderr.split())
        assert refused.returncode == 1, (words, refused.stdout, said)
        assert said.startswith("error: the user of 127.0.0.1"), (words, said)
        assert "takes one with the role readWrite" in said


@pytest.mark.parametrize(
    ("box", "query"),
    [
        ("fw_query", '{"$where": "sleep(9e9) || true"}'),
        ("wf_query", '{"$or": [{"a": 1}, {"b": {"\\u0024where": "1"}}]}'),
        ("fw_query", '{"$expr": {"$function": {"body": "f", "args": [], "lang": "js"}}}'),
        ("wf_query", '{"$expr": {"$gt": [{"$accumulator": {}}, 1]}}'),
    ],
)
def test_code_for_the_server_is_refused_in_query_boxes(
    cluster: Cluster, box: str, query: str
) -> None:
    password = quote(cluster.password, safe="")
    uri = f"mongodb://researcher:{password}@127.0.0.1:{cluster.server.port}/{cluster.database}"
    uri += f"?tls=true&tlsCAFile={cluster.server.certificate}"
    with open_address(Address(SecretStr(uri), cluster.database), "the test") as database:
        app = make_app(database.launchpad, Login("me", SecretStr("opensesame"), generated=False))
        login = {"Authorization": f"Basic {b64encode(b'me:opensesame').decode()}"}
        refused = app.test_client().get("/", query_string={box: query}, headers=login)
        assert refused.status_code == 400
        assert refused.text.startswith("A query may not hold $")
        plain = {box: '{"spec.dopant": "Ta", "name": {"$regex": "relax"}}'}
        assert app.test_client().get("/", query_string=plain, headers=login).status_code == 200
