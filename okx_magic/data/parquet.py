"""Frames as parquet and back: the same columns and types, whatever rows there are.

Lists and objects of OKX's are JSON texts in the file; a column that the path says is not in it.

Tested in ``tests/data/test_folders.py``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from okx_magic.errors import CellError, TransportError
from okx_magic.frames.joined import frame_of_pages
from okx_magic.model import NumberRows
from okx_magic.pages.rows import as_envelope, as_lists

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from okx_magic.model import Request
    from okx_magic.pages.rows import Page


def frame_of(pages: list[Page], request: Request) -> pd.DataFrame:
    """The rows as the frame that a pull of them would give, with its index as a column."""
    frame = frame_of_pages(map(as_envelope, pages or [[]]), request)
    return frame.reset_index() if frame.index.name else frame


def schema_of(request: Request, place: Mapping[str, str]) -> pa.Schema:
    """The columns of a target's files."""
    frame = frame_of([], request)
    fields = [(name, _type(frame[name])) for name in frame.columns if name not in place]
    return pa.schema([*fields, ("_more", pa.string())])


def columns_of(schema: pa.Schema) -> dict[str, str]:
    """The schema as a manifest keeps it."""
    return {each.name: str(each.type) for each in schema}


def content_of(pages: list[Page], request: Request, schema: pa.Schema) -> bytes:
    """The content of a file of these pages, whose rows come newest first; oldest first in the file.

    What is in no column of the schema goes to ``_more`` as JSON. Raises TransportError where a value
    does not fit the type of its column.
    """
    # Those of numbers are bars, which a frame has oldest first by itself.
    packed = all(isinstance(page, NumberRows) for page in pages)
    rows = [] if packed else [row for page in pages for row in as_lists(page)]
    frame = frame_of(pages if packed else [rows[::-1]], request)
    if untyped := set(frame.attrs.get("untyped", ())) & set(schema.names):
        raise TransportError(
            f"a value of {', '.join(sorted(untyped))} is not of the type that the dataset has",
            written=True,
            request=request,
        )
    arrays = [
        _array(frame[each.name], each.type)
        if each.name in frame.columns
        else pa.nulls(len(frame), each.type)
        for each in schema
        if each.name != "_more"
    ]
    known = {*schema.names, "instId", "bar"}
    arrays.append(_more(frame[[name for name in frame.columns if name not in known]]))
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), sink, compression="zstd")
    return bytes(sink.getvalue())


def read(path: Path) -> pd.DataFrame:
    """The rows of a file, in the columns that it has. Raises CellError for one that somebody moved or
    changed.
    """
    try:
        # Not as a dataset: the folders above it would become columns.
        frame: pd.DataFrame = pq.ParquetFile(path).read().to_pandas(date_as_object=False)
    except (OSError, pa.ArrowInvalid) as error:
        what = "is missing" if isinstance(error, FileNotFoundError) else "cannot be read"
        raise CellError(
            f"{path} {what}", remedy="the same download again fetches its rows anew"
        ) from None
    return frame


def rows_in(path: Path) -> int | None:
    """How many rows a file has, as it says at its end; None where it is no whole file."""
    try:
        rows: int = pq.read_metadata(path).num_rows
    except (OSError, pa.ArrowInvalid):
        return None
    return rows


def as_template(frame: pd.DataFrame, template: pd.DataFrame) -> pd.DataFrame:
    """The frame with the columns and types of a template."""
    columns = {}
    for name, dtype in template.dtypes.items():
        column = frame[name]
        if pd.api.types.is_object_dtype(dtype):
            column = column.map(lambda text: json.loads(text) if isinstance(text, str) else None)
        columns[name] = column.astype(dtype)
    return pd.DataFrame(columns, index=frame.index)


def _type(column: pd.Series[Any]) -> pa.DataType:
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
        return pa.string()
    return pa.Array.from_pandas(column).type


def _array(column: pd.Series[Any], kind: pa.DataType) -> pa.Array:
    if column.dtype == object:
        texts = [None if each is None else json.dumps(each) for each in column]
        return pa.array(texts, type=kind)
    return pa.Array.from_pandas(column, type=kind)


def _more(frame: pd.DataFrame) -> pa.Array:
    if not len(frame.columns):
        return pa.nulls(len(frame), pa.string())
    texts = []
    for row in frame.to_dict("records"):
        said = {str(name): value for name, value in row.items() if not _is_missing(value)}
        texts.append(json.dumps(said, default=str) if said else None)
    return pa.array(texts, type=pa.string())


def _is_missing(value: Any) -> bool:
    return value is None or (not isinstance(value, list | dict) and bool(pd.isna(value)))
