"""Rows of a stream as a person reads them: a DataFrame typed as the answers of the channel's GET, one row
as a dict, the whole as a line.

Tested in ``tests/streams/test_cells.py``.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import msgspec

from okx_magic import catalogue
from okx_magic.model import Envelope, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from okx_magic.streams.stream import Stream


def frame_of(
    stream: Stream, rows: list[bytes], *, decimal: bool, depth: int | None = None
) -> pd.DataFrame:
    """The frame of these rows, books cut to ``depth``; ``attrs`` name the channel, and what
    they are of.
    """
    from okx_magic.frames import frame_of_columns, to_frame  # noqa: PLC0415  # pandas, on first use

    arg = stream.args[0]
    channel = arg.channel
    query = {**arg.keys, "bar": channel.bar} if channel.bar else arg.keys
    if len(stream.args) > 1:
        query = {}
    path = channel.twin or f"/ws/v5/{channel.url}/{channel.name}"
    request = Request("GET", f"{path}?{urlencode(query)}" if query else path)
    columns = None if stream.kind == "book" else _columns(rows, request)
    if columns is not None:
        frame = frame_of_columns(columns, len(rows), request, decimal=decimal)
    else:
        values = msgspec.json.decode(b"[" + b",".join(rows) + b"]")
        if stream.kind == "book" and depth is not None:
            cut = {side: values[-1][side][:depth] for side in ("asks", "bids")}
            values = [values[-1] | cut]
        frame = to_frame(Envelope("0", "", values), request, decimal=decimal)
    frame.attrs["channel"] = channel.name
    return stream.access.dressed(frame)


def _columns(rows: list[bytes], request: Request) -> dict[str, list[Any]] | None:
    """The columns of objects that all have the same fields, as nearly all do, and no tables in them; None
    of others.
    """
    first = msgspec.json.decode(rows[0]) if rows else None
    types = catalogue.field_types(request.method, request.path)
    if not isinstance(first, dict) or any(types.get(name) in _TABLES for name in first):
        return None
    names = tuple(first)
    decoder, cells_of = _decoder(names)
    try:
        objects = decoder.decode(b"[" + b",".join(rows) + b"]")
    except msgspec.ValidationError:
        return None
    cells = list(chain.from_iterable(map(cells_of, objects)))
    return {name: cells[place :: len(names)] for place, name in enumerate(names)}


@lru_cache(64)
def _decoder(names: tuple[str, ...]) -> tuple[msgspec.json.Decoder[Any], Callable[[Any], Any]]:
    # Objects of fixed places cost half of dicts, and the collector does not look at them.
    places = {f"place{number}": name for number, name in enumerate(names)}
    row = msgspec.defstruct(
        "Row",
        [(place, Any) for place in places],
        rename=places,
        forbid_unknown_fields=True,
        gc=False,
    )
    cells = attrgetter(*places) if len(names) > 1 else lambda one: (one.place0,)
    return msgspec.json.Decoder(list[row]), cells  # type: ignore[valid-type]  # made here


_TABLES: Final = frozenset({"table", "rows"})
_BAR: Final = ("ts", "o", "h", "l", "c", "vol", "volCcy", "volCcyQuote", "confirm")


def row_of(row: bytes) -> dict[str, Any]:
    """A row as a dict, numbers as OKX's text; a bar by the names of its places."""
    value = msgspec.json.decode(row)
    if isinstance(value, dict):
        return value
    names = _BAR if len(value) == len(_BAR) else (*_BAR[:5], "confirm")
    return dict(zip(names, value, strict=False))


def line_of(stream: Stream) -> str:
    """The stream in one line."""
    args = ", ".join(str(arg).partition(" ")[2] for arg in stream.args)
    parts = [
        stream.name,
        f"{stream.channel} {args}".strip(),
        stream.access.account.name,
        stream.state,
    ]
    total, kept = stream.total, stream.kept
    if stream.kind in ("trades", "events", "orders") and kept < total:
        parts.append(f"kept {kept:,} of {total:,} rows")
    else:
        parts.append(f"{total:,} rows")
    if gaps := len(stream.gaps):
        parts.append(f"{gaps} gap" + ("s" if gaps > 1 else ""))
    if stream.errors:
        parts.append(f"{stream.errors} errors in on(): {stream.first_error}")
    return " · ".join(parts)
