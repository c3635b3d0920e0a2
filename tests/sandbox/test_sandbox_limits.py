"""OKX's rate limits: what is counted with what, and that whoever keeps to them meets none."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

import pytest
from sandbox_caller import Answer, Caller, Clock, signed

from okx_magic.catalogue import Endpoint, endpoints
from okx_magic.sandbox import Sandbox
from okx_magic.sandbox.limits import Limits
from okx_magic.sandbox.params import Params, from_query
from okx_magic.sandbox.replies import RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Notebook

CONFIG = "/api/v5/account/config"
ORDER = "/api/v5/trade/order"
BATCH = "/api/v5/trade/batch-orders"
BTC, ETH = {"instId": "BTC-USDT"}, {"instId": "ETH-USDT"}
# By its retired name.
OF_FAMILY = from_query("uly=BTC-USD")


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox.start(seed=11, clock=clock) as running:
        yield running


def known(method: str, path: str) -> Endpoint:
    return endpoints()[method, path]


def fits(limits: Limits, method: str, path: str, *items: dict[str, str], **at: object) -> bool:
    """Whether a request of these items is within the limits; it is counted if so."""
    owner, address, now = at.get("owner", "demo"), at.get("address", "127.0.0.1"), at.get("now", 0)
    try:
        limits.count(known(method, path), owner, address, items or [{}], now)  # type: ignore[arg-type]
    except RefusalError:
        return False
    return True


def many(limits: Limits, *what: object, **at: object) -> int:
    """How many such requests fit at once."""
    return next(n for n in range(2000) if not fits(limits, *what, **at))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "path", "item", "number"),
    [
        ("GET", CONFIG, {}, 5),
        ("GET", "/api/v5/account/balance", {}, 10),
        ("GET", "/api/v5/market/candles", BTC, 40),
        ("POST", ORDER, BTC, 60),
        ("POST", BATCH, BTC, 60),
        ("GET", "/api/v5/trade/fills-history", {}, 10),
        ("POST", "/api/v5/account/move-positions", {}, 1),
    ],
)
def test_as_many_as_documented(method: str, path: str, item: dict[str, str], number: int) -> None:
    """Exactly as many as the catalogue says fit at once; all of them again when they have passed."""
    limits = Limits(kept=True)
    assert many(limits, method, path, item) == number
    seconds = known(method, path).limit.seconds  # type: ignore[union-attr]
    assert not fits(limits, method, path, item, now=seconds - 0.001)
    assert many(limits, method, path, item, now=seconds) == number


def test_the_window_slides() -> None:
    """In no two seconds whatever are more taken than allowed."""
    limits = Limits(kept=True)
    moments = [n * 0.07 for n in range(300)]
    taken = [now for now in moments if fits(limits, "GET", CONFIG, now=now)]
    assert max(sum(start <= now < start + 2 for now in taken) for start in taken) == 5
    assert len(taken) > 45


@pytest.mark.parametrize(
    ("method", "path", "one", "other", "apart"),
    [
        ("POST", ORDER, {"owner": "demo"}, {"owner": "live"}, True),
        ("POST", ORDER, {"address": "127.0.0.1"}, {"address": "127.0.0.2"}, False),
        ("GET", "/api/v5/market/books", {"address": "127.0.0.1"}, {"address": "127.0.0.2"}, True),
        ("GET", "/api/v5/market/books", {"owner": "demo"}, {"owner": "live"}, False),
        ("POST", ORDER, BTC, ETH, True),
        ("GET", "/api/v5/market/books", BTC, ETH, False),
        ("POST", ORDER, {"instId": "BTC-USD-250328-1-C"}, {"instId": "BTC-USD-250627-2-P"}, False),
        ("POST", ORDER, {"instId": "BTC-USD-250328-1-C"}, {"instId": "ETH-USD-250328-1-C"}, True),
        ("GET", "/api/v5/public/instruments", {"instType": "SPOT"}, {"instType": "SWAP"}, True),
        ("GET", "/api/v5/public/opt-summary", OF_FAMILY, {"instFamily": "BTC-USD"}, False),
        ("POST", "/api/v5/asset/transfer", {"ccy": "BTC"}, {"ccy": "ETH"}, True),
    ],
)  # fmt: skip
def test_scopes(method: str, path: str, one: Params, other: Params, *, apart: bool) -> None:
    """Users, addresses, instruments, families and the like are counted apart where OKX says so."""
    limits = Limits(kept=True)

    def split(both: Params) -> tuple[dict[str, str], dict[str, str]]:
        at = {name: both[name] for name in both if name in {"owner", "address"}}
        return {name: both[name] for name in both if name not in at}, at

    item, at = split(one)
    assert many(limits, method, path, item, **at) > 1
    item, at = split(other)
    assert fits(limits, method, path, item, **at) is apart


def test_a_batch_counts_its_orders() -> None:
    """Batches of 20 fill the limit of 300 orders in 15, each instrument's for itself; a batch of one
    counts as the single order that it is.
    """
    limits = Limits(kept=True)
    assert sum(fits(limits, "POST", BATCH, *[BTC] * 20) for _ in range(20)) == 15
    assert fits(limits, "POST", BATCH, *[ETH] * 20)
    assert not fits(limits, "POST", BATCH, *[ETH] * 19, BTC)
    assert fits(limits, "POST", BATCH, BTC)
    assert many(limits, "POST", ORDER, BTC) == 59


def test_an_account_has_a_limit_of_its_own() -> None:
    """New and amended orders of all instruments are 1,000 in two seconds; then it is 50061."""
    limits = Limits(kept=True)
    orders = [{"instId": f"A{n}-USDT"} for n in range(20)]
    amend = "/api/v5/trade/amend-batch-orders"
    assert sum(fits(limits, "POST", BATCH, *orders) for _ in range(14)) == 14
    assert sum(fits(limits, "POST", amend, *orders) for _ in range(14)) == 14
    rest = [{"instId": f"B{n}-USDT"} for n in range(20)]
    assert sum(fits(limits, "POST", BATCH, *rest) for _ in range(30)) == 1000 / 20 - 28
    with pytest.raises(RefusalError) as caught:
        limits.count(known("POST", ORDER), "demo", "", [{"instId": "D-USDT"}], 0)
    assert caught.value.code == "50061"
    assert fits(limits, "POST", ORDER, {"instId": "D-USDT"}, owner="live")
    assert fits(limits, "POST", "/api/v5/trade/cancel-order", {"instId": "D-USDT"})


def test_a_clock_set_back_keeps_nobody_waiting() -> None:
    """When the clock goes back by an hour, requests are taken at once."""
    limits = Limits(kept=True)
    assert many(limits, "GET", CONFIG, now=3600) == 5
    assert many(limits, "GET", CONFIG, now=0) == 5


def test_windows_do_not_pile_up() -> None:
    """What has passed is forgotten, however many things were counted apart."""
    limits = Limits(kept=True)
    for n in range(20_000):
        order = {"instId": f"X{n}"}
        assert fits(limits, "POST", "/api/v5/trade/cancel-order", order, now=n / 500)
    assert len(limits._windows) <= 3001


def test_limits_can_be_off() -> None:
    """Limits that are not kept count nothing."""
    limits = Limits(kept=False)
    assert all(fits(limits, "GET", CONFIG) for _ in range(100))


def test_too_many_over_http(call: Caller, clock: Clock) -> None:
    """One too many is HTTP 429 in the gateway's form, and leaves other endpoints alone; it is the
    account that counts, not the key.
    """
    other = call.sandbox.make_key("demo")

    def by_another_key() -> Answer:
        return call.send("GET", CONFIG, signed(other, "GET", CONFIG, b"", clock.now, demo=True))

    assert [call.get(CONFIG).status for _ in range(4)] == [200] * 4
    assert by_another_key().status == 200
    for refused in (call.get(CONFIG), by_another_key()):
        assert refused.status == 429
        assert refused.body == b'{"msg":"Too Many Requests","code":"50011"}'
    assert call.get("/api/v5/account/balance").status == 200
    assert call.public("/api/v5/public/time").status == 200
    clock.now += 2
    assert call.get(CONFIG).status == 200


def test_whoever_is_refused_at_the_gate_does_not_count(call: Caller) -> None:
    """Requests with a wrong signature use up nobody's limit."""
    for _ in range(20):
        assert call.send("GET", CONFIG, call.headers("GET", "/other")).json["code"] == "50113"
    assert call.get(CONFIG).status == 200


def test_addresses_count_apart(sandbox: Sandbox) -> None:
    """Public limits are those of an address of this machine."""
    host, _, port = sandbox.url.removeprefix("http://").partition(":")

    def status(source: str) -> int:
        connection = http.client.HTTPConnection(
            host, int(port), timeout=5, source_address=(source, 0)
        )
        connection.request("GET", "/api/v5/public/time")
        answer = connection.getresponse().status
        connection.close()
        return answer

    assert [status("127.0.0.1") for _ in range(11)] == [200] * 10 + [429]
    assert status("127.0.0.2") == 200


@pytest.mark.slow
def test_a_run_all_meets_no_limit(sandbox_notebook: Notebook) -> None:
    """The notebook's own pace keeps within the sandbox's limits: twice as many as fit at once all
    come through.
    """
    said = sandbox_notebook.run("%%okx\n" + f"GET {CONFIG}\n" * 9)
    assert sandbox_notebook.error is None, said
    said = sandbox_notebook.run("%okx_log")
    assert "50011" not in said


def test_control_another_pace_does(call: Caller) -> None:
    """The control: sent as fast as they can be, the same requests are refused."""
    assert 429 in [call.get(CONFIG).status for _ in range(9)]
