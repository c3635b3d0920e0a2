"""A target: one endpoint with one value for each parameter, and its place in a dataset. Pure.

Tested in ``tests/data/test_parts.py``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from okx_magic.catalogue.bar_names import DEFAULT_BAR
from okx_magic.pages.paging import PagingStyle, Span, checked_style, query_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from okx_magic.model import Request

# OKX takes one value of these; of others, such as ordType of algo orders, it takes a list.
_ONE_VALUE: Final = frozenset({"instId", "instFamily", "uly", "ccy", "bar", "sprdId"})
# Neither says which rows these are.
_NO_PART_OF_IT: Final = frozenset({"limit", "instId", "bar"})
_API: Final = "/api/v5/"


@dataclass(frozen=True, slots=True)
class Target:
    """``key`` names its files, ``place`` has its partitions in their order."""

    request: Request
    style: PagingStyle
    key: str
    place: dict[str, str] = field(hash=False)

    @property
    def confirm(self) -> int | None:
        """Where a row says whether its bar is closed; None where it does not."""
        endpoint = self.request.endpoint
        columns = endpoint.columns if endpoint else ()
        return columns.index("confirm") if "confirm" in columns else None

    def __str__(self) -> str:
        return self.called(self.place)

    def called(self, names: Iterable[str]) -> str:
        """It by these of its partitions, as ``frame`` of a dataset takes them."""
        return " ".join(f"{name}={self.place[name]}" for name in names if name in self.place)

    @property
    def folder(self) -> str:
        """The folder of its files, without the month."""
        return "/".join(f"{name}={quote(value, safe='')}" for name, value in self.place.items())


def split_targets(request: Request) -> list[Request]:
    """One request for each value, where OKX takes one and the query has a list.

    Example:
        >>> targets = split_targets(Request("GET", "/api/v5/market/candles?instId=BTC-USDT,ETH-USDT"))
        >>> [target.target for target in targets]
        ['/api/v5/market/candles?instId=BTC-USDT', '/api/v5/market/candles?instId=ETH-USDT']
    """
    path, found, query = request.target.partition("?")
    choices = []
    for pair in query.split("&") if found else []:
        name, equals, value = pair.partition("=")
        several = name in _ONE_VALUE and "," in unquote(value)
        values = [each.strip() for each in unquote(value).split(",")] if several else []
        # As often as it is listed, it is one target.
        each = [quote(value, safe="-_.:") for value in dict.fromkeys(values) if value]
        choices.append([f"{name}{equals}{value}" for value in each] or [pair])
    if not choices:
        return [request]
    return [replace(request, target=f"{path}?{'&'.join(pairs)}") for pairs in product(*choices)]


def target_of(request: Request, span: Span) -> Target:
    """The target of a request. Raises CellError for one without pages, or that the span does not fit."""
    style = checked_style(request, span)
    query = query_of(request)
    place = {"endpoint": request.path.removeprefix(_API).replace("/", "-")}
    if "instId" in query:
        place["instId"] = query["instId"]
    if style.candles:
        place["bar"] = query.get("bar") or DEFAULT_BAR
    rest = {name: value for name, value in query.items() if name not in _NO_PART_OF_IT}
    if rest:
        place["query"] = "&".join(f"{name}={rest[name]}" for name in sorted(rest))
    text = "&".join(f"{name}={value}" for name, value in place.items())
    key = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Target(request, style, key, place)
