"""Gives an order that has none its client order id, so that a lost answer can be settled by look-up.

The id goes in before the closing brace of the order's JSON object, or in the place of an empty one; all
else stays as typed.
(OKX docs: Order Book Trading, Trade, Place order: ``clOrdId``, up to 32 letters and digits.)
"""

from __future__ import annotations

import json
import re
import secrets
import string
import time
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from okx_magic.model import Request

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 32
_OURS = re.compile(r"om[0-9a-f]{8}[A-Za-z0-9]{22}", re.ASCII)
_NO_ID = (None, "")
_JSON_SPACES = " \t\r\n"


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
    """The request with an id in each order that had none, and the ids that were added.

    Its endpoint says in which field an order carries its id; a request that places no order comes back
    as it is. The body must be valid JSON.
    """
    endpoint = request.endpoint
    if endpoint is None or endpoint.client_id is None or not request.body:
        return request, ()
    pieces: list[str] = []
    added: list[str] = []
    done = 0
    for order, opening, close in _orders(request.body):
        if order.get(endpoint.client_id) not in _NO_ID:
            continue
        added.append(new_id())
        if endpoint.client_id in order:
            start, end = _value_of(request.body, opening, endpoint.client_id)
            piece = f'"{added[-1]}"'
        else:
            start = end = len(request.body[:close].rstrip(_JSON_SPACES))
            piece = f'{"," if order else ""}"{endpoint.client_id}":"{added[-1]}"'
        pieces += [request.body[done:start], piece]
        done = end
    return replace(request, body="".join(pieces) + request.body[done:]), tuple(added)


def _orders(body: str) -> Iterator[tuple[dict[str, object], int, int]]:
    """Each order of a body, one object or an array of them, with the places of its two braces."""
    decoder = json.JSONDecoder()
    at = _skip(body, 0, _JSON_SPACES)
    if body[at] == "[":
        at = _skip(body, at + 1, _JSON_SPACES)
    while at < len(body) and body[at] != "]":
        order, end = decoder.raw_decode(body, at)
        if isinstance(order, dict):
            yield order, at, end - 1
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
