"""What a log-in tells of orders whose outcome was never learnt."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NoReturn

import pytest
from lab import Lab, order

from okx_magic.accounts import Accounts
from okx_magic.errors import OutcomeUnknown
from okx_magic.model import Request
from okx_magic.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path


def leave_open(bench: Lab, *, booked: bool) -> str:
    """An order whose outcome stays unknown; returns its id."""
    moment = "after" if booked else "before"
    bench.sandbox.set_faults(
        f"next POST */trade/order: reset-{moment}, every GET */trade/order: 502"
    )
    with pytest.raises(OutcomeUnknown) as caught:
        bench.session.send(order())
    bench.sandbox.set_faults("")
    return caught.value.orders[0][1]


@pytest.mark.parametrize("booked", [True, False])
def test_a_log_in_settles_what_was_left_open(bench: Lab, *, booked: bool) -> None:
    """One line and one GET for each open outcome; then it is closed, and not told again."""
    client_id = leave_open(bench, booked=booked)
    bench.time.sleep(60)
    (line,) = bench.settle()
    assert client_id in line
    if booked:
        ask = f"GET /api/v5/trade/order?instId=BTC-USDT&clOrdId={client_id}"
        assert line.endswith(f": placed, live now; {ask} shows it")
    else:
        assert line.endswith(": not placed")
    assert bench.told() == [(client_id, "done" if booked else "not done")]
    assert bench.settle() == ()


def test_a_setting_that_was_left_open_is_told_as_it_is_now(bench: Lab) -> None:
    """The ledger does not say what it was to be; it stays open while the GET fails, or a copy may be on
    its way.
    """
    body = {"instId": "BTC-USDT-SWAP", "lever": "7", "mgnMode": "cross"}
    reads = "*/account/leverage-info"
    bench.sandbox.set_faults(f"next POST */set-leverage: reset-after, every GET {reads}: 502")
    with pytest.raises(OutcomeUnknown):
        bench.session.send(Request("POST", "/api/v5/account/set-leverage", json.dumps(body)))
    (line,) = bench.settle()
    assert "still unknown" in line
    bench.sandbox.set_faults("")
    (line,) = bench.settle()
    assert "lever is 7 now, and may yet change; GET" in line
    bench.time.sleep(91)
    (line,) = bench.settle()
    assert "lever is 7 now; GET /api/v5/account/leverage-info?instId=BTC-USDT-SWAP" in line
    assert bench.settle() == ()


def test_a_ledger_that_cannot_be_read_is_told(bench: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log-in goes on, and says that what is open is not known."""
    leave_open(bench, booked=True)

    def denied(*_: object) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", denied)
    (line,) = bench.settle()
    assert "cannot be read (Permission denied)" in line


def test_what_cannot_be_looked_up_stays_open(bench: Lab) -> None:
    """A failing look-up closes nothing, and names the GET that shows it."""
    client_id = leave_open(bench, booked=True)
    bench.time.sleep(60)
    bench.sandbox.set_faults("every GET */trade/order: 502")
    for _ in range(2):
        (line,) = bench.settle()
        assert "still unknown" in line
        assert f"GET /api/v5/trade/order?instId=BTC-USDT&clOrdId={client_id} shows it" in line


def test_an_order_of_just_now_is_not_said_not_to_be_placed(bench: Lab) -> None:
    """While a copy may still be on its way nothing is closed."""
    leave_open(bench, booked=False)
    (line,) = bench.settle()
    assert "not found yet" in line
    assert bench.settle()


def test_after_two_hours_not_found_is_said_with_its_doubt(bench: Lab) -> None:
    """OKX forgets orders that were cancelled without a fill."""
    leave_open(bench, booked=False)
    bench.time.sleep(3 * 3600)
    (line,) = bench.settle()
    assert "or cancelled without a fill more than two hours ago" in line


def test_an_order_without_an_id_is_told_once(bench: Lab) -> None:
    """Where there is nothing to ask by, the person is told to look, once."""
    bench.sandbox.set_faults("next POST */trade/order: reset-after")
    with pytest.raises(OutcomeUnknown):
        bench.session.send(order(), as_typed=True)
    (line,) = bench.settle()
    assert "check the account" in line
    assert bench.settle() == ()


def test_an_older_order_with_the_same_id_does_not_pass_for_the_new_one(bench: Lab) -> None:
    """A typed id that was used before: the look-up brings the old order, and proves nothing."""
    ack = bench.session.send(order(clOrdId="mine")).envelope.data[0]
    cancel = json.dumps({"instId": "BTC-USDT", "ordId": ack["ordId"]})
    bench.session.send(Request("POST", "/api/v5/trade/cancel-order", cancel))
    bench.time.sleep(120)
    bench.sandbox.set_faults("next POST */trade/order: reset-before, every GET */trade/order: 502")
    with pytest.raises(OutcomeUnknown):
        bench.session.send(order(clOrdId="mine"))
    bench.sandbox.set_faults("")
    bench.time.sleep(60)
    (line,) = bench.settle()
    assert "an older order has the same id" in line
    assert "placed" not in line


PROGRAM = """
import okx_magic
okx = okx_magic.connect("demo")
okx.request("POST", "/api/v5/trade/order", {"instId": "BTC-USDT", "tdMode": "cash",
    "side": "buy", "ordType": "limit", "px": "1", "sz": "0.01"})
"""


def test_a_kernel_that_is_killed_while_sending_is_told_of_at_the_next_log_in(
    nobody: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel dies between the first byte and the answer: the order is on the book, and the next
    log-in with this key finds it.
    """
    with Sandbox.start(faults="next POST */trade/order: hang-after") as sandbox:
        keys = sandbox.demo
        variables = {
            "OKX_API_KEY": keys.key,
            "OKX_SECRET_KEY": keys.secret,
            "OKX_PASSPHRASE": keys.passphrase,
            "OKX_API_BASE_URL": sandbox.url,
            "HOME": str(nobody),
        }
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        environ = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        process = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environ)
        orders = sandbox._exchange._exchange.accounts["demo"].orders
        while not orders:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        session = Accounts(home=nobody).login("demo")
        with session:
            (line,) = (each for each in session.warnings if "open outcome" in each)
            (booked,) = orders.values()
            assert booked.ticket.cl_ord_id in line
            assert "placed, live now" in line
