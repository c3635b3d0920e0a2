"""Orders and fills, and what an order must be before it is taken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from okx_magic.sandbox import params
from okx_magic.sandbox.instruments import Instrument, instruments
from okx_magic.sandbox.replies import RefusalError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.sandbox.params import Params

OPEN_STATES = frozenset({"live", "partially_filled"})
PRICED = frozenset({"limit", "post_only", "ioc", "fok"})

_ZERO = Decimal(0)
# OKX docs, Place order: case-sensitive letters and digits, up to 32 and up to 16.
_CLIENT_ID = re.compile(r"[A-Za-z0-9]{1,32}", re.ASCII)
_TAG = re.compile(r"[A-Za-z0-9]{1,16}", re.ASCII)
# OKX docs, Place order, tgtCcy: what sz counts when a market order does not say.
_MARKET_UNIT: Mapping[str, str] = MappingProxyType({"buy": "quote_ccy", "sell": "base_ccy"})


@dataclass(frozen=True, slots=True)
class Ticket:
    """An order as it was asked for, found good. ``px`` is None for market orders, ``tgt_ccy`` ""
    for all others.
    """

    instrument: Instrument
    side: str
    ord_type: str
    sz: Decimal
    px: Decimal | None
    tgt_ccy: str
    cl_ord_id: str
    tag: str

    @property
    def pays(self) -> str:
        """The currency that the order spends."""
        return self.instrument.quote if self.side == "buy" else self.instrument.base

    @property
    def earns(self) -> str:
        """The currency that it brings, and in which the fee is taken."""
        return self.instrument.base if self.side == "buy" else self.instrument.quote

    @property
    def counts_what_it_pays(self) -> bool:
        """Whether ``sz`` of a market order is a sum of ``pays``."""
        return self.tgt_ccy == ("quote_ccy" if self.side == "buy" else "base_ccy")


@dataclass(frozen=True, slots=True)
class Order:
    """An order and how far it has come. Sizes are in base currency, ``value`` in quote currency;
    ``fee`` is negative, in ``ticket.earns``; times are in milliseconds.
    """

    ord_id: str
    ticket: Ticket
    created: int
    updated: int
    state: str = "live"
    filled: Decimal = _ZERO
    value: Decimal = _ZERO
    fee: Decimal = _ZERO
    last: Fill | None = None
    cancel_source: str = ""

    @property
    def names(self) -> tuple[str, str]:
        """Its instId and its clOrdId."""
        return self.ticket.instrument.inst_id, self.ticket.cl_ord_id

    @property
    def is_open(self) -> bool:
        """Whether it can still trade."""
        return self.state in OPEN_STATES

    @property
    def is_complete(self) -> bool:
        """Whether all it asked for has traded; in quote currency, all that buys another lot."""
        ticket = self.ticket
        if ticket.tgt_ccy != "quote_ccy":
            return self.filled == ticket.sz
        return (
            self.last is not None and ticket.sz - self.value < self.last.px * ticket.instrument.lot
        )

    @property
    def frozen(self) -> Decimal:
        """How much of ``ticket.pays`` it holds back."""
        if not self.is_open or self.ticket.px is None:
            return _ZERO
        left = self.ticket.sz - self.filled
        return left * self.ticket.px if self.ticket.side == "buy" else left


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution of an order: ``sz`` of the base currency at ``px``; ``exec_type`` T takes
    from the book, M rested in it. ``fee`` is negative, in ``ticket.earns``; ``ms`` is its time.
    """

    trade_id: str
    bill_id: str
    ord_id: str
    ticket: Ticket
    px: Decimal
    sz: Decimal
    fee: Decimal
    fee_rate: Decimal
    exec_type: str
    ms: int

    @property
    def paid(self) -> Decimal:
        """How much of ``ticket.pays`` it cost."""
        return self.px * self.sz if self.ticket.side == "buy" else self.sz

    @property
    def earned(self) -> Decimal:
        """How much of ``ticket.earns`` it brought, after the fee."""
        gross = self.sz if self.ticket.side == "buy" else self.px * self.sz
        return gross + self.fee


def read_ticket(wanted: Params) -> Ticket:
    """The order that these parameters ask for; RefusalError with OKX's code for what is wrong."""
    for name in ("instId", "tdMode", "side", "ordType", "sz"):
        params.required(wanted, name)
    instrument = instruments().get(wanted["instId"])
    if instrument is None:
        raise RefusalError("51001")
    # What OKX answers to contracts in an account of the Spot mode, which this one is.
    if not instrument.is_spot:
        raise RefusalError("51010")
    params.one_of(wanted, "tdMode", {"cash"})
    side = params.one_of(wanted, "side", {"buy", "sell"})
    ord_type = params.one_of(wanted, "ordType", {"market", *PRICED})
    # Attached stop orders do not exist here yet: better refused than silently left out.
    params.one_of(wanted, "attachAlgoOrds", {"[]"})
    ticket = Ticket(
        instrument=instrument,
        side=side,
        ord_type=ord_type,
        sz=params.positive(wanted, "sz"),
        px=read_price(wanted, "px", instrument) if ord_type in PRICED else None,
        tgt_ccy=_target(wanted, side) if ord_type == "market" else "",
        cl_ord_id=params.matching(wanted, "clOrdId", _CLIENT_ID),
        tag=params.matching(wanted, "tag", _TAG),
    )
    if ticket.tgt_ccy != "quote_ccy":
        check_size(ticket.sz, instrument)
    return ticket


def read_price(wanted: Params, name: str, instrument: Instrument) -> Decimal:
    """The required price ``name``, a multiple of the tick."""
    price = params.positive(wanted, name)
    if price % instrument.tick:
        raise RefusalError("51000", name)
    return price


def check_size(size: Decimal, instrument: Instrument) -> None:
    """Refuses a size in base currency below ``minSz`` or off ``lotSz``."""
    if size < instrument.min_size:
        raise RefusalError("51020")
    if size % instrument.lot:
        raise RefusalError("51121")


def _target(wanted: Params, side: str) -> str:
    return params.one_of(wanted, "tgtCcy", {"base_ccy", "quote_ccy"}) or _MARKET_UNIT[side]
