"""How an account sends what changes something: admitted by the gate, with its ids, written down.

An order without a client order id gets one, so that a lost answer can be settled by look-up: it goes in
before the closing brace of the order's JSON object, or in the place of an empty one, and all else stays
as typed (OKX docs: Order Book Trading, Trade, Place order: ``clOrdId``, up to 32 letters and digits).
What happens from the line in the ledger to the outcome is ``writing``'s.
"""

from __future__ import annotations

import json
import re
import secrets
import string
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from okx_magic.errors import OkxMagicError
from okx_magic.orders.reconcile import Reconciler
from okx_magic.orders.writing import Writing
from okx_magic.wire.clock import takes_expiry, with_expiry
from okx_magic.wire.sender import RequestState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from okx_magic.credentials.account import Account
    from okx_magic.model import Request
    from okx_magic.orders.gate import Gate
    from okx_magic.orders.ledger import Ledger
    from okx_magic.orders.reconcile import Lost
    from okx_magic.wire.connection import Connection
    from okx_magic.wire.retry import Action, RetryState
    from okx_magic.wire.sender import Attempt, Reply

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 32
_OURS = re.compile(r"om[0-9a-f]{8}[A-Za-z0-9]{22}", re.ASCII)
_NO_ID = (None, "")
_JSON_SPACES = " \t\r\n"


@dataclass(frozen=True, slots=True)
class WritePorts:
    """What writing needs of the world: whose request it is, where it is written down, how it is sent
    until there is an answer, and who looks it up when that is lost.
    """

    account: Account
    ledger: Ledger | None
    deliver: Callable[[Request, RequestState, RetryState], tuple[Attempt, Action]]
    reconciler: Callable[[Lost], Reconciler]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request as it will be sent, the ids that were added to it, and as the person typed it."""

    request: Request
    added: tuple[str, ...]
    typed: Request
    recheck: Callable[[], None] | None = None


class Orders:
    """Sends over ``connection`` what ``gate`` admits. It is written into ``ledger``, if there is one,
    before it is sent.
    """

    def __init__(self, connection: Connection, gate: Gate, ledger: Ledger | None = None) -> None:
        self._connection = connection
        self._gate = gate
        self.ledger = ledger
        self._under_way: dict[int, RequestState] = {}

    @property
    def waiting(self) -> int:
        """How many writes of this session are on their way here and have not left."""
        return sum(not (each.written or each.over) for each in list(self._under_way.values()))

    def send(self, request: Request, *, as_typed: bool = False, again: bool = False) -> Reply:
        """Send a request that changes something, as soon as OKX's limits allow, and judge its answer; a
        lost one is looked up.

        Raises the errors of ``okx_magic.errors``, each with the request and the account. With
        ``as_typed`` an order goes without a client order id if it was typed without one, and without
        an expTime; with ``again`` although the same request was sent just now.
        """
        state = RequestState()
        try:
            prepared = self.prepare(request, as_typed=as_typed)
            # As typed: an id that was added would make it unlike the one before.
            self._gate.admit(request, again=again)
            state.expires = not as_typed and takes_expiry(prepared.request)
            # Those that went well leave here: there, Ctrl-C could come between outcome and telling.
            for each in list(self._under_way.values()):
                if each.over:
                    self._under_way.pop(id(each), None)
            self._under_way[id(state)] = state
            recheck = partial(self._gate.admit_again, request, again)
            return self._write(replace(prepared, recheck=recheck), state)
        except OkxMagicError as error:
            self._under_way.pop(id(state), None)
            self._connection.failed(error, state)
            raise
        except BaseException:
            self._under_way.pop(id(state), None)
            raise

    def cancel(self, request: Request, seconds: float) -> None:
        """Send what only takes back within that many seconds, without looking up what became of it: for
        a caller that looks at all that is open anyway. Raises what ``send`` raises.
        """
        if request.effect != "cancel":
            reason = f"{request} is no cancel"
            raise ValueError(reason)
        prepared = self.prepare(request, as_typed=True)
        self._gate.admit(request)
        self._write(prepared, RequestState(), within=seconds)

    def prepare(self, request: Request, *, as_typed: bool = False) -> Prepared:
        """The request as it will be sent, with the client order ids that it had none of. Raises
        RefusedError for one that contradicts the account.
        """
        prepared = self._connection.prepare(request)
        if as_typed:
            return Prepared(prepared, (), request)
        return Prepared(*with_client_ids(prepared), typed=request)

    def expiring(self, request: Request) -> Request:
        """A prepared request as it would leave now, with its expTime; asks nobody for the time."""
        now = self._connection.sender.now_unasked
        return with_expiry(request, now()) if takes_expiry(request) else request

    def _write(
        self,
        prepared: Prepared,
        state: RequestState,
        within: float | None = None,
    ) -> Reply:
        connection = self._connection
        state.permit = self._gate.permit(prepared.request)
        ports = WritePorts(
            connection.account,
            self.ledger,
            connection.deliver,
            partial(
                Reconciler,
                ask=connection.look,
                server_now=connection.fresh_time,
                timing=connection.timing,
                began=connection.timing.now(),
            ),
        )
        retries = connection.retries(prepared.request.effect, within)
        return Writing(ports, prepared, state, retries, looks_up=within is None).run()


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
