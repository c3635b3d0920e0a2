"""A stream's recording, as its file has it, ─► a frame typed as the stream's own.

Tested in ``tests/streams/test_recording.py``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from okx_magic import catalogue
from okx_magic.catalogue.channels import channel
from okx_magic.errors import CellError
from okx_magic.frames.shapes import CANDLE_NAMES
from okx_magic.frames.typed_columns import all_typed

if TYPE_CHECKING:
    from os import PathLike

_JSON: Final = ("[", "{")


def open_recording(path: str | PathLike[str], *, decimal: bool = False) -> pd.DataFrame:
    """What a recording has, a row for each that came, its columns named and typed as the stream's
    ``frame`` has them. Raises CellError where the file is none.
    """
    name, columns = _read(Path(path).expanduser())
    known = channel(name)
    method, twin = ("GET", known.twin) if known and known.twin else ("", "")
    types = catalogue.field_types(method, twin)
    kinds = {each: types.get(each) for each in columns}
    length = len(next(iter(columns.values()), ()))
    arrays, untyped = all_typed(columns, kinds, length, exact=decimal)
    first = [each for each in catalogue.first_columns(method, twin) if each in arrays]
    bar = CANDLE_NAMES if known and known.bar else {}
    ordered = dict.fromkeys((*first, *arrays))
    frame = pd.DataFrame({bar.get(each, each): arrays[each] for each in ordered}, copy=False)
    frame.attrs["channel"] = name
    if untyped:
        frame.attrs["untyped"] = list(untyped)
    return frame


def is_recording(path: Path) -> bool:
    """Whether a file is what a stream was recorded to, and complete."""
    try:
        return bool(_channel_of(pq.read_schema(path)))
    except (pa.ArrowInvalid, OSError):
        return False


def _channel_of(schema: pa.Schema) -> str:
    name: bytes = (schema.metadata or {}).get(b"okx_channel", b"")
    return name.decode()


def _read(path: Path) -> tuple[str, dict[str, list[Any]]]:
    """The channel of a recording, and its columns, with those that only later rows have."""
    try:
        table = pq.ParquetFile(path).read()
    except FileNotFoundError:
        raise CellError(f"there is no file {path}") from None
    except (pa.ArrowInvalid, OSError) as error:
        raise CellError(
            f"{path} cannot be read ({error})",
            remedy="a recording is complete once its stream has ended: %okx_streams stop NAME",
        ) from None
    name = _channel_of(table.schema)
    if not name:
        raise CellError(f"{path} is no stream's recording", remedy="pandas.read_parquet reads it")
    columns = table.to_pydict()
    more = [json.loads(each) if each else {} for each in columns.pop("_more")]
    for late in dict.fromkeys(key for each in more for key in each):
        columns[late] = [each.get(late) for each in more]
    return name, {key: [_value(each) for each in column] for key, column in columns.items()}


def _value(value: Any) -> Any:
    """What was sent: a list or an object again, "" where nothing was."""
    if isinstance(value, str) and value.startswith(_JSON):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return "" if value is None else value
