"""What goes wrong on a stream when it is asked for by name, and how connections end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from stream_listener import Listener

from okx_magic.sandbox.faults import described, read_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox_caller import Caller, Clock

    from okx_magic.sandbox import Sandbox

BOOKS = {"channel": "books", "instId": "BTC-USDT"}
TICKERS = {"channel": "tickers", "instId": "BTC-USDT"}


@pytest.fixture
def books(sandbox: Sandbox) -> Iterator[Listener]:
    """A listener to a book, which has its first push."""
    with Listener(sandbox) as listener:
        listener.say("subscribe", BOOKS)
        listener.until(action="snapshot")
        yield listener


def ids(frame: dict[str, Any]) -> tuple[int, int]:
    row = frame["data"][0]
    return row["prevSeqId"], row["seqId"]


def beat(listener: Listener, clock: Clock, number: int) -> list[tuple[int, int]]:
    """The ids of the updates of so many beats, each waited for."""
    found = []
    for _ in range(number):
        clock.now += 1
        found.append(ids(listener.until(action="update")))
    return found


def test_without_faults(books: Listener, clock: Clock) -> None:
    """The control: each update names the one before it."""
    found = beat(books, clock, 4)
    assert [before for before, _ in found[1:]] == [seq for _, seq in found[:-1]]


def test_gap(books: Listener, clock: Clock, sandbox: Sandbox) -> None:
    """One update is left out, and the next one shows it."""
    first = beat(books, clock, 1)[0]
    books.subscribe("tickers", instId="BTC-USDT")
    books.until(channel="tickers")
    sandbox.set_faults("gap")
    clock.now += 1
    assert books.hear()["arg"] == TICKERS
    clock.now += 1
    before, _ = ids(books.until(action="update"))
    # A book is numbered by its beat, ten a second: the one left out is that of the first second.
    assert before == first[1] + 10


def test_seq_reset(books: Listener, clock: Clock, sandbox: Sandbox) -> None:
    """A book is numbered anew in the middle: seqId is below prevSeqId once, and the chain holds."""
    sandbox.set_faults("2nd PUSH */books: seq-reset")
    found = beat(books, clock, 4)
    assert [before for before, _ in found[1:]] == [seq for _, seq in found[:-1]]
    assert [seq < before for before, seq in found] == [False, True, False, False]


def test_no_snapshot(sandbox: Sandbox, clock: Clock, call: Caller) -> None:
    """A book begins without its first push; the updates follow on the book that REST has then."""
    sandbox.set_faults("no-snapshot")
    with Listener(sandbox) as listener:
        listener.say("subscribe", BOOKS)
        assert [frame.get("event") for frame in listener.heard()] == ["subscribe"]
        seq = call.public("/api/v5/market/books?instId=BTC-USDT").data[0]["seqId"]
        assert beat(listener, clock, 1)[0][0] == seq


def test_duplicate(books: Listener, clock: Clock, sandbox: Sandbox) -> None:
    """A push comes twice, the same to the byte."""
    sandbox.set_faults("duplicate")
    clock.now += 1
    assert books.until(action="update") == books.until(action="update")


def test_drop(books: Listener, clock: Clock, sandbox: Sandbox) -> None:
    """A connection breaks off without a closing frame; a new one is served."""
    sandbox.set_faults("drop")
    clock.now += 1
    assert books.closed() == 1006
    with Listener(sandbox) as listener:
        assert listener.subscribe("tickers", instId="BTC-USDT")["event"] == "subscribe"


@pytest.mark.parametrize("code", ["4001", "4004", "4005", "4006", "4008"])
def test_closing_codes(books: Listener, clock: Clock, sandbox: Sandbox, code: str) -> None:
    """A connection is closed with one of OKX's codes."""
    sandbox.set_faults(code)
    clock.now += 1
    assert books.closed() == int(code)
    assert books.socket.close_reason


def test_silence(books: Listener, clock: Clock, sandbox: Sandbox) -> None:
    """Nothing comes any more, not even an answer to a ping; others hear on."""
    sandbox.set_faults("PUSH */books: silence")
    clock.now += 1
    with Listener(sandbox) as other:
        other.subscribe("tickers", instId="BTC-USDT")
        clock.now += 1
        other.until(channel="tickers")
    books.socket.send("ping")
    with pytest.raises(TimeoutError):
        books.socket.recv(0.3)


def test_64008(books: Listener, clock: Clock, sandbox: Sandbox) -> None:
    """A notice comes some time before the connection is closed, and pushes go on meanwhile."""
    sandbox.set_faults("64008=400")
    clock.now += 1
    notice = books.until(event="notice")
    assert (notice["code"], notice["msg"][:14]) == ("64008", "The connection")
    assert ids(books.until(action="update"))
    assert books.closed() == 1001


@pytest.mark.parametrize(
    "code", ["60004", "60005", "60006", "60007", "60009", "60024", "60032", "63999", "60014"]
)
def test_a_refused_log_in(sandbox: Sandbox, clock: Clock, code: str) -> None:
    """The next log-in is refused with that code, the one after it is not."""
    sandbox.set_faults(f"next LOGIN: {code}")
    with Listener(sandbox, "private") as listener:
        assert listener.login(sandbox.demo, clock.now)["code"] == code
        assert listener.login(sandbox.demo, clock.now)["event"] == "login"


def test_a_late_log_in(sandbox: Sandbox, clock: Clock) -> None:
    """The answer to a log-in comes later; what is said meanwhile is answered before."""
    sandbox.set_faults("late-login=300")
    with Listener(sandbox, "private") as listener:
        listener.socket.send("ping")
        listener.socket.recv()
        begun = time.monotonic()
        assert listener.login(sandbox.demo, clock.now)["event"] == "login"
        assert time.monotonic() - begun > 0.29


def test_too_many_listeners_by_name(sandbox: Sandbox, clock: Clock, call: Caller) -> None:
    """A subscription is told that the account has too many, and hears nothing."""
    sandbox.set_faults("conn-count-error")
    with Listener(sandbox, "private") as listener:
        listener.login(sandbox.demo, clock.now)
        assert listener.subscribe("orders", instType="ANY")["event"] == "subscribe"
        assert listener.hear()["event"] == "channel-conn-count-error"
        call.place(side="buy", ordType="limit", px="1000", sz="0.1")
        assert list(listener.heard()) == []


def test_a_refused_subscription(sandbox: Sandbox) -> None:
    """One channel is refused, the others of the request are not."""
    sandbox.set_faults("SUBSCRIBE */trades: 64007")
    with Listener(sandbox) as listener:
        listener.say("subscribe", TICKERS, {**TICKERS, "channel": "trades"}, BOOKS)
        events = [frame for frame in listener.heard() if "event" in frame]
        assert [frame.get("code") for frame in events] == [None, "64007", None]


def test_rest_and_streams_count_apart(books: Listener, sandbox: Sandbox, call: Caller) -> None:
    """Rules for requests do not strike streams, nor the other way round."""
    sandbox.set_faults("every any: 50011, every PUSH: gap")
    assert call.public("/api/v5/public/time").json["code"] == "50011"
    books.socket.send("ping")
    assert books.socket.recv() == "pong"


@pytest.mark.parametrize(
    "rule",
    ["POST: gap", "next GET: drop", "PUSH: hang", "LOGIN: 502", "SUBSCRIBE: gap", "any: 4004"],
)
def test_what_cannot_strike_there(rule: str) -> None:
    """A fault that cannot happen to what a rule names is refused, with what it does."""
    with pytest.raises(ValueError, match="does not happen to"):
        read_rules(rule, "1")


def test_they_are_described() -> None:
    """Each has a line of its own beside those of requests."""
    names = "no-snapshot gap seq-reset duplicate drop silence late-login conn-count-error 64008"
    assert set(names.split()) <= described().keys()


def test_idle_connections_are_closed(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without traffic for so long a connection is closed with 4004; a ping keeps it."""
    monkeypatch.setattr(sandbox._hub, "idle_seconds", 0.5)
    with Listener(sandbox) as idle, Listener(sandbox) as alive:
        for _ in range(8):
            alive.socket.send("ping")
            assert alive.socket.recv() == "pong"
            time.sleep(0.1)
        assert idle.closed() == 4004


def test_the_end_of_the_sandbox(sandbox: Sandbox) -> None:
    """When the sandbox stops, its connections are closed."""
    with Listener(sandbox) as listener:
        listener.subscribe("tickers", instId="BTC-USDT")
        sandbox.stop()
        assert listener.closed() in {1001, 1006}
