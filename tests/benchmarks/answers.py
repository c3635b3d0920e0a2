"""Made-up answers of OKX's shape, as the bytes that would arrive: the same ones in every run."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from okx_magic import catalogue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okx_magic.model import Request

_START = 1767225600000
_MINUTE = 60_000
_GENERATOR = random.Random(20260131)  # noqa: S311  # test data


def objects(request: Request, rows: int, names: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Objects with all documented fields, or those named, in the forms OKX gives them."""
    endpoint = catalogue.endpoint(request.method, request.path)
    assert endpoint is not None
    return [
        {name: _value(request, name, row) for name in names or endpoint.fields}
        for row in range(rows)
    ]


def candles(rows: int, before: int = 0) -> list[list[str]]:
    """Minute candles, newest first, which end ``before`` minutes earlier."""
    newest = _START - before * _MINUTE
    return [
        [
            str(newest - row * _MINUTE),
            *(_decimal(1) for _ in "ohlc"),
            _decimal(8),
            _decimal(8),
            _decimal(6),
            "1",
        ]
        for row in range(rows)
    ]


def book(levels: int) -> list[dict[str, Any]]:
    """A book with this many levels on each side."""

    def side() -> list[list[str]]:
        return [[_decimal(1), _decimal(4), "0", str(row % 9 + 1)] for row in range(levels)]

    return [{"asks": side(), "bids": side(), "ts": str(_START), "seqId": 40012345678}]


def body(data: Any) -> bytes:
    """The answer around ``data``, as OKX writes it: no spaces."""
    return json.dumps({"code": "0", "msg": "", "data": data}, separators=(",", ":")).encode()


def _value(request: Request, name: str, row: int) -> Any:
    values = {
        "decimal": "" if _GENERATOR.random() < 0.1 else _decimal(_GENERATOR.randrange(9)),
        "integer": str(row),
        "time": str(_START + row),
        "bool": row % 2 == 0,
        "id": str(2510789768709120000 + row),
        "list": [],
        "object": {},
    }
    if name == "instId":
        return f"COIN{row}-USDT"
    kind = catalogue.field_type(name, request.method, request.path)
    return values.get(kind or "text", "live")


def _decimal(places: int) -> str:
    return f"{_GENERATOR.uniform(0, 90_000):.{places}f}"
