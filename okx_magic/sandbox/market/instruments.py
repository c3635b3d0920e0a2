"""The instruments on offer: spot pairs and swaps, which are always there, and contracts that expire.

``data/coins.json`` has a coin a line: its usual price, how it moves (``beta`` times what all share, and
a deviation of its ``own`` a year), what its main pair turns over in millions of dollars a day, and its
``pairs`` and ``swaps`` by their quote as ``[tickSz, lotSz, minSz or ctVal, lever]``. In
``data/listings.json`` is what a listing says by the kind of its instrument, how much of the main pair's
turnover each kind has, and the families with their ctVal or ctMult. ``data/tiers.json`` has, by instType
and instFamily, the tiers as ``[maxSz, mmr, maxLever]``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from okx_magic.sandbox.data import table
from okx_magic.sandbox.market.expiries import expiry_named, futures_expiries, listed_since

_FIRST_SWAP = 1_573_557_408
_DATED = re.compile(r"([A-Z]+)-([A-Z]+)-(\d{6})(?:-([1-9]\d{0,6})-([CP]))?", re.ASCII)


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
    """Instruments by ``instId``: all that are, were or will be are found by their names; the ``lasting``
    come when they are counted, and ``dated`` finds the others.
    """

    def __init__(
        self, lasting: Mapping[str, Instrument], dated: Callable[[str], Instrument | None]
    ) -> None:
        self._lasting, self._dated = lasting, cache(dated)

    def __getitem__(self, inst_id: str) -> Instrument:
        found = self._lasting.get(inst_id) or self._dated(inst_id)
        if found is None:
            raise KeyError(inst_id)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._lasting)

    def __len__(self) -> int:
        return len(self._lasting)


@cache
def instruments() -> Listing:
    """All instruments by ``instId``."""
    found: list[Instrument] = []
    for coin in table("coins.json"):
        for kind, offers in (("SPOT", coin["pairs"]), ("SWAP", coin.get("swaps", {}))):
            for quote, terms in offers.items():
                found.append(_lasting(coin, kind, quote, terms, 10_001 + len(found)))
    found.sort(key=lambda one: one.inst_type)
    return Listing({one.inst_id: one for one in found}, _dated)


@cache
def marked(instrument: Instrument) -> Instrument:
    """How its mark price is quoted: ten times as fine as the instrument."""
    return replace(instrument, tick=instrument.tick / 10, role="mark")


@cache
def marks() -> Listing:
    """How the mark price of each instrument is quoted, by its name."""
    known = instruments()
    found = {name: marked(one) for name, one in known.items()}
    return Listing(found, lambda name: marked(known[name]) if name in known else None)


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
    return [instruments()[f"{family}-{date}"] for family in _facts()["FUTURES"] for date in dates]


def option_families() -> tuple[str, ...]:
    """The families that have options."""
    return tuple(_facts()["OPTION"])


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
    of_kind = table("tiers.json").get(instrument.inst_type, {})
    found, least = [], Decimal(0)
    for number, row in enumerate(of_kind.get(instrument.listing.get("instFamily"), ()), start=1):
        most, mmr, lever = map(Decimal, row)
        # OKX gives this share with at most four digits: 0.0667 at 15 times.
        found.append(Tier(str(number), least, most, mmr, round(1 / lever, 4), lever))
        least = most
    return tuple(found)


@cache
def usual_price(ccy: str) -> float:
    """What a coin cost when its paths stood at zero."""
    return next(float(coin["price"]) for coin in table("coins.json") if coin["ccy"] == ccy)


@cache
def _facts() -> Any:
    return table("listings.json")


def _lasting(
    coin: Mapping[str, Any], kind: str, quote: str, terms: list[str], code: int
) -> Instrument:
    tick, lot, least, lever = terms
    spot, family = kind == "SPOT", f"{coin['ccy']}-{quote}"
    listed = coin["listed"] if spot else max(coin["listed"], _FIRST_SWAP)
    about = {"instType": kind, "tickSz": tick, "lotSz": lot, "lever": lever, "instIdCode": code}
    if spot:
        about |= {"instId": family, "minSz": least, "tradeQuoteCcyList": [quote]}
    else:
        about |= {"instId": f"{family}-SWAP", "minSz": lot, "ctVal": least}
    turnover = coin["usd"] * 1e6 * _facts()["turnover"][f"{kind} {quote}"]
    return _instrument(family, ("spot",) if spot else (), about, (listed, 0), turnover)


def _dated(inst_id: str) -> Instrument | None:
    # A future (BTC-USD-260327) or an option (BTC-USD-260327-60000-C), whenever it is or was there.
    parts = _DATED.fullmatch(inst_id)
    base, quote, date, strike, right = parts.groups() if parts else ("", "", "", "", "")
    family, facts = f"{base}-{quote}", _facts()
    known = facts["OPTION" if right else "FUTURES"].get(family)
    expires = expiry_named(date) if known else None
    listed = listed_since(expires, daily=bool(right)) if expires else None
    if listed is None or expires is None:
        return None
    swap = instruments()[f"{family}-SWAP"]
    named = {"date": date, "strike": strike, "right": right}
    # A number that no other has: what the name's bytes say, as far as they are exact in JSON.
    code = 1_000_000 + int.from_bytes(inst_id.encode()) % (2**53 - 111 - 1_000_000)
    about = {"instIdCode": code, "ctMult" if right else "ctVal": known}
    if right:
        return _instrument(family, ("option",), about, (listed, expires), 0.0, named)
    terms = swap.listing
    about |= {"tickSz": terms["tickSz"], "lotSz": terms["lotSz"], "minSz": terms["lotSz"]}
    turnover = swap.turnover * facts["turnover"]["FUTURES"]
    return _instrument(family, ("future",), about, (listed, expires), turnover, named)


def _instrument(  # noqa: PLR0913, PLR0917 - what a listing is made of
    family: str,
    kinds: tuple[str, ...],
    about: dict[str, Any],
    times: tuple[int, int],
    turnover: float,
    named: Mapping[str, str] = MappingProxyType({}),
) -> Instrument:
    base, _, quote = family.partition("-")
    contract, inverse = kinds != ("spot",), quote == "USD"
    if contract:
        kinds = ("contract", "inverse" if inverse else "linear", *kinds)
    settle, facts, fields = base if inverse else quote, _facts(), dict[str, Any]()
    for kind in (*kinds, "all"):
        words = {
            "base": base,
            "quote": quote,
            "family": family,
            "settle": settle,
            **named,
            **fields,
        }
        fields |= {name: value.format(**words) for name, value in facts[kind].items()}
    listed, expires = times
    fields |= (
        about | {"listTime": f"{listed}000"} | ({"expTime": f"{expires}000"} if expires else {})
    )
    return Instrument(
        inst_id=fields["instId"],
        inst_type=fields["instType"],
        base=base,
        quote=quote,
        tick=Decimal(fields["tickSz"]),
        lot=Decimal(fields["lotSz"]),
        min_size=Decimal(fields["minSz"]),
        ct_val=Decimal(fields["ctVal"]) * Decimal(fields["ctMult"]) if contract else None,
        inverse=fields.get("ctType") == "inverse",
        strike=float(fields.get("stk", 0)),
        opt_type=fields.get("optType", ""),
        listed=listed,
        expires=expires,
        turnover=turnover,
        listing=MappingProxyType({name: value for name, value in fields.items() if value != ""}),
    )
