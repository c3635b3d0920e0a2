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
from okx_magic.sandbox.market.instruments import Instrument, quoted
from okx_magic.sandbox.replies import refuse_if

if TYPE_CHECKING:
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.params import Params

AT_MARKET = "-1"
# So in OKX's docs, and so OKX takes them; its own toolkit writes callBackRatio for contracts, which is
# not known to work.
DISTANCES = ("callbackRatio", "callbackSpread")
_RATIO = re.compile(r"-?\d{1,3}(\.\d{1,8})?", re.ASCII)
_ZERO = Decimal(0)


def fields_of(name: str) -> tuple[str, str, str, str]:
    """OKX's fields of the leg ``name`` (tp, sl or "" of a trigger order) as it is asked for: its price,
    of which kind that is, the ratio in its place, and the order's price.
    """
    trigger, order = (f"{name}Trigger", f"{name}OrdPx") if name else ("trigger", "orderPx")
    return f"{trigger}Px", f"{trigger}PxType", f"{trigger}Ratio", order


def price(desk: Desk, instrument: Instrument, by: str) -> Decimal:
    """The price that counts for ``by`` now."""
    return desk.market.last(quoted(instrument, by), desk.now)


def read_leg(
    wanted: Params, name: str, instrument: Instrument, side: str, before: Leg | None = None
) -> Leg | None:
    """The leg ``name`` of an order on ``side``, if there is one; what is not said of it is as ``before``.
    A 0 takes away a take-profit or a stop-loss that was there.
    """
    px, kind, ratio, order = fields_of(name)
    said = [wanted.get(each) for each in (px, ratio, order)]
    up = (side == "sell") == (name == "tp")
    if before is None and name == "tp" and wanted.get("tpOrdKind") == "limit":
        own = read_price(wanted, order, instrument)
        return Leg("last", up, own, own, limit=True)
    if (before is None and not any(said)) or (before is not None and name and "0" in said):
        return None
    leg = before or Leg("last", up, _ZERO, None)
    # OKX docs: spot pairs only by the last price.
    kinds = {"last"} if instrument.is_spot else {"last", "index", "mark"}
    leg = replace(leg, by=params.one_of(wanted, kind, kinds) or leg.by)
    if wanted.get(ratio):
        leg = replace(leg, px=_ZERO, ratio=_read_ratio(wanted, ratio, instrument, up=leg.up))
    elif wanted.get(px) or before is None:
        leg = replace(leg, px=read_price(wanted, px, instrument), ratio=None)
    if wanted.get(order) or before is None:
        at_market = params.required(wanted, order) == AT_MARKET
        leg = replace(leg, ord_px=None if at_market else read_price(wanted, order, instrument))
    return leg


def facing(desk: Desk, leg: Leg, instrument: Instrument) -> Leg:
    """The ``leg`` of a trigger order, whose price comes from where it is now."""
    return replace(leg, up=leg.px >= price(desk, instrument, leg.by))


def _read_ratio(wanted: Params, field: str, instrument: Instrument, *, up: bool) -> Decimal:
    share = Decimal(params.matching(wanted, field, _RATIO))
    # OKX docs, attachAlgoOrds: of contracts. A take-profit below the price has a minus, a stop-loss none.
    down = -share if field.startswith("tp") else share
    refuse_if(instrument.is_spot or not (share > 0 if up else 0 < down < 1), "51000", field)
    return share


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
    refuse_if(side == "sell" and active < last, "51258")
    refuse_if(side == "buy" and active > last, "51259")
    return Trail(ratio, spread, active)
