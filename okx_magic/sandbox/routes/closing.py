"""Closing positions, and cancelling more than one order. OKX docs: Order Book Trading, Trade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.sandbox import params
from okx_magic.sandbox.account import trading
from okx_magic.sandbox.account.tickets import read_pos_side, read_tag, tradable
from okx_magic.sandbox.market.instruments import instruments
from okx_magic.sandbox.replies import RefusalError, plain

if TYPE_CHECKING:
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.params import Params
    from okx_magic.sandbox.routes.rows import Row

_BY_USER = "1"
# OKX docs, Cancel all after: so many timers with a tag.
_MOST_TIMERS = 20


def close_position(desk: Desk, wanted: Params) -> list[Row]:
    """Closes a position by a market order."""
    account = desk.account
    instrument = tradable(wanted["instId"], account)
    mode = wanted["mgnMode"]
    pos_side = read_pos_side(wanted, account)
    held = account.positions.get((instrument.inst_id, mode, pos_side))
    if held is None:
        raise RefusalError("51023")
    closers = account.closers(held)
    if closers and wanted.get("autoCxl") != "true":
        raise RefusalError("51115")
    for order in closers:
        trading.withdraw(account, order, _BY_USER, desk.ms)
    named = {name: wanted.get(name, "") for name in ("clOrdId", "tag")}
    order_of = {
        "instId": instrument.inst_id,
        "tdMode": mode,
        "side": "sell" if held.size > 0 else "buy",
        "posSide": pos_side,
        "ordType": "market",
        "sz": plain(abs(held.size)),
        "reduceOnly": "true",
    }
    trading.place(desk, order_of | named)
    return [{"instId": instrument.inst_id, "posSide": pos_side} | named]


def cancel_all_after(desk: Desk, wanted: Params) -> list[Row]:
    """Sets the time after which all orders (or those of ``tag``) are cancelled; 0 takes it back."""
    seconds, tag = params.integer(wanted, "timeOut"), read_tag(wanted)
    timers = desk.account.timers
    if seconds and not 10 <= seconds <= 120:
        raise RefusalError("51000", "timeOut")
    if seconds and tag and tag not in timers and len(timers.keys() - {""}) >= _MOST_TIMERS:
        raise RefusalError("51071")
    timers.pop(tag, None)
    if seconds:
        timers[tag] = desk.ms + seconds * 1000
    return [{"triggerTime": str(timers.get(tag, 0)), "tag": tag, "ts": str(desk.ms)}]


def mass_cancel(_: Desk, wanted: Params) -> list[Row]:
    """Cancels the MMP orders of a family of options: there never are any."""
    options = (one for one in instruments().values() if one.opt_type)
    params.one_of(wanted, "instFamily", {one.listing["instFamily"] for one in options})
    return [{"result": True}]
