"""Rows of a stream as a DataFrame, typed as the answers of the channel's GET are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from okx_magic.model import Envelope, Request

if TYPE_CHECKING:
    import pandas as pd

    from okx_magic.streams.stream import Stream


def frame_of(
    stream: Stream, values: list[Any], *, decimal: bool, depth: int | None = None
) -> pd.DataFrame:
    """The frame of these rows; ``attrs`` name the channel, and what they are of."""
    from okx_magic.frames import to_frame  # noqa: PLC0415  # pandas, on first use

    arg = stream.args[0]
    channel = arg.channel
    if stream.kind == "book" and depth is not None:
        values = [{**book, "asks": book["asks"][:depth], "bids": book["bids"][:depth]} for book in values]
    query = {**arg.keys, "bar": channel.bar} if channel.bar else arg.keys
    if len(stream.args) > 1:
        query = {}
    path = channel.twin or f"/ws/v5/{channel.url}/{channel.name}"
    request = Request("GET", f"{path}?{urlencode(query)}" if query else path)
    frame = to_frame(Envelope("0", "", values), request, decimal=decimal)
    frame.attrs["channel"] = channel.name
    return stream.access.dressed(frame)
