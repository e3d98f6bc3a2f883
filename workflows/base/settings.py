"""Machine settings: what depends on the computer, never on the science."""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import psutil
import yaml
from pydantic import (
    Field,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    StringConstraints,
    ValidationError,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from analysis.base.errors import InputError
from analysis.base.value_messages import message_of
from workflows.base.mongo_uri import MongoUri
from workflows.base.secret_files import line_of, refuse_if_readable

PREFIX = "INTERPHASE_"
FILE_VARIABLE = PREFIX + "SETTINGS"
DEFAULT_FILE = Path("~/.interphase.yaml")

# CHGNet with stresses peaks at 1.7 GB on a 96-atom garnet (192 atoms: 3.0 GB), PyTorch included.
_WORKER_BYTES = 2 * 1024**3


def available_cores() -> int:
    """Return the number of cores this process may use; fewer in a batch job or a container."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _default_workers() -> int:
    fitting = psutil.virtual_memory().total // _WORKER_BYTES
    return int(max(1, min(available_cores(), fitting)))


def _default_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "interphase"


def _default_tables() -> Path:
    data = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser()
    return data / "interphase" / "engines"


class MachineSettings(BaseSettings):
    """Settings of this machine, from INTERPHASE_* variables, then from a YAML file.

    The file is ~/.interphase.yaml, or the one INTERPHASE_SETTINGS names. Use
    `load_settings`, which turns mistakes into readable messages.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    workers: PositiveInt = Field(
        default_factory=_default_workers,
        description="Rockets at a time; by default one per core, if memory allows",
    )
    threads: PositiveInt = Field(
        default_factory=lambda data: max(1, available_cores() // data.get("workers", 1)),
        description="Threads of each worker; by default the cores divided by the workers",
    )
    folder: Path | None = Field(
        None, description="The campaign's folder, for workers that a campaign starts"
    )
    mongod: Path | None = Field(None, description="Path of the mongod program to run")
    mongodb_uri: SecretStr | None = Field(
        None, description="A MongoDB server to use in place of a private one: mongodb://..."
    )
    database: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=63)] = Field(
        "interphase", description="Name of the database on that server"
    )
    launchpad: Path | None = Field(
        None, description="FireWorks' my_launchpad.yaml of a LaunchPad that machines share"
    )
    vasp_step_seconds: PositiveFloat = Field(
        300.0,
        description="Seconds that one node takes for an ionic step of 100 atoms with VASP, for "
        "the estimate of node-hours; replaced by measured times once relaxations have landed",
    )
    database_patience: PositiveFloat = Field(
        600.0,
        description="Seconds that a step waits for a lost database, to store its result; after "
        "that the result stays in the step's folder for interphase recover",
    )
    launch_patience: PositiveFloat = Field(
        900.0,
        description="Seconds until a step that was taken but has not reported where it runs "
        "counts as lost; longer than database_patience",
    )
    max_reruns: PositiveInt = Field(
        5,
        description="How often interphase recover reruns a step that fails for the same reason",
    )
    tables: Path = Field(
        default_factory=_default_tables,
        description="Folder of the tables that interphase calibrate writes, and campaigns read",
    )
    cache: Path = Field(
        default_factory=_default_cache, description="Folder for downloads that campaigns share"
    )

    @field_validator("folder", "mongod", "launchpad", "tables", "cache")
    @classmethod
    def _expand_home(cls, path: Path | None) -> Path | None:
        return path.expanduser() if path else path

    @field_validator("mongodb_uri")
    @classmethod
    def _is_a_uri(cls, uri: SecretStr | None) -> SecretStr | None:
        if uri:
            try:
                MongoUri.parse(uri.get_secret_value())
            except InputError as error:
                raise ValueError(str(error)) from None
        return uri

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  pydantic-settings passes it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, then the environment, then the file."""
        return init_settings, env_settings, InitSettingsSource(settings_cls, _read_file())


def load_settings() -> MachineSettings:
    """Read the settings of this machine.

    Raises
    ------
    InputError
        A key or a value is wrong, or the file cannot be read; the message names it.
    """
    _check_variables()
    try:
        return MachineSettings()
    except ValidationError as error:
        problems = "; ".join(
            _describe(item["loc"], message_of(dict(item), secret=True)) for item in error.errors()
        )
        raise InputError(problems) from None


def _settings_file() -> Path:
    return Path(os.environ.get(FILE_VARIABLE) or DEFAULT_FILE).expanduser()


def _read_file() -> dict[str, Any]:
    file = _settings_file()
    if not file.exists():
        if os.environ.get(FILE_VARIABLE):
            msg = f"{FILE_VARIABLE} names {file}, which does not exist"
            raise InputError(msg)
        return {}
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"settings file {file} cannot be read: {error.strerror}"
        raise InputError(msg) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        # YAML's message quotes the line, which may hold the password.
        msg = f"settings file {file} cannot be read: it is not YAML{line_of(error)}"
        raise InputError(msg) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        msg = f"settings file {file} must hold lines such as 'workers: 2'"
        raise InputError(msg)
    refuse_if_readable(file, content)
    return content


def _check_variables() -> None:
    """Refuse unknown INTERPHASE_* variables: most likely a typing error."""
    known = {FILE_VARIABLE, *(PREFIX + name.upper() for name in MachineSettings.model_fields)}
    for name in os.environ:
        if name.startswith(PREFIX) and name not in known:
            raise InputError(_unknown("environment variable", name, known))


def _describe(location: tuple[int | str, ...], problem: str) -> str:
    key = str(location[0]) if location else ""
    if key not in MachineSettings.model_fields:
        return _unknown(f"key in {_settings_file()}:", key, MachineSettings.model_fields)
    variable = PREFIX + key.upper()
    origin = variable if os.environ.get(variable) else f"{key} in {_settings_file()}"
    return f"setting {origin}: {problem}"


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    fix = f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(known))}"
    return f"unknown {kind} {name}; {fix}"
