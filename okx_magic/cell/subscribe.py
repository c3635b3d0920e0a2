"""Subscriptions in a cell: ``name = SUBSCRIBE channel?key=value``, and OKX's own frames as printed.

A frame becomes one subscription for each of its args, named for the channel. OKX docs, Overview,
WebSocket, Subscribe: ``{"op": "subscribe", "args": [{"channel": …, …}]}``.

Tested in ``tests/streams/test_cells.py``.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from okx_magic import strictjson
from okx_magic.cell.head import read_query
from okx_magic.cell.lines import OPTION, OPTIONS_FIRST, PAIR, SOCKET
from okx_magic.cell.template import MARK, Template, mask
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from okx_magic.cell.lines import Block, Line

SUBSCRIBE: Final = "SUBSCRIBE"
EXAMPLE: Final = "for example: ticks = SUBSCRIBE tickers?instId=BTC-USDT"
_CHANNEL: Final = re.compile(r"[A-Za-z0-9_-]{1,60}", re.ASCII)
_LOGIN: Final = (
    "the log-in frame is dropped: the account logs in by itself; if its values were real, they stand in"
    " this cell, so make a new key at OKX"
)
_ORDERS: Final = "orders are not sent over a WebSocket: POST /api/v5/trade/order"


def template(block: Block, name: str | None) -> tuple[Template, list[str]]:
    """The subscription of a block. Raises CellError."""
    if block.word != SUBSCRIBE:
        raise CellError(f"{block.word} is written {SUBSCRIBE}", line=block.number, remedy=EXAMPLE)
    masked, _ = mask(block.rest, line=block.number, place="query")
    channel = masked.partition("?")[0].strip()
    if SOCKET.match(channel):
        raise CellError(
            "the URL of a WebSocket is not needed: okx_magic chooses it by the channel",
            line=block.number,
            remedy=EXAMPLE,
        )
    if MARK in channel:
        raise CellError("a variable in the channel", line=block.number, remedy=EXAMPLE)
    if not _CHANNEL.fullmatch(channel):
        reason = (
            f"{channel[:30]!r} is not a channel"
            if channel
            else f"the channel is missing after {SUBSCRIBE}"
        )
        raise CellError(reason, line=block.number, remedy=_behind(channel) or EXAMPLE)
    for line in block.lines:
        if line.stripped and not line.stripped.startswith(("?", "&")):
            raise CellError(
                f"{line.stripped[:20]!r} belongs to no request",
                line=line.number,
                remedy="a subscription has a query and nothing else: ?instId=BTC-USDT",
            )
    query = block.rest.strip()[len(channel) :].strip()
    if query and not query.startswith("?"):
        raise CellError(
            "text after the channel", line=block.number, remedy="give its keys as ?key=value"
        )
    spaced = mask(query, line=block.number, place="query")[0]
    if re.search(r"\s", spaced):
        remedy = _behind(spaced) or "write a space in a value as %20"
        raise CellError("a space in the query", line=block.number, remedy=remedy)
    added = [line for line in block.lines if line.stripped]
    text, notices = read_query(query, added, line=block.number)
    return Template(SUBSCRIBE, channel, text, name=name, line=block.number), list(notices)


def _behind(text: str) -> str:
    """Where what stands behind the first space belongs; "" where that is not known."""
    first, _, behind = text.partition(" ")
    if re.match(OPTION, behind.strip()):
        return OPTIONS_FIRST
    if key := PAIR.match(behind.strip()):
        mark = "&" if "?" in first else "?"
        return f"join it with {mark}, without a space: {mark}{key[1]}=…"
    return ""


def pasted(lines: Sequence[Line]) -> Iterator[Template | str]:
    """The subscriptions of the frames in these lines, and notices. Raises CellError for what is no frame
    of OKX's, and for one that a cell does not send.
    """
    lines = [line for line in lines if line.stripped]
    if SOCKET.match(lines[0].stripped):
        yield f"line {lines[0].number}: the URL is dropped: okx_magic chooses it by the channel"
        lines = lines[1:]
        if not lines:
            raise CellError("a URL alone subscribes to nothing", line=None, remedy=EXAMPLE)
    taken: set[str] = set()
    while lines:
        number = lines[0].number
        frame, count = _frame(lines, number)
        lines = lines[count:]
        if frame.get("op") == "login":
            yield f"line {number}: {_LOGIN}"
            continue
        for arg in _args(frame, number):
            yield _of_arg(arg, taken, number)


def _frame(lines: Sequence[Line], number: int) -> tuple[dict[str, Any], int]:
    text = "\n".join(line.text for line in lines)
    try:
        _, end = json.JSONDecoder().raw_decode(text.lstrip())
    except ValueError as error:
        raise CellError(
            f"the frame is not JSON: {error}",
            line=number,
            remedy='{"op": "subscribe", "args": [{"channel": "tickers", "instId": "BTC-USDT"}]}',
        ) from None
    whole = text.lstrip()[:end]
    count = whole.count("\n") + 1
    behind = text.lstrip()[end:].partition("\n")[0].strip()
    if behind and not behind.startswith(("#", "//")):
        raise CellError("text after the frame", line=lines[count - 1].number, remedy="a line each")
    try:
        value = strictjson.loads(whole)
    except ValueError as error:
        raise CellError(f"the frame is refused: {error}", line=number) from None
    return value, count


def _args(frame: dict[str, Any], number: int) -> list[dict[str, Any]]:
    op, args = frame.get("op"), frame.get("args")
    if op == "unsubscribe":
        raise CellError("a cell only subscribes", line=number, remedy="%okx_streams stop NAME")
    if op != "subscribe":
        remedy = _ORDERS if isinstance(op, str) and "order" in op else EXAMPLE
        raise CellError(f"op is {op!r}, not subscribe", line=number, remedy=remedy)
    if isinstance(args, dict):
        raise CellError("args is a list", line=number, remedy="put [ ] around it (OKX: 60012)")
    if not isinstance(args, list) or not args or not all(isinstance(each, dict) for each in args):
        raise CellError("args is a list of objects", line=number, remedy='[{"channel": …}]')
    return args


def _of_arg(arg: dict[str, Any], taken: set[str], number: int) -> Template:
    channel = arg.get("channel")
    values = {key: value for key, value in arg.items() if key != "channel"}
    if not isinstance(channel, str) or not _CHANNEL.fullmatch(channel):
        raise CellError("an arg needs a channel", line=number, remedy='{"channel": "tickers", …}')
    for key, value in values.items():
        if not isinstance(value, str):
            raise CellError(f"{key} is text in quotes", line=number, remedy=f'"{key}": "…"')
    name = _identifier(channel)
    if name in taken:
        name = _identifier("_".join([channel, *(values[key] for key in values if key == "instId")]))
    free, count = name, 2
    while free in taken:
        free, count = f"{name}_{count}", count + 1
    taken.add(free)
    query = "&".join(
        f"{quote(key, safe='')}={quote(text, safe='')}" for key, text in values.items()
    )
    return Template(
        SUBSCRIBE, channel, (f"?{query}",) if query else (), name=free, line=number, pasted=True
    )


def _identifier(text: str) -> str:
    return re.sub(r"\W", "_", text)
