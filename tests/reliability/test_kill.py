"""The kill switch, against the sandbox and against an exchange that a test writes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic.accounts import Accounts
from okx_magic.errors import KillIncomplete, OkxError, RefusedError, TransportError
from okx_magic.model import Envelope, Request
from okx_magic.orders.kill import SECONDS, Killer

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
AT_ONCE = (
    *("/api/v5/sprd/mass-cancel", "/api/v5/rfq/cancel-all-quotes"),
    "/api/v5/rfq/cancel-all-rfqs",
)
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
    assert len(live._exchange._exchange._accounts["live"].orders) == 0


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


@dataclass
class Exchange:
    """An exchange in a test's hands, as the connection that the kill switch uses."""

    open: list[dict[str, str]] = field(default_factory=list)
    algos: list[dict[str, str]] = field(default_factory=list)
    batches: bool = True
    deaf: bool = False
    silent: bool = False
    lacks: tuple[str, ...] = ()
    now: float = 0.0
    sent: list[Request] = field(default_factory=list)

    def send(self, request: Request) -> Any:
        self.now += 0.05
        self.sent.append(request)
        if self.silent:
            raise TransportError("no complete answer", written=True, request=request)
        data = self.answer(request.path, request.target, request.body)
        return type("Reply", (), {"envelope": Envelope("0", "", data)})

    def cancel(self, request: Request, _: float) -> None:
        self.send(request)

    def look(self, request: Request, _: float) -> Envelope:
        envelope: Envelope = self.send(request).envelope
        return envelope

    def answer(self, path: str, target: str, body: str) -> list[Any]:
        if path == "/api/v5/trade/orders-pending":
            after = target.partition("after=")[2]
            rows = [row for row in self.open if not after or int(row["ordId"]) < int(after)]
            return rows[:100]
        if path == "/api/v5/trade/orders-algo-pending":
            return self.algos if "ordType=trigger" in target else []
        if path == "/api/v5/trade/cancel-all-after":
            return [{"triggerTime": "1"}]
        if path in AT_ONCE:
            if path in self.lacks:
                raise OkxError("50038", "not in demo trading", envelope=Envelope("50038", "", []))
            return [{"result": True}]
        if path == "/api/v5/trade/cancel-batch-orders" and not self.batches:
            envelope = Envelope("50038", "not in demo trading", [])
            raise OkxError("50038", "not in demo trading", envelope=envelope)
        if not self.deaf:
            items = json.loads(body)
            gone = {next(iter(each.values())) for each in map(ids, _listed(items))}
            self.open = [row for row in self.open if row["ordId"] not in gone]
            self.algos = [row for row in self.algos if row["algoId"] not in gone]
        return []

    def killer(self, told: list[str]) -> Killer:
        def sleep(seconds: float) -> None:
            self.now += seconds

        return Killer(self.look, self.cancel, told.append, sleep=sleep, monotonic=lambda: self.now)

    def bodies(self, path: str) -> list[Any]:
        return [json.loads(each.body) for each in self.sent if each.path == f"/api/v5/trade/{path}"]


def _listed(items: Any) -> list[dict[str, str]]:
    return items if isinstance(items, list) else [items]


def ids(item: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in item.items() if name in {"ordId", "algoId"}}


def resting(number: int) -> list[dict[str, str]]:
    return [{"instId": "BTC-USDT", "ordId": str(each)} for each in range(number, 0, -1)]


def test_all_pages_are_read_and_the_timer_is_armed_once() -> None:
    """250 orders on three pages, 3 algo orders; the timer has 10 s, and is never switched off."""
    algos = [{"instId": "BTC-USDT", "algoId": str(9000 + each)} for each in range(12)]
    exchange, told = Exchange(open=resting(250), algos=algos), list[str]()
    killed = exchange.killer(told).run()
    assert killed.done
    assert killed.found == 262
    assert [len(each) for each in exchange.bodies("cancel-batch-orders")] == [20] * 12 + [10]
    assert [len(each) for each in exchange.bodies("cancel-algos")] == [10, 2]
    assert exchange.bodies("cancel-all-after") == [{"timeOut": "10"}]


def test_without_batches_each_is_cancelled_by_itself() -> None:
    """Where an account has no batch cancels, that is told, and the orders go all the same."""
    exchange, told = Exchange(open=resting(25), batches=False), list[str]()
    assert exchange.killer(told).run().done
    assert len(exchange.bodies("cancel-order")) == 25
    assert len(exchange.bodies("cancel-batch-orders")) == 1
    assert any("one by one" in line for line in told)


def test_spread_orders_quotes_and_rfqs_are_taken_back_once() -> None:
    """One request each, after the orders; nothing of a bot is touched."""
    exchange, told = Exchange(open=resting(2)), list[str]()
    assert exchange.killer(told).run().done
    paths = [each.path for each in exchange.sent if each.method == "POST"]
    assert paths[0] == "/api/v5/trade/cancel-batch-orders"
    assert [path for path in paths if path in AT_ONCE] == list(AT_ONCE)
    assert "taken back: all spread orders, quotes, RFQs" in told
    assert not any("tradingBot" in path for path in paths)


def test_what_an_account_has_not_is_no_failure_and_is_named() -> None:
    """A refusal for permission or environment ends the attempt to take it back, in one line."""
    exchange, told = Exchange(open=resting(2), lacks=AT_ONCE[1:]), list[str]()
    assert exchange.killer(told).run().done
    assert "taken back: all spread orders" in told
    assert sum("quotes, RFQs are not available (50038" in line for line in told) == 1
    assert [each.path for each in exchange.sent if each.path in AT_ONCE] == list(AT_ONCE)


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


def test_it_gives_up_after_20_seconds_and_says_what_is_open() -> None:
    """Orders that do not go are named; no success is claimed."""
    exchange, told = Exchange(open=resting(2), deaf=True), list[str]()
    killed = exchange.killer(told).run()
    assert not killed.done
    assert killed.left == ("2", "1")
    assert SECONDS <= killed.seconds < SECONDS + 2


def test_silence_is_not_taken_for_an_empty_book() -> None:
    """Where no answer comes, nothing is known, and that is what it says."""
    exchange, told = Exchange(silent=True), list[str]()
    killed = exchange.killer(told).run()
    assert not killed.done
    assert killed.trouble == "no complete answer"
    assert len(exchange.sent) > 3


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


def naive_kill(exchange: Exchange) -> None:
    """What a bot in the wild does at the end of the day: it cancels a page, and posts timeOut 0."""
    rows = exchange.send(Request("GET", "/api/v5/trade/orders-pending")).envelope.data
    for row in rows:
        exchange.send(Request("POST", "/api/v5/trade/cancel-order", json.dumps(row)))
    exchange.send(Request("POST", "/api/v5/trade/cancel-all-after", '{"timeOut":"0"}'))


def test_the_naive_way_leaves_orders() -> None:
    """The control: one page is not all, and its timer is off."""
    exchange = Exchange(open=resting(250))
    naive_kill(exchange)
    assert len(exchange.open) == 150
    assert exchange.bodies("cancel-all-after") == [{"timeOut": "0"}]
