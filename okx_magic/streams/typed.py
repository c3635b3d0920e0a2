"""Rows of a stream as a person reads them: a DataFrame typed as the answers of the channel's GET, one row
as a dict, the whole as a line.

Tested in ``tests/streams/test_cells.py``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import msgspec

from okx_magic import strictjson
from okx_magic.model import Envelope, ObjectRows, Request

if TYPE_CHECKING:
    import pandas as pd

    from okx_magic.streams.stream import Stream


def frame_of(
    stream: Stream, lines: bytes, *, decimal: bool, depth: int | None = None
) -> pd.DataFrame:
    """The frame of these rows, each a line, books cut to ``depth``; ``attrs`` name the channel, and what
    they are of.
    """
    from okx_magic.frames import to_frame  # noqa: PLC0415  # pandas, on first use

    arg = stream.args[0]
    channel = arg.channel
    query = {**arg.keys, "bar": channel.bar} if channel.bar else arg.keys
    if len(stream.args) > 1:
        query = {}
    path = channel.twin or f"/ws/v5/{channel.url}/{channel.name}"
    request = Request("GET", f"{path}?{urlencode(query)}" if query else path)
    if stream.kind == "book":
        books = _VALUES.decode_lines(lines)[-1:]
        if depth is not None:
            cut = ({side: book[side][:depth] for side in ("asks", "bids")} for book in books)
            books = [book | sides for book, sides in zip(books, cut, strict=True)]
        envelope = Envelope("0", "", books)
    else:
        envelope = envelope_of(lines)
    frame = to_frame(envelope, request, decimal=decimal)
    frame.attrs["channel"] = channel.name
    return stream.access.dressed(frame)


def envelope_of(lines: bytes) -> Envelope:
    """An answer with these rows: as columns if all are objects of the same fields, as nearly all are."""
    first = msgspec.json.decode(lines.partition(b"\n")[0]) if lines else None
    if isinstance(first, dict) and first:
        names = tuple(first)
        try:
            found = ObjectRows(names, strictjson.cells(_decoder(names).decode_lines(lines)))
        except msgspec.ValidationError:
            pass
        else:
            return Envelope.of_rows("0", "", found, {}, 200)
    return Envelope("0", "", _VALUES.decode_lines(lines))


@lru_cache(64)
def _decoder(names: tuple[str, ...]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(strictjson.record(names, Any))


_VALUES: Final = msgspec.json.Decoder(Any)
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
