"""A campaign on a shared LaunchPad, run by FireWorks' own rlaunch."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from standins.cluster import SECRET_FILES
from standins.tiny import SPEC, write_spec

if TYPE_CHECKING:
    from pathlib import Path

    from standins.cluster import Cluster


def count(cluster: Cluster, collection: str, query: dict[str, Any] | None = None) -> int:
    with cluster.client() as client:
        return int(client[cluster.database][collection].count_documents(query or {}))


def everything_stored(cluster: Cluster) -> str:
    with cluster.client() as client:
        database = client[cluster.database]
        return "".join(
            str(document)
            for name in database.list_collection_names()
            for document in database[name].find()
        )


def everything_written(folder: Path) -> str:
    files = [p for p in folder.rglob("*") if p.is_file() and p.name not in SECRET_FILES]
    return "".join(path.read_bytes().decode(errors="replace") for path in files)


def test_a_dry_run_lists_everything_and_writes_nothing(cluster: Cluster) -> None:
    write_spec(cluster)
    shown = cluster.run("interphase", "submit", "tiny.yaml", "--dry-run").stdout
    assert "later  Li2ZrO3:Nb5+(Zr)0.5: 5 jobs" in shown
    assert "nothing was written" in shown
    with cluster.client() as client:
        assert client[cluster.database].list_collection_names() == []


def test_a_campaign_goes_through_rlaunch_to_its_results(cluster: Cluster) -> None:
    """The whole way: submit, rlaunch, results, submit again, redo, another dopant."""
    write_spec(cluster)
    said = cluster.run("interphase", "submit", "tiny.yaml", "--force").stdout
    said += cluster.run("rlaunch", "rapidfire").stdout
    said += cluster.run("interphase", "status").stdout
    assert "3 of 3 compounds" in said, said
    assert count(cluster, "results") == 3

    results = cluster.run("interphase", "query", "dopant=Nb", "--format", "json").stdout
    assert [r["dopant"] for r in json.loads(results)] == ["Nb"]

    again = cluster.run("interphase", "submit", "tiny.yaml", "--force").stdout
    assert "added 0 workflows" in again

    workflows = count(cluster, "workflows")
    other = {"element": "Ti", "valence": 4, "site": "Zr", "concentration": 0.5}
    write_spec(cluster, dopants=[SPEC["dopants"][0], other])
    changed = cluster.run("interphase", "submit", "tiny.yaml", "--dry-run").stdout
    assert "Ti4+(Zr)0.5" in changed
    assert "left out from now on: 2" in changed  # the other compound, and its oxide
    new = [line for line in changed.splitlines() if line.startswith(("  now", "  later"))]
    # the compound, and the reference crystals of titanium that nothing else needs
    assert all("Ti" in line for line in new)

    write_spec(cluster)
    redo = ("interphase", "submit", "tiny.yaml", "--force", "--redo", "dopant=Nb")
    assert "computed again: " in cluster.run(*redo).stdout
    assert count(cluster, "results") == 2
    assert count(cluster, "workflows") == workflows
    # dope, relax, lowest and interface are kept under other names
    assert count(cluster, "jobs", {"replaced": {"$exists": True}, "name": {"$regex": "Nb"}}) >= 4

    said += cluster.run("rlaunch", "rapidfire").stdout
    assert count(cluster, "results") == 3
    for secret in (cluster.password, cluster.password.partition("#")[2]):
        assert secret not in said + again + changed
        assert secret not in everything_stored(cluster)
        assert secret not in everything_written(cluster.folder)


def test_two_people_who_submit_at_once_add_each_thing_once(cluster: Cluster) -> None:
    write_spec(cluster)
    command = cluster.command("interphase", "submit", "tiny.yaml", "--force")
    people = [
        subprocess.Popen(
            command,
            cwd=cluster.folder,
            env=cluster.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    said = [(*person.communicate(timeout=300), person.returncode) for person in people]
    assert [code for _, _, code in said] == [0, 0, 0], said
    with cluster.client() as client:
        database = client[cluster.database]
        digests = [w["metadata"]["digest"] for w in database["workflows"].find()]
        nodes = database["nodes"].count_documents({})
        ids = [f["fw_id"] for f in database["fireworks"].find()]
    assert len(digests) == len(set(digests)) > 0
    assert len(ids) == len(set(ids))
    added = [int(out.rpartition("added ")[2].split()[0]) for out, _, _ in said]
    assert sum(added) == len(digests)
    assert nodes == 3 + 1 + len(digests) - 1  # compounds, host, crystals


@pytest.mark.parametrize("name", SECRET_FILES)
def test_a_password_file_that_others_can_read_is_refused(cluster: Cluster, name: str) -> None:
    write_spec(cluster)
    (cluster.folder / name).chmod(0o640)
    refused = cluster.run("interphase", "submit", "tiny.yaml", check=False)
    assert refused.returncode == 1
    said = " ".join((refused.stdout + refused.stderr).split())
    assert "(mode 0640): close it with chmod 600" in said
    assert cluster.password not in said
    with cluster.client() as client:
        assert "workflows" not in client[cluster.database].list_collection_names()


def test_a_wrong_password_is_not_repeated(cluster: Cluster) -> None:
    content = yaml.safe_load(cluster.launchpad.read_text())
    cluster.launchpad.write_text(yaml.safe_dump(content | {"password": "hunter3"}))
    refused = cluster.run("interphase", "status", check=False)
    assert refused.returncode == 1
    assert "Authentication failed" in refused.stderr
    assert "hunter3" not in refused.stdout + refused.stderr


def test_a_server_without_our_certificate_is_refused(cluster: Cluster) -> None:
    content = yaml.safe_load(cluster.launchpad.read_text())
    del content["mongoclient_kwargs"]["tlsCAFile"]
    cluster.launchpad.write_text(yaml.safe_dump(content))
    refused = cluster.run("interphase", "status", check=False)
    assert "certificate verify failed" in refused.stderr
    assert cluster.password not in refused.stderr


def test_the_uri_of_the_environment_works_in_place_of_a_file(cluster: Cluster) -> None:
    from urllib.parse import quote

    shutil.move(cluster.launchpad, cluster.folder / "elsewhere.yaml")
    (cluster.folder / "FW_config.yaml").unlink()
    uri = (
        f"mongodb://researcher:{quote(cluster.password, safe='')}@127.0.0.1:{cluster.server.port}/"
        f"{cluster.database}?tls=true&tlsCAFile={cluster.server.certificate}"
    )
    cluster.environment["INTERPHASE_MONGODB_URI"] = uri
    refused = cluster.run("interphase", "status", check=False)
    assert "no campaign in LaunchPad 127.0.0.1" in refused.stderr
    assert cluster.password not in refused.stderr


def test_doctor_finds_the_cluster_ready(cluster: Cluster) -> None:
    write_spec(cluster)
    cluster.run("interphase", "submit", "tiny.yaml", "--force")
    launchpad = str(cluster.launchpad)
    said = cluster.run("interphase", "doctor", "tiny.yaml", "--launchpad", launchpad).stdout
    assert "FAILED" not in said
    assert "the same database" in " ".join(said.split())


def test_doctor_finds_a_job_store_on_another_database(cluster: Cluster) -> None:
    path = cluster.folder / "jobflow.yaml"
    content = yaml.safe_load(path.read_text())
    content["JOB_STORE"]["docs_store"]["collection_name"] = "outputs"
    path.write_text(yaml.safe_dump(content))
    launchpad = str(cluster.launchpad)
    refused = cluster.run("interphase", "doctor", "--launchpad", launchpad, check=False)
    assert refused.returncode == 1
    assert "stores outputs elsewhere" in " ".join(refused.stdout.split())
