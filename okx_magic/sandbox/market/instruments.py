"""The instruments on offer: spot pairs and swaps, which are always there, and contracts that expire.

``data/coins.json`` has a coin a line: its usual price, how it moves (``beta`` times what all share, and
a deviation of its ``own`` a year), what its main pair turns over in millions of dollars a day, and its
``pairs`` and ``swaps`` by their quote as ``[tickSz, lotSz, minSz or ctVal, lever]``. ``data/tiers.json``
has, by instType and instFamily, the tiers as ``[maxSz, mmr, maxLever]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from okx_magic.sandbox.facts import table
from okx_magic.sandbox.market.expiries import expiry_named, futures_expiries, listed_since

# What the main pair turns over, for each kind and quote.
_TURNOVER = {
    "SPOT USDT": 1.0,
    "SPOT USDC": 0.1,
    "SPOT BTC": 0.05,
    "SWAP USDT": 5.0,
    "SWAP USD": 0.8,
}
_FUTURES_TURNOVER = 0.1
_FIRST_SWAP = 1_573_557_408
_FUTURES = {"BTC-USDT": "0.01", "BTC-USD": "100", "ETH-USDT": "0.1", "ETH-USD": "10"}
_OPTIONS = {"BTC-USD": "0.01", "ETH-USD": "0.1"}
# Shares of tier 1, and what the tiers need and allow, by the highest leverage.
_TIERS = {"100": (100, 50, 20, 10), "50": (50, 25, 10, 5), "20": (20, 15, 10, 5)}
_GROWTH = (1, 4, 15, 60)


@dataclass(frozen=True, slots=True, eq=False)
class Instrument:
    """An instrument; ``listing`` holds OKX's fields of it, but for the empty ones.

    ``ct_val`` is what one contract is worth in ``ctValCcy`` (None for spot), ``inverse`` whether
    that is a sum of dollars; ``strike`` and ``opt_type`` are of options. ``listed`` and ``expires`` (0:
    never) are in seconds; ``turnover`` is a day's usual, in dollars. ``role`` says which price of it
    is meant: the ``last``, the ``mark`` or the ``index`` beneath it.
    """

    inst_id: str
    inst_type: str
    base: str
    quote: str
    tick: Decimal
    lot: Decimal
    min_size: Decimal
    ct_val: Decimal | None
    inverse: bool
    strike: float
    opt_type: str
    listed: int
    expires: int
    turnover: float
    listing: Mapping[str, Any]
    role: str = "last"

    @property
    def is_spot(self) -> bool:
        """Whether it is a spot pair; everything else trades in contracts."""
        return self.inst_type == "SPOT"

    @property
    def underlying(self) -> str:
        """The name of its index."""
        return f"{self.base}-{self.quote}"


@dataclass(frozen=True, slots=True)
class Tier:
    """Sizes from ``min_sz`` to ``max_sz``, in contracts; ``mmr`` and ``imr`` are the shares of a
    position's worth that must be there to keep and to open it, at ``max_lever``.
    """

    tier: str
    min_sz: Decimal
    max_sz: Decimal
    mmr: Decimal
    imr: Decimal
    max_lever: Decimal


class Candle(NamedTuple):
    """A bar in prices; ``vol`` in the instrument's size unit, ``vol_ccy`` and ``vol_quote`` as OKX
    defines volCcy and volCcyQuote (spot: quote currency in both; contracts: base, then quote).
    """

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    vol: Decimal
    vol_ccy: Decimal
    vol_quote: Decimal


class Listing(Mapping[str, Instrument]):
    """Instruments by ``instId``: all that are, were or will be are found by their names; those that
    never expire come when they are counted.
    """

    def __init__(self, perpetual: Mapping[str, Instrument]) -> None:
        self._perpetual = perpetual
        self._dated = cache(_dated)

    def __getitem__(self, inst_id: str) -> Instrument:
        found = self._perpetual.get(inst_id) or self._dated(inst_id)
        if found is None:
            raise KeyError(inst_id)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._perpetual)

    def __len__(self) -> int:
        return len(self._perpetual)


@cache
def instruments() -> Listing:
    """All instruments by ``instId``."""
    found: dict[str, Instrument] = {}
    for coin in table("coins.json"):
        for kind, offers in (("SPOT", coin["pairs"]), ("SWAP", coin.get("swaps", {}))):
            for quote, terms in offers.items():
                one = _perpetual(coin, kind, quote, terms, len(found))
                found[one.inst_id] = one
    return Listing(dict(sorted(found.items(), key=lambda pair: pair[1].inst_type)))


@cache
def marked(instrument: Instrument) -> Instrument:
    """How its mark price is quoted: ten times as fine as the instrument."""
    return replace(instrument, tick=instrument.tick / 10, role="mark")


class Marks(Listing):
    """How the mark price of each instrument is quoted."""

    def __getitem__(self, inst_id: str) -> Instrument:
        return marked(instruments()[inst_id])


@cache
def marks() -> Marks:
    """How the mark price of each instrument is quoted, by its name."""
    return Marks(dict(instruments()))


@cache
def indices() -> Mapping[str, Instrument]:
    """How each index is quoted, by its name: one for every spot pair and every underlying."""
    found: dict[str, Instrument] = {}
    for one in instruments().values():
        index = replace(one, inst_id=one.underlying, tick=one.tick / 10, role="index")
        found.setdefault(one.underlying, index)
    return MappingProxyType(found)


def futures_at(second: int) -> list[Instrument]:
    """The futures on offer at ``second``."""
    dates = [expiry_named(expires) for expires in futures_expiries(second).values()]
    return [instruments()[f"{family}-{date}"] for family in _FUTURES for date in dates]


def option_families() -> tuple[str, ...]:
    """The families that have options."""
    return tuple(_OPTIONS)


def worth(instrument: Instrument, sz: Decimal, px: Decimal) -> tuple[Decimal, Decimal]:
    """What a size is at a price (of the underlying, for options) in base and in quote currency."""
    if instrument.ct_val is None:
        return sz, sz * px
    value = sz * instrument.ct_val
    return (value / px, value) if instrument.inverse else (value, value * px)


@cache
def tiers(instrument: Instrument) -> tuple[Tier, ...]:
    """The tiers of an instrument, smallest first; none for spot and options.

    OKX docs, Get position tiers: the larger a position, the more margin it needs and the less leverage
    it may have; a tier begins where the one before it ends.
    """
    found, least = [], Decimal(0)
    for number, row in enumerate(_tier_rows(instrument), start=1):
        most, mmr, lever = map(Decimal, row)
        # OKX gives this share with at most four digits: 0.0667 at 15 times.
        found.append(Tier(str(number), least, most, mmr, round(1 / lever, 4), lever))
        least = most
    return tuple(found)


def _tier_rows(one: Instrument) -> list[list[str]]:
    if one.inst_type not in {"SWAP", "FUTURES"}:
        return []
    known = table("tiers.json").get(one.inst_type, {}).get(one.listing["instFamily"])
    if known:
        return list(known)
    # A few parts in a thousand of a day's turnover, in contracts at the usual price.
    first = max(1, round(one.turnover / 300 / _usual_worth(one), -2))
    levers = _TIERS[one.listing["lever"]]
    return [
        [str(int(first * growth)), str(round(Decimal("0.5") / lever, 4)), str(lever)]
        for growth, lever in zip(_GROWTH, levers, strict=True)
    ]


def _usual_worth(one: Instrument) -> float:
    return float(one.ct_val or 1) * (1 if one.inverse else usual_price(one.base))


@cache
def usual_price(ccy: str) -> float:
    """What a coin cost when its paths stood at zero."""
    return next(float(coin["price"]) for coin in table("coins.json") if coin["ccy"] == ccy)


def _perpetual(
    coin: Mapping[str, Any], kind: str, quote: str, terms: list[str], number: int
) -> Instrument:
    tick, lot, least, lever = terms
    name = f"{coin['ccy']}-{quote}"
    if kind == "SPOT":
        about = {"instId": name, "baseCcy": coin["ccy"], "quoteCcy": quote, "minSz": least}
        about |= {"tradeQuoteCcyList": [quote], "maxLmtSz": "9999999999", "maxMktSz": "1000000"}
        about |= {"maxMktAmt": "1000000"}
    else:
        about = {"instId": f"{name}-SWAP", "minSz": lot} | _contract(name, least)
    listed = max(coin["listed"], _FIRST_SWAP if kind == "SWAP" else 0)
    about |= {"instType": kind, "tickSz": tick, "lotSz": lot, "lever": lever}
    about |= {"listTime": f"{listed}000", "instIdCode": 10_001 + number}
    return _instrument(about, coin["usd"] * 1e6 * _TURNOVER[f"{kind} {quote}"])


def _contract(family: str, ct_val: str) -> dict[str, Any]:
    base, _, quote = family.partition("-")
    inverse = quote == "USD"
    return {
        "uly": family,
        "instFamily": family,
        "settleCcy": base if inverse else quote,
        "ctVal": ct_val,
        "ctMult": "1",
        "ctValCcy": quote if inverse else base,
        "ctType": "inverse" if inverse else "linear",
        "maxLmtSz": "100000000",
        "maxMktSz": "30000",
    }


def _dated(inst_id: str) -> Instrument | None:
    # A future (BTC-USD-260327) or an option (BTC-USD-260327-60000-C), whenever it is or was there.
    base, _, rest = inst_id.partition("-")
    quote, _, rest = rest.partition("-")
    named, *right = rest.split("-")
    family = f"{base}-{quote}"
    expires = expiry_named(named) if family in (_OPTIONS if right else _FUTURES) else None
    listed = listed_since(expires, daily=bool(right)) if isinstance(expires, int) else None
    if listed is None:
        return None
    swap = instruments()[f"{family}-SWAP"]
    about = _contract(family, _FUTURES[family])
    about |= {"instId": inst_id, "instType": "FUTURES", "lotSz": swap.listing["lotSz"]}
    about |= {"minSz": about["lotSz"], "tickSz": swap.listing["tickSz"], "lever": "20"}
    if right:
        about |= _right(family, right)
        if not about["stk"]:
            return None
    about |= {"expTime": f"{expires}000", "listTime": f"{listed}000"}
    turnover = 0.0 if right else swap.turnover * _FUTURES_TURNOVER
    return _instrument(about | {"instIdCode": _code(inst_id)}, turnover)


def _right(family: str, right: list[str]) -> dict[str, Any]:
    strike, kind = right if len(right) == 2 else ("", "")
    right_one = strike.isascii() and strike.isdigit() and strike[0] != "0" and kind in {"C", "P"}
    return {
        "instType": "OPTION",
        "stk": strike if right_one and len(strike) < 8 else "",
        "optType": kind,
        "ctVal": "1",
        "ctMult": _OPTIONS[family],
        "ctValCcy": family.partition("-")[0],
        "ctType": "",
        "tickSz": "0.0001",
        "lotSz": "1",
        "minSz": "1",
        "lever": "",
    }


def _code(inst_id: str) -> int:
    # One that no other has: what the name's bytes say, as far as numbers are exact in JSON.
    return 1_000_000 + int.from_bytes(inst_id.encode()) % (2**53 - 111 - 1_000_000)


def _instrument(listing: dict[str, Any], turnover: float) -> Instrument:
    most = listing["maxLmtSz"]
    limits = {f"max{name}Sz": most for name in ("Twap", "Iceberg", "Trigger")}
    about = {"groupId": "1", "maxLmtAmt": "20000000", **limits, "maxStopSz": listing["maxMktSz"]}
    about |= {name: value for name, value in listing.items() if value != ""}
    base, _, quote = listing.get("uly", listing["instId"]).partition("-")
    contract = "ctVal" in listing
    return Instrument(
        inst_id=listing["instId"],
        inst_type=listing["instType"],
        base=base,
        quote=quote,
        tick=Decimal(listing["tickSz"]),
        lot=Decimal(listing["lotSz"]),
        min_size=Decimal(listing["minSz"]),
        ct_val=Decimal(listing["ctVal"]) * Decimal(listing["ctMult"]) if contract else None,
        inverse=listing.get("ctType") == "inverse",
        strike=float(listing.get("stk", 0)),
        opt_type=listing.get("optType", ""),
        listed=int(listing["listTime"]) // 1000,
        expires=int(listing.get("expTime", 0)) // 1000,
        turnover=turnover,
        listing=MappingProxyType(about),
    )
