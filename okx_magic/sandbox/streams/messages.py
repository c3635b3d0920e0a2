"""What a client says on a socket, read; and what REST answers: log-ins, signed as a GET is, and orders.

OKX docs: Overview, WebSocket; Order Book Trading, Trade, WS / Place order and those that follow.

Tested in ``tests/sandbox/test_sandbox_streams_refusals.py``.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from okx_magic.sandbox.gateway import RawRequest, authenticate
from okx_magic.sandbox.params import Params, as_text
from okx_magic.sandbox.replies import RefusalError, compact, refuse_if, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from okx_magic.sandbox.exchange import Exchange
    from okx_magic.sandbox.keys import Keys
    from okx_magic.sandbox.market.market import Moment
    from okx_magic.sandbox.routes.rows import Row

_SECONDS = re.compile(r"\d{1,15}(\.\d{1,9})?", re.ASCII)
# As REST's headers name what a log-in has.
_HEADERS = {"apiKey": "key"} | {name: name for name in ("timestamp", "sign", "passphrase")}
# What is wrong with a log-in, by what is wrong with a GET.
_CODES = {
    "50102": "60006", "50103": "60005", "50104": "60024", "50105": "60024", "50106": "60007",
    "50110": "60009", "50111": "60005", "50113": "60007", "50119": "60032",
}  # fmt: skip

# Each is served as a batch, in which every order has an answer of its own; one alone counts as such.
OPERATIONS: Mapping[str, str] = {
    f"{many}{act}order{plural}": f"/api/v5/trade/{act}batch-orders"
    for act in ("", "cancel-", "amend-")
    for many, plural in (("", ""), ("batch-", "s"))
}


class Request(NamedTuple):
    """``op`` with its ``args``, as they were sent and, in ``items``, all as texts. ``tag`` has the id
    that comes back with the answer, if there is one.
    """

    op: str
    args: list[Row]
    items: Sequence[Params]
    tag: Row
    exp_time: str


def read_request(said: str | bytes) -> Request:
    """The request that is said; RefusalError 60012 for what is none."""
    said = said if isinstance(said, str) else said.decode("latin-1")
    try:
        # Numbers keep their digits; ids come back as they were.
        value = json.loads(said, parse_float=str, parse_constant=str)
        op, args = value["op"], value["args"]
        items = [{name: as_text(field) for name, field in arg.items()} for arg in args]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        op, args, items = None, [], []
    # Clients read the id out of this.
    refuse_if(not isinstance(op, str) or not isinstance(args, list) or not args, "60012", said)
    tag = {"id": value["id"]} if value.get("id") is not None else {}
    return Request(op, args, items, tag, as_text(value.get("expTime")))


def log_in(
    arg: Params, keyring: Mapping[str, Keys], environment: str, address: str, now: float
) -> Keys:
    """The keys of ``environment`` that ``arg`` is signed with; RefusalError names what is wrong."""
    refuse_if(_SECONDS.fullmatch(arg.get("timestamp", "")) is None, "60004")
    headers = {f"ok-access-{of}": arg.get(name, "") for name, of in _HEADERS.items()}
    headers["x-simulated-trading"] = "1" if environment == "demo" else "0"
    request = RawRequest("GET", "/users/self/verify", headers, address=address)
    try:
        return authenticate(request, keyring, now)
    except RefusalError as refusal:
        raise RefusalError(_CODES.get(refusal.code, refusal.code)) from None


def operate(exchange: Exchange, request: Request, keys: Keys, address: str, now: float) -> Row:
    """Has orders served as REST serves them, and gives the answer.

    An instrument goes by its number there, ``instIdCode``; ``instId`` counts for nothing.
    """
    us = str(round(now * 1_000_000))
    answer: Row = {"code": "60013", "msg": text("60013"), "data": [], "inTime": us, "outTime": us}
    if len(request.items) == 1 or request.op.startswith("batch-"):
        at = exchange.moment(now)
        orders = [
            {**item, "instId": _named(item.get("instIdCode", ""), at)} for item in request.items
        ]
        headers = {
            "host": "localhost",
            "content-type": "application/json",
            "exptime": request.exp_time,
        }
        raw = RawRequest("POST", OPERATIONS[request.op], headers, compact(orders), address)
        answer |= json.loads(exchange.answer(raw, now, keys=keys).body)
    for ack in answer["data"]:
        # The same check, by the name of its parameter here.
        ack["sMsg"] = ack["sMsg"].replace("Parameter instId ", "Parameter instIdCode ")
    return {**request.tag, "op": request.op, **answer}


def _named(code: str, at: Moment) -> str:
    kinds = ("SPOT", "SWAP", "FUTURES", "OPTION") if code else ()
    offered = (one for kind in kinds for one in at.market.offered(kind, at.now))
    return next((one.inst_id for one in offered if str(one.listing["instIdCode"]) == code), code)
