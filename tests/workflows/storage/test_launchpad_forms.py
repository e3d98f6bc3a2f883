"""The forms that people give a MongoDB server in: each works or is refused, and none is shown.

Every form holds a password with the canary in it, and goes through every command; what the
commands say is searched for any part of the password.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr
from pymongo.uri_parser import parse_uri
from typer.testing import CliRunner

from analysis.base.errors import InputError
from workflows.base.mongo_uri import MongoUri
from workflows.cli.main import app
from workflows.storage.launchpad_file import read_launchpad

CANARY = "c4nary"
PARTS = ("c4na", "n4ry", "b1rd")  # what a piece of one of the passwords below would show

# Hosts whose names nobody has (RFC 2606).
HOST = "db.invalid"
USER = {"username": "me", "password": CANARY, "authsource": "admin"}


def whole(uri: str, **keys: Any) -> dict[str, Any]:
    return {"host": uri, "uri_mode": True, "name": "fw", **keys}


# What pymongo is to be given: hosts and password; None: refused.
FILES: dict[str, tuple[Any, tuple[str, str] | None]] = {
    "host": ({"host": HOST, **USER}, (HOST, CANARY)),
    "host and port": ({"host": HOST, "port": 27018, **USER}, (f"{HOST}:27018", CANARY)),
    "port in the host": ({"host": f"{HOST}:27018", **USER}, (f"{HOST}:27018", CANARY)),
    "port as text": ({"host": HOST, "port": "27018", **USER}, (f"{HOST}:27018", CANARY)),
    "host list": ({"host": "a.invalid:1,b.invalid", **USER}, ("a.invalid:1,b.invalid", CANARY)),
    "yaml list": ({"host": ["a.invalid", "b.invalid"], **USER}, ("a.invalid,b.invalid", CANARY)),
    "replica set": (
        {"host": HOST, **USER, "mongoclient_kwargs": {"replicaSet": "rs0", "tls": True}},
        (HOST, CANARY),
    ),
    "IPv6": ({"host": "::1", **USER}, ("[::1]", CANARY)),
    "IPv6 with port": ({"host": "[::1]:27018", **USER}, ("[::1]:27018", CANARY)),
    "uri of a host": ({"host": f"mongodb://{HOST}", **USER}, (HOST, CANARY)),
    "uri of a host with a port": (
        {"host": f"mongodb://{HOST}:27018/?tls=true", **USER},
        (f"{HOST}:27018", CANARY),
    ),
    "reserved characters": (
        {"host": HOST, **USER, "password": "c4nary@:/?#[]%b1rd"},
        (HOST, "c4nary@:/?#[]%b1rd"),
    ),
    "spaces and umlauts": (
        {"host": HOST, **USER, "password": "c4nary ä b1rd"},
        (HOST, "c4nary ä b1rd"),
    ),
    "digits": ({"host": HOST, **USER, "password": 12345}, (HOST, "12345")),
    "octal digits": (f"host: {HOST}\nname: fw\nusername: me\npassword: 0123\n", (HOST, "0123")),
    "a word of YAML": (f"host: {HOST}\nname: fw\nusername: me\npassword: no\n", (HOST, "no")),
    "a number of YAML": (f"host: {HOST}\nname: fw\nusername: me\npassword: 1.50\n", (HOST, "1.50")),
    "merged keys": (
        f"<<: {{username: me, password: {CANARY}}}\nhost: {HOST}\nname: fw\n",
        (HOST, CANARY),
    ),
    "older FireWorks": ({"host": HOST, **USER, "ssl": False, "ssl_ca_certs": None}, (HOST, CANARY)),
    "null options": (
        {"host": HOST, **USER, "mongoclient_kwargs": {"replicaSet": None}},
        (HOST, CANARY),
    ),
    "options of another kind": (
        {
            "host": HOST,
            **USER,
            "mongoclient_kwargs": {"authMechanismProperties": {"SERVICE_NAME": "mongodb"}},
        },
        (HOST, CANARY),
    ),
    "semicolons": (whole(f"mongodb://me:{CANARY}@{HOST}/?tls=true;appName=a"), (HOST, CANARY)),
    "socket": ({"host": "/tmp/m.sock", **USER}, ("/tmp/m.sock", CANARY)),  # noqa: S108  a name
    "byte order mark": (f"\ufeffhost: {HOST}\nusername: me\npassword: {CANARY}\n", (HOST, CANARY)),
    "whole uri": (whole(f"mongodb://me:{CANARY}@{HOST}/fw"), (HOST, CANARY)),
    "whole uri with options": (
        whole(f"mongodb://me:{CANARY}@{HOST}:1/?authSource=admin&tls=true"),
        (f"{HOST}:1", CANARY),
    ),
    "whole uri of two hosts": (
        whole(f"mongodb://me:{CANARY}@a.invalid:1,b.invalid:2/"),
        ("a.invalid:1,b.invalid:2", CANARY),
    ),
    "whole uri, escaped": (whole(f"mongodb://me:c4nary%40b1rd@{HOST}/"), (HOST, "c4nary@b1rd")),
    "user among the driver's options": (
        whole(f"mongodb://{HOST}/", mongoclient_kwargs={"username": "me", "password": CANARY}),
        (HOST, CANARY),
    ),
    # FireWorks itself gives username=None then, and pymongo forgets the one of the URI
    "uri_mode forgotten": ({"host": f"mongodb://me:{CANARY}@{HOST}:27017/fw", "name": "fw"}, None),
    "uri_mode false": (
        {"host": f"mongodb://me:{CANARY}@{HOST}/", "uri_mode": False, "name": "fw"},
        None,
    ),
    "user in the host": ({"host": f"me:{CANARY}@{HOST}"}, None),
    "no name": ({"host": f"mongodb://me:{CANARY}@{HOST}/", "uri_mode": True}, None),
    "a name with a dot": (whole(f"mongodb://me:{CANARY}@{HOST}/", name="my.fw"), None),
    "unescaped @": (whole(f"mongodb://me:c4nary@b1rd@{HOST}/fw"), None),
    "unescaped :": (whole(f"mongodb://me:c4nary:b1rd@{HOST}/fw"), None),
    "unescaped /": (whole(f"mongodb://me:c4nary/b1rd@{HOST}/fw"), None),
    "unescaped ?": (whole(f"mongodb://me:c4nary?b1rd@{HOST}/fw"), None),
    "unescaped #": (whole(f"mongodb://me:c4nary#b1rd@{HOST}/fw"), None),
    "unescaped [": (whole(f"mongodb://me:c4nary[b1rd@{HOST}/fw"), None),
    "unescaped %": (whole(f"mongodb://me:c4nary%zb1rd@{HOST}/fw"), None),
    "unescaped space": (whole(f"mongodb://me:c4nary b1rd@{HOST}/fw"), None),
    "another sign for @": (whole(f"mongodb://me:c4nary#{HOST}/fw"), None),
    "a port that is no number": (whole(f"mongodb://me:{CANARY}@{HOST}:port/"), None),
    "another scheme": (whole(f"mongo://me:{CANARY}@{HOST}/"), None),
    "no scheme": (whole(f"me:{CANARY}@{HOST}/"), None),
    "an unknown option": (whole(f"mongodb://me:{CANARY}@{HOST}/?tsl=true"), None),
    "an unknown key": ({"host": HOST, "pasword": CANARY}, None),
    "a key with the password": ({"host": HOST, CANARY: 1}, None),
    "the password of a key file": (
        {
            "host": HOST,
            "mongoclient_kwargs": {"tls": "maybe", "tlsCertificateKeyFilePassword": CANARY},
        },
        None,
    ),
    "options as a list": ({"host": HOST, **USER, "mongoclient_kwargs": ["tls"]}, None),
    "options as text": ({"host": HOST, **USER, "mongoclient_kwargs": f"password={CANARY}"}, None),
    "host as a document": ({"host": {CANARY: 1}, "name": "fw"}, None),
    "password as a list": ({"host": HOST, **USER, "password": [CANARY]}, None),
    "port as a list": ({"host": HOST, **USER, "port": [27017]}, None),
    "password as a port": ({"host": HOST, **USER, "port": CANARY}, None),
    "name as a list": ({"host": HOST, "name": ["fw"]}, None),
    "srv with a port": (whole(f"mongodb+srv://me:{CANARY}@a.invalid:27017/fw"), None),
    "srv with two hosts": (whole(f"mongodb+srv://me:{CANARY}@a.invalid,b.invalid/fw"), None),
    "password in a key of encryption": ({"host": HOST, f"tls_{CANARY}": 1}, None),
    "keys twice": (f"host: {HOST}\npassword: {CANARY}\npassword: b1rd\n", None),
    "a word that FireWorks takes as text": (
        f"host: {HOST}\nname: fw\npassword: {CANARY}\nmongoclient_kwargs: {{tls: yes}}\n",
        None,
    ),
    "an option of no known value": (
        {"host": HOST, **USER, "mongoclient_kwargs": {"datetime_conversion": "x"}},
        None,
    ),
    "an option of another type": (
        {"host": HOST, **USER, "mongoclient_kwargs": {"server_api": "1"}},
        None,
    ),
    "lists in lists": ("[" * 5000, None),
    "broken yaml": (f"host: {HOST}\npassword: [{CANARY}\n", None),
    "text": (f"{CANARY}\n", None),
}
SERVICE = {  # these need the domain name system: nobody answers for them
    "srv host": {"host": "mongodb+srv://cluster0.invalid", **USER},
    "srv uri": whole(f"mongodb+srv://me:{CANARY}@cluster0.invalid/fw?retryWrites=true"),
}
VARIABLES = {
    "whole uri": f"mongodb://me:{CANARY}@{HOST}/fw",
    "unescaped @": f"mongodb://me:c4nary@b1rd@{HOST}/fw",
    "unescaped #": f"mongodb://me:c4nary#b1rd@{HOST}/fw",
    "unescaped [": f"mongodb://me:c4nary[b1rd@{HOST}/fw",
    "another scheme": f"mongo://me:{CANARY}@{HOST}",
}
COMMANDS = (
    *("status", "query", "summary", "build", "advance", "webgui", "learn"),
    *("recover --dry-run", "recover", "explain dopant=Al", "provenance", "export --output a.csv"),
    *("report --output r.html", "figures --output f", "predict"),
)
WITH_SPECIFICATION = ("submit SPEC", "submit SPEC --dry-run", "doctor SPEC", "triage SPEC 10")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bare_environment: Path) -> None:
    """Do not wait for servers that are not there."""
    del bare_environment
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("workflows.storage.database._ANSWER_SECONDS", 0.02)
    monkeypatch.setattr("workflows.doctor.examination._ANSWER_SECONDS", 0.02)
    monkeypatch.setattr("pymongo.common.MIN_HEARTBEAT_INTERVAL", 0.02)


def launchpad_file(content: Any) -> Path:
    path = Path("my_launchpad.yaml")
    text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False)
    path.write_text(text)
    path.chmod(0o600)
    return path


def said(command: str, *options: str) -> str:
    """Run a command, and give all that a person would see of it."""
    result = CliRunner().invoke(app, [*command.split(), *options])
    error = result.exception
    trace = "" if error is None else str(error)
    if error is not None and not isinstance(error, (InputError, SystemExit)):
        trace = "CRASHED " + "".join(traceback.format_exception(error))
    return f"{result.output}{result.stderr}{trace}"


def leaks(text: str) -> bool:
    return any(part in text for part in (CANARY, *PARTS))


@pytest.mark.parametrize("name", FILES)
def test_a_form_is_taken_as_it_is_meant_or_refused(name: str) -> None:
    content, expected = FILES[name]
    path = launchpad_file(content)
    if expected is None:
        with pytest.raises(InputError) as refused:
            read_launchpad(path)
        assert not leaks(str(refused.value))
        return
    hosts, password = expected
    found = parse_uri(read_launchpad(path).uri.get_secret_value())
    seen = [f"{host}:{port}" if port else host for host, port in found["nodelist"]]
    assert seen == [_with_port(host) for host in hosts.split(",")]
    assert (found["username"], found["password"]) == ("me", password)


def _with_port(host: str) -> str:
    if host.endswith(".sock"):
        return host
    name, _, port = host.rpartition(":") if host[-1].isdigit() else (host, "", "27017")
    return f"{name.strip('[]')}:{port}"


@pytest.mark.parametrize(
    "text",
    [
        f'{{\n\t"host": "{HOST}",\n\t"name": "fw",\n\t"username": "me", "password": "{CANARY}"\n}}',
        f'\ufeff{{"host": "{HOST}", "username": "me", "password": "{CANARY}", "port": null}}',
    ],
)
def test_json_is_taken_as_fireworks_takes_it(text: str, tmp_path: Path) -> None:
    path = tmp_path / "my_launchpad.json"
    path.write_text(text)
    path.chmod(0o600)
    assert parse_uri(read_launchpad(path).uri.get_secret_value())["password"] == CANARY
    path.write_text(text[:-1])
    with pytest.raises(InputError, match=r"is not JSON \(line \d\)") as refused:
        read_launchpad(path)
    assert not leaks(str(refused.value))


def forms(number: int, *, share: int) -> dict[str, Any]:
    """Give the forms that are refused, and one in `share` of those that lead to a connection."""
    refused = {name: content for name, (content, told) in FILES.items() if told is None}
    taken = {name: content for name, (content, told) in FILES.items() if told} | SERVICE
    chosen = list(taken)[number % share :: share]
    return refused | {name: taken[name] for name in chosen}


@pytest.mark.parametrize("share", [6, pytest.param(1, marks=pytest.mark.faults)])
@pytest.mark.parametrize("command", [*COMMANDS, *WITH_SPECIFICATION])
def test_no_command_shows_any_part_of_a_password(
    command: str, share: int, small_file: Path
) -> None:
    shown = []
    number = [*COMMANDS, *WITH_SPECIFICATION].index(command)
    command = command.replace("SPEC", str(small_file))
    for name, content in forms(number, share=share).items():
        text = said(command, "--launchpad", str(launchpad_file(content)))
        if leaks(text) or "CRASHED" in text or not text:
            shown.append(f"{name}: {text[-800:]}")
    assert shown == []


@pytest.mark.parametrize("command", [*COMMANDS, "run SPEC --dir run", "doctor"])
def test_no_command_shows_any_part_of_the_variable(
    command: str, small_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = []
    for name, uri in VARIABLES.items():
        monkeypatch.setenv("INTERPHASE_MONGODB_URI", uri)
        text = said(command.replace("SPEC", str(small_file)))
        if leaks(text) or "CRASHED" in text or not text:
            shown.append(f"{name}: {text[-800:]}")
    assert shown == []


@pytest.mark.parametrize("text", [f"mongodb_uri: [{CANARY}\n", f"a: b: {CANARY}\n"])
def test_a_broken_settings_file_does_not_show_its_lines(text: str, bare_environment: Path) -> None:
    (bare_environment / ".interphase.yaml").write_text(text)
    told = said("status")
    assert "cannot be read: it is not YAML (line" in told
    assert not leaks(told)


def test_a_uri_shows_neither_user_nor_password() -> None:
    uri = MongoUri.parse(f"mongodb://me:{CANARY}@{HOST}/fw")
    assert not leaks(f"{uri} {uri!r} {SecretStr(uri.text)!r}")


@pytest.fixture
def small_file(tmp_path: Path, make_spec: Any, write: Any) -> Path:
    """Write the small campaign's specification."""
    path: Path = write(tmp_path, make_spec())
    return path
