"""FireWorks' launchpad.yaml: which MongoDB server and database hold the campaigns."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import yaml
from pydantic import SecretStr
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

from analysis.base.errors import InputError
from workflows.base.secret_files import refuse_if_readable
from workflows.storage.connection import Address, durable

if TYPE_CHECKING:
    from pathlib import Path

    from fireworks import LaunchPad

# FireWorks' own defaults and keys (LaunchPad.__init__, FireWorks 2.1).
_HOST, _PORT, _NAME = "localhost", 27017, "fireworks"
_KEYS = (
    "host",
    "port",
    "name",
    "username",
    "password",
    "authsource",
    "uri_mode",
    "mongoclient_kwargs",
    "logdir",
    "strm_lvl",
    "user_indices",
    "wf_user_indices",
)


def read_launchpad(path: Path) -> Address:
    """Read a launchpad.yaml.

    Raises
    ------
    InputError
        It cannot be read, is open to others although it holds a password, or has keys that
        FireWorks or pymongo do not know: FireWorks would ignore an unknown key, such as one
        that asks for encryption.
    """
    content = _content(path)
    refuse_if_readable(path, content)
    for key in content:
        if key not in _KEYS:
            raise InputError(_unknown(path, key))
    address = _address(content)
    _check(path, address)
    return address


def address_of(launchpad: LaunchPad) -> Address:
    """Return the address of an open LaunchPad."""
    return _address(launchpad.to_dict())


def _content(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"cannot read the launchpad file {path}: {error.strerror}"
        raise InputError(msg) from error
    except (yaml.YAMLError, UnicodeDecodeError):
        # YAML's message quotes the line, which may hold the password.
        msg = f"launchpad file {path} is not YAML: compare it with the project's launchpad.yaml"
        raise InputError(msg) from None
    if not isinstance(content, dict):
        msg = f"launchpad file {path} holds no keys such as host and name"
        raise InputError(msg)
    return content


def _unknown(path: Path, key: object) -> str:
    if str(key).lower().startswith(("ssl", "tls")):
        remedy = "encryption is asked for with mongoclient_kwargs: {tls: true, tlsCAFile: ...}"
    elif close := difflib.get_close_matches(str(key), _KEYS, n=1):
        remedy = f"did you mean {close[0]}?"
    else:
        remedy = f"known are {', '.join(_KEYS)}"
    return f"launchpad file {path}: FireWorks knows no key {key!r} and would ignore it; {remedy}"


def _address(content: dict[str, Any]) -> Address:
    uri = str(content.get("host") or _HOST) if content.get("uri_mode") else _uri(content)
    options = {k: _option(v) for k, v in (content.get("mongoclient_kwargs") or {}).items()}
    if options:
        head, _, query = uri.partition("?")
        parts = head.split("://", maxsplit=1)
        head = head if "/" in parts[-1] else head + "/"
        uri = f"{head}?{'&'.join(part for part in (query, urlencode(options)) if part)}"
    name = str(content.get("name") or (_NAME if not content.get("uri_mode") else ""))
    return Address(SecretStr(durable(uri)), name)


def _uri(content: dict[str, Any]) -> str:
    """Write host, port, user and password as a URI."""
    user = ""
    query = ""
    if content.get("username"):
        user = quote(str(content["username"]), safe="")
        user += ":" + quote(str(content.get("password") or ""), safe="") + "@"
        source = content.get("authsource") or content.get("name") or _NAME
        query = "?" + urlencode({"authSource": source})
    server = str(content.get("host") or _HOST)
    server = quote(server, safe="") if server.startswith("/") else server
    port = "" if server.endswith(".sock") else f":{content.get('port') or _PORT}"
    return f"mongodb://{user}{server}{port}/{query}"


def _option(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check(path: Path, address: Address) -> None:
    if not address.name:
        msg = f"launchpad file {path} lacks the name of the database: add a line name: ..."
        raise InputError(msg)
    uri = address.uri.get_secret_value()
    if uri.startswith("mongodb+srv://"):  # needs the network; connecting checks it
        return
    try:
        parse_uri(uri, validate=True, warn=False)
    except (PyMongoError, ValueError, OSError) as error:
        msg = f"launchpad file {path} describes no MongoDB server: {_without(address, error)}"
        raise InputError(msg) from None


def _without(address: Address, error: Exception) -> str:
    """Return an error message without the user and password it may quote."""
    uri = address.uri.get_secret_value()
    user = uri.partition("://")[2].rpartition("@")[0]
    return str(error).replace(uri, "(the URI)").replace(user, "(user)") if user else str(error)
