"""What an algo order must be, alone or attached to an order.

OKX docs: Order Book Trading, Algo Trading, Place algo order; Trade, Place order, attachAlgoOrds.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from okx_magic.sandbox import params
from okx_magic.sandbox.account.algos import Algo, Leg, Trail
from okx_magic.sandbox.account.rules import CLIENT_ID, read_price, read_ticket, tradable
from okx_magic.sandbox.facts import table
from okx_magic.sandbox.market.instruments import indices, marked
from okx_magic.sandbox.replies import RefusalError, plain

if TYPE_CHECKING:
    from okx_magic.sandbox.account.account import Account
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.account.orders import Ticket
    from okx_magic.sandbox.market.instruments import Instrument
    from okx_magic.sandbox.params import Params

FACTS = table("algos.json")
_AT_MARKET = "-1"
_RATIO = re.compile(r"-?\d{1,3}(\.\d{1,8})?", re.ASCII)
_MOST_ATTACHED = 10
_DISTANCES = ("callbackRatio", "callbackSpread")
_NAMES = ("TriggerPx", "TriggerPxType")
_ZERO, _ONE = Decimal(0), Decimal(1)


def read_algo(desk: Desk, wanted: Params) -> Algo:
    """The algo order that these parameters ask for; RefusalError with OKX's code for what is wrong."""
    kind, account = wanted["ordType"], desk.account
    if kind not in FACTS["most"]:
        raise RefusalError("50038")
    instrument = tradable(wanted["instId"], account)
    side, name = wanted["side"], _read_name(wanted, "algoClOrdId", account)
    algo = Algo(desk.ids.next(desk.now), _read_ticket(wanted, instrument, account), kind, name)
    algo = replace(algo, created=desk.ms, updated=desk.ms, close_fraction=_fraction(wanted))
    if kind == "trigger":
        algo = replace(
            algo,
            legs={"": _read_trigger(desk, wanted, instrument)},
            advance_ord_type=wanted.get("advanceOrdType", ""),
            attached=read_attached(desk, wanted, algo.ticket),
        )
    elif kind == "move_order_stop":
        algo = replace(algo, trail=_read_trail(desk, wanted, instrument, side))
    else:
        algo = _with_legs(algo, wanted, side)
    if wanted.get("cxlOnClosePos") == "true":
        if not algo.ticket.only_closes:
            raise RefusalError("51000", "cxlOnClosePos")
        algo = replace(algo, ends_with_position=True)
    check_algo(desk, algo)
    beside = [one for one in account.algos.open.values() if one.instrument is instrument]
    most, code = FACTS["most"][kind]
    if sum(FACTS["most"][one.ord_type][1] == code for one in beside) >= most:
        raise RefusalError(code, str(most))
    return _closing_all(algo, beside, account) if algo.close_fraction else algo


def check_algo(desk: Desk, algo: Algo) -> None:
    """Refuses a take-profit or a stop-loss that the price has passed already."""
    for name, leg in algo.acting.items():
        now = price(desk, algo.instrument, leg.by)
        if name and leg.px and (leg.px < now if leg.up else leg.px > now):
            raise RefusalError(FACTS["wrong_side"][leg.by][f"{algo.ticket.side} {name}"])


def read_attached(desk: Desk, wanted: Params, ticket: Ticket) -> tuple[Algo, ...]:
    """The algo orders that hang on the order of ``ticket``, which close what it opens."""
    if wanted.get("attachAlgoOrds") in {None, "", "[]"}:
        return ()
    if ticket.only_closes:
        raise RefusalError("51333")
    items = params.objects(wanted, "attachAlgoOrds", most=_MOST_ATTACHED)
    found = tuple(_attached(desk, item, ticket) for item in items)
    if len(found) > 1:
        _check_split(found, ticket)
    for algo in found:
        check_attached(desk, algo, ticket)
    return found


def check_attached(desk: Desk, algo: Algo, ticket: Ticket) -> None:
    """Refuses a take-profit or a stop-loss on the wrong side of the order's own price, or of what an
    order at the market is likely to get.
    """
    at_market, buying = ticket.px is None, ticket.side == "buy"
    px = ticket.px
    if px is None:
        book = desk.market.book(ticket.instrument, desk.now)
        px = (book.asks if buying else book.bids)[0].px
    for name, leg in algo.acting.items():
        if leg.ratio is None and (leg.px <= px if leg.up else leg.px >= px):
            codes = FACTS["attached"]["market" if at_market else "limit"]
            raise RefusalError(codes[f"{ticket.side} {name}"])


def amended(algo: Algo, wanted: Params) -> Algo:
    """``algo`` with what ``wanted`` changes of it; a trigger price of 0 takes a leg away."""
    side, instrument, legs = algo.ticket.side, algo.instrument, dict(algo.legs)
    new = {_old(name): value for name, value in wanted.items() if name.startswith("new") and value}
    if algo.trail is not None and any(new.get(name) for name in (*_DISTANCES, "activePx")):
        raise RefusalError("51506")
    for name in ("",) if "" in legs else ("tp", "sl"):
        given = any(field.startswith(name) for field in new)
        leg = legs.pop(name, None)
        if leg is not None:
            leg = _changed(leg, new, name, instrument)
        elif given:
            leg = _read_leg(new, name, instrument, side)
        if leg is not None:
            legs[name] = leg
    if not legs and algo.trail is None:
        raise RefusalError("51531")
    return replace(algo, legs=legs)


def quoted(instrument: Instrument, by: str) -> Instrument:
    """What is looked at for prices ``by`` last, mark or index."""
    if by == "mark":
        return marked(instrument)
    return instrument if by == "last" else indices()[instrument.underlying]


def price(desk: Desk, instrument: Instrument, by: str) -> Decimal:
    """The price that counts for ``by`` now."""
    return desk.market.last(quoted(instrument, by), desk.now)


def _old(name: str) -> str:
    # newTpTriggerPx changes tpTriggerPx.
    return name[3].lower() + name[4:]


def _read_name(wanted: Params, name: str, account: Account) -> str:
    found = params.matching(wanted, name, CLIENT_ID)
    if found and any(found == one.algo_cl_ord_id for one in account.algos.open.values()):
        raise RefusalError("51065")
    return found


def _fraction(wanted: Params) -> str:
    fraction = params.one_of(wanted, "closeFraction", {"1"})
    if not (fraction or wanted.get("sz")):
        raise RefusalError("50015", "sz", "closeFraction")
    if fraction and wanted.get("sz"):
        raise RefusalError("50024", "sz", "closeFraction")
    return fraction


def _read_ticket(wanted: Params, instrument: Instrument, account: Account) -> Ticket:
    # As of an order at the market; one of unknown size has none.
    at_market = _AT_MARKET in {wanted.get(name) for name in ("tpOrdPx", "slOrdPx")}
    unit = wanted.get("tgtCcy", "") if at_market else "base_ccy"
    if wanted["ordType"] == "trigger" and wanted.get("tgtCcy") == "quote_ccy":
        raise RefusalError("51281")
    of = {"ordType": "market", "clOrdId": "", "tgtCcy": unit if instrument.is_spot else ""}
    ticket = read_ticket({**wanted, "sz": plain(instrument.min_size), **of}, account)
    if not wanted.get("sz"):
        return replace(ticket, sz=_ZERO)
    ticket = read_ticket({**wanted, **of}, account)
    most = instrument.listing["maxStopSz" if at_market else "maxTriggerSz"]
    if ticket.tgt_ccy != "quote_ccy" and ticket.sz > Decimal(most):
        raise RefusalError("51275")
    return ticket


def _with_legs(algo: Algo, wanted: Params, side: str) -> Algo:
    read = {name: _read_leg(wanted, name, algo.instrument, side) for name in ("tp", "sl")}
    legs = {name: leg for name, leg in read.items() if leg}
    if not legs:
        raise RefusalError("50015", "tpTriggerPx", "slTriggerPx")
    if algo.ord_type == "oco" and len(legs) < len(read):
        raise RefusalError("50014", "slTriggerPx" if "tp" in legs else "tpTriggerPx")
    return replace(algo, legs=legs)


def _read_leg(wanted: Params, name: str, instrument: Instrument, side: str) -> Leg | None:
    up = (side == "sell") == (name == "tp")
    px, ratio, order = (f"{name}{what}" for what in ("TriggerPx", "TriggerRatio", "OrdPx"))
    if wanted.get("tpOrdKind") == "limit" and name == "tp":
        own = read_price(wanted, order, instrument)
        return Leg("last", up, own, own, limit=True)
    if not any(wanted.get(each) for each in (px, ratio, order)):
        return None
    by = _read_by(wanted, name, instrument)
    share = _read_ratio(wanted, ratio, instrument, up=up)
    trigger = _ZERO if share is not None else read_price(wanted, px, instrument)
    return Leg(by, up, trigger, _read_order_price(wanted, order, instrument), share)


def _read_by(wanted: Params, name: str, instrument: Instrument) -> str:
    field = f"{name}TriggerPxType" if name else "triggerPxType"
    # OKX docs: spot pairs only by the last price.
    kinds = {"last"} if instrument.is_spot else {"last", "index", "mark"}
    return params.one_of(wanted, field, kinds) or "last"


def _read_ratio(wanted: Params, field: str, instrument: Instrument, *, up: bool) -> Decimal | None:
    if not params.matching(wanted, field, _RATIO):
        return None
    share = Decimal(wanted[field])
    # OKX docs, attachAlgoOrds: of contracts; a share of the price, above or below it.
    if instrument.is_spot or not (share > 0 if up else -1 < share < 0):
        raise RefusalError("51000", field)
    return share


def _read_order_price(wanted: Params, name: str, instrument: Instrument) -> Decimal | None:
    if params.required(wanted, name) == _AT_MARKET:
        return None
    return read_price(wanted, name, instrument)


def _read_trigger(desk: Desk, wanted: Params, instrument: Instrument) -> Leg:
    by, px = _read_by(wanted, "", instrument), read_price(wanted, "triggerPx", instrument)
    order = _read_order_price(wanted, "orderPx", instrument)
    return Leg(by, px >= price(desk, instrument, by), px, order)


def _read_trail(desk: Desk, wanted: Params, instrument: Instrument, side: str) -> Trail:
    given = [name for name in ("callbackRatio", "callbackSpread") if wanted.get(name)]
    if not given:
        raise RefusalError("50015", "callbackRatio", "callbackSpread")
    if len(given) > 1:
        raise RefusalError("50024", *given)
    distance = params.positive(wanted, given[0])
    ratio, spread = (distance if name in given else None for name in _DISTANCES)
    if ratio is not None and ratio > 1:
        raise RefusalError("51311", "0", "1")
    last = desk.market.last(instrument, desk.now)
    if not wanted.get("activePx"):
        return Trail(ratio, spread, None, last)
    active = read_price(wanted, "activePx", instrument)
    if active < last if side == "sell" else active > last:
        raise RefusalError("51258" if side == "sell" else "51259")
    return Trail(ratio, spread, active)


def _attached(desk: Desk, item: Params, ticket: Ticket) -> Algo:
    instrument, side = ticket.instrument, "sell" if ticket.side == "buy" else "buy"
    kind = "move_order_stop" if any(item.get(name) for name in _DISTANCES) else "conditional"
    net = ticket.pos_side == "net" and not instrument.is_spot
    of = {
        "instId": instrument.inst_id,
        "tdMode": ticket.td_mode,
        "side": side,
        "posSide": ticket.pos_side,
        "ordType": kind,
        "reduceOnly": "true" if net else "",
        "tgtCcy": "base_ccy",
        "tag": ticket.tag,
    }
    name = _read_name(item, "attachAlgoClOrdId", desk.account)
    closing = _read_ticket({**item, **of}, instrument, desk.account)
    algo = Algo(desk.ids.next(desk.now), closing, kind, name, ends_with_position=net)
    if kind == "move_order_stop":
        return replace(algo, trail=replace(_read_trail(desk, item, instrument, side), peak=None))
    algo = _with_legs(algo, item, side)
    return replace(algo, ord_type="oco") if len(algo.legs) > 1 else algo


def _check_split(found: tuple[Algo, ...], ticket: Ticket) -> None:
    # OKX docs, attachAlgoOrds: several take-profits of a part each, and one stop-loss of all.
    if ticket.instrument.is_spot:
        raise RefusalError("51077")
    if any(len(algo.legs) > 1 for algo in found):
        raise RefusalError("51076")
    profits = [algo for algo in found if "tp" in algo.legs]
    if len(found) - len(profits) > 1:
        raise RefusalError("51084", "1")
    if any(not algo.ticket.sz for algo in profits):
        raise RefusalError("51089")
    if sum((algo.ticket.sz for algo in profits), _ZERO) != ticket.sz:
        raise RefusalError("51083")
    if len({algo.legs["tp"].px for algo in profits}) < len(profits):
        raise RefusalError("51081")


def _closing_all(algo: Algo, beside: list[Algo], account: Account) -> Algo:
    ticket = algo.ticket
    if ticket.instrument.is_spot:
        raise RefusalError("51327")
    if algo.trail or any(leg.ord_px is not None or not name for name, leg in algo.acting.items()):
        raise RefusalError("51330")
    if not ticket.only_closes:
        raise RefusalError("51328" if ticket.pos_side == "net" else "51331")
    if not account.closable(ticket):
        raise RefusalError("51058")
    if any(one.close_fraction and one.key == algo.key for one in beside):
        raise RefusalError("51088")
    return replace(algo, ends_with_position=True)


def _changed(leg: Leg, new: Params, name: str, instrument: Instrument) -> Leg | None:
    px, by = (f"{name}{each}" if name else each[0].lower() + each[1:] for each in _NAMES)
    order = f"{name}OrdPx" if name else "ordPx"
    if new.get(px) == "0" and name:
        return None
    if new.get(px):
        leg = replace(leg, px=read_price(new, px, instrument), ratio=None)
    if new.get(f"{name}TriggerRatio") and name:
        share = _read_ratio(new, f"{name}TriggerRatio", instrument, up=leg.up)
        leg = replace(leg, px=_ZERO, ratio=share)
    if new.get(order):
        leg = replace(leg, ord_px=_read_order_price(new, order, instrument))
    return replace(leg, by=_read_by(new, name, instrument)) if new.get(by) else leg
