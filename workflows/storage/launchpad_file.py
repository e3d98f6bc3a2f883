"""FireWorks' launchpad.yaml: which MongoDB server and database hold the campaigns."""

from __future__ import annotations

import difflib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from pydantic import SecretStr
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from analysis.base.errors import InputError
from workflows.base.mongo_uri import MongoUri
from workflows.base.secret_files import line_of, refuse_if_readable
from workflows.base.template_marks import left_in
from workflows.storage.connection import Address, durable, without_secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fireworks import LaunchPad

# FireWorks' own defaults and keys (LaunchPad.__init__, FireWorks 2.1).
_HOST, _PORT, _NAME = "localhost", 27017, "fireworks"
# pymongo's rule for names of databases.
_FORBIDDEN = frozenset(' .$/\\\x00"')
# Keys of older versions of FireWorks, and pymongo's, that are no keys of the file's first level.
_ENCRYPTION: Final = (
    *("ssl", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_pem_passphrase"),
    *("tls", "tlsCAFile", "tlsCertificateKeyFile", "tlsCertificateKeyFilePassword"),
)
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
    if unfilled := sorted({key for _, key in left_in(content)}):
        msg = (
            f"launchpad file {path} is the template still ({', '.join(unfilled)}): fill in the "
            "lines marked <-"
        )
        raise InputError(msg)
    refuse_if_readable(path, content)
    for number, (key, value) in enumerate(content.items(), start=1):
        # older versions of FireWorks wrote what it does not ask for: ssl: false
        if key not in _KEYS and not (key in _ENCRYPTION and not value):
            raise InputError(_unknown(path, key, number))
    try:
        address = _address(content)
    except InputError as error:
        msg = f"launchpad file {path}: {error}"
        raise InputError(msg) from None
    _check(path, address)
    return address


def address_of(launchpad: LaunchPad) -> Address:
    """Return the address of an open LaunchPad."""
    return _address(launchpad.to_dict())


def opens_at_once(path: Path) -> bool:
    """Return True if each reader of a launchpad.yaml has a connection right away."""
    return bool(_options(_content(path)).get("connect", True))


def _content(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = json.loads(text) if path.suffix == ".json" else _yaml(text)
    except OSError as error:
        msg = f"cannot read the launchpad file {path}: {error.strerror}"
        raise InputError(msg) from error
    except (YAMLError, ValueError, RecursionError) as error:
        # YAML's message quotes the line, which may hold the password.
        what = "JSON" if path.suffix == ".json" else "YAML"
        msg = (
            f"launchpad file {path} is not {what}{line_of(error)}: compare it with the project's "
            "launchpad.yaml"
        )
        raise InputError(msg) from None
    if not isinstance(content, dict):
        msg = f"launchpad file {path} holds no keys such as host and name"
        raise InputError(msg)
    return content


def _yaml(text: str) -> Any:
    """Read YAML as FireWorks does, user and password as they are written: 0123 is no number."""
    content = YAML(typ="safe", pure=True).load(text)
    if isinstance(content, dict):
        written = YAML(typ="base", pure=True).load(text)  # gives nothing but texts
        for key in ("username", "password"):
            if content.get(key) is not None and key in written:
                content[key] = written[key]
    return content


def _options(content: Mapping[str, Any]) -> dict[str, Any]:
    """Give the driver's options, without those that are left to it.

    Raises
    ------
    InputError
        They are no options.
    """
    options = content.get("mongoclient_kwargs") or {}
    if not isinstance(options, dict):
        msg = "mongoclient_kwargs are not options such as {tls: true}"
        raise InputError(msg)
    return {str(name): value for name, value in options.items() if value is not None}


def _unknown(path: Path, key: object, number: int) -> str:
    """Say what is wrong with a key, and repeat it only if it is nearly one of FireWorks'."""
    if difflib.get_close_matches(str(key), _ENCRYPTION, n=1, cutoff=0.8):
        what = f"key {key!r}"
        remedy = "encryption is asked for with mongoclient_kwargs: {tls: true, tlsCAFile: ...}"
    elif close := difflib.get_close_matches(str(key), _KEYS, n=1):
        what, remedy = f"key {key!r}", f"did you mean {close[0]}?"
    else:
        what, remedy = f"such key as number {number} of the file", f"known are {', '.join(_KEYS)}"
    return f"launchpad file {path}: FireWorks knows no {what} and would ignore it; {remedy}"


def _address(content: Mapping[str, Any]) -> Address:
    """Put together what FireWorks gives to pymongo's MongoClient."""
    for key in ("host", "port", "name", "username", "password", "authsource"):
        if isinstance(content.get(key), dict) or (
            isinstance(content.get(key), list) and key != "host"
        ):
            msg = f"{key} is to be one value"
            raise InputError(msg)
    options = _options(content)
    options.pop("connect", None)  # of pymongo's client, not of a URI
    uri = _whole_uri(content) if content.get("uri_mode") else _uri(content)
    if name := options.pop("username", None):
        uri = uri.with_user(str(name), str(options.pop("password", None) or ""))
    uri = uri.with_options({name: _option(value) for name, value in options.items()})
    name = str(content.get("name") or ("" if content.get("uri_mode") else _NAME))
    return Address(SecretStr(durable(uri.text)), name)


def _whole_uri(content: Mapping[str, Any]) -> MongoUri:
    return MongoUri.parse(str(content.get("host") or ""))


def _uri(content: Mapping[str, Any]) -> MongoUri:
    """Write host, port, user and password as a URI."""
    uri = MongoUri.parse(_with_scheme(content.get("host") or _HOST))
    if uri.user:
        # FireWorks gives its own username, none, and pymongo takes that in place of the URI's
        msg = "host is a URI with a user, which FireWorks takes with the line uri_mode: true only"
        raise InputError(msg)
    port = str(content.get("port") or _PORT)
    if not port.isdigit():
        msg = "port is no whole number"
        raise InputError(msg)
    uri = uri.with_port(port)
    if not content.get("username"):
        return uri
    uri = uri.with_user(str(content["username"]), str(content.get("password") or ""))
    source = content.get("authsource") or content.get("name") or _NAME
    return uri.with_options({"authSource": str(source)})


def _with_scheme(host: object) -> str:
    """Write a host, a list of hosts or the path of a socket as a URI, unless it is one."""
    hosts = host if isinstance(host, list) else str(host).strip().split(",")
    if "://" in str(hosts[0]):
        return str(host)
    return f"mongodb://{','.join(_server(str(each).strip()) for each in hosts)}"


def _server(host: str) -> str:
    if host.startswith("/"):
        return quote(host, safe="")
    return f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host


def _option(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ",".join(_option(each) for each in value)
    if isinstance(value, dict):  # authMechanismProperties
        return ",".join(f"{key}:{_option(each)}" for key, each in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check(path: Path, address: Address) -> None:
    if not address.name:
        msg = f"launchpad file {path} lacks the name of the database: add a line name: ..."
        raise InputError(msg)
    if forbidden := sorted(_FORBIDDEN & set(address.name)):
        msg = f"launchpad file {path}: the name of a database holds none of {' '.join(forbidden)}"
        raise InputError(msg)
    uri = MongoUri.parse(address.uri.get_secret_value())
    if uri.scheme == "mongodb+srv":  # needs the network; connecting checks it
        return
    try:
        # without the user, so that no message can repeat a password
        parse_uri(replace(uri, user="").text, validate=True, warn=False)
    except (PyMongoError, ValueError, LookupError, TypeError, OSError) as error:
        said = without_secret(error, address.uri)
        msg = f"launchpad file {path} describes no MongoDB server: {said}"
        raise InputError(msg) from None
