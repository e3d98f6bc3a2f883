"""A real MongoDB server that asks for users and encrypts, with a certificate of its own."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from workflows.storage.server.mongod import find_mongod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workflows.base.settings import MachineSettings


@dataclass(frozen=True)
class SecureServer:
    """A mongod with --auth and TLS on a port of the loopback."""

    port: int
    certificate: Path
    admin: str

    def client(self, user: str, password: str, source: str = "admin") -> MongoClient[Any]:
        return MongoClient(
            "127.0.0.1",
            self.port,
            username=user,
            password=password,
            authSource=source,
            tls=True,
            tlsCAFile=str(self.certificate),
        )

    def new_database(self, user: str, password: str) -> str:
        """Make a user who may read and write one new database, and return its name."""
        name = f"c{secrets.token_hex(4)}"
        with self.client("admin", self.admin) as client:
            role = {"role": "readWrite", "db": name}
            client[name].command("createUser", user, pwd=password, roles=[role])
        return name

    def drop(self, name: str) -> None:
        with self.client("admin", self.admin) as client:
            client.drop_database(name)


@contextmanager
def secure_mongod(settings: MachineSettings) -> Iterator[SecureServer]:
    folder = Path(tempfile.mkdtemp(prefix="ip-"))
    certificate, key = write_certificate(folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    mongod = find_mongod(settings)
    (folder / "data").mkdir()
    arguments = ["--auth", "--bind_ip", "127.0.0.1", "--port", str(port), "--nounixsocket"]
    arguments += ["--tlsMode", "requireTLS", "--tlsCertificateKeyFile", str(key)]
    arguments += ["--tlsCAFile", str(certificate), "--tlsAllowConnectionsWithoutCertificates"]
    arguments += ["--dbpath", str(folder / "data"), "--wiredTigerCacheSizeGB", "0.25", "--quiet"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [mongod.path, *arguments],
            env=mongod.environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    server = SecureServer(port, certificate, secrets.token_urlsafe(8))
    try:
        _make_administrator(server, process)
        yield server
    finally:
        with contextlib.suppress(LookupError):  # it may have been killed and started again
            mongod_of(server).terminate()
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of 127.0.0.1 that vouches for itself; return it, and it with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "ca.pem").write_bytes(public)
    (folder / "server.pem").touch(mode=0o600)
    (folder / "server.pem").write_bytes(private + public)
    return folder / "ca.pem", folder / "server.pem"


@contextmanager
def without(server: SecureServer) -> Iterator[None]:
    """Kill a server, and start it again afterwards."""
    process = mongod_of(server)
    words, environment = process.cmdline(), process.environ()
    process.kill()
    process.wait()
    try:
        yield
    finally:
        subprocess.Popen(
            words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )


def mongod_of(server: SecureServer) -> psutil.Process:
    """Find the process of a server, however often it was started."""
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "--dbpath" in words and str(server.port) in words:
            return process
    msg = "there is no such mongod"
    raise LookupError(msg)


def _make_administrator(server: SecureServer, process: subprocess.Popen[bytes]) -> None:
    """Make the first user, which MongoDB allows from the same machine."""
    deadline = time.monotonic() + 60
    with MongoClient[dict[str, Any]](
        "127.0.0.1", server.port, tls=True, tlsCAFile=str(server.certificate)
    ) as client:
        while time.monotonic() < deadline:
            with contextlib.suppress(PyMongoError):
                client.admin.command("createUser", "admin", pwd=server.admin, roles=["root"])
                return
            if process.poll() is not None:
                break
            time.sleep(0.2)
    msg = "mongod does not start"
    raise RuntimeError(msg)
