"""A model of a bad day: orders, cancels, interrupts, faults and log-ins in any order.

``OKX_MAGIC_FULL=1`` runs 1,000 sequences in place of 25.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from lab import Lab, lab, order
from many import many

from okx_magic.errors import Interrupted, NotCarriedOut, OkxMagicError
from okx_magic.model import Request
from okx_magic.orders.items import items_of
from okx_magic.orders.ledger import Ledger
from okx_magic.orders.open_outcomes import tell_open_outcomes
from okx_magic.orders.reconcile import LookupResult, Reconciler
from okx_magic.wire import sender, transport
from okx_magic.wire.clock import Clock
from okx_magic.wire.pacing import Pacer

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

pytestmark = pytest.mark.slow

RUNS = many(1000, 25)
STEPS = 12
ORDERS = "*/trade/order"
ANSWERS = [
    *("reset", "close", "502", "503-empty", "half", "html", "302", "empty", "50001", "50004"),
    *("50013", "50026", "51054", "51149", "51016"),
]
FAULTS = st.builds("{}-{}".format, st.sampled_from(ANSWERS), st.sampled_from(["before", "after"]))
LATE = st.builds("reset-late={}".format, st.integers(100, 9000))
REFUSALS = st.sampled_from(["50011", "50102", "51008", "skew=31", "skew=-31"])
ANY_FAULT = st.one_of(st.just(""), FAULTS, LATE, REFUSALS)
LOOKS = st.sampled_from(
    ["", "", "next 3 GET: 502", "every GET */trade/order: reset", "9% any: 502"]
)
INTERRUPTS: list[tuple[Any, str]] = [
    (Ledger, "open"),
    (Pacer, "turn"),
    (Clock, "now"),
    (transport, "read_body"),
    (sender, "judge"),
    (Ledger, "close"),
]
STANDS = {"done"}
FALLS = {"not done", "not sent", "refused"}


class BadDay(RuleBasedStateMachine):
    """One account, whose ledger must always agree with the exchange."""

    opened: AbstractContextManager[Lab]

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.opened = lab(Path(self.folder.name))
        self.bench = self.opened.__enter__()
        self.price = 0
        self.told: dict[str, str] = {}

    def teardown(self) -> None:
        # After all of it a log-in on a good day settles what is still open: later than any time that a
        # clock which had stepped may have put into the ledger.
        self.bench.time.sleep(3700)
        self.log_in(faults="")
        try:
            self.agree(settled=True)
        finally:
            self.opened.__exit__(None, None, None)
            self.folder.cleanup()

    @rule(fault=ANY_FAULT, looks=LOOKS)
    def place(self, fault: str, looks: str) -> None:
        self.set_faults(fault, looks)
        self.send(self.new_order())

    @rule(fault=ANY_FAULT, point=st.sampled_from(INTERRUPTS))
    def place_and_interrupt(self, fault: str, point: tuple[Any, str]) -> None:
        self.set_faults(fault, "")
        with pytest.MonkeyPatch.context() as patch:
            interrupt_once(patch, *point)
            self.send(self.new_order())

    @precondition(lambda self: self.bench.orders())
    @rule(fault=ANY_FAULT, looks=LOOKS, which=st.integers(0, 99))
    def cancel(self, fault: str, looks: str, which: int) -> None:
        orders = self.bench.orders()
        chosen = orders[which % len(orders)]
        self.set_faults(fault, looks)
        body = {"instId": "BTC-USDT", "ordId": chosen.ord_id}
        self.send(Request("POST", "/api/v5/trade/cancel-order", json.dumps(body)))

    @rule(seconds=st.sampled_from([0.1, 3.0, 40.0]))
    def wait(self, seconds: float) -> None:
        self.bench.time.sleep(seconds)

    @rule(step=st.sampled_from([0.0, 15.0, -15.0, 3600.0, -3600.0]))
    def step_the_clock(self, step: float) -> None:
        self.bench.time.step = step

    @rule(faults=LOOKS)
    def log_in(self, faults: str) -> None:
        self.bench.sandbox.set_faults("")
        self.bench.time.sleep(60)
        self.bench.time.step = 0.0
        self.bench.connection.clock.forget()
        self.bench.connection.clock.now()
        self.bench.sandbox.set_faults(faults)
        gate, look = self.bench.session.gate, self.bench.connection.look
        list(tell_open_outcomes(look, self.bench.ledger, gate.key_hash, self.bench.time.wall()))

    @invariant()
    def no_order_is_booked_twice(self) -> None:
        counted = Counter(each.ticket.cl_ord_id for each in self.bench.orders())
        assert set(counted.values()) <= {1}

    @invariant()
    def what_is_known_is_true(self) -> None:
        self.agree(settled=False)

    def agree(self, *, settled: bool) -> None:
        """The ledger and what persons were told, against the exchange's own books."""
        booked = {each.ticket.cl_ord_id for each in self.bench.orders()}
        outcomes = self.outcomes()
        for client_id, outcome in outcomes.items():
            if outcome in STANDS:
                assert client_id in booked, (client_id, outcome)
            elif outcome in FALLS:
                assert client_id not in booked, (client_id, outcome)
            else:
                assert not settled, (client_id, outcome)
        # Nothing stands there that was not written down.
        assert booked <= set(outcomes)
        for client_id, told in self.told.items():
            assert (client_id in booked) == (told == "placed"), (client_id, told)

    def outcomes(self) -> dict[str, str]:
        """The outcome of each order that was to be placed, by its id, read from the file itself."""
        return dict(self.bench.told())

    def new_order(self) -> Request:
        self.price += 1
        return order(px=str(self.price))

    def set_faults(self, fault: str, looks: str) -> None:
        rules = [f"next POST: {fault}"] if fault else []
        self.bench.sandbox.set_faults(",".join([*rules, *filter(None, [looks])]))

    def send(self, request: Request) -> None:
        places = request.path == "/api/v5/trade/order"
        try:
            reply = self.bench.session.send(request)
        except NotCarriedOut as error:
            if places and error.request is not None and "not placed" in error.message:
                self.told[json.loads(error.request.body)["clOrdId"]] = "not placed"
        except (OkxMagicError, Interrupted):
            # Unknown, refused or interrupted: the ledger has the outcome.
            return
        else:
            if places:
                self.told[reply.added_ids[0]] = "placed"
        finally:
            self.bench.sandbox.set_faults("")


def interrupt_once(patch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    real = getattr(owner, name)
    left = [KeyboardInterrupt]

    def interrupted(*args: Any, **given: Any) -> Any:
        if left:
            raise left.pop()
        return real(*args, **given)

    patch.setattr(owner, name, interrupted)


BadDay.TestCase.settings = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS,
    suppress_health_check=list(HealthCheck),
)
TestTheLedgerEqualsTheExchange = BadDay.TestCase


def test_control_a_client_that_takes_a_lost_answer_for_a_failure_disagrees(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: without the look-up, the model sees that the ledger and the exchange differ."""

    def not_done(self: Reconciler, _: float) -> dict[int, LookupResult]:
        items = items_of(self._lost.request)
        return {place: LookupResult(items[place], "not done") for place in self._lost.doubtful}

    monkeypatch.setattr(Reconciler, "reconcile", not_done)
    day = BadDay()
    try:
        day.place(fault="reset-after", looks="")
        with pytest.raises(AssertionError):
            day.agree(settled=False)
    finally:
        day.opened.__exit__(None, None, None)
        day.folder.cleanup()
