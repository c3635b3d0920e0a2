"""Writing: the order services, single and in batches, and how their outcomes are acknowledged.

OKX docs: Order Book Trading, Trade.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from okx_magic.catalogue import Endpoint, endpoint
from okx_magic.sandbox import params
from okx_magic.sandbox.account import stops, trading
from okx_magic.sandbox.replies import (
    OK,
    RefusalError,
    Reply,
    acknowledgement,
    is_parameter_check,
    refuse_if,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.sandbox.account.algos import Algo
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.account.orders import Order
    from okx_magic.sandbox.gateway import RawRequest
    from okx_magic.sandbox.params import Params

# Codes from here on are the orders' own, and stand beside each of them.
_FIRST_OF_ORDERS = "51000"

# What each does with one item, and the code for too many of them.
SERVICES: Mapping[str, tuple[Callable[[Desk, Params], Order | Algo], str]] = {
    "/api/v5/trade/order": (trading.place, ""),
    "/api/v5/trade/batch-orders": (trading.place, "51111"),
    "/api/v5/trade/cancel-order": (trading.cancel, ""),
    "/api/v5/trade/cancel-batch-orders": (trading.cancel, "51406"),
    "/api/v5/trade/amend-order": (trading.amend, ""),
    "/api/v5/trade/amend-batch-orders": (trading.amend, "51501"),
    "/api/v5/trade/order-algo": (stops.place, ""),
    "/api/v5/trade/cancel-algos": (stops.cancel, "51406"),
    "/api/v5/trade/amend-algos": (stops.amend, ""),
}


def read_orders(known: Endpoint, request: RawRequest) -> list[Params]:
    """What is asked for in the body of ``request``: one item, or those of a batch. What ``known`` does
    not document is left out.
    """
    refuse_if(not request.body, "50000")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    refuse_if(kind != "application/json", "50006")
    items = params.from_body(request.body, array=known.array_body)
    refuse_if(not items, "50000")
    documented = {param.name for param in known.params}
    return [{name: item[name] for name in item if name in documented} for item in items]


def serve(
    known: Endpoint, headers: Mapping[str, str], items: list[Params], desk: Desk, arrived: float
) -> Reply:
    """The acknowledgements of the order, or of the batch, that came at ``arrived``, in seconds."""
    started = time.perf_counter()
    _, too_many = SERVICES[known.path]
    most = known.array_max or len(items)
    refuse_if(len(items) > most, too_many, str(most))
    if "expTime" in known.headers:
        _check_deadline(headers, arrived, desk.now)
    acks = [_acted(known, desk, item) for item in items]
    done = desk.now + time.perf_counter() - started
    return acknowledgement(acks, arrived, done, of_algos="algo" in known.path)


def refused(request: RawRequest, code: str, now: float) -> Reply:
    """How ``code`` would be answered to ``request``: an order's code in the place of each order."""
    refusal = RefusalError(code)
    known = endpoint(request.method, request.path)
    acts = request.method == "POST" and request.path in SERVICES
    if known is None or not acts or code < _FIRST_OF_ORDERS or refusal.status != HTTPStatus.OK:
        return refusal.reply
    try:
        items = read_orders(known, request)
    except RefusalError as unreadable:
        return unreadable.reply
    acks = [_ack(known, item, now, code, refusal.msg) for item in items]
    return acknowledgement(acks, now, now, of_algos="algo" in known.path)


def _acted(known: Endpoint, desk: Desk, item: Params) -> dict[str, str]:
    act, _ = SERVICES[known.path]
    try:
        params.check(item, known)
        done = act(desk, item)
    except RefusalError as refusal:
        # OKX answers a bad parameter of a single order as a bad request, in a batch and of an algo order
        # as an item.
        apart = known.array_body or "algo" in known.path
        if not apart and is_parameter_check(refusal.code, refusal.msg):
            raise
        return _ack(known, item, desk.now, refusal.code, refusal.msg)
    return _ack(known, {**item, **done.acknowledged}, desk.now)


def _ack(
    known: Endpoint, item: Params, now: float, code: str = OK, msg: str = ""
) -> dict[str, str]:
    # Of what a client sent comes back what is documented.
    ack = {**item, "ts": str(int(now * 1000)), "sCode": code, "sMsg": msg}
    return {name: ack.get(name, "") for name in known.fields}


def _check_deadline(headers: Mapping[str, str], arrived: float, now: float) -> None:
    # OKX docs, General Info, Expiration Time: the header expTime, in milliseconds.
    deadline = params.integer({"expTime": headers.get("exptime", "")}, "expTime", params.MOST)
    refuse_if(deadline < int(now * 1000), "50036" if deadline < int(arrived * 1000) else "50037")
