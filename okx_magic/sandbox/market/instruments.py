"""The instruments on offer: spot pairs and swaps, which are always there, and contracts that expire.

``data/coins.json`` has a coin a line: its usual price, how it moves (``beta`` times what all share, and
a deviation of its ``own`` a year), what its main pair turns over in millions of dollars a day, and its
``pairs`` and ``swaps`` by their quote as ``[tickSz, lotSz, minSz or ctVal, lever]``. In
``data/listings.json`` is what a listing says by its kind, how much of the main pair's turnover (of a
swap's, for what expires) each kind has, and the families with their ctVal or ctMult.
``data/tiers.json`` has, by instType and instFamily, the tiers as ``[maxSz, mmr, maxLever]``.

Tested in ``tests/sandbox/test_sandbox_contracts.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from okx_magic.sandbox.data import table
from okx_magic.sandbox.market.expiries import date_of, expiry_of, futures_expiries, listed_since

_FIRST_SWAP = 1_573_557_408
_DATED = re.compile(
    r"(?P<family>[A-Z]+-[A-Z]+)-(?P<date>\d{6})(?:-(?P<strike>[1-9]\d{0,6})-(?P<right>[CP]))?",
    re.ASCII,
)


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
    def series(self) -> str:
        """The path that its price follows: of a coin in dollars, or in another coin."""
        return self.base if self.quote in {"USDT", "USD"} else self.underlying

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


class Listing(Mapping[str, Instrument]):
    """Instruments by ``instId``: all that are, were or will be are found by their names; the ``lasting``
    come when they are counted.
    """

    def __init__(self, lasting: Mapping[str, Instrument]) -> None:
        self._lasting = lasting

    def __getitem__(self, inst_id: str) -> Instrument:
        found = self._lasting.get(inst_id) or _dated(inst_id)
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
    return Listing({one.inst_id: one for one in found})


@cache
def marked(instrument: Instrument) -> Instrument:
    """How its mark price is quoted: ten times as fine as the instrument."""
    return replace(instrument, tick=instrument.tick / 10, role="mark")


@cache
def indices() -> Mapping[str, Instrument]:
    """How each index is quoted, by its name: one for every spot pair and every underlying."""
    found: dict[str, Instrument] = {}
    for one in instruments().values():
        index = replace(marked(one), inst_id=one.underlying, role="index")
        found.setdefault(one.underlying, index)
    return MappingProxyType(found)


def futures_at(second: int) -> list[Instrument]:
    """The futures on offer at ``second``."""
    dates = [date_of(expires) for expires in futures_expiries(second).values()]
    return [instruments()[f"{family}-{date}"] for family in families("FUTURES") for date in dates]


def families(kind: str) -> Mapping[str, str]:
    """The families that have FUTURES, or OPTIONs, with what a contract of them is worth."""
    known: Mapping[str, str] = _facts()["families"][kind]
    return known


def quoted(instrument: Instrument, by: str) -> Instrument:
    """What is looked at for its prices ``by`` last, mark or index."""
    if by == "mark":
        return marked(instrument)
    return instrument if by == "last" else indices()[instrument.underlying]


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
    words: dict[str, Any] = dict(zip(("tick", "lot", "least", "lever"), terms, strict=True))
    listed = coin["listed"] if kind == "SPOT" else max(coin["listed"], _FIRST_SWAP)
    turnover = coin["usd"] * 1e6 * _facts()["turnover"][f"{kind} {quote}"]
    words |= {"family": f"{coin['ccy']}-{quote}", "listed": listed, "expires": 0}
    return _instrument(kind, words, code, turnover)


@cache
def _dated(inst_id: str) -> Instrument | None:
    # A future (BTC-USD-260327) or an option (BTC-USD-260327-60000-C), whenever it is or was there.
    parts = _DATED.fullmatch(inst_id)
    words: dict[str, Any] = (
        parts.groupdict("") if parts else {"family": "", "date": "", "right": ""}
    )
    kind = "OPTION" if words["right"] else "FUTURES"
    least, expires = families(kind).get(words["family"]), expiry_of(words["date"])
    listed = listed_since(expires, daily=kind == "OPTION") if least and expires else None
    if not listed:
        return None
    swap = instruments()[f"{words['family']}-SWAP"]
    words |= {"tick": swap.listing["tickSz"], "lot": swap.listing["lotSz"], "least": least}
    # A number that no other has: what the name's bytes say, as far as they are exact in JSON.
    code = 1_000_000 + int.from_bytes(inst_id.encode()) % (2**53 - 111 - 1_000_000)
    turnover = swap.turnover * _facts()["turnover"][kind]
    return _instrument(kind, words | {"listed": listed, "expires": expires}, code, turnover)


def _instrument(kind: str, words: Mapping[str, Any], code: int, turnover: float) -> Instrument:
    # The form of its kind, filled in.
    base, _, quote = words["family"].partition("-")
    words = {**words, "base": base, "quote": quote}
    forms = [kind]
    if kind != "SPOT":
        forms = ["contract", "inverse" if quote == "USD" else "linear", kind]
    fields = {name: text.format(**words) for form in forms for name, text in _facts()[form].items()}
    own = {"instIdCode": code} | ({"tradeQuoteCcyList": [quote]} if kind == "SPOT" else {})
    return Instrument(
        inst_id=fields["instId"],
        inst_type=kind,
        base=base,
        quote=quote,
        tick=Decimal(fields["tickSz"]),
        lot=Decimal(fields["lotSz"]),
        min_size=Decimal(fields["minSz"]),
        ct_val=None if kind == "SPOT" else Decimal(fields["ctVal"]) * Decimal(fields["ctMult"]),
        inverse=fields.get("ctType") == "inverse",
        strike=float(fields.get("stk", 0)),
        opt_type=fields.get("optType", ""),
        listed=words["listed"],
        expires=words["expires"],
        turnover=turnover,
        listing=MappingProxyType({name: text for name, text in fields.items() if text} | own),
    )
