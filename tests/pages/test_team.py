"""A pull by this kernel and an executor's workers together, without a cluster."""

from __future__ import annotations

import pickle
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from limitserver import HOUR, NEWEST, LimitServer, limited

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import CellError, OkxError, RefusedError, TransportError
from okx_magic.model import Envelope, Exchange, Request
from okx_magic.pages import Pull, Team, job
from okx_magic.pages.paging import Span
from okx_magic.pages.shares import Share
from okx_magic.pages.workers import SharedPacer, fetch_part, this_worker, without_credentials
from okx_magic.session import Session
from okx_magic.wire.connection import Connection
from okx_magic.wire.pacing import Pacer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TARGET = "/api/v5/market/history-candles?instId=BTC-USDT&bar=1H&limit=100"
CANDLES = Request("GET", TARGET)
KEYS = ("00000000-aaaa-bbbb-cccc-000000000001", "FAKE0SECRET0FOR0TESTS0ONLY000001", "fake-pass-1")


@pytest.fixture(scope="module")
def near() -> Iterator[LimitServer]:
    with limited(latency=0, jitter=0, requests=100_000) as server:
        yield server


def fast() -> float:
    """A clock by which no window lasts long."""
    return time.monotonic() * 10_000


@pytest.fixture
def session(near: LimitServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """Here and at the workers limits take no time, and the workers are there before the work begins."""
    monkeypatch.setattr("okx_magic.pages.workers.SharedPacer", partial(SharedPacer, clock=fast))
    monkeypatch.setattr("okx_magic.pages.team._PATIENCE", 600)
    with session_at(near.url, Pacer(clock=fast)) as opened:
        yield opened


def session_at(url: str, pacer: Pacer | None = None) -> Session:
    return Session(Account("it", "demo", Credentials(*KEYS), url, "a test"), pacer=pacer)


def pages(count: int) -> dict[str, int]:
    return {"since": NEWEST + HOUR - count * 100 * HOUR, "until": NEWEST + HOUR}


def assert_whole(frame: Any, count: int) -> None:
    assert len(frame) == count * 100
    assert (frame.index.diff()[1:].total_seconds() == 3600).all()


class Inline(Executor):
    """Pickles what it is given, as an executor on other machines does, and runs it at once."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.parts = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.sent.append(pickle.dumps((fn, args, kwargs)))
        self.parts += bool(args[1])
        done: Future[Any] = Future()
        fn, args, kwargs = pickle.loads(self.sent[-1])  # noqa: S301  # pickled above
        done.set_result(pickle.loads(pickle.dumps(fn(*args, **kwargs))))  # noqa: S301  # same
        return done


class Client:
    """As dask's: it is no executor, and makes one of its cluster."""

    def __init__(self) -> None:
        self.made: list[Inline] = []

    def get_executor(self, *, pure: bool) -> Inline:
        assert not pure
        self.made.append(Inline())
        return self.made[-1]


class Breaking(Inline):
    """Breaks with the part that it is given as this number."""

    def __init__(self, at: int, error: Exception) -> None:
        super().__init__()
        self._at, self._error = at, error

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.parts + bool(args[1]) < self._at:
            return super().submit(fn, *args, **kwargs)
        broken: Future[Any] = Future()
        broken.set_exception(self._error)
        return broken


def test_workers_get_parts_without_credentials(session: Session) -> None:
    """What travels is plain data; the frame is that of a pull without them."""
    executor = Inline()
    frame = session.pages(TARGET, executor=executor, **pages(60))
    assert_whole(frame, 60)
    assert executor.parts > 0
    assert not any(key.encode() in sent for sent in executor.sent for key in KEYS)
    assert "notices" not in frame.attrs or not frame.attrs["notices"]


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize(
    "error",
    [
        BrokenProcessPool("A child process terminated abruptly"),
        ModuleNotFoundError("No module named 'okx_magic'"),
        RuntimeError("cannot schedule new futures after shutdown"),
    ],
)
def test_a_broken_executor_is_told_in_a_line(session: Session, at: int, error: Exception) -> None:
    """Whenever it breaks, this kernel does the rest."""
    frame = session.pages(TARGET, executor=Breaking(at, error), **pages(60))
    assert_whole(frame, 60)
    assert frame.attrs["notices"] == [
        f"the workers are lost ({type(error).__name__}: {error}): this kernel fetches the rest"
    ]


def test_an_executor_that_takes_nothing(session: Session) -> None:
    """As one that was shut down: the same."""
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    frame = session.pages(TARGET, executor=pool, **pages(3))
    assert_whole(frame, 3)
    assert "this kernel fetches the rest" in frame.attrs["notices"][0]


def test_a_worker_s_error_is_that_of_the_pull(
    session: Session, capfd: pytest.CaptureFixture[str]
) -> None:
    """One block, and nothing on the worker's screen; what came before it is kept."""
    with pytest.raises(TransportError, match="not candles"), ThreadPoolExecutor(2) as pool:
        session.pages(f"{TARGET}&odd=1", executor=pool, **pages(30))
    assert capfd.readouterr() == ("", "")


def test_a_client_is_enough(session: Session) -> None:
    """Who has a cluster names its client, and its workers get parts."""
    client = Client()
    assert_whole(session.pages(TARGET, executor=client, **pages(60)), 60)
    (made,) = client.made
    assert made.parts > 0


@pytest.mark.parametrize("given", [7, "dask", ThreadPoolExecutor])
def test_what_is_no_executor_is_refused(session: Session, given: Any) -> None:
    """Before anything is sent."""
    with pytest.raises(CellError, match=r"is a concurrent\.futures\.Executor"):
        session.pages(TARGET, executor=given, **pages(3))
    assert not session.log


@pytest.mark.parametrize(
    "target",
    [
        "/api/v5/account/bills",
        "/api/v5/public/funding-rate-history?instId=BTC-USDT-SWAP",
        "/api/v5/market/history-candles?instId=BTC-USDT&bar=1M",
    ],
)
def test_an_executor_is_for_public_candles(session: Session, target: str) -> None:
    """Private pages and those that come one after another are refused before anything is sent."""
    executor = Inline()
    with pytest.raises(RefusedError, match="public candles only"):
        session.pages(target, pages=2, executor=executor)
    assert not session.log
    assert not executor.sent


def test_a_proxy_s_password_does_not_travel() -> None:
    """Nor does its user; a proxy without them does."""
    with_password = Account(
        "it", "demo", None, "https://www.okx.com", "a test", proxy="http://me:secret@proxy:1"
    )
    with pytest.raises(RefusedError, match="do not travel"):
        without_credentials(with_password)
    plain = Account("it", "demo", None, "https://www.okx.com", "a test", proxy="http://proxy:1")
    assert without_credentials(plain).proxy == "http://proxy:1"


def test_this_kernel_s_pace_is_whole_again_afterwards(session: Session) -> None:
    """What was lent to workers is taken back: all twenty places may be taken at once."""
    session.pages(TARGET, executor=Inline(), **pages(8))
    windows = session.connection.sender.pacer._windows.values()
    assert [len(window._answered) for window in windows] == [20]


@pytest.mark.slow
def test_workers_in_this_process_share_its_pace() -> None:
    """Threads of a pool, beside this kernel's own: together they keep to the limit."""
    with limited(seconds=1.7) as far, session_at(far.url) as session, ThreadPoolExecutor(2) as pool:
        session.pages(TARGET, **pages(10))
        assert_whole(session.pages(TARGET, executor=pool, **pages(50)), 50)
        assert far.counts() == (60, 0)


class OnePage(NamedTuple):
    """A chunk of one request."""

    request: Request

    def fetch(self, fetch: Callable[[Request], Any]) -> Any:
        return fetch(self.request)


def test_the_last_chunks_are_given_back_by_who_has_no_place_for_them(
    near: LimitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that stands still a worker has twenty places: it fetches so many of the last chunks and
    gives the others back, where it waited for the next window with them while another had places left.
    """
    monkeypatch.setattr(
        "okx_magic.pages.workers.SharedPacer", partial(SharedPacer, clock=lambda: 0.0)
    )
    source = Account("still", "demo", None, near.url, "a test")
    shares = {this_worker(source).process: Share(0, 1)}
    fetched = []
    for number in range(2):
        chunks: Any = (OnePage(CANDLES),) * 15
        answer = fetch_part(source, chunks, shares, number, last=True)
        fetched.append(sum(each is not None for each in answer.results))
    assert fetched == [15, 5]


class Silent(Executor):
    """Has no worker yet, and perhaps never."""

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        return Future()


def test_workers_that_do_not_come_are_not_waited_for(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This kernel does all of it."""
    monkeypatch.setattr("okx_magic.pages.team._PATIENCE", 0)
    assert_whole(session.pages(TARGET, executor=Silent(), **pages(30)), 30)


def test_a_limit_that_somebody_else_uses_up_ends_the_pull(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However slow this kernel goes: OKX's refusal, and no waiting for ever."""
    monkeypatch.setattr("okx_magic.pages.team._PATIENCE", 0)
    monkeypatch.setattr(Team, "window", 0.01)
    envelope = Envelope("50011", "Too Many Requests", [], status=429)

    def refuse(connection: Connection, request: Request, **_: Any) -> Any:
        error = OkxError("50011", "Too Many Requests", envelope=envelope, request=request)
        told = Exchange(request, "it", "demo", None, 429, "50011", "refused", time.time(), 1.0)
        connection.log.append(told)
        raise error

    monkeypatch.setattr(Connection, "read", refuse)
    with pytest.raises(OkxError, match="50011"):
        session.pages(TARGET, executor=Silent(), **pages(30))


class Lazy(Inline):
    """Answers greetings at once, and never begins with a part."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if not args[1]:
            return super().submit(fn, *args, **kwargs)
        self.parts += 1
        return Future()


def test_a_pull_that_ends_early_leaves_the_team_whole(session: Session) -> None:
    """Its parts that have not begun are cancelled, and that is no failure of the executor."""
    span, executor = Span(None, **pages(60)), Lazy()
    with Team(session.connection, executor) as team:
        for _ in range(6):
            with closing(Pull(session.connection, team=team).pages(CANDLES, span)) as some:
                assert [len(next(some)) for _ in range(3)] == [100] * 3
        assert executor.parts > 2
        assert (team.notices, team.parts) == ([], {})


@pytest.mark.parametrize("last", [True, False])
def test_a_last_page_that_was_refused_for_the_limit_rests_a_window(
    monkeypatch: pytest.MonkeyPatch, *, last: bool
) -> None:
    """It is no wait for a place: as long as it is, for the last pages, too."""
    request = Request("GET", "/api/v5/market/candles")
    envelope = Envelope("50011", "Too Many Requests", [], status=429)
    refused = OkxError("50011", "Too Many Requests", envelope=envelope, request=request)
    rests: list[float] = []
    monkeypatch.setattr(job, "attempt", lambda *_: refused)
    monkeypatch.setattr(job, "was_refused", lambda *_: True)
    monkeypatch.setattr(job, "pause", lambda _, seconds: rests.append(seconds))
    team: Any = SimpleNamespace(
        connection=None, window=2.0, shares=SimpleNamespace(exhausted=False)
    )
    chunk: Any = SimpleNamespace(request=request)
    work = job.Job(team, request)
    assert work._fetch(chunk, last) == (None, True)
    assert rests == [2.0]
