"""The instruments on offer: spot pairs and swaps, which are always there, and contracts that expire.

``data/coins.json`` has a coin a line: its usual price, how it moves (``beta`` times what all share, and
a deviation of its ``own`` a year; the ``volatility`` of its options), what its main pair turns over in
millions of dollars a day, and its spot pairs and swaps by their quote as ``[tickSz, lotSz, minSz or
ctVal, lever]``. In ``data/listings.json`` is what a listing says by its kind, how much of the main pair's
turnover (of a swap's, for what expires) each kind has, and the families with their ctVal or ctMult.
``data/tiers.json`` has, by instType and instFamily, the tiers as ``[maxSz, mmr, maxLever]``.

Tested in ``tests/sandbox/test_sandbox_contracts.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache
from math import ceil, exp
from types import MappingProxyType
from typing import Any

from okx_magic.sandbox.data import table
from okx_magic.sandbox.market.dates import date_of, expiries, term_of
from okx_magic.sandbox.market.paths import level

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

    @property
    def usual(self) -> float:
        """What its coin cost when paths stood at zero."""
        return float(table("coins.json")[self.base]["price"])

    def lots(self, dollars: float) -> float:
        """How many lots that is at the usual price."""
        each = float(self.lot) * float(self.ct_val or 1)
        return dollars / each / (1.0 if self.inverse else self.usual)


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
    for ccy, coin in table("coins.json").items():
        for kind in ("SPOT", "SWAP"):
            listed = coin["listed"] if kind == "SPOT" else max(coin["listed"], _FIRST_SWAP)
            for quote, terms in coin.get(kind, {}).items():
                words = dict(zip(("tick", "lot", "least", "lever"), terms, strict=True))
                words |= {"family": f"{ccy}-{quote}", "listed": listed, "expires": 0}
                share = table("listings.json")["turnover"][f"{kind} {quote}"]
                code = 10_001 + len(found)
                found.append(_instrument(kind, words, code, coin["usd"] * 1e6 * share))
    found.sort(key=lambda one: one.inst_type)
    return Listing({one.inst_id: one for one in found})


@cache
def quoted(instrument: Instrument, by: str) -> Instrument:
    """What is looked at for its prices ``by`` last, mark or index; these are ten times as fine."""
    if by == "index":
        return indices()[instrument.underlying]
    if by == "last":
        return instrument
    return replace(instrument, tick=instrument.tick / 10, turnover=0.0, role="mark")


@cache
def indices() -> Mapping[str, Instrument]:
    """How each index is quoted, by its name: one for every spot pair and every underlying."""
    found: dict[str, Instrument] = {}
    for one in instruments().values():
        index = replace(quoted(one, "mark"), inst_id=one.underlying, role="index")
        found.setdefault(one.underlying, index)
    return MappingProxyType(found)


def families(kind: str) -> Mapping[str, str]:
    """The families that have FUTURES, or OPTIONs, with what a contract of them is worth."""
    known: Mapping[str, str] = table("listings.json")["families"][kind]
    return known


@lru_cache(maxsize=8)
def expiring(seed: int, kind: str, hour: int) -> list[Instrument]:
    """The FUTURES, or the OPTIONs, that are on offer in an hour since 1970."""
    dates = [date_of(expires) for expires in expiries(kind, hour * 3600)]
    names = [f"{family}-{date}" for family in families(kind) for date in dates]
    if kind == "OPTION":
        names = [
            f"{name}-{strike}-{right}"
            for name in names
            for strike in strikes(seed, instruments()[f"{name}-1-C"], hour // 24)
            for right in "CP"
        ]
    return [instruments()[name] for name in names]


def strikes(seed: int, option: Instrument, day: int) -> range:
    """Those of an option's expiry: what has been near its price since the listing up to ``day``, the
    nearer the sooner it expires.
    """
    levels = [level(seed, option.base, each) for each in range(option.listed // 86_400, day + 1)]
    width = 0.6 * ((option.expires - option.listed) / 31_536_000) ** 0.5
    # Apart by a number that begins with 1, 2 or 5.
    steps = [digit * 10**power for power in range(6) for digit in (1, 2, 5)]
    step = max(each for each in steps if each <= max(1.0, exp(levels[0]) * width / 4))
    low, high = exp(min(levels) - 2 * width), exp(max(levels) + 2 * width)
    return range(ceil(low / step) * step, int(high) + 1, step)


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
def _dated(inst_id: str) -> Instrument | None:
    # A future (BTC-USD-260327) or an option (BTC-USD-260327-60000-C), whenever it is or was there.
    parts = _DATED.fullmatch(inst_id)
    words: dict[str, Any] = parts.groupdict("") if parts else {"family": ""}
    kind = "OPTION" if words.get("right") else "FUTURES"
    least = families(kind).get(words["family"])
    term = term_of(words["date"], kind) if least else None
    if term is None:
        return None
    swap = instruments()[f"{words['family']}-SWAP"]
    words |= {"tick": swap.listing["tickSz"], "lot": swap.listing["lotSz"], "least": least}
    # A number that no other has: what the name's bytes say, as far as they are exact in JSON.
    code = 1_000_000 + int.from_bytes(inst_id.encode()) % (2**53 - 111 - 1_000_000)
    turnover = swap.turnover * table("listings.json")["turnover"][kind]
    return _instrument(
        kind, words | dict(zip(("listed", "expires"), term, strict=True)), code, turnover
    )


def _instrument(kind: str, words: Mapping[str, Any], code: int, turnover: float) -> Instrument:
    # The form of its kind, filled in.
    base, _, quote = words["family"].partition("-")
    forms = ["contract", "inverse" if quote == "USD" else "linear", kind]
    fields = {
        name: text.format(base=base, quote=quote, **words)
        for form in (["SPOT"] if kind == "SPOT" else forms)
        for name, text in table("listings.json")[form].items()
    }
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
