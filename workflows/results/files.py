"""Results as files for other programs: CSV, JSON Lines and Parquet, and read back from them.

Columns are named as in `analysis.base.fields`. Null is an empty cell in CSV and null in the other
two; there is no NaN. Nested values are JSON text in a column of CSV and Parquet.
"""

from __future__ import annotations

import csv
import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from analysis.base.fields import Kind
from workflows.results.fields import resolve
from workflows.results.search import available_fields, get_value, resolve_fields
from workflows.results.serialize import to_csv, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

Document = dict[str, Any]

_NESTED = (Kind.TEXTS, Kind.FORMULAS, Kind.AMOUNTS, Kind.RECORDS, Kind.DOCUMENT)


def write_results(
    documents: Sequence[Document],
    path: Path,
    *,
    fields: Sequence[str] | None = None,
    overwrite: bool = False,
) -> None:
    """Write results to a file: .csv, .jsonl or .parquet.

    Parameters
    ----------
    documents
        As `find` returns them.
    path
        The file; its suffix determines the format.
    fields
        Columns, as `find` takes them; without it every field, `structure` only where a document
        brings it.
    overwrite
        Replace an existing file.

    Raises
    ------
    InputError
        The suffix is unknown, the file exists, or it cannot be written; an existing file then
        stays unchanged.
    """
    if path.suffix not in _WRITERS:
        msg = f"results are written as {', '.join(_WRITERS)}, not as {path.name!r}: change its end"
        raise InputError(msg)
    require_free(path, overwrite=overwrite)
    names = available_fields(documents) if fields is None else resolve_fields(fields)
    replace_file(path, _WRITERS[path.suffix](documents, names))


def read_results(file: str | Path) -> list[Document]:
    """Read a file of `write_results`: the same names, values and types as from the database.

    Raises
    ------
    InputError
        The file does not exist, or has another format.
    """
    path = Path(file)
    if path.suffix not in _READERS:
        msg = f"{path} is no file of results: they end in {', '.join(_READERS)}"
        raise InputError(msg)
    try:
        rows = _READERS[path.suffix](path)
        return [{name: _from_file(name, value) for name, value in row.items()} for row in rows]
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read as results: {error}"
        raise InputError(msg) from error


def require_free(path: Path, *, overwrite: bool) -> None:
    """Refuse to overwrite an existing file.

    Raises
    ------
    InputError
        It exists and may not be replaced, or it is a folder.
    """
    if path.is_dir():
        msg = f"{path} is a folder: name a file in it"
        raise InputError(msg)
    if path.exists() and not overwrite:
        msg = f"{path} is there already: choose another name, or --force to replace it"
        raise InputError(msg)


def replace_file(path: Path, content: bytes) -> None:
    """Write a complete file, or leave the old one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
        Path(file.name).chmod(0o666 & ~_umask())
        Path(file.name).replace(path)
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror or error}"
        raise InputError(msg) from error


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


def _csv(documents: Sequence[Document], names: Sequence[str]) -> bytes:
    return to_csv(documents, names).encode()


def _json_lines(documents: Sequence[Document], names: Sequence[str]) -> bytes:
    rows = ({name: to_plain(get_value(d, name)) for name in names} for d in documents)
    lines = (json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
    return "".join(lines).encode()


def _parquet(documents: Sequence[Document], names: Sequence[str]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    columns = [_column([get_value(d, name) for d in documents], name) for name in names]
    schema = pa.schema([_described(name, array.type) for name, array in columns])
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table([array for _, array in columns], schema=schema), sink)
    return bytes(sink.getvalue().to_pybytes())


def _column(values: Sequence[Any], name: str) -> tuple[str, pa.Array]:
    """Make a column of one type; a value of another kind is an error that names it."""
    import pyarrow as pa

    try:
        return name, pa.array([_cell(value) for value in values], _arrow_type(name))
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        msg = f"{name} holds a value of another kind than {resolve(name).kind}: {error}"
        raise InputError(msg) from error


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    plain = to_plain(value)
    nested = isinstance(plain, (dict, list))
    return json.dumps(plain, ensure_ascii=False, allow_nan=False) if nested else plain


def _arrow_type(name: str) -> pa.DataType:
    import pyarrow as pa

    target = resolve(name)
    types = {
        Kind.NUMBER: pa.float64(),
        Kind.INTEGER: pa.int64(),
        Kind.FLAG: pa.bool_(),
        Kind.DATE: pa.timestamp("ms", tz="UTC"),
    }
    return pa.string() if target.record else types.get(target.kind, pa.string())


def _described(name: str, kind: pa.DataType) -> pa.Field:
    """Attach unit and meaning to a column; Parquet keeps them with it."""
    import pyarrow as pa

    field = resolve(name).field
    return pa.field(name, kind, metadata={"unit": field.unit, "description": field.description})


def _read_csv(path: Path) -> list[Document]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {name: value or None for name, value in row.items()}
            for row in csv.DictReader(file, strict=True)
        ]


def _read_json_lines(path: Path) -> list[Document]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def _read_parquet(path: Path) -> list[Document]:
    from pyarrow import parquet

    rows: list[Document] = parquet.read_table(path).to_pylist()
    return rows


def _from_file(name: str, value: Any) -> Any:
    """Read a value as the database returns it, if necessary from the text of a column."""
    target = resolve(name)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    if not isinstance(value, str):
        return value
    if target.kind is Kind.DATE:
        return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)
    if target.record or target.kind in (*_NESTED, Kind.FLAG, Kind.INTEGER):
        return _json_or_text(value, target.kind)
    return float(value) if target.kind is Kind.NUMBER else value


def _json_or_text(value: str, kind: Kind) -> Any:
    """Decode JSON; a part of a document may be plain text."""
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        if kind is Kind.DOCUMENT:
            return value
        raise


_WRITERS: dict[str, Callable[[Sequence[Document], Sequence[str]], bytes]] = {
    ".csv": _csv,
    ".jsonl": _json_lines,
    ".parquet": _parquet,
}
_READERS: dict[str, Callable[[Path], list[Document]]] = {
    ".csv": _read_csv,
    ".jsonl": _read_json_lines,
    ".parquet": _read_parquet,
}
