"""MongoDB connection strings, taken apart so that no part of a user or password is ever shown.

pymongo and urllib look for the parts of a URI by the first ``/``, ``?`` or ``#``: with one of these
unescaped in a password, they take a piece of it for the server, and quote it in their errors. Here
all that stands before the last ``@`` is the user's, and must be escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import parse_qsl, quote, unquote

from analysis.base.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SCHEMES: Final = ("mongodb", "mongodb+srv")

# Unreserved characters and sub-delimiters of RFC 3986, and escapes.
_ESCAPED: Final = r"(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
_USER: Final = re.compile(rf"{_ESCAPED}+(?::{_ESCAPED}*)?", re.ASCII)
_HOST: Final = re.compile(
    r"(?:\[[0-9A-Fa-f:.]+\]|[\w.-]+|%2[Ff][\w.%-]+\.sock)(?::\d{1,5})?", re.ASCII
)
_MEND: Final = (
    "characters such as @ : / ? # [ ] % in a user or password must be escaped (@ as %40; Python's "
    "urllib.parse.quote_plus does it), and a host is a name with perhaps a port"
)


@dataclass(frozen=True)
class MongoUri:
    """The parts of a MongoDB connection string.

    Parameters
    ----------
    scheme
        One of `SCHEMES`.
    user
        User and password as they stand in the URI, escaped; empty without.
    hosts
        Hosts with their ports, separated by commas.
    database
        What stands after the hosts; empty without.
    query
        Options as they stand in the URI.
    """

    scheme: str
    user: str
    hosts: str
    database: str = ""
    query: str = ""

    def __repr__(self) -> str:
        return f"MongoUri({self.hosts}/{self.database})"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take a URI apart.

        Raises
        ------
        InputError
            It is no MongoDB URI, or would be understood otherwise than it is meant. The message
            repeats nothing of it.
        """
        scheme, mark, rest = text.strip().partition("://")
        if not mark or scheme.lower() not in SCHEMES:
            msg = "a MongoDB URI begins with mongodb:// or mongodb+srv://"
            raise InputError(msg)
        user, _, rest = rest.rpartition("@")
        path, _, query = rest.partition("?")
        if "&" not in query:  # pymongo takes options that are separated either way
            query = query.replace(";", "&")
        hosts, _, database = path.partition("/")
        if not all(_HOST.fullmatch(host) for host in hosts.split(",")) or (
            user and not _USER.fullmatch(user)
        ):
            msg = f"this is no MongoDB URI: {_MEND}"
            raise InputError(msg)
        if scheme.lower() == SCHEMES[1] and re.search("[,:]", hosts):
            msg = "mongodb+srv:// takes one host, without a port: the name service knows the others"
            raise InputError(msg)
        return cls(scheme.lower(), user, hosts, unquote(database), query)

    @property
    def text(self) -> str:
        """The URI, with user and password: never shown."""
        user = f"{self.user}@" if self.user else ""
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{user}{self.hosts}/{quote(self.database)}{query}"

    @property
    def options(self) -> dict[str, str]:
        """Options by their names in small letters."""
        return {name.lower(): value for name, value in parse_qsl(self.query)}

    @property
    def password(self) -> str:
        """The password; empty without."""
        return unquote(self.user.partition(":")[2])

    def with_options(self, options: Mapping[str, str] | Iterable[tuple[str, str]]) -> Self:
        """Return the URI with more options: those that it has already stay as they are."""
        named = self.options
        new = [(k, v) for k, v in dict(options).items() if k.lower() not in named]
        added = "&".join(f"{quote(name)}={quote(value, safe='/:,')}" for name, value in new)
        return replace(self, query="&".join(part for part in (self.query, added) if part))

    def with_user(self, name: str, password: str) -> Self:
        """Return the URI with a user, which is escaped here."""
        return replace(self, user=f"{quote(name, safe='')}:{quote(password, safe='')}")

    def with_port(self, port: str) -> Self:
        """Return the URI with a port for the hosts that name none; SRV records have their own."""
        if self.scheme != SCHEMES[0]:
            return self
        hosts = (
            h if re.search(r"(:\d+|\.sock)$", h) else f"{h}:{port}" for h in self.hosts.split(",")
        )
        return replace(self, hosts=",".join(hosts))
