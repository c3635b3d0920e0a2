"""What changes an account: its modes, leverage, margins, the ends of its orders.

OKX docs: Trading Account; Order Book Trading, Trade, Cancel all after and Mass cancel.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from okx_magic.sandbox import params
from okx_magic.sandbox.account.desk import Desk, largest
from okx_magic.sandbox.account.positions import rounded
from okx_magic.sandbox.account.rules import read_pos_side, read_tag, tradable
from okx_magic.sandbox.market.instruments import families
from okx_magic.sandbox.replies import refuse_if, there
from okx_magic.sandbox.routes.account import instruments_of

if TYPE_CHECKING:
    from okx_magic.sandbox.params import Params
    from okx_magic.sandbox.routes.rows import Row

_ZERO = Decimal(0)
# OKX docs, types of bills: margin transfers.
_MARGIN_ADDED, _MARGIN_TAKEN = ("6", "160"), ("6", "161")

# OKX docs, Cancel all after: so many timers with a tag.
_MOST_TIMERS = 20


def set_account_level(desk: Desk, wanted: Params) -> list[Row]:
    """Switches between Spot mode (1) and Futures mode (2); the sandbox has no others."""
    level = wanted["acctLv"]
    refuse_if(level in {"3", "4"}, "51070")
    if level != desk.account.level:
        refuse_if(desk.account.standing, "59132")
        refuse_if(desk.account.positions, "59134")
    desk.account.level = level
    return [{"acctLv": level}]


def set_position_mode(desk: Desk, wanted: Params) -> list[Row]:
    """Switches between net and long/short mode."""
    mode = wanted["posMode"]
    refuse_if(desk.account.level == "1", "51010")
    in_use = desk.account.positions or _contracts(desk)
    refuse_if(mode != desk.account.pos_mode and in_use, "59000")
    desk.account.pos_mode = mode
    return [{"posMode": mode}]


def set_isolated_mode(desk: Desk, wanted: Params) -> list[Row]:
    """How margin comes to isolated positions: of contracts only by itself, with the order."""
    mode, kind = wanted["isoMode"], wanted["type"]
    refuse_if((mode, kind) == ("auto_transfers_ccy", "CONTRACTS"), "51000", "isoMode")
    refuse_if(desk.account.positions or _contracts(desk), "59000")
    desk.account.isolated[kind] = mode
    return [{"isoMode": mode}]


def set_greeks(desk: Desk, wanted: Params) -> list[Row]:
    """Chooses how greeks are shown, of which there are none here."""
    desk.account.greeks = wanted["greeksType"]
    return [{"greeksType": desk.account.greeks}]


def set_leverage(desk: Desk, wanted: Params) -> list[Row]:
    """Sets the leverage of a contract, and of what is held of it."""
    lever, mode = params.positive(wanted, "lever", "59105"), wanted["mgnMode"]
    account = desk.account
    refuse_if(account.level == "1", "51010")
    instrument = tradable(params.required(wanted, "instId"), account)
    refuse_if(instrument.is_spot, "50038", "leverage for a spot pair")
    # Cross margin has one leverage for both sides.
    apart = mode == "isolated" or account.pos_mode == "net_mode"
    side = read_pos_side(wanted, account) if apart else ""
    refuse_if(lever < 1, "59105", "1")
    refuse_if(lever > Decimal(instrument.listing["lever"]), "59102")
    pending = {one.ticket.key[:2] for one in account.orders.open.values()}
    refuse_if((instrument.inst_id, mode) in pending, "59101" if mode == "isolated" else "59107")
    held = [one for one in account.held(instrument, mode) if side in {one.pos_side, ""}]
    refuse_if(any(abs(one.size) > largest(instrument, lever) for one in held), "59104")
    needs = {one.key: _more_margin(desk, one.key, lever) for one in held}
    available = max(desk.pool(instrument.quote).available, _ZERO)
    refuse_if(sum(needs.values(), _ZERO) > available, "59108")
    account.levers[instrument.inst_id, mode, side or "net"] = lever
    for key, need in needs.items():
        account.positions[key] = replace(account.positions[key], lever=lever)
        if mode == "isolated" and need:
            account.add_margin(key, need, _MARGIN_ADDED, desk.ms)
    shown = wanted.get("posSide") or ("net" if account.pos_mode == "net_mode" else "")
    return [{**wanted, "lever": lever, "posSide": shown}]


def leverage_info(desk: Desk, query: Params) -> list[Row]:
    """The leverage of each ``instId``: a row for each side in long/short mode."""
    mode, lever = query["mgnMode"], desk.account.lever
    sides = ("net",) if desk.account.pos_mode == "net_mode" else ("long", "short")
    return [
        {
            "instId": each.inst_id,
            "mgnMode": mode,
            "posSide": side,
            "lever": lever(each.inst_id, mode, side),
        }
        for each in instruments_of(desk, query)
        for side in sides
        if not each.is_spot
    ]


def adjust_margin(desk: Desk, wanted: Params) -> list[Row]:
    """Adds margin to an isolated position, or takes back what it does not need."""
    instrument = tradable(wanted["instId"], desk.account)
    kind = wanted["type"]
    key = (instrument.inst_id, "isolated", read_pos_side(wanted, desk.account))
    amount = params.positive(wanted, "amt")
    held = there(desk.account.positions.get(key), "59300")
    now = desk.valued(held)
    refuse_if(kind == "add" and amount > desk.pool(held.ccy).spendable, "59303")
    refuse_if(kind == "reduce" and amount > held.margin + min(now.upl, _ZERO) - now.imr, "59301")
    change, bill = (amount, _MARGIN_ADDED) if kind == "add" else (-amount, _MARGIN_TAKEN)
    desk.account.add_margin(key, change, bill, desk.ms)
    return [{**wanted, "amt": amount, "leverage": held.lever, "ccy": held.ccy}]


def cancel_all_after(desk: Desk, wanted: Params) -> list[Row]:
    """Sets the time after which all orders (or those of ``tag``) are cancelled; 0 takes it back."""
    seconds, tag = params.integer(wanted, "timeOut"), read_tag(wanted)
    timers = desk.account.timers
    refuse_if(seconds and not 10 <= seconds <= 120, "51000", "timeOut")
    more = len(timers.keys() | {"", tag}) - 1
    refuse_if(seconds and tag not in timers and more > _MOST_TIMERS, "51071")
    timers.pop(tag, None)
    if seconds:
        timers[tag] = desk.ms + seconds * 1000
    return [{"triggerTime": str(timers.get(tag, 0)), "tag": tag, "ts": str(desk.ms)}]


def mass_cancel(_: Desk, wanted: Params) -> list[Row]:
    """Cancels the MMP orders of a family of options: there never are any."""
    params.one_of(wanted, "instFamily", set(families("OPTION")))
    return [{"result": True}]


def _contracts(desk: Desk) -> bool:
    # Whether orders for some are open.
    return any(not one.ticket.instrument.is_spot for one in desk.account.standing)


def _more_margin(desk: Desk, key: tuple[str, str, str], lever: Decimal) -> Decimal:
    # What leverage ``lever`` ties up of the cash beyond what is tied up now.
    held = desk.account.positions[key]
    if held.isolated:
        return max(rounded(abs(held.cost) / lever) - held.margin, _ZERO)
    now = desk.valued(held)
    return rounded(now.value / lever) - now.imr
