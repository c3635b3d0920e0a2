"""What an answer of the sandbox has beside, or lacks of, what the catalogue documents for its endpoint.

assert not deviations("GET", "/api/v5/market/ticker?instId=BTC-USDT", answer.data)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from okx_magic.catalogue import endpoint, endpoints, field_type
from okx_magic.frames import to_frame
from okx_magic.model import Envelope, Request
from okx_magic.sandbox.replies import envelope
from okx_magic.sandbox.routes.rows import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from okx_magic.catalogue import Endpoint
    from okx_magic.model import Method

# Every bar that candles are of.
BARS = sorted(
    name
    for param in endpoints()["GET", "/api/v5/market/history-candles"].params
    if param.name == "bar"
    for name in param.values
)

# Two weeks of 2025.
JANUARY = "begin=1735790400000&end=1737000000000"

# path: queries that bring answers with rows
PUBLIC_QUERIES: dict[str, tuple[str, ...]] = {
    "/api/v5/public/time": ("",),
    "/api/v5/public/instruments": (
        "instType=SPOT",
        "instType=SWAP",
        "instType=FUTURES",
        "instType=OPTION&instFamily=BTC-USD",
    ),
    "/api/v5/market/tickers": ("instType=SPOT", "instType=SWAP", "instType=OPTION"),
    "/api/v5/market/ticker": ("instId=BTC-USDT", "instId=BTC-USD-SWAP"),
    "/api/v5/market/books": ("instId=BTC-USDT&sz=5",),
    "/api/v5/market/books-full": ("instId=BTC-USDT&sz=500",),
    "/api/v5/market/trades": ("instId=BTC-USDT",),
    "/api/v5/market/history-trades": ("instId=BTC-USDT", "instId=BTC-USD-SWAP&type=2"),
    "/api/v5/market/index-tickers": ("instId=BTC-USD", "quoteCcy=USDT"),
    "/api/v5/market/index-components": ("index=BTC-USD",),
    "/api/v5/market/platform-24-volume": ("",),
    "/api/v5/market/exchange-rate": ("",),
    "/api/v5/public/mark-price": (
        "instType=MARGIN",
        "instType=SWAP",
        "instType=OPTION&instFamily=BTC-USD",
        "instId=BTC-USDT",
    ),
    "/api/v5/public/underlying": ("instType=SWAP", "instType=OPTION"),
    "/api/v5/public/funding-rate": ("instId=BTC-USDT-SWAP", "instId=ANY"),
    "/api/v5/public/funding-rate-history": ("instId=BTC-USD-SWAP",),
    "/api/v5/public/market-data-history": (
        f"module=2&instType=SPOT&instIdList=BTC-USDT&dateAggrType=daily&{JANUARY}",
        f"module=3&instType=SWAP&instFamilyList=BTC-USD&dateAggrType=monthly&{JANUARY}",
    ),
    "/api/v5/public/open-interest": ("instType=SWAP", "instType=OPTION&instFamily=ETH-USD"),
    "/api/v5/public/convert-contract-coin": (
        "instId=BTC-USDT-SWAP&sz=1",
        "instId=BTC-USD-SWAP&sz=10&px=30000&type=2",
    ),
    "/api/v5/public/block-trades": ("instId=BTC-USDT",),
    "/api/v5/public/liquidation-orders": ("instType=SWAP",),
    "/api/v5/public/opt-summary": ("instFamily=BTC-USD", "uly=ETH-USD"),
    "/api/v5/public/premium-history": ("instId=BTC-USDT-SWAP",),
    "/api/v5/rubik/stat/contracts/long-short-account-ratio": ("ccy=BTC", "ccy=SOL&period=1D"),
    "/api/v5/rubik/stat/contracts/long-short-account-ratio-contract": (
        "instId=BTC-USDT-SWAP&period=1H",
    ),
    "/api/v5/public/delivery-exercise-history": ("instType=FUTURES&instFamily=BTC-USD",),
    "/api/v5/public/estimated-price": ("instId=BTC-USD-260626",),
    "/api/v5/public/option-trades": ("instFamily=BTC-USD",),
    "/api/v5/market/block-tickers": ("instType=SPOT",),
    "/api/v5/market/option/instrument-family-trades": ("instFamily=BTC-USD",),
    "/api/v5/public/price-limit": ("instId=BTC-USDT", "instId=BTC-USD-260626-60000-C"),
    "/api/v5/public/position-tiers": (
        "instType=SWAP&tdMode=cross&instFamily=BTC-USDT",
        "instType=FUTURES&tdMode=isolated&uly=BTC-USD",
    ),
    "/api/v5/system/status": ("",),
    "/api/v5/rubik/stat/trading-data/support-coin": ("",),
    "/api/v5/rubik/stat/contracts/open-interest-history": (
        "instId=BTC-USDT-SWAP",
        "instId=BTC-USD-260626&period=1W",
    ),
    "/api/v5/rubik/stat/contracts/open-interest-volume": ("ccy=BTC", "ccy=SOL&period=1D"),
}
for kind, name in (("", "BTC-USDT"), ("index-", "BTC-USD"), ("mark-price-", "BTC-USDT-SWAP")):
    PUBLIC_QUERIES[f"/api/v5/market/{kind}candles"] = (f"instId={name}",)
    PUBLIC_QUERIES[f"/api/v5/market/history-{kind}candles"] = (f"instId={name}&bar=1Dutc",)


def as_sent(known: Endpoint, data: Any) -> Any:
    """What a client reads of that which a route answers."""
    return json.loads(envelope(written(known, data)).body)["data"]


def deviations(method: Method, target: str, data: Any) -> list[str]:
    """Each place where ``data`` differs from the documented answer of ``method target``, in words:
    in its shape, in the fields of its objects (nested ones, too) and in values that our own frames
    cannot type. Empty when there is none, and for an empty answer.
    """
    return [*_fields(method, target, data), *_types(method, target, data)]


def _fields(method: Method, target: str, data: Any) -> Iterator[str]:
    known = endpoint(method, target.partition("?")[0])
    if known is None:
        yield f"{method} {target}: not in the catalogue"
        return
    if isinstance(data, list) is (known.kind == "object"):
        yield f"data is a {type(data).__name__}"
    for row in data if isinstance(data, list) else [data]:
        if known.kind == "rows":
            if not isinstance(row, list) or len(row) != len(known.columns):
                yield f"row of other than {known.columns}: {row}"
        elif not isinstance(row, dict):
            yield f"no object: {row}"
        else:
            yield from _differences("data", row, known.fields)
            yield from _nested(row, known.nested)


def _nested(row: Mapping[str, Any], nested: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for name, value in row.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from _differences(name, item, nested.get(name, ()))
                yield from _nested(item, nested)


def _differences(place: str, row: Mapping[str, Any], fields: tuple[str, ...]) -> Iterator[str]:
    lacking, beside = sorted(set(fields) - set(row)), sorted(set(row) - set(fields))
    if lacking:
        yield f"{place} lacks {lacking}"
    if beside:
        yield f"{place} has beside {beside}"


def _types(method: Method, target: str, data: Any) -> Iterator[str]:
    request = Request(method, target)
    frame = to_frame(Envelope("0", "", data), request)
    for name in frame.attrs.get("untyped", ()):
        yield f"no value of its type in {name}"
    if isinstance(data, list) and data and isinstance(data[0], dict):
        for name in data[0]:
            if field_type(name, method, request.path) is None:
                yield f"no type known for {name}"
