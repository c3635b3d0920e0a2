"""Forked children share no connection and no lock with their parent (module: wire/connection)."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from many import many

from okx_magic import connect
from okx_magic.errors import OkxError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from okx_magic.session import Session

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork"),
    # Python 3.12 warns of forks beside threads: that is what is looked at here.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
NAMES = ("BTC-USDT", "ETH-USDT", "SOL-USDT", "OKB-USDT")
CHILDREN, ASKS = 4, 25
# Seconds of a child; far more than it needs.
AT_MOST = 120


@pytest.fixture
def okx(nobody: Path) -> Iterator[Session]:  # noqa: ARG001  # it must run first
    with connect("sandbox") as session:
        yield session


def is_of(session: Session, target: str, name: str) -> bool:
    """Whether the answer is this instrument's; a refusal for the limit that all share is no other's."""
    try:
        found: str = session.request("GET", target).data[0]["instId"]
    except OkxError as refusal:
        return refusal.code == "50011"
    return found == name


def foreign_answers(session: Session, asks: int = ASKS) -> int:
    """How many answers that forked children got were another instrument's: none, or of each child the
    first. Of the endpoints that name their instrument, trades have the widest limit.
    """
    children = []
    for number in range(CHILDREN):
        child = os.fork()
        if child == 0:
            wrong = 255
            # Who waits for a lock that was held at the fork waits for ever, as the control may.
            signal.alarm(AT_MOST)
            try:
                name = NAMES[number]
                target = f"/api/v5/market/trades?instId={name}&limit=1"
                wrong = any(not is_of(session, target, name) for _ in range(asks))
            finally:
                os._exit(wrong)
        children.append(child)
    return sum(abs(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])) for child in children)


@pytest.mark.parametrize("asks", [ASKS, pytest.param(many(4, 2) * ASKS, marks=pytest.mark.slow)])
def test_a_child_gets_its_own_answers(okx: Session, asks: int) -> None:
    """After a request of the parent, whose connection is kept, four children each ask for their own: 100
    answers, or 200, in full 400.
    """
    okx.request("GET", "/api/v5/public/time")
    assert foreign_answers(okx, asks) == 0
    # The parent's connection is still good.
    assert okx.request("GET", "/api/v5/public/time").code == "0"


@pytest.mark.slow
def test_children_that_share_a_connection_mix_their_answers(
    okx: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without beginning anew they read each other's, or break."""
    monkeypatch.setattr(type(okx.connection), "after_fork", lambda _: None)
    okx.request("GET", "/api/v5/public/time")
    assert foreign_answers(okx) > 0


def test_a_child_waits_for_no_lock_of_its_parents_threads(okx: Session) -> None:
    """A lock that a thread held at the fork is not the child's."""
    okx.request("GET", "/api/v5/public/time")
    log = okx.connection.log
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with log._lock:
            held.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(60)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if okx.request("GET", "/api/v5/public/time").code == "0" else 1
        finally:
            os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    done.set()
    thread.join()
    assert status == 0


def test_a_session_says_what_to_do_in_a_spawned_process(okx: Session) -> None:
    """Pickling is refused by the way out."""
    with pytest.raises(TypeError, match=r"okx_magic.connect\('sandbox'\)"):
        pickle.dumps(okx)
