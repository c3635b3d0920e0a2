"""The kill switch against an exchange that a test writes: all pages, all kinds, no end of trouble."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from okx_magic.errors import OkxError, TransportError
from okx_magic.model import Envelope, Request
from okx_magic.orders.kill import SECONDS, Killer

if TYPE_CHECKING:
    # From the conftest of this folder.
    Person = Any


AT_ONCE = (
    *("/api/v5/sprd/mass-cancel", "/api/v5/rfq/cancel-all-quotes"),
    "/api/v5/rfq/cancel-all-rfqs",
)


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
    """A refusal for permission or environment ends the attempt to take it back, in one line; what the
    exchange does not have is told as that, without a code.
    """
    exchange, told = Exchange(open=resting(2), lacks=AT_ONCE[1:]), list[str]()
    assert exchange.killer(told).run().done
    assert "taken back: all spread orders" in told
    assert sum("no quotes, RFQs here" in line for line in told) == 1
    assert "50038" not in " ".join(told)
    assert [each.path for each in exchange.sent if each.path in AT_ONCE] == list(AT_ONCE)


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
