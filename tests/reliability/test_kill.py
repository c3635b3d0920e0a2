"""The kill switch, against the sandbox."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic.accounts import Accounts
from okx_magic.errors import KillIncomplete, OkxError, RefusedError
from okx_magic.orders.kill import Killed, Killer

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Notebook

    from okx_magic.sandbox import Sandbox
    from okx_magic.session import Session

    # From the conftest of this folder.
    Person = Any


ORDER = {
    "instId": "BTC-USDT",
    "tdMode": "cash",
    "side": "buy",
    "ordType": "limit",
    "sz": "0.01",
    "px": "100",
}
LOOK_UP = "/api/v5/trade/order?"
CELL = f"%%okx order\nPOST /api/v5/trade/order\n{json.dumps(ORDER)}"


def place(session: Session, number: int) -> None:
    """Rest as many orders in the book, each at a price of its own."""
    for start in range(0, number, 20):
        batch = [
            {**ORDER, "sz": "0.0001", "px": str(100 + each)}
            for each in range(start, min(start + 20, number))
        ]
        session.request("POST", "/api/v5/trade/batch-orders", batch)


def pending(session: Session) -> int:
    return len(session.request("GET", "/api/v5/trade/orders-pending").data)


def sandbox_of(session: Session) -> Sandbox:
    """The sandbox that ends with the session: only its end knows it."""
    held = (cell.cell_contents for cell in session._on_close.__closure__)  # type: ignore[union-attr]  # see above
    return next(thing for thing in held if hasattr(thing, "set_faults"))


def session_of(notebook: Notebook) -> Session:
    accounts: Accounts = notebook.shell.magics_manager.registry["OkxMagic"].accounts
    return accounts.session()


def test_nothing_is_left_open(sandbox_notebook: Notebook) -> None:
    """45 resting orders are cancelled in three batches and each step is a line."""
    session = session_of(sandbox_notebook)
    place(session, 45)
    text = sandbox_notebook.run("%okx_kill")
    assert sandbox_notebook.error is None
    assert pending(session) == 0
    cancels = [each for each in session.log if "cancel-batch" in each.request.path]
    assert [len(json.loads(each.request.body)) for each in cancels] == [20, 20, 5]
    lines = [line for line in text.splitlines() if line]
    assert "kill switch on · only cancels are sent" in lines[0]
    assert "45 open orders: cancelling" in text
    assert "45 orders were open, none is now" in lines[-1]


def test_after_it_only_reads_and_cancels_pass(sandbox_notebook: Notebook, person: Person) -> None:
    """Until a person types the word; nobody to ask, and a wrong word, leave it on."""
    sandbox_notebook.run("%okx_kill")
    sandbox_notebook.run(CELL)
    assert "kill switch is on" in str(sandbox_notebook.error)
    sandbox_notebook.run("%okx GET /api/v5/account/balance")
    assert sandbox_notebook.error is None
    sandbox_notebook.run(
        '%%okx\nPOST /api/v5/trade/cancel-order\n{"instId": "BTC-USDT", "ordId": "1"}'
    )
    assert isinstance(sandbox_notebook.error, OkxError)
    sandbox_notebook.run("%okx_kill --release")
    assert "nobody can answer here" in str(sandbox_notebook.error)
    person.answers = ["yes", "release"]
    sandbox_notebook.run("%okx_kill --release")
    assert "stays on" in str(sandbox_notebook.error)
    assert "kill switch off" in sandbox_notebook.run("%okx_kill --release")
    sandbox_notebook.run(CELL)
    assert sandbox_notebook.error is None


def test_it_holds_over_a_restart_of_the_kernel(
    live_notebook: Notebook, live: Sandbox, nobody: Path, person: Person
) -> None:
    """Another kernel is told at log-in, may not arm, and sends no order; the first one neither."""
    person.answers = [f"place real orders {live.keys.key[-4:]}"] * 2
    live_notebook.run("%okx_live\n%okx_kill")
    assert live_notebook.error is None
    live_notebook.run(CELL)
    assert "kill switch is on" in str(live_notebook.error)
    # All that a new kernel shares with the old one is the machine.
    fresh = Accounts(environ={}, home=nobody, confirm=lambda _: True)
    session = fresh.login("main")
    assert session.gate.latched
    assert not session.gate.arming.armed
    session.gate.arming.arm(session.gate.arming.sentence)
    with pytest.raises(RefusedError, match="kill switch"):
        session.request("POST", "/api/v5/trade/order", ORDER)
    fresh.close()
    assert "the kill switch is on since" in live_notebook.run("%okx_login main")
    live_notebook.run("%okx_live")
    assert "kill switch is on" in str(live_notebook.error)
    assert len(live._exchange._exchange.accounts["live"].orders) == 0


def test_a_sandbox_takes_its_latch_with_it(sandbox_notebook: Notebook, nobody: Path) -> None:
    """Its key is of no use to anybody afterwards, so nothing is left lying about."""
    sandbox_notebook.run("%okx_kill")
    assert list((nobody / ".okx_magic").glob("kill-*"))
    sandbox_notebook.run("%okx_logout")
    assert not list((nobody / ".okx_magic").glob("kill-*"))


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["502", "50001", "50011", "lose-answer"])
def test_faults_on_the_way_are_overcome(notebook: Notebook, fault: str) -> None:
    """A failing first list and a failing first cancel only cost a round."""
    notebook.run("%okx_login sandbox")
    session = session_of(notebook)
    place(session, 30)
    running = sandbox_of(session)
    running.set_faults(
        f"1st GET /api/v5/trade/orders-pending: {fault}, "
        f"1st POST /api/v5/trade/cancel-batch-orders: {fault}"
    )
    notebook.run("%okx_kill")
    assert notebook.error is None
    running.set_faults("")
    assert pending(session) == 0


def test_a_cancel_of_the_kill_switch_is_not_looked_up(sandbox_notebook: Notebook) -> None:
    """Its own list tells: no time goes into order by order, and no open outcome is left behind."""
    session = session_of(sandbox_notebook)
    place(session, 20)
    sandbox_of(session).set_faults("1st POST /api/v5/trade/cancel-batch-orders: lose-request")
    sandbox_notebook.run("%okx_kill")
    assert sandbox_notebook.error is None
    assert pending(session) == 0
    assert not [each for each in session.log if each.request.target.startswith(LOOK_UP)]
    assert session.gate.ledger is not None
    assert session.gate.ledger.unsettled(session.gate.key_hash) == ()


def test_a_kill_that_did_not_end_is_an_error(
    sandbox_notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stops Run All, names what is open, and the latch stays on."""
    place(session_of(sandbox_notebook), 1)
    monkeypatch.setattr("okx_magic.orders.kill.SECONDS", 0.0)
    sandbox_notebook.run("%okx_kill")
    assert isinstance(sandbox_notebook.error, KillIncomplete)
    assert "still open: " in str(sandbox_notebook.error)
    assert session_of(sandbox_notebook).gate.latched


def test_ctrl_c_during_a_kill_says_what_is_on_and_what_may_be_open(
    sandbox_notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line in place of a traceback; the latch stays on."""

    def interrupted(_: Killer) -> Killed:
        raise KeyboardInterrupt

    monkeypatch.setattr(Killer, "run", interrupted)
    shown = sandbox_notebook.run("%okx_kill")
    assert isinstance(sandbox_notebook.error, KeyboardInterrupt)
    assert "is on, and orders may still be open: %okx_kill again" in shown
    assert "Traceback" not in shown
    assert session_of(sandbox_notebook).gate.latched
