from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from limitserver import HOUR, NEWEST, LimitServer, limited

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import CellError, OkxError, OkxMagicError, TransportError
from okx_magic.model import Request
from okx_magic.pages import Pull, PullInterrupted
from okx_magic.pages.paging import Span
from okx_magic.session import Session
from okx_magic.wire.connection import Connection
from okx_magic.wire.pacing import Pacer

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = "/api/v5/market/history-candles?instId=BTC-USDT&bar=1H&limit=100"
CANDLES = Request("GET", TARGET)
PAGE = 100 * HOUR
KEYS = ("00000000-aaaa-bbbb-cccc-000000000001", "FAKE0SECRET0FOR0TESTS0ONLY000001", "fake-pass-1")


@pytest.fixture
def far() -> Iterator[LimitServer]:
    """20 requests in 2 s, 80 ms away, give or take 30."""
    with limited() as server:
        yield server


@pytest.fixture
def near() -> Iterator[LimitServer]:
    """The same without a limit that matters, and without a network."""
    with limited(latency=0, jitter=0, requests=100_000) as server:
        yield server


def session_at(url: str, **more: Any) -> Session:
    return Session(Account("it", "demo", Credentials(*KEYS), url, "a test", **more))


@pytest.fixture
def session(near: LimitServer) -> Iterator[Session]:
    with session_at(near.url) as opened:
        yield opened


def pages(count: int, *, until: int = NEWEST + HOUR) -> dict[str, int]:
    return {"since": until - count * PAGE, "until": until}


def assert_whole(frame: Any, count: int) -> None:
    assert len(frame) == count
    assert frame.index.is_monotonic_increasing
    assert (frame.index.diff()[1:].total_seconds() == 3600).all()


@pytest.mark.slow
def test_forty_pages_meet_no_refusal(far: LimitServer) -> None:
    """At the pace of the limit, side by side, with jitter: all bars, and nothing was refused."""
    with session_at(far.url) as session:
        frame = session.pages(TARGET, **pages(40))
    assert_whole(frame, 4000)
    assert far.counts() == (40, 0)


def test_the_newest_pages_are_as_many_as_asked_for(session: Session) -> None:
    """--pages without a time begins at the newest bar."""
    frame = session.pages(TARGET, pages=3)
    assert_whole(frame, 300)
    assert frame.index[-1].timestamp() * 1000 == NEWEST
    assert_whole(session.pages(TARGET, pages=1), 100)


def test_a_server_with_smaller_pages_than_asked_for_leaves_no_gap() -> None:
    """Where OKX gives fewer rows than its docs say, each chunk takes more pages."""
    with (
        limited(latency=0, jitter=0, requests=10_000, rows=30) as server,
        session_at(server.url) as it,
    ):
        assert_whole(it.pages(TARGET, **pages(3)), 300)


class Stop:
    """Presses Ctrl-C when this many pages have come."""

    def __init__(self, after: int) -> None:
        self.left = after
        self.started: list[tuple[int | None, float | None]] = []

    def start(self, pages: int | None, seconds: float | None) -> None:
        self.started.append((pages, seconds))

    def advance(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt


def test_an_interrupt_keeps_what_has_come(session: Session) -> None:
    """The frame has no gap, and the note names the cursor at which it stopped."""
    until = NEWEST + HOUR
    with pytest.raises(PullInterrupted) as caught:
        session.pull(CANDLES, Span(**pages(30)), progress=Stop(after=7))
    assert_whole(caught.value.pulled.frame, 700)
    assert f"interrupted at after={until - 7 * PAGE}" in str(caught.value)
    assert caught.value._render_traceback_() == [f"KeyboardInterrupt {caught.value}"]


def fail_from(monkeypatch: pytest.MonkeyPatch, words: str, error: OkxMagicError) -> None:
    """Requests with these words in their target fail, as if the line had gone dead."""
    send = Connection.read

    def sometimes(connection: Connection, request: Request, **more: Any) -> Any:
        if words in request.target:
            raise error
        return send(connection, request, **more)

    monkeypatch.setattr(Connection, "read", sometimes)


def test_a_page_that_fails_leaves_what_has_come(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is that of the page, and holds a frame without a gap; with its --until the rest fits."""
    until = NEWEST + HOUR
    stop = until - 7 * PAGE
    dead = TransportError("the line is dead", written=False)
    with monkeypatch.context() as patch:
        fail_from(patch, f"after={stop}", dead)
        with pytest.raises(TransportError) as caught:
            session.pages(TARGET, **pages(10))
    assert caught.value is dead
    pulled = dead.pulled
    assert_whole(pulled.frame, 700)
    assert f"stopped at after={stop}: older rows are missing" in pulled.notices[-1]
    assert pulled.notices[-1].endswith(f"with --until {stop} it continues there")
    rest = session.pages(TARGET, since=until - 10 * PAGE, until=stop)
    assert_whole(pd.concat([rest, pulled.frame]), 1000)


def test_the_first_page_that_fails_leaves_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error without any row is that of a single request."""
    dead = TransportError("the line is dead", written=False)
    fail_from(monkeypatch, "/api/", dead)
    with pytest.raises(TransportError) as caught:
        session.pages(TARGET, **pages(10))
    assert caught.value.pulled is None


def test_ctrl_c_is_heard_while_waiting(far: LimitServer) -> None:
    """A real signal, while all threads wait for the limit: the pull ends at once."""
    with session_at(far.url) as session:
        timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(PullInterrupted) as caught:
            session.pull(CANDLES, Span(**pages(60)))
        timer.join()
    assert caught.value.pulled.milliseconds < 1900
    assert_whole(caught.value.pulled.frame, 100 * caught.value.pulled.pages)


def test_a_pull_says_how_long_it_takes(session: Session) -> None:
    """Sixty pages at 20 in 2 s are three windows, of which the first needs no waiting."""
    watcher = Stop(after=0)
    with pytest.raises(PullInterrupted):
        session.pull(CANDLES, Span(**pages(60)), progress=watcher)
    assert watcher.started == [(60, 4.0)]


def test_a_refused_page_is_the_error_of_the_pull(far: LimitServer) -> None:
    """When another program has used up the limit, the pull fails as a single request does."""
    with session_at(far.url) as another, session_at(far.url) as session:
        another.pages(TARGET, **pages(20))
        with pytest.raises(OkxError, match="50011"):
            session.pages(TARGET, **pages(20))


def test_rows_that_are_no_candles_are_an_error(session: Session) -> None:
    """What cannot be placed on the grid is not taken for an empty page."""
    with pytest.raises(TransportError, match="not candles"):
        session.pages(TARGET + "&odd=1", **pages(1))


def test_what_has_no_pages_is_refused_before_anything_is_sent(session: Session) -> None:
    """The same CellError as in a cell."""
    with pytest.raises(CellError, match="no pages"):
        Pull(session.connection).bring(Request("GET", "/api/v5/public/time"), Span())
    assert not session.log


@pytest.mark.slow
def test_the_pacer_of_the_session_is_the_pull_s(far: LimitServer) -> None:
    """Requests before a pull count against its limit."""
    account = Account("it", "demo", None, far.url, "a test")
    with Session(account, pacer=Pacer()) as session:
        for _ in range(3):
            session.request("GET", TARGET)
        session.pages(TARGET, **pages(19))
    assert far.counts() == (22, 0)
