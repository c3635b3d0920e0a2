"""What sets an algo order off, as its parameters say it.

OKX docs: Order Book Trading, Algo Trading, Place algo order and Amend algo order.

Tested in ``tests/sandbox/test_sandbox_algos.py``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from okx_magic.sandbox import params
from okx_magic.sandbox.account.algos import Leg, Trail
from okx_magic.sandbox.account.rules import read_price
from okx_magic.sandbox.market.instruments import quoted
from okx_magic.sandbox.replies import RefusalError, refuse_if

if TYPE_CHECKING:
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.market.instruments import Instrument
    from okx_magic.sandbox.params import Params

AT_MARKET = "-1"
# So in OKX's docs, and so OKX takes them; its own toolkit writes callBackRatio for contracts, which is
# not known to work.
DISTANCES = ("callbackRatio", "callbackSpread")
_RATIO = re.compile(r"-?\d{1,3}(\.\d{1,8})?", re.ASCII)
_ZERO = Decimal(0)


def fields_of(name: str) -> tuple[str, str, str, str]:
    """OKX's fields of the leg ``name`` (tp, sl or "" of a trigger order): its price, of which kind
    that is, the ratio in its place, and the order's price.
    """
    trigger, order = (f"{name}Trigger", f"{name}OrdPx") if name else ("trigger", "ordPx")
    return f"{trigger}Px", f"{trigger}PxType", f"{trigger}Ratio", order


def price(desk: Desk, instrument: Instrument, by: str) -> Decimal:
    """The price that counts for ``by`` now."""
    return desk.market.last(quoted(instrument, by), desk.now)


def read_leg(wanted: Params, name: str, instrument: Instrument, side: str) -> Leg | None:
    """The take-profit or stop-loss of an order on ``side``, if there is one."""
    up = (side == "sell") == (name == "tp")
    px, _, ratio, order = fields_of(name)
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
    # OKX docs: spot pairs only by the last price.
    kinds = {"last"} if instrument.is_spot else {"last", "index", "mark"}
    return params.one_of(wanted, fields_of(name)[1], kinds) or "last"


def _read_ratio(wanted: Params, field: str, instrument: Instrument, *, up: bool) -> Decimal | None:
    if not params.matching(wanted, field, _RATIO):
        return None
    share = Decimal(wanted[field])
    # OKX docs, attachAlgoOrds: of contracts. A take-profit below the price has a minus, a stop-loss none.
    down = -share if field.startswith("tp") else share
    refuse_if(instrument.is_spot or not (share > 0 if up else 0 < down < 1), "51000", field)
    return share


def _read_order_price(wanted: Params, name: str, instrument: Instrument) -> Decimal | None:
    if params.required(wanted, name) == AT_MARKET:
        return None
    return read_price(wanted, name, instrument)


def read_trigger(desk: Desk, wanted: Params, instrument: Instrument) -> Leg:
    """The price of a trigger order; it comes from where the price is now."""
    by, px = _read_by(wanted, "", instrument), read_price(wanted, "triggerPx", instrument)
    order = _read_order_price(wanted, "orderPx", instrument)
    return Leg(by, px >= price(desk, instrument, by), px, order)


def read_trail(desk: Desk, wanted: Params, instrument: Instrument, side: str) -> Trail:
    """The distance of a trailing stop on ``side``."""
    given = [name for name in DISTANCES if wanted.get(name)]
    refuse_if(not given, "50015", *DISTANCES)
    refuse_if(len(given) > 1, "50024", *given)
    distance = params.positive(wanted, given[0])
    ratio, spread = (distance if name in given else None for name in DISTANCES)
    refuse_if(ratio is not None and ratio > 1, "51311", "0", "1")
    last = desk.market.last(instrument, desk.now)
    if not wanted.get("activePx"):
        return Trail(ratio, spread, None, last)
    active = read_price(wanted, "activePx", instrument)
    if active < last if side == "sell" else active > last:
        raise RefusalError("51258" if side == "sell" else "51259")
    return Trail(ratio, spread, active)


def changed(leg: Leg, new: Params, name: str, instrument: Instrument) -> Leg | None:
    """``leg`` with what is ``new`` of it; None where a 0 takes it away."""
    px, by, ratio, order = fields_of(name)
    if name and "0" in (new.get(px), new.get(ratio), new.get(order)):
        return None
    if new.get(px):
        leg = replace(leg, px=read_price(new, px, instrument), ratio=None)
    elif new.get(ratio):
        leg = replace(leg, px=_ZERO, ratio=_read_ratio(new, ratio, instrument, up=leg.up))
    if new.get(order):
        leg = replace(leg, ord_px=_read_order_price(new, order, instrument))
    return replace(leg, by=_read_by(new, name, instrument)) if new.get(by) else leg
