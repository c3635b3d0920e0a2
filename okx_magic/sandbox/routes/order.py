"""Writing: the order services, single and in batches, and how their outcomes are acknowledged.

OKX docs: Order Book Trading, Trade.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING

from okx_magic.sandbox import params
from okx_magic.sandbox.account import trading
from okx_magic.sandbox.replies import (
    ALL_FAILED,
    OK,
    PARTLY_FAILED,
    RefusalError,
    Reply,
    acknowledgement,
    status,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.knowledge import Endpoint
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.account.trading import Ack
    from okx_magic.sandbox.gateway import RawRequest
    from okx_magic.sandbox.params import Params


@dataclass(frozen=True, slots=True)
class _Service:
    """An order service: what it does with one item, the code for too many of them, and which fields
    of a refused item come back as they were sent and which empty.
    """

    act: Callable[[Desk, Params], Ack]
    too_many: str
    echoed: tuple[str, ...]
    blank: tuple[str, ...]


_PLACE = _Service(trading.place, "51111", ("clOrdId", "tag"), ("ordId", "subCode"))
_CANCEL = _Service(trading.cancel, "51406", ("ordId", "clOrdId"), ())
_AMEND = _Service(trading.amend, "51501", ("ordId", "clOrdId", "reqId"), ("subCode",))

# Codes from here on are the orders' own, and stand beside each of them.
_FIRST_OF_ORDERS = "51000"

SERVICES: Mapping[str, _Service] = MappingProxyType(
    {
        "/api/v5/trade/order": _PLACE,
        "/api/v5/trade/batch-orders": _PLACE,
        "/api/v5/trade/cancel-order": _CANCEL,
        "/api/v5/trade/cancel-batch-orders": _CANCEL,
        "/api/v5/trade/amend-order": _AMEND,
        "/api/v5/trade/amend-batch-orders": _AMEND,
    }
)


def read_orders(known: Endpoint, request: RawRequest) -> list[Params]:
    """What is asked for in the body of ``request``: one item, or those of a batch."""
    if not request.body:
        raise RefusalError("50000")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusalError("50006")
    items = params.from_body(request.body, array=known.array_body)
    if not items:
        raise RefusalError("50000")
    return items


def serve(
    known: Endpoint, headers: Mapping[str, str], items: list[Params], desk: Desk, arrived: float
) -> Reply:
    """The acknowledgements of the order, or of the batch, that came at ``arrived``, in seconds.

    Code 0 when all were accepted, 1 when none, 2 when some.
    """
    started = time.perf_counter()
    service = SERVICES[known.path]
    if known.array_max is not None and len(items) > known.array_max:
        raise RefusalError(service.too_many, str(known.array_max))
    if "expTime" in known.headers:
        _check_deadline(headers, arrived, desk.now)
    acks = [_acted(service, known, desk, item) for item in items]
    return _answer(acks, arrived, desk.now + time.perf_counter() - started)


def refused(request: RawRequest, code: str, now: float) -> Reply:
    """How ``code`` would be answered to ``request``: an order's code in the place of each order."""
    refusal = RefusalError(code)
    service = SERVICES.get(request.path)
    if service is None or refusal.status != HTTPStatus.OK or code < _FIRST_OF_ORDERS:
        return refusal.reply
    try:
        items = params.from_body(request.body, array="batch" in request.path)
    except RefusalError as unreadable:
        return unreadable.reply
    return _answer([_refused(service, item, refusal, now) for item in items], now, now)


def _answer(acks: list[Ack], in_time: float, out_time: float) -> Reply:
    refused = [ack for ack in acks if ack["sCode"] != OK]
    code = OK if not refused else ALL_FAILED if len(refused) == len(acks) else PARTLY_FAILED
    # A batch that fails in its parameters as a whole comes without a message.
    silent = code == ALL_FAILED and all(
        _is_parameter_check(ack["sCode"], ack["sMsg"]) for ack in acks
    )
    msg = "" if silent or code == OK else text(code)
    return acknowledgement(acks, code=code, msg=msg, in_time=in_time, out_time=out_time)


def _acted(service: _Service, known: Endpoint, desk: Desk, item: Params) -> Ack:
    try:
        params.check(item, known)
        return service.act(desk, item)
    except RefusalError as refusal:
        # OKX answers a bad parameter of a single order as a bad request, in a batch as an item.
        if not known.array_body and _is_parameter_check(refusal.code, refusal.msg):
            raise
        return _refused(service, item, refusal, desk.now)


def _refused(service: _Service, item: Params, refusal: RefusalError, now: float) -> Ack:
    echo = {name: item.get(name, "") for name in service.echoed}
    ack = echo | dict.fromkeys(service.blank, "") | {"ts": str(int(now * 1000))}
    return ack | {"sCode": refusal.code, "sMsg": refusal.msg}


def _is_parameter_check(code: str, msg: str) -> bool:
    # Whether posSide fits is judged with the account's mode, among the orders' own checks.
    return status(code) == HTTPStatus.BAD_REQUEST and "posSide" not in msg


def _check_deadline(headers: Mapping[str, str], arrived: float, now: float) -> None:
    # OKX docs, General Info, Expiration Time: the header expTime, in milliseconds.
    deadline = params.integer({"expTime": headers.get("exptime", "")}, "expTime", params.MOST)
    if deadline < int(now * 1000):
        raise RefusalError("50036" if deadline < int(arrived * 1000) else "50037")
