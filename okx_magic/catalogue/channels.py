"""OKX's WebSocket channels: where each is, what it needs, and which GET has the same rows.

The facts are in ``data/channels.jsonl``, a channel or a family of candles a line. OKX docs: Overview,
WebSocket; and the WebSocket channels of each chapter.

Tested in ``tests/catalogue/test_topics.py``.
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from okx_magic.catalogue.reader import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping

# "state" keeps the newest row of each key, "account" the same of a balance's currencies; "trades" have
# ids without holes; a "book" comes as changes, "whole" as a whole book each time.
ChannelKind = Literal["events", "state", "account", "orders", "trades", "candles", "book", "whole"]
Needed = Literal["yes", "no", "conditional"]


# There is one object for each, so they are told apart by identity.
@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """One channel. ``url`` is the last part of its path ("public", "private", "business"); ``args`` are
    its keys and whether each is needed; ``twin`` is the path of the GET with the same rows ("" where
    there is none), ``bar`` what that GET takes for candles. ``key`` tells its rows apart; ``again`` is
    the path of the GET that is asked after each new connection, with each of these ``each`` in turn.
    """

    name: str
    title: str
    url: str
    login: bool
    args: Mapping[str, Needed]
    kind: ChannelKind
    twin: str
    key: str = ""
    again: str = ""
    each: tuple[tuple[str, str], ...] = ()
    bar: str = ""


@cache
def channels() -> Mapping[str, Channel]:
    """All channels by their name, each candle of its own: 157 in June 2026."""
    found = {}
    for line in read_text("channels.jsonl").strip().split("\n"):
        for channel in _channels(json.loads(line)):
            found[channel.name] = channel
    return MappingProxyType(found)


def channel(name: str) -> Channel | None:
    """The channel of exactly this name, or None."""
    return channels().get(name)


def nearest_channels(name: str) -> tuple[str, ...]:
    """Names of channels that may have been meant, the likeliest first."""
    for known in channels():
        if known.lower() == name.lower():
            return (known,)
    near = difflib.get_close_matches(name, channels(), n=3, cutoff=0.6)
    inside = [known for known in channels() if len(name) > 3 and name.lower() in known]
    return tuple(dict.fromkeys([*near, *inside]))[:3]


def bars_of(name: str) -> tuple[str, ...]:
    """The names of the candle channels of the same family, in the order of their length."""
    family = re.match(r"(?:mark-price-|index-|sprd-)?candle", name)
    if family is None:
        return ()
    return tuple(known for known in channels() if known.startswith(family[0]))


def _channels(record: Mapping[str, Any]) -> list[Channel]:
    def made(name: str, bar: str = "") -> Channel:
        return Channel(
            name=name,
            title=record["title"],
            url=record["url"],
            login=record["login"],
            args=MappingProxyType(record["args"]),
            kind=record["kind"],
            twin=record["twin"],
            key=record.get("key", ""),
            again=record.get("again", ""),
            each=tuple(
                (key, value) for key, some in record.get("each", {}).items() for value in some
            ),
            bar=bar,
        )

    if "bars" not in record:
        return [made(record["name"])]
    return [made(record["name"] + bar, bar) for bar in record["bars"]]
