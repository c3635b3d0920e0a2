"""Ctrl-C at ten points on the way of an order."""

from __future__ import annotations

import http.client
import time
from typing import TYPE_CHECKING, Any

import pytest
from lab import Lab, order

from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import Interrupted, RefusedError
from okx_magic.model import Request
from okx_magic.orders import recovery
from okx_magic.orders.gate import Gate
from okx_magic.orders.ledger import Ledger
from okx_magic.orders.submission import Orders
from okx_magic.wire import sender, transport
from okx_magic.wire.clock import Clock
from okx_magic.wire.pacing import Pacer
from okx_magic.wire.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Notebook

# Where it comes, and what is then true of the order. After "before" it comes before what is named.
POINTS: dict[str, tuple[object, str, str]] = {
    "opening the ledger": (Ledger, "open", "not done"),
    "pacing": (Pacer, "turn", "not done"),
    "asking the time": (Clock, "now", "not done"),
    "signing": (Credentials, "headers", "not done"),
    "connecting": (Pool, "take", "not done"),
    "waiting for the answer": (http.client.HTTPConnection, "getresponse", "done"),
    "reading the answer": (transport, "read_body", "done"),
    "judging the answer": (sender, "judge", "done"),
    "logging the attempt": (sender, "log_attempt", "done"),
    "closing the ledger": (Ledger, "close", "done"),
}


def interrupt(
    patch: pytest.MonkeyPatch, owner: Any, name: str, when: Callable[[], object] = lambda: True
) -> None:
    """Ctrl-C the first time that ``name`` is called, before it does anything, once ``when`` holds."""
    real = getattr(owner, name)
    struck: list[str] = []

    def interrupted(*args: Any, **given: Any) -> Any:
        if not struck:
            struck.append(name)
            patience = time.monotonic() + 10
            while not when() and time.monotonic() < patience:
                time.sleep(0.001)
            raise KeyboardInterrupt
        return real(*args, **given)

    patch.setattr(owner, name, interrupted)


@pytest.mark.parametrize("point", POINTS)
def test_an_interrupt_tells_the_order_and_what_became_of_it(
    bench: Lab, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """Whenever Ctrl-C comes, the person sees the clOrdId and what is true: not sent, or on the book."""
    owner, name, expected = POINTS[point]
    # What must not be counted: the first use of the clock asks for the time.
    bench.connection.clock.now()
    began = bench.time.now()
    with monkeypatch.context() as patch:
        # The exchange is a thread of its own: an order on its way may take a moment to be booked.
        interrupt(patch, owner, name, bench.orders if expected == "done" else lambda: True)
        with pytest.raises(Interrupted) as caught:
            bench.session.send(order())
    (inst_id, client_id), *_ = caught.value.orders
    assert (inst_id, len(client_id)) == ("BTC-USDT", 32)
    assert client_id in "\n".join(caught.value._render_traceback_())
    assert caught.value.outcome == expected
    assert bench.booked(client_id) == (expected == "done")
    assert bench.time.now() - began <= 3.0
    assert isinstance(caught.value, KeyboardInterrupt)


@pytest.mark.parametrize("fault", ["hang-before", "hang-after", "502-before", "reset-late=4500"])
def test_an_interrupt_after_the_answer_was_lost_says_what_is_known(
    hasty: Lab, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Three seconds prove that an order is there, not that it is not: then it is unknown, and the next
    identical order is refused until that is settled.
    """
    bench = hasty
    gate = Gate(bench.session.account, ledger=bench.ledger)
    bench.session.orders = Orders(bench.connection, gate, bench.ledger)
    bench.sandbox.set_faults(f"next POST */trade/order: {fault}")
    with monkeypatch.context() as patch:
        # During the look-up that would have lasted until it was proved.
        interrupt(patch, recovery.Recovery, "_reconciler")
        with pytest.raises(Interrupted) as caught:
            bench.session.send(order())
    booked = fault == "hang-after"
    assert caught.value.outcome == ("done" if booked else "unknown")
    client_id = caught.value.orders[0][1]
    assert f"GET /api/v5/trade/order?instId=BTC-USDT&clOrdId={client_id}" in caught.value.remedy
    if not booked:
        with pytest.raises(RefusedError, match="unknown"):
            bench.session.send(order())
        bench.ledger.close(bench.ledger.unsettled(bench.session.gate.key_hash)[0].id, "not done")
        bench.session.send(order(), again=True)


def test_a_second_interrupt_ends_the_look_up(bench: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever presses Ctrl-C again does not wait: what is not known is unknown, with the id."""
    bench.sandbox.set_faults("next POST */trade/order: lose-answer")

    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bench.connection, "look", pressed)
    with pytest.raises(Interrupted) as caught:
        bench.session.send(order())
    assert caught.value.outcome == "unknown"
    assert caught.value.orders
    key_hash = bench.session.gate.key_hash
    assert [each.outcome for each in bench.ledger.unsettled(key_hash)] == ["unknown"]


def test_no_frame_of_the_signing_hangs_on_an_interrupt(
    bench: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exception leads to no frame that held the headers: a verbose traceback would show them."""
    bench.connection.clock.now()
    with monkeypatch.context() as patch:
        interrupt(patch, transport, "read_body")
        with pytest.raises(Interrupted) as caught:
            bench.session.send(order())
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    trace = caught.value.__traceback__
    keys = bench.sandbox.demo
    while trace is not None:
        if "/okx_magic/" in trace.tb_frame.f_code.co_filename:
            seen = repr(trace.tb_frame.f_locals)
            assert keys.secret not in seen
            assert keys.passphrase not in seen
        trace = trace.tb_next


def test_an_interrupt_in_a_notebook_shows_the_id(
    sandbox_notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cell ends in a KeyboardInterrupt of a few lines, with the clOrdId and the outcome."""
    cell = (
        "%%okx\nPOST /api/v5/trade/order\n"
        '{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","px":"1","sz":"0.01"}'
    )
    with monkeypatch.context() as patch:
        interrupt(patch, transport, "read_body")
        shown = sandbox_notebook.run(cell)
    assert isinstance(sandbox_notebook.error, KeyboardInterrupt)
    assert "but it was carried out" in shown
    assert "clOrdId=om" in shown
    assert "Traceback" not in shown


def test_a_read_that_is_interrupted_stays_one(bench: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C during a GET is Ctrl-C: there is nothing to settle."""
    interrupt(monkeypatch, transport, "read_body")
    with pytest.raises(KeyboardInterrupt) as caught:
        bench.session.send(Request("GET", "/api/v5/account/balance"))
    assert not isinstance(caught.value, Interrupted)
    assert not bench.ledger.path.exists()


def test_control_a_plain_client_tells_nothing(bench: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without this, Ctrl-C leaves an order on the book and no id in what is raised."""
    bench.connection.clock.now()
    prepared = bench.session.orders.prepare(order())
    interrupt(monkeypatch, transport, "read_body")
    with pytest.raises(KeyboardInterrupt) as caught:
        bench.connection.sender.attempt(prepared.request, sender.RequestState(), 10.0)
    assert bench.booked(prepared.added[0]) == 1
    assert prepared.added[0] not in repr(caught.value)
