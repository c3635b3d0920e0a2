"""What a client says on a socket, read; and how OKX names things in what it says itself. Pure.

OKX docs: Overview, WebSocket: Connect, Login, Subscribe, Unsubscribe, Notification.

Tested in ``tests/sandbox/test_sandbox_streams_refusals.py``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from okx_magic.sandbox import params
from okx_magic.sandbox.replies import RefusalError

if TYPE_CHECKING:
    from collections.abc import Mapping

Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """``op`` with its ``args``, as they were sent and, in ``items``, all as texts. ``tag`` has the id
    that comes back with the answer, if there is one.
    """

    op: str
    args: tuple[Frame, ...]
    items: tuple[params.Params, ...]
    tag: Frame
    exp_time: str


def read_request(text: str) -> Request:
    """The request that ``text`` is; RefusalError 60012 for what is none."""
    try:
        # Numbers keep their digits; ids come back as they were.
        value = json.loads(text, parse_float=str, parse_constant=str)
        op, args = value["op"], value["args"]
        items = tuple({k: params.as_text(v) for k, v in arg.items()} for arg in args)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        op, args, items = None, [], ()
    if not isinstance(op, str) or not isinstance(args, list) or not args:
        # Clients read the id out of this.
        raise RefusalError("60012", text)
    tag = {"id": value["id"]} if value.get("id") is not None else {}
    return Request(op, tuple(args), items, tag, params.as_text(value.get("expTime")))


def described(arg: Mapping[str, Any]) -> str:
    """An argument as error texts name it: ``channel:trades,instId:BTC-USDT``."""
    return ",".join(f"{name}:{value}" for name, value in arg.items())
