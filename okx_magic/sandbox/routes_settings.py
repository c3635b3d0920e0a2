"""What changes an account beside its orders: modes, leverage, margins, play money, closing.

OKX docs: Trading Account; Order Book Trading, Trade.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from okx_magic.sandbox import params, trading
from okx_magic.sandbox.desk import largest
from okx_magic.sandbox.instruments import instruments
from okx_magic.sandbox.ledger import Bill
from okx_magic.sandbox.positions import rounded
from okx_magic.sandbox.replies import RefusalError
from okx_magic.sandbox.rows import plain
from okx_magic.sandbox.tickets import MARGIN_MODES, read_pos_side, read_tag, tradable

if TYPE_CHECKING:
    from okx_magic.sandbox.desk import Desk
    from okx_magic.sandbox.instruments import Instrument
    from okx_magic.sandbox.params import Params

_ZERO = Decimal(0)
_BY_USER = "1"
_DAY_MS = 86_400_000
# OKX docs: so many increases of play money a day, and so many timers with a tag.
_INCREASES = 3
_MOST_TIMERS = 20
_MOST_CURRENCIES = 20
# OKX docs, types of bills: margin transfers. What play money comes and goes with is not documented;
# system transfers are what is nearest.
_MARGIN_ADDED, _MARGIN_TAKEN = ("6", "160"), ("6", "161")
_GIVEN, _TAKEN = ("1", "200"), ("1", "202")


def set_account_level(desk: Desk, wanted: Params) -> list[Any]:
    """Switches between Spot mode (1) and Futures mode (2); the sandbox has no others."""
    level = params.choice(wanted, "acctLv", {"1", "2", "3", "4"})
    if level in {"3", "4"}:
        raise RefusalError("51070")
    if level != desk.account.level:
        if desk.account.open:
            raise RefusalError("59132")
        if desk.account.positions:
            raise RefusalError("59134")
    desk.account.level = level
    return [{"acctLv": level}]


def set_position_mode(desk: Desk, wanted: Params) -> list[Any]:
    """Switches between net and long/short mode."""
    mode = params.choice(wanted, "posMode", {"net_mode", "long_short_mode"})
    _check_futures_mode(desk)
    contracts = [one for one in desk.account.open.values() if not one.ticket.instrument.is_spot]
    if mode != desk.account.pos_mode and (desk.account.positions or contracts):
        raise RefusalError("59000")
    desk.account.pos_mode = mode
    return [{"posMode": mode}]


def set_greeks(desk: Desk, wanted: Params) -> list[Any]:
    """Chooses how greeks are shown, of which there are none here."""
    desk.account.greeks = params.choice(wanted, "greeksType", {"PA", "BS"})
    return [{"greeksType": desk.account.greeks}]


def set_leverage(desk: Desk, wanted: Params) -> list[Any]:
    """Sets the leverage of a contract, and of what is held of it."""
    lever = params.positive(wanted, "lever", zero="59105")
    instrument, mode, side = _place(desk, wanted)
    account = desk.account
    if lever < 1:
        raise RefusalError("59105", "1")
    if lever > Decimal(instrument.listing["lever"]):
        raise RefusalError("59102")
    pending = {one.ticket.key[:2] for one in account.open.values()}
    if (instrument.inst_id, mode) in pending:
        raise RefusalError("59101" if mode == "isolated" else "59107")
    held = [
        one
        for (inst_id, mgn_mode, pos_side), one in account.positions.items()
        if (inst_id, mgn_mode) == (instrument.inst_id, mode) and side in {pos_side, ""}
    ]
    if any(abs(one.size) > largest(instrument, lever) for one in held):
        raise RefusalError("59104")
    needs = {one.key: _more_margin(desk, one.key, lever) for one in held}
    if sum(needs.values(), _ZERO) > max(desk.pool(instrument.quote).available, _ZERO):
        raise RefusalError("59108")
    account.levers[instrument.inst_id, mode, side or "net"] = lever
    for key, need in needs.items():
        account.set_lever(key, lever)
        if mode == "isolated" and need:
            account.add_margin(key, need, _MARGIN_ADDED, desk.ms)
    shown = wanted.get("posSide") or ("net" if account.pos_mode == "net_mode" else "")
    row = {"lever": plain(lever), "mgnMode": mode, "instId": instrument.inst_id, "posSide": shown}
    return [row]


def adjust_margin(desk: Desk, wanted: Params) -> list[Any]:
    """Adds margin to an isolated position, or takes back what it does not need."""
    instrument = tradable(params.required(wanted, "instId"), desk.account)
    params.required(wanted, "posSide")
    kind = params.choice(wanted, "type", {"add", "reduce"})
    key = (instrument.inst_id, "isolated", read_pos_side(wanted, desk.account))
    amount = params.positive(wanted, "amt")
    held = desk.account.positions.get(key)
    if held is None:
        raise RefusalError("59300")
    now = desk.valued(held)
    if kind == "add" and amount > desk.pool(held.ccy).spendable:
        raise RefusalError("59303")
    if kind == "reduce" and amount > held.margin + min(now.upl, _ZERO) - now.imr:
        raise RefusalError("59301")
    change, bill = (amount, _MARGIN_ADDED) if kind == "add" else (-amount, _MARGIN_TAKEN)
    desk.account.add_margin(key, change, bill, desk.ms)
    return [
        {
            "instId": instrument.inst_id,
            "posSide": held.pos_side,
            "amt": plain(amount),
            "type": kind,
            "leverage": plain(held.lever),
            "ccy": held.ccy,
        }
    ]


def close_position(desk: Desk, wanted: Params) -> list[Any]:
    """Closes a position by a market order."""
    account = desk.account
    instrument = tradable(params.required(wanted, "instId"), account)
    mode = params.choice(wanted, "mgnMode", MARGIN_MODES)
    pos_side = read_pos_side(wanted, account)
    held = account.positions.get((instrument.inst_id, mode, pos_side))
    if held is None:
        raise RefusalError("51023")
    closers = account.closers(held)
    if closers and params.one_of(wanted, "autoCxl", {"true", "false"}) != "true":
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


def cancel_all_after(desk: Desk, wanted: Params) -> list[Any]:
    """Sets the time after which all orders (or those of ``tag``) are cancelled; 0 takes it back."""
    params.required(wanted, "timeOut")
    seconds, tag = params.integer(wanted, "timeOut"), read_tag(wanted)
    timers = desk.account.timers
    if seconds is None or (seconds and not 10 <= seconds <= 120):
        raise RefusalError("51000", "timeOut")
    if seconds and tag and tag not in timers and len(timers.keys() - {""}) >= _MOST_TIMERS:
        raise RefusalError("51071")
    timers.pop(tag, None)
    if seconds:
        timers[tag] = desk.ms + seconds * 1000
    return [{"triggerTime": str(timers.get(tag, 0)), "tag": tag, "ts": str(desk.ms)}]


def mass_cancel(_: Desk, wanted: Params) -> list[Any]:
    """Cancels the MMP orders of a family of options: there never are any."""
    params.choice(wanted, "instType", {"OPTION"})
    options = (one for one in instruments().values() if one.opt_type)
    params.choice(wanted, "instFamily", {one.listing["instFamily"] for one in options})
    return [{"result": True}]


def adjust_demo_balance(desk: Desk, wanted: Params) -> list[Any]:
    """Adds play money, three times a day, or takes it away."""
    if desk.keys.environment != "demo":
        raise RefusalError("50053")
    kind = params.choice(wanted, "type", {"increase", "reduce"})
    account = desk.account
    today = desk.ms // _DAY_MS
    done = account.raised[1] if account.raised[0] == today else 0
    if kind == "increase" and done >= _INCREASES:
        raise RefusalError("59691", str(_INCREASES))
    changes: dict[str, Decimal] = {}
    for item in params.objects(wanted, "adjustments", most=_MOST_CURRENCIES):
        ccy, amount = params.required(item, "ccy"), params.positive(item, "amt")
        if ccy not in account.trading.balances:
            raise RefusalError("51000", "ccy")
        changes[ccy] = changes.get(ccy, _ZERO) + amount
    if kind == "reduce":
        for ccy, amount in changes.items():
            if amount > account.trading.of(ccy):
                raise RefusalError("59692", ccy)
            if amount > desk.pool(ccy).spendable:
                raise RefusalError("59693", ccy)
    else:
        done += 1
        account.raised = (today, done)
    sign, bill = (1, _GIVEN) if kind == "increase" else (-1, _TAKEN)
    details = []
    for ccy, amount in changes.items():
        booked = account.trading.book(
            Bill(desk.ms, ccy, sign * amount, bill, {"sz": plain(amount)})
        )
        details.append({"ccy": ccy, "amt": plain(amount), "bal": plain(booked.balance)})
    left = {"remainCnt": str(_INCREASES - done), "totalCnt": str(_INCREASES)}
    return [left | {"details": details}]


def _check_futures_mode(desk: Desk) -> None:
    if desk.account.level == "1":
        raise RefusalError("51010")


def _place(desk: Desk, wanted: Params) -> tuple[Instrument, str, str]:
    # Whose leverage is set; a side only where each has its own.
    _check_futures_mode(desk)
    instrument = tradable(params.required(wanted, "instId"), desk.account)
    mode = params.choice(wanted, "mgnMode", MARGIN_MODES)
    if instrument.is_spot:
        raise RefusalError("50038")
    if mode == "isolated" or desk.account.pos_mode == "net_mode":
        return instrument, mode, read_pos_side(wanted, desk.account)
    return instrument, mode, ""


def _more_margin(desk: Desk, key: tuple[str, str, str], lever: Decimal) -> Decimal:
    # What leverage ``lever`` ties up of the cash beyond what is tied up now.
    held = desk.account.positions[key]
    if held.isolated:
        return max(rounded(abs(held.cost) / lever) - held.margin, _ZERO)
    now = desk.valued(held)
    return rounded(now.value / lever) - now.imr
