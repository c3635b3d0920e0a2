"""How an account sends what changes something: admitted by the gate, with its ids, written down.

What happens from the line in the ledger to the outcome is ``writing``'s.

Tested in ``tests/wire/test_connection.py`` and ``tests/reliability/test_order_faults.py``.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from okx_magic.errors import OkxMagicError, RefusedError
from okx_magic.model import Request
from okx_magic.orders.items import with_client_ids
from okx_magic.orders.protection import unprotected
from okx_magic.orders.reconcile import Reconciler
from okx_magic.orders.writing import carry_out
from okx_magic.wire.clock import takes_expiry, with_expiry
from okx_magic.wire.probe import PROOF, config_in
from okx_magic.wire.sender import RequestState

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.credentials.account import Account
    from okx_magic.model import Envelope, Sent
    from okx_magic.orders.gate import Gate
    from okx_magic.orders.latch import Permit
    from okx_magic.orders.ledger import Ledger
    from okx_magic.orders.protection import Unprotected
    from okx_magic.orders.reconcile import Lost
    from okx_magic.wire.connection import Connection
    from okx_magic.wire.retry import Action
    from okx_magic.wire.sender import Attempt, Reply

# For the one question whose key it is.
_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class WritePorts:
    """What writing needs of the world: whose request it is, where it is written down, what lets it pass
    to the socket, how it is sent until there is an answer, who looks it up when that is lost, and what of
    an answered one is missing.
    """

    account: Account
    ledger: Ledger | None
    permit: Permit
    deliver: Callable[[Request, RequestState], tuple[Attempt, Action]]
    reconciler: Callable[[Lost], Reconciler]
    unprotected: Callable[[Request, Envelope], tuple[Unprotected, ...]]


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
        states = list(self._under_way.values())
        return sum(not (each.over or (each.permit and each.permit.written)) for each in states)

    def send(self, request: Request, *, as_typed: bool = False, again: bool = False) -> Reply:
        """Send a request that changes something, as soon as OKX's limits allow, and judge its answer; a
        lost one is looked up.

        Raises the errors of ``okx_magic.errors``, each with the request and the account. With
        ``as_typed`` an order goes without a client order id if it was typed without one, and without
        an expTime; with ``again`` although the same request was sent just now.
        """
        self._connection.check_open(request)
        state = RequestState(expires=not as_typed)
        try:
            if request.effect != "cancel":
                self.identify()
            prepared = self.prepare(request, as_typed=as_typed)
            # As typed: an id that was added would make it unlike the one before.
            self._gate.admit(request, again=again)
            permit = self._gate.permit(request)
            # Those that went well leave here: there, Ctrl-C could come between outcome and telling.
            for each in list(self._under_way.values()):
                if each.over:
                    self._under_way.pop(id(each), None)
            self._under_way[id(state)] = state
            recheck = partial(self._gate.admit_again, request, again)
            return self._write(replace(prepared, recheck=recheck), state, permit)
        except OkxMagicError as error:
            self._under_way.pop(id(state), None)
            self._connection.failed(error, state)
            raise
        except BaseException:
            self._under_way.pop(id(state), None)
            raise

    def identify(self) -> None:
        """Learn whose key this is, where no log-in asked: the kill switch of another key of the account
        holds for it, too. Raises RefusedError where one is on and that cannot be learnt.
        """
        latch = self._gate.latch
        if latch is None or latch.knows or self._connection.account.credentials is None:
            return
        with suppress(OkxMagicError):
            row = config_in(self._connection.look(Request("GET", PROOF), _SECONDS))
            latch.know(str(row.get("uid") or ""))
        if not latch.knows and latch.of_others:
            raise RefusedError(
                "a kill switch is on, and it cannot be asked whether it is this account's",
                remedy=f"%okx_login {self._connection.account.name}",
            )

    def cancel(self, request: Request, seconds: float) -> None:
        """Send what only takes back within that many seconds, without looking up what became of it: for
        a caller that looks at all that is open anyway. Raises what ``send`` raises.
        """
        if request.effect != "cancel":
            reason = f"{request} is no cancel"
            raise ValueError(reason)
        prepared = self.prepare(request, as_typed=True)
        self._gate.admit(request)
        permit = self._gate.permit(request)
        self._write(prepared, RequestState(within=seconds), permit, looks_up=False)

    def prepare(self, request: Request, *, as_typed: bool = False) -> Prepared:
        """The request as it will be sent, with the client order ids that it had none of. Raises
        RefusedError for one that contradicts the account.
        """
        prepared = self._connection.prepare(request)
        if as_typed:
            return Prepared(prepared, (), request)
        return Prepared(*with_client_ids(prepared), typed=request)

    def preview(
        self, request: Request, *, as_typed: bool = False
    ) -> tuple[Request, Sent, tuple[str, ...]]:
        """The request as it would leave now, what would be signed, the ids added. Sends nothing, not even
        to ask for the time.
        """
        prepared = self.prepare(request, as_typed=as_typed)
        leaves = prepared.request
        if not as_typed and takes_expiry(leaves):
            leaves = with_expiry(leaves, self._connection.sender.now_unasked())
        return leaves, self._connection.preview(leaves), prepared.added

    def _write(
        self, prepared: Prepared, state: RequestState, permit: Permit, *, looks_up: bool = True
    ) -> Reply:
        connection = self._connection
        state.permit = permit
        ports = WritePorts(
            connection.account,
            self.ledger,
            permit,
            connection.deliver,
            partial(
                Reconciler,
                ask=connection.look,
                server_now=connection.fresh_time,
                timing=connection.timing,
                began=connection.timing.now(),
            ),
            partial(unprotected, ask=connection.look, timing=connection.timing),
        )
        return carry_out(ports, prepared, state, looks_up=looks_up)
