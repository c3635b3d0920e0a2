"""Which files OKX offers: public/market-data-history, asked in ranges that it takes.

OKX docs, Get historical market data: at most 10 names and 20 days or months in a request; only the
dates of begin and end count, both are included; the dates of trades, candles and funding are of UTC+8.

Tested in ``tests/data/test_files.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote

from okx_magic.errors import CellError, TransportError
from okx_magic.model import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from okx_magic.data.ranges import Range
    from okx_magic.wire.connection import Connection

PATH: Final = "/api/v5/public/market-data-history"
_NAMES: Final = 10
_PERIODS: Final = 20
_EAST: Final = 8
_HOUR: Final = 3_600_000
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of files: OKX's ``module``, the hours by which its dates are ahead of UTC, and how its rows
    become those of an endpoint: ``columns`` maps OKX's names to those in the files, of which ``time`` is
    one, and ``constants`` are what all of them would have. Without a ``target`` they stay as they are.
    """

    module: str
    hours: int = 0
    target: str = ""
    time: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    monthly: bool = False


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "trades": Kind(
            "1",
            _EAST,
            "/api/v5/market/history-trades?instId={}",
            "created_time",
            {
                "instId": "instrument_name",
                "tradeId": "trade_id",
                "px": "price",
                "sz": "size",
                "side": "side",
                "ts": "created_time",
                "source": "source",
            },
        ),
        "candles": Kind(
            "2",
            _EAST,
            "/api/v5/market/candles?instId={}&bar=1m",
            "open_time",
            {
                "ts": "open_time",
                "o": "open",
                "h": "high",
                "l": "low",
                "c": "close",
                "vol": "vol",
                "volCcy": "vol_ccy",
                "volCcyQuote": "vol_quote",
                "confirm": "confirm",
            },
        ),
        "funding": Kind(
            "3",
            _EAST,
            "/api/v5/public/funding-rate-history?instId={}",
            "funding_time",
            {
                "instId": "instrument_name",
                "fundingRate": "funding_rate",
                "fundingTime": "funding_time",
            },
            {"instType": "SWAP"},
            monthly=True,
        ),
        "books": Kind("4"),
        "books-5000": Kind("5"),
        "books-50": Kind("6"),
    }
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A file: what it is called, where it is, the instrument or family, and which time it is of."""

    name: str
    url: str
    of: str
    range: Range
    megabytes: float


def inst_type_of(names: Sequence[str]) -> str:
    """What the instruments are. Raises CellError where their names do not tell."""
    if names and all(name.endswith("-SWAP") for name in names):
        return "SWAP"
    if names and all(name.count("-") == 1 for name in names):
        return "SPOT"
    raise CellError(
        "the names do not tell of which kind they are", remedy='add inst_type="FUTURES" or another'
    )


def ask(  # noqa: PLR0913  # what the endpoint wants
    connection: Connection,
    kind: Kind,
    names: Sequence[str],
    inst_type: str,
    span: Range,
    *,
    monthly: bool,
) -> Iterator[Listed]:
    """What OKX lists, oldest first for each batch of names. Raises what a request raises."""
    for some in _batched(names, _NAMES):
        for first, last in _spans(kind, span, monthly=monthly):
            found = list(_asked(connection, kind, some, inst_type, (first, last), monthly=monthly))
            yield from sorted(found, key=lambda each: each.range)


def days_of(kind: Kind, span: Range, *, monthly: bool) -> Iterator[Range]:
    """The days or months of the files that a span of time is in."""
    zone = timedelta(hours=kind.hours)
    moment = datetime.fromtimestamp(span[0] // 1000, UTC) + zone
    moment = moment.replace(hour=0, minute=0, second=0)
    while True:
        moment = moment.replace(day=1) if monthly else moment
        after = (moment + timedelta(days=32)).replace(day=1) if monthly else moment + timedelta(1)
        low, high = (int((each - zone).timestamp()) * 1000 for each in (moment, after))
        if low >= span[1]:
            return
        yield low, high
        moment = after


def _batched(items: Iterable[_Item], size: int) -> Iterator[tuple[_Item, ...]]:
    # As itertools.batched of Python 3.12.
    left = iter(items)
    while some := tuple(islice(left, size)):
        yield some


def _spans(kind: Kind, span: Range, *, monthly: bool) -> Iterator[tuple[int, int]]:
    for some in _batched(days_of(kind, span, monthly=monthly), _PERIODS):
        # An hour at which it is the same day in UTC and in UTC+8.
        noon = (12 if kind.hours else 4) * _HOUR
        yield some[0][0] + noon, some[-1][0] + noon


def _asked(  # noqa: PLR0913  # same
    connection: Connection,
    kind: Kind,
    names: Sequence[str],
    inst_type: str,
    span: tuple[int, int],
    *,
    monthly: bool,
) -> Iterator[Listed]:
    which = "instIdList" if inst_type == "SPOT" else "instFamilyList"
    listed = quote(",".join(names), safe="")
    query = f"module={kind.module}&instType={inst_type}&{which}={listed}"
    every = "monthly" if monthly else "daily"
    request = Request("GET", f"{PATH}?{query}&dateAggrType={every}&begin={span[0]}&end={span[1]}")
    rows = connection.read(request).envelope.data
    try:
        for row in rows:
            for group in row["details"]:
                for each in group["groupDetails"]:
                    yield _listed(kind, group, each, monthly=monthly)
    except (KeyError, TypeError, ValueError):
        raise TransportError(
            "the listing of files is not as OKX documents it", written=True, request=request
        ) from None


def _listed(kind: Kind, group: Any, each: Any, *, monthly: bool) -> Listed:
    # The docs have it in both spellings.
    moment = int(each.get("dateTs") or each["dataTs"])
    ((low, high),) = days_of(kind, (moment, moment + 1), monthly=monthly)
    of = group.get("instId") or group.get("instFamily") or ""
    return Listed(each["filename"], each["url"], of, (low, high), float(each.get("sizeMB") or 0))
