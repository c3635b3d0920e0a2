"""The rules before an order: what it must be, and whether the account can bear it.

OKX docs: Order Book Trading, Trade, Place order.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from okx_magic.sandbox import params
from okx_magic.sandbox.account.desk import Desk, largest
from okx_magic.sandbox.account.orders import Order, Ticket
from okx_magic.sandbox.market.instruments import Instrument, instruments
from okx_magic.sandbox.replies import RefusalError, refuse_if, there

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.sandbox.account.account import Account
    from okx_magic.sandbox.params import Params

_PRICED = frozenset({"limit", "post_only", "ioc", "fok"})
_MARGIN_MODES = frozenset({"cross", "isolated"})

# OKX docs, Place order: case-sensitive letters and digits, up to 32 and up to 16.
CLIENT_ID = re.compile(r"[A-Za-z0-9]{1,32}", re.ASCII)
_TAG = re.compile(r"[A-Za-z0-9]{1,16}", re.ASCII)
# OKX docs, Place order, tgtCcy: what sz counts when a market order does not say.
_MARKET_UNIT: Mapping[str, str] = {"buy": "quote_ccy", "sell": "base_ccy"}

# OKX freezes 5 % more than a market order is expected to cost.
MARKET_RESERVE = Decimal("1.05")

_ZERO = Decimal(0)


def read_ticket(wanted: Params, account: Account) -> Ticket:
    """The order that these parameters ask for; RefusalError with OKX's code for what is wrong."""
    instrument = tradable(wanted["instId"], account)
    spot = instrument.is_spot
    td_mode = read_td_mode(wanted, instrument)
    side = wanted["side"]
    # optimal_limit_ioc is OKX's other name for a market order of contracts.
    unpriced = {"market"} if spot else {"market", "optimal_limit_ioc"}
    ord_type = params.one_of(wanted, "ordType", _PRICED | unpriced)
    pos_side = "net" if spot else read_pos_side(wanted, account)
    ticket = Ticket(
        instrument=instrument,
        td_mode=td_mode,
        side=side,
        pos_side=pos_side,
        ord_type=ord_type,
        sz=params.positive(wanted, "sz"),
        px=read_price(wanted, "px", instrument) if ord_type in _PRICED else None,
        tgt_ccy=_target(wanted, instrument, side) if ord_type == "market" else "",
        reduce_only=_reduce_only(wanted, account, instrument),
        lever=account.lever(instrument.inst_id, td_mode, pos_side),
        cl_ord_id=params.matching(wanted, "clOrdId", CLIENT_ID),
        tag=read_tag(wanted),
    )
    if ticket.tgt_ccy != "quote_ccy":
        check_size(ticket.sz, instrument)
    _check_largest(ticket)
    return ticket


def tradable(inst_id: str, account: Account) -> Instrument:
    """The instrument, if this account may trade it: spot pairs, and linear contracts in Futures
    mode.
    """
    instrument = there(instruments().get(inst_id), "51001")
    # What OKX answers to contracts in an account of the Spot mode.
    refuse_if(account.level == "1" and not instrument.is_spot, "51010")
    what = "options" if instrument.opt_type else "contracts that settle in a coin"
    refuse_if(instrument.inverse or instrument.opt_type, "50038", f"orders of {what}")
    return instrument


def read_td_mode(wanted: Params, instrument: Instrument) -> str:
    """``tdMode``: cash for spot pairs, which are not traded on margin here, a margin mode else."""
    modes = _MARGIN_MODES | {"cash"} if instrument.is_spot else _MARGIN_MODES
    td_mode = params.one_of(wanted, "tdMode", modes)
    margin = instrument.is_spot and td_mode != "cash"
    refuse_if(margin, "50038", f"tdMode {td_mode} for a spot pair")
    return td_mode


def read_pos_side(wanted: Params, account: Account) -> str:
    """``posSide``, which only long/short mode needs."""
    sides = {"net"} if account.pos_mode == "net_mode" else {"long", "short"}
    pos_side = params.one_of(wanted, "posSide", sides)
    refuse_if(not pos_side and len(sides) > 1, "51000", "posSide")
    return pos_side or "net"


def read_tag(wanted: Params) -> str:
    """``tag``, which may be empty."""
    return params.matching(wanted, "tag", _TAG)


def read_price(wanted: Params, name: str, instrument: Instrument) -> Decimal:
    """The required price ``name``, a multiple of the tick."""
    price = params.positive(wanted, name)
    refuse_if(price % instrument.tick, "51000", name)
    return price


def check_size(size: Decimal, instrument: Instrument) -> None:
    """Refuses a size in base currency, or of contracts, below ``minSz`` or off ``lotSz``."""
    refuse_if(size < instrument.min_size, "51020")
    refuse_if(size % instrument.lot, "51121")


def _target(wanted: Params, instrument: Instrument, side: str) -> str:
    if instrument.is_spot:
        return wanted.get("tgtCcy") or _MARKET_UNIT[side]
    refuse_if(wanted.get("tgtCcy"), "59110", "instId")
    return ""


def _reduce_only(wanted: Params, account: Account, instrument: Instrument) -> bool:
    # OKX docs, Place order: in long/short mode posSide says as much, and this is ignored.
    if params.one_of(wanted, "reduceOnly", {"true", "false"}) != "true":
        return False
    refuse_if(instrument.is_spot, "51139" if account.level == "1" else "51205")
    return account.pos_mode == "net_mode"


def _check_largest(ticket: Ticket) -> None:
    listing = ticket.instrument.listing
    if ticket.tgt_ccy == "quote_ccy":
        refuse_if(ticket.sz > Decimal(listing["maxMktAmt"]), "51201", listing["maxMktAmt"])
        return
    refuse_if(ticket.px is None and ticket.sz > Decimal(listing["maxMktSz"]), "51202")
    refuse_if(ticket.sz > Decimal(listing["maxLmtSz"]), "51101", listing["maxLmtSz"])


def check_funds(desk: Desk, order: Order) -> None:
    """Refuses what the account cannot pay for, or has not the margin for."""
    ticket, cost = order.ticket, _cost(desk, order)
    pool = desk.pool(ticket.pays)
    # What only closes is never too much: an account that is under water may still do that.
    most = pool.spendable if ticket.instrument.is_spot else pool.available
    refuse_if(cost > max(most, _ZERO), "51008", ticket.pays)


def check_price(desk: Desk, order: Order) -> None:
    """Refuses a price beyond what ``public/price-limit`` tells: too high to buy, too low to sell."""
    ticket = order.ticket
    highest, lowest = desk.market.price_limits(ticket.instrument, desk.now)
    if ticket.px is None or (ticket.px <= highest if ticket.side == "buy" else ticket.px >= lowest):
        return
    refuse_if(not ticket.instrument.is_spot, "51006", f"{highest:f}", f"{lowest:f}")
    refuse_if(ticket.side == "buy", "51137", f"{highest:f}")
    raise RefusalError("51138", f"{lowest:f}")


def check_position(account: Account, order: Order) -> None:
    """Refuses what would close what is not there, or open more than the leverage allows."""
    ticket = order.ticket
    if ticket.instrument.is_spot:
        return
    held = account.positions.get(ticket.key)
    if ticket.only_closes:
        _check_closing(account, order)
        return
    beside = [
        other.left
        for other in account.orders.open.values()
        if other.ticket.key == ticket.key
        and other.ticket.side == ticket.side
        and other.ord_id != order.ord_id
    ]
    size = (held.size * ticket.sign if held else 0) + sum(beside, order.left)
    most = largest(ticket.instrument, ticket.lever)
    refuse_if(size > most, "51004", ticket.instrument.inst_id, f"{most:f}")


def _check_closing(account: Account, order: Order) -> None:
    ticket, held = order.ticket, there(account.positions.get(order.ticket.key), "51169")
    refuse_if(held.size * ticket.sign > 0, "51170")
    # In net mode an order that is too large closes what there is.
    beside = (other.left for other in account.closers(held) if other.ord_id != order.ord_id)
    refuse_if(ticket.pos_side != "net" and order.left > abs(held.size) - sum(beside), "51112")


def _cost(desk: Desk, order: Order) -> Decimal:
    # How much more of ``pays`` an order may need.
    ticket = order.ticket
    if ticket.px is not None:
        return _held(desk.account, order)
    book = desk.market.book(ticket.instrument, desk.now)
    if ticket.tgt_ccy == "quote_ccy":
        best = (book.asks if ticket.side == "buy" else book.bids)[0].px
        refuse_if(ticket.sz < best * ticket.instrument.min_size, "51020")
    if ticket.counts_what_it_pays:
        return ticket.sz
    taken = order.takes(book)
    size = sum((size for _, size in taken), _ZERO)
    if ticket.instrument.is_spot and ticket.side == "sell":
        return size
    value = sum((px * size for px, size in taken), _ZERO)
    if ticket.instrument.is_spot or not size:
        return value * MARKET_RESERVE
    # As a limit order at the average price would.
    return _held(desk.account, replace(order, ticket=replace(ticket, px=value / size, sz=size)))


def _held(account: Account, order: Order) -> Decimal:
    # How much more of ``pays`` open orders hold back with ``order`` as it is.
    pays = order.ticket.pays
    return account.frozen(pays, order) - account.frozen(pays)
