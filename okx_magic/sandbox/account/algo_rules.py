"""What an algo order must be, alone or attached to an order.

OKX docs: Order Book Trading, Algo Trading, Place algo order; Trade, Place order, attachAlgoOrds.

Tested in ``tests/sandbox/test_sandbox_stops.py``.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from okx_magic.sandbox import params
from okx_magic.sandbox.account.algos import Algo
from okx_magic.sandbox.account.legs import (
    AT_MARKET,
    DISTANCES,
    facing,
    price,
    read_leg,
    read_trail,
)
from okx_magic.sandbox.account.rules import CLIENT_ID, read_ticket, tradable
from okx_magic.sandbox.data import table
from okx_magic.sandbox.replies import RefusalError, plain, refuse_if

if TYPE_CHECKING:
    from okx_magic.sandbox.account.account import Account
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.account.orders import Ticket
    from okx_magic.sandbox.market.instruments import Instrument
    from okx_magic.sandbox.params import Params

FACTS = table("algos.json")
_MOST_ATTACHED = 10
_ZERO = Decimal(0)


def read_algo(desk: Desk, wanted: Params) -> Algo:
    """The algo order that these parameters ask for; RefusalError with OKX's code for what is wrong."""
    kind, account = wanted["ordType"], desk.account
    refuse_if(kind not in FACTS["most"], "50038", f"ordType {kind}")
    instrument = tradable(wanted["instId"], account)
    side, name = wanted["side"], _read_name(wanted, "algoClOrdId", account)
    algo = Algo(
        desk.ids.next(desk.now),
        _read_ticket(wanted, instrument, account),
        kind,
        name,
        created=desk.ms,
        updated=desk.ms,
        close_fraction=_fraction(wanted),
        advance_ord_type=wanted.get("advanceOrdType", ""),
    )
    if kind == "trigger":
        params.required(wanted, "triggerPx")
        leg = read_leg(wanted, "", instrument, side)
        assert leg is not None  # noqa: S101 - it has a price
        attached = read_attached(desk, wanted, replace(algo.ticket, px=leg.ord_px or leg.px))
        algo = replace(algo, legs={"": facing(desk, leg, instrument)}, attached=attached)
    elif kind == "move_order_stop":
        algo = replace(algo, trail=read_trail(desk, wanted, instrument, side))
    else:
        algo = _with_legs(algo, wanted, side)
    if wanted.get("cxlOnClosePos") == "true":
        refuse_if(not algo.ticket.only_closes, "51000", "cxlOnClosePos")
        algo = replace(algo, ends_with_position=True)
    check_algo(desk, algo)
    beside = [one for one in account.algos.open.values() if one.instrument is instrument]
    most, code = FACTS["most"][kind]
    refuse_if(
        sum(FACTS["most"][one.ord_type][1] == code for one in beside) >= most, code, str(most)
    )
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
    refuse_if(ticket.only_closes, "51333")
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
    px, codes = ticket.px, FACTS["attached"]["limit"]
    if px is None:
        book, codes = desk.market.book(ticket.instrument, desk.now), FACTS["attached"]["market"]
        px = (book.asks if ticket.side == "buy" else book.bids)[0].px
    for name, leg in algo.acting.items():
        passed = leg.px <= px if leg.up else leg.px >= px
        refuse_if(leg.ratio is None and passed, codes[f"{ticket.side} {name}"])


def amended(algo: Algo, wanted: Params) -> Algo:
    """``algo`` with what ``wanted`` changes of it; a trigger price of 0 takes a leg away."""
    side, instrument, legs = algo.ticket.side, algo.instrument, dict(algo.legs)
    # newTpTriggerPx changes tpTriggerPx; but newOrdPx what is placed as orderPx.
    given = {name[3:]: value for name, value in wanted.items() if name.startswith("new") and value}
    new = {name[0].lower() + name[1:]: value for name, value in given.items()}
    new["orderPx"] = new.pop("ordPx", "")
    refuse_if(algo.trail and any(new.get(name) for name in (*DISTANCES, "activePx")), "51506")
    for name in ("",) if "" in legs else ("tp", "sl"):
        leg = read_leg(new, name, instrument, side, legs.pop(name, None))
        if leg is not None:
            legs[name] = leg
    refuse_if(not legs and algo.trail is None, "51531")
    return replace(algo, legs=legs)


def _read_name(wanted: Params, name: str, account: Account) -> str:
    found = params.matching(wanted, name, CLIENT_ID)
    names = {one.algo_cl_ord_id for one in account.algos.open.values()}
    refuse_if(found and found in names, "51065")
    return found


def _fraction(wanted: Params) -> str:
    fraction = params.one_of(wanted, "closeFraction", {"1"})
    refuse_if(not (fraction or wanted.get("sz")), "50015", "sz", "closeFraction")
    refuse_if(fraction and wanted.get("sz"), "50024", "sz", "closeFraction")
    return fraction


def _read_ticket(wanted: Params, instrument: Instrument, account: Account) -> Ticket:
    # As of an order at the market; one of unknown size has none.
    at_market = AT_MARKET in {wanted.get(name) for name in ("tpOrdPx", "slOrdPx")}
    refuse_if(wanted["ordType"] == "trigger" and wanted.get("tgtCcy") == "quote_ccy", "51281")
    unit = wanted.get("tgtCcy", "") if at_market else "base_ccy"
    of = {"ordType": "market", "clOrdId": "", "tgtCcy": unit if instrument.is_spot else ""}
    size = wanted.get("sz", "")
    ticket = read_ticket({**wanted, **of, "sz": size or plain(instrument.min_size)}, account)
    return ticket if size else replace(ticket, sz=_ZERO)


def _with_legs(algo: Algo, wanted: Params, side: str) -> Algo:
    read = {name: read_leg(wanted, name, algo.instrument, side) for name in ("tp", "sl")}
    legs = {name: leg for name, leg in read.items() if leg}
    refuse_if(not legs, "50015", "tpTriggerPx", "slTriggerPx")
    missing = "slTriggerPx" if "tp" in legs else "tpTriggerPx"
    refuse_if(algo.ord_type == "oco" and len(legs) < len(read), "50014", missing)
    return replace(algo, legs=legs)


def _attached(desk: Desk, item: Params, ticket: Ticket) -> Algo:
    instrument, side = ticket.instrument, "sell" if ticket.side == "buy" else "buy"
    kind = "move_order_stop" if any(item.get(name) for name in DISTANCES) else "conditional"
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
    ends = not instrument.is_spot
    algo = Algo(desk.ids.next(desk.now), closing, kind, name, ends_with_position=ends)
    if kind == "move_order_stop":
        return replace(algo, trail=replace(read_trail(desk, item, instrument, side), peak=None))
    algo = _with_legs(algo, item, side)
    return replace(algo, ord_type="oco") if len(algo.legs) > 1 else algo


def _check_split(found: tuple[Algo, ...], ticket: Ticket) -> None:
    # OKX docs, attachAlgoOrds: several take-profits of a part each, and one stop-loss of all.
    refuse_if(ticket.instrument.is_spot, "51077")
    refuse_if(any(len(algo.legs) > 1 for algo in found), "51076")
    profits = [algo for algo in found if "tp" in algo.legs]
    refuse_if(len(found) - len(profits) > 1, "51084", "1")
    refuse_if(any(not algo.ticket.sz for algo in profits), "51089")
    refuse_if(sum((algo.ticket.sz for algo in profits), _ZERO) != ticket.sz, "51083")
    refuse_if(len({algo.legs["tp"].px for algo in profits}) < len(profits), "51081")


def _closing_all(algo: Algo, beside: list[Algo], account: Account) -> Algo:
    ticket = algo.ticket
    refuse_if(ticket.instrument.is_spot, "51327")
    priced = any(leg.ord_px is not None or not name for name, leg in algo.acting.items())
    refuse_if(algo.trail or priced, "51330")
    refuse_if(not ticket.only_closes, "51328" if ticket.pos_side == "net" else "51331")
    refuse_if(not account.closable(ticket), "51058")
    refuse_if(any(one.close_fraction and one.ticket.key == ticket.key for one in beside), "51088")
    return replace(algo, ends_with_position=True)
