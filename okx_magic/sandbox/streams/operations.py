"""Orders over a socket: the order services of REST, asked in another form.

OKX docs: Order Book Trading, Trade, WS / Place order and those that follow. An instrument goes by its
number, ``instIdCode``; ``instId`` counts for nothing.

Tested in ``tests/sandbox/test_sandbox_streams.py``.
"""

from __future__ import annotations

import json
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from okx_magic.catalogue import endpoints
from okx_magic.sandbox.market.instruments import instruments
from okx_magic.sandbox.replies import RefusalError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.exchange import Exchange
    from okx_magic.sandbox.market.instruments import Instrument
    from okx_magic.sandbox.params import Params
    from okx_magic.sandbox.streams.messages import Frame, Request

# Each is served as a batch, in which every order has an answer of its own; one alone counts as such.
OPERATIONS: Mapping[str, str] = MappingProxyType(
    {
        f"{many}{act}order{plural}": f"/api/v5/trade/{path}"
        for act, path in (
            ("", "batch-orders"),
            ("cancel-", "cancel-batch-orders"),
            ("amend-", "amend-batch-orders"),
        )
        for many, plural in (("", ""), ("batch-", "s"))
    }
)


def operate(exchange: Exchange, request: Request, desk: Desk, address: str) -> Frame:
    """Carries out ``request``, and gives the answer."""
    path = OPERATIONS[request.op]
    try:
        items = _items(request, path, desk)
        body = json.loads(exchange.order(path, items, desk, address, request.exp_time).body)
    except RefusalError as refusal:
        us = str(round(desk.now * 1_000_000))
        body = {"code": refusal.code, "msg": refusal.msg, "data": [], "inTime": us, "outTime": us}
    for ack in body["data"]:
        # The same check, by the name of its parameter here.
        ack["sMsg"] = ack["sMsg"].replace("Parameter instId ", "Parameter instIdCode ")
    names = ("code", "msg", "data", "inTime", "outTime")
    return {**request.tag, "op": request.op, **{name: body[name] for name in names}}


def _items(request: Request, path: str, desk: Desk) -> list[Params]:
    if len(request.args) > 1 and not request.op.startswith("batch-"):
        raise RefusalError("60013")
    documented = {param.name for param in endpoints()["POST", path].params} - {"instId"}
    items: list[Params] = []
    for item in request.items:
        known = {name: value for name, value in item.items() if name in documented}
        code = item.get("instIdCode", "")
        items.append(known | {"instId": code and _named(code, desk)})
    return items


def _named(code: str, desk: Desk) -> str:
    if code in _lasting():
        return _lasting()[code]
    # What ends one day is listed for a while.
    ending = (one for kind in ("FUTURES", "OPTION") for one in desk.market.offered(kind, desk.now))
    return next((one.inst_id for one in ending if _code(one) == code), code)


@cache
def _lasting() -> Mapping[str, str]:
    return {_code(one): name for name, one in instruments().items()}


def _code(one: Instrument) -> str:
    return str(one.listing["instIdCode"])
