"""Judges a filled subscription by the catalogue, before a socket opens.

Tested in ``tests/streams/test_cells.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from okx_magic.catalogue.channels import bars_of, channel, nearest_channels
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from okx_magic.catalogue.channels import Channel
    from okx_magic.model import Request

_VALUES: Final = {
    "instId": "BTC-USDT",
    "instType": "SPOT",
    "instFamily": "BTC-USD",
    "sprdId": "BTC-USDT_BTC-USDT-SWAP",
    "algoId": "…",
}
EXAMPLE: Final = "for example: ticks = SUBSCRIBE tickers?instId=BTC-USDT"
_INST_TYPES: Final = ("SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION", "EVENTS", "ANY")
# Their rows do not say whose they are.
_ONE_EACH: Final = frozenset({"candles", "book", "whole"})


def checked(request: Request) -> tuple[Channel, tuple[dict[str, str], ...]]:
    """The channel and the keys of each arg: a comma in a value makes several. Raises CellError for what
    OKX would refuse.
    """
    known = channel(request.path)
    if known is None:
        raise _unknown(request)
    keys: dict[str, str] = {}
    for name, value in request.query:
        if name in keys:
            raise CellError(
                f"{name} is given twice",
                line=request.line,
                remedy=f"several values of one key are joined: {name}={keys[name]},{value}",
            )
        keys[name] = value.strip()
    _check_keys(known, keys, request.line)
    many = [name for name, value in keys.items() if "," in value]
    if not many:
        return known, (keys,)
    if len(many) > 1 or many[0] not in ("instId", "instFamily", "instType", "sprdId", "ccy"):
        raise CellError(
            "only one key can have several values", line=request.line, remedy="a SUBSCRIBE for each"
        )
    if known.kind in _ONE_EACH:
        raise CellError(
            f"{known.name} has one {many[0]}: its rows do not say whose they are",
            line=request.line,
            remedy=f"a SUBSCRIBE with a name for each {many[0]}",
        )
    values = dict.fromkeys(filter(None, (part.strip() for part in keys[many[0]].split(","))))
    return known, tuple({**keys, many[0]: value} for value in values)


def _unknown(request: Request) -> CellError:
    name = request.path
    bars = [bar for bar in bars_of(name) if bar.lower() == name.lower()]
    if bars:
        bar = bars[0].rpartition("candle")[2]
        said = f"no channel {name}: the bar is {bar} (OKX: s and m small, H D W M large)"
        return CellError(said, line=request.line, remedy=f"SUBSCRIBE {bars[0]}")
    if bars_of(name):
        shown = ", ".join(bars_of(name)[:4])
        return CellError(
            f"no channel {name}: the bar is part of a candle's name",
            line=request.line,
            remedy=f"such as {shown}",
        )
    near = ", ".join(nearest_channels(name))
    remedy = f"nearest: {near}" if near else f"Tab completes channels; {EXAMPLE}"
    return CellError(f"unknown channel {name}", line=request.line, remedy=remedy)


def _check_keys(known: Channel, keys: dict[str, str], line: int) -> None:
    for name, value in keys.items():
        if name not in known.args:
            takes = ", ".join(known.args) or "no key"
            remedy = f"{known.name} takes {takes}"
            if name == "bar":
                remedy = "the bar is part of the channel's name: candle1m"
            raise CellError(f"{known.name} has no key {name}", line=line, remedy=remedy)
        if not value:
            raise CellError(
                f"{name} is empty", line=line, remedy=f"{name}={_VALUES.get(name, '…')}"
            )
    missing = [name for name, needed in known.args.items() if needed == "yes" and name not in keys]
    either = [name for name, needed in known.args.items() if needed == "conditional"]
    if not missing and either and not any(name in keys for name in either):
        raise CellError(
            f"{known.name} needs {' or '.join(either)}",
            line=line,
            remedy=f"add &{either[0]}={_VALUES.get(either[0], '…')}",
        )
    if missing:
        query = "&".join(f"{name}={_VALUES.get(name, '…')}" for name in missing)
        raise CellError(
            f"{known.name} needs {', '.join(missing)}",
            line=line,
            remedy=f"add {'&' if keys else '?'}{query}",
        )
    kinds = keys.get("instType", "SPOT").split(",")
    if any(kind not in _INST_TYPES for kind in kinds):
        raise CellError(
            f"instType={keys['instType']} is none of OKX's",
            line=line,
            remedy=f"one of {', '.join(_INST_TYPES)}, in capitals",
        )
