"""An exchange with faults, a connection to it, and a clock for both that passes without waiting."""

from __future__ import annotations

import json
import time
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import pytest
from faketime import FakeTime

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.model import Request
from okx_magic.orders.acknowledgements import check_acknowledged
from okx_magic.orders.items import items_of
from okx_magic.orders.ledger import Ledger
from okx_magic.orders.open_outcomes import tell_open_outcomes
from okx_magic.orders.submission import Orders
from okx_magic.sandbox import Sandbox
from okx_magic.session import Session
from okx_magic.wire import retry
from okx_magic.wire.clock import Clock
from okx_magic.wire.connection import Connection
from okx_magic.wire.pacing import Pacer
from okx_magic.wire.sender import RequestState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLACE = "/api/v5/trade/order"
RESTING = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit"}
# Seconds that a POST has, where nothing is slow but what never comes.
HASTY = 0.25
# What hides the answer, of orders and of stops alike; a code "already there" is of each kind.
HIDDEN = (
    *("reset", "close", "hang", "half", "html", "302", "307", "empty", "no-data"),
    *("500", "502", "503", "504", "500-empty", "502-empty", "503-empty", "504-empty"),
    *("50001", "50004", "50013", "50026", "51054", "51149"),
)
# OKX's own answer comes through if there is one, late or doubled; with the milliseconds that it takes.
ANSWERED = {"slow": "=1", "delay": "=20", "late": "=20", "twice": ""}
Moment = Literal["before", "after"]


def naive(bench: Lab, request: Request, seconds: float, *, as_typed: bool = False) -> None:
    """What a client does that tries again until it hears of success: the control of faults."""
    prepared = bench.session.orders.prepare(request, as_typed=as_typed).request
    state = RequestState(check=partial(check_acknowledged, items_of(prepared)))
    for _ in range(3):
        if bench.connection.sender.attempt(prepared, state, seconds).error is None:
            return


def order(**fields: str) -> Request:
    """A limit order far below the market: it rests. The price makes it one of its kind."""
    return Request("POST", PLACE, json.dumps(RESTING | {"px": "1", "sz": "0.01"} | fields))


@dataclass
class Lab:
    sandbox: Sandbox
    session: Session
    time: FakeTime
    ledger: Ledger

    @property
    def connection(self) -> Connection:
        return self.session.connection

    def orders(self) -> list[Any]:
        """All orders that the exchange has booked, asked of nobody but itself."""
        exchange = self.sandbox._exchange._exchange
        return list(exchange.accounts["demo"].orders.values())

    def algos(self) -> list[Any]:
        """All algo orders that the exchange has booked, asked of nobody but itself."""
        return list(self.sandbox._exchange._exchange.accounts["demo"].algos.values())

    def told(self, path: str = PLACE) -> list[tuple[str, str]]:
        """The id and the outcome of each request to ``path``, "" where it is open, read from the ledger's
        file: beside the tests of the ledger itself the only place that knows its format.
        """
        file = self.ledger.path
        lines = list(map(json.loads, file.read_text().splitlines())) if file.exists() else []
        ends = {line["id"]: line["outcome"] for line in lines if "closed" in line}
        return [
            (line["orders"][0][1], ends.get(line["id"], ""))
            for line in lines
            if line.get("path") == path
        ]

    def settle(self) -> tuple[str, ...]:
        """What is told of each outcome that is open."""
        gate, now = self.session.gate, self.time.wall()
        return tuple(tell_open_outcomes(self.connection.look, self.ledger, gate.key_hash, now))

    def booked(self, client_id: str) -> int:
        """How many orders and algo orders of that id were booked."""
        return sum(each.ticket.cl_ord_id == client_id for each in self.orders()) + sum(
            each.algo_cl_ord_id == client_id for each in self.algos()
        )

    def struck(self) -> bool:
        """Whether the fault that waits for a POST has met one; True if none waits."""
        rules = [each for each in self.sandbox._exchange._rules if each.method == "POST"]
        return all(each.seen for each in rules)

    def forget_orders(self) -> None:
        """Empty the books, so that the next look is as quick as the first."""
        account = self.sandbox._exchange._exchange.accounts["demo"]
        # As many open orders as OKX lets stand would fill the books.
        for records in (account.orders, account.algos):
            for kept in (records, records.open, records.named):
                kept.clear()


@contextmanager
def hurried(bench: Lab) -> Iterator[None]:
    """A POST has a quarter of a second, and is given up after it. However busy the machine, what it was
    to meet has met it before anybody looks: the exchange is a thread of its own.
    """
    timing = bench.connection.timing

    def sleep(seconds: float) -> None:
        patience = time.monotonic() + 10
        while not bench.struck() and time.monotonic() < patience:
            time.sleep(0.001)
        timing.sleep(seconds)

    bench.connection.timing = replace(timing, sleep=sleep)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retry, "POST_SECONDS", HASTY)
        yield
    bench.connection.timing = timing


@contextmanager
def meeting(bench: Lab, path: str, fault: str, moment: Moment) -> Iterator[None]:
    """The next POST to ``path`` meets a fault before it is carried out, or after."""
    # Late is a moment of its own.
    named = fault if (fault, moment) == ("late", "after") else f"{fault}-{moment}"
    bench.sandbox.set_faults(f"next POST {path}: {named}{ANSWERED.get(fault, '')}")
    # Each of so many meets its fault alone, not what the others used up.
    bench.connection._budget = retry.Budget()
    with hurried(bench) if fault == "hang" else nullcontext():
        yield


@contextmanager
def lab(folder: Path, *, timeout: float = 15, limits: bool = False) -> Iterator[Lab]:
    fake = FakeTime()
    with Sandbox.start(seed=11, limits=limits, clock=fake.true) as sandbox:
        keys = sandbox.demo
        account = Account(
            "lab",
            "sandbox",
            Credentials(keys.key, keys.secret, keys.passphrase),
            sandbox.url,
            "a test",
            timeout=timeout,
        )
        ledger = Ledger(folder / ".okx_magic" / "ledger.ndjson", clock=fake.wall)
        connection = Connection(
            account,
            pacer=Pacer(clock=fake.now, sleep=fake.sleep),
            timing=fake.timing(),
        )
        connection.sender.clock = Clock(connection.ask_time, local=fake.wall)
        with closing(Session(account, connection=connection)) as session:
            # Without the gate's own, which would ask about what was sent before.
            session.orders = Orders(connection, session.gate, ledger)
            yield Lab(sandbox, session, fake, ledger)
