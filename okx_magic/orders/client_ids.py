"""The ids by which an order is looked up when its answer is lost. Pure.

An order without one gets one: it goes in before the closing brace of the order's JSON object, or in the
place of an empty one, and all else stays as typed (OKX docs: Order Book Trading, Trade, Place order:
``clOrdId``, up to 32 letters and digits; Algo Trading: ``algoClOrdId``; of what is attached to an order:
``attachAlgoClOrdId``, which becomes the algo order's ``algoClOrdId`` when the order is filled).
"""

from __future__ import annotations

import json
import re
import secrets
import string
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from okx_magic.catalogue import Endpoint
    from okx_magic.model import Request

# The list of what is attached to an order, and the id of each of these.
ATTACHED: Final = "attachAlgoOrds"
ATTACHED_ID: Final = "attachAlgoClOrdId"
_ALPHABET: Final = string.ascii_letters + string.digits
_LENGTH: Final = 32
_OURS: Final = re.compile(r"om[0-9a-f]{8}[A-Za-z0-9]{22}", re.ASCII)
_NO_ID: Final = (None, "")
_JSON_SPACES: Final = " \t\r\n"


def new_client_id() -> str:
    """A fresh id: ``om``, eight hexadecimal digits of the time in seconds, 22 random characters."""
    stamp = f"om{int(time.time()):08x}"
    return stamp + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH - len(stamp)))


def is_ours(client_id: str) -> bool:
    """Whether an id has the form of those that are made here."""
    return _OURS.fullmatch(client_id) is not None


def with_client_ids(
    request: Request, *, new_id: Callable[[], str] = new_client_id
) -> tuple[Request, tuple[str, ...]]:
    """The request with an id in each order, and in each that is attached to one, that had none; the ids
    that were added, those of attached orders last.

    Its endpoint says in which field an order carries its id; a request that places no order comes back
    as it is. The body must be valid JSON.
    """
    endpoint = request.endpoint
    if endpoint is None or endpoint.client_id is None or not request.body:
        return request, ()
    added, attached = list[str](), list[str]()
    pieces = list[_Piece]()
    for order in _objects(request.body, 0):
        if ATTACHED in order.members and _takes_attached(endpoint):
            start, _ = _value_of(request.body, order.opening, ATTACHED)
            for each in _objects(request.body, start):
                pieces += _id_piece(request.body, each, ATTACHED_ID, new_id, attached)
        pieces += _id_piece(request.body, order, endpoint.client_id, new_id, added)
    text, done = "", 0
    for piece in sorted(pieces):
        text += request.body[done : piece.start] + piece.text
        done = piece.end
    return replace(request, body=text + request.body[done:]), (*added, *attached)


def attached_to(order: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """What is attached to an order: its stops and take-profits."""
    listed = order.get(ATTACHED)
    return (
        tuple(each for each in listed if isinstance(each, dict)) if isinstance(listed, list) else ()
    )


def _takes_attached(endpoint: Endpoint) -> bool:
    """Whether an order of this endpoint may have others attached to it, each with an id of its own."""
    fields = (param.fields for param in endpoint.params if param.name == ATTACHED)
    return any(each.name == ATTACHED_ID for some in fields for each in some or ())


class _Object(NamedTuple):
    """An order in a body: what it says, and the places of its two braces."""

    members: dict[str, object]
    opening: int
    closing: int


class _Piece(NamedTuple):
    """What stands in the place of a part of a body."""

    start: int
    end: int
    text: str


def _id_piece(
    body: str, order: _Object, name: str, new_id: Callable[[], str], added: list[str]
) -> Iterator[_Piece]:
    """An id for an order that has none."""
    if order.members.get(name) not in _NO_ID:
        return
    added.append(new_id())
    if name in order.members:
        yield _Piece(*_value_of(body, order.opening, name), f'"{added[-1]}"')
    else:
        end = len(body[: order.closing].rstrip(_JSON_SPACES))
        yield _Piece(end, end, f'{"," if order.members else ""}"{name}":"{added[-1]}"')


def _objects(body: str, at: int) -> Iterator[_Object]:
    """Each order of the value that begins at ``at``: one object, or an array of them."""
    decoder = json.JSONDecoder()
    at = _skip(body, at, _JSON_SPACES)
    if body[at] not in "[{":
        return
    listed = body[at] == "["
    if listed:
        at = _skip(body, at + 1, _JSON_SPACES)
    while at < len(body) and body[at] != "]":
        order, end = decoder.raw_decode(body, at)
        if isinstance(order, dict):
            yield _Object(order, at, end - 1)
        if not listed:
            return
        at = _skip(body, end, _JSON_SPACES + ",")


def _value_of(body: str, opening: int, name: str) -> tuple[int, int]:
    """Where the value of a member begins and ends; the object, which has it, opens at ``opening``."""
    decoder = json.JSONDecoder()
    at = opening + 1
    while True:
        key, end = decoder.raw_decode(body, _skip(body, at, _JSON_SPACES + ","))
        start = _skip(body, end, _JSON_SPACES + ":")
        _, at = decoder.raw_decode(body, start)
        if key == name:
            return start, at


def _skip(text: str, at: int, spaces: str) -> int:
    while at < len(text) and text[at] in spaces:
        at += 1
    return at
