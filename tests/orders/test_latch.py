"""After the kill switch has returned, no order leaves (module: orders/latch)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from okx_magic import connect
from okx_magic.accounts import Accounts
from okx_magic.errors import RefusedError
from okx_magic.model import Request
from okx_magic.orders.latch import Latch, Permit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from okx_magic.session import Session

WRITE = Request("POST", "/api/v5/trade/order", "{}")
ORDER = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market"}
WAITING = 40

HOLD = """
import sys
from pathlib import Path
from okx_magic.model import Request
from okx_magic.orders.latch import Latch, Permit
permit = Permit(Latch(Path(sys.argv[1]), "key"), Request("POST", "/api/v5/trade/order", "{}"))
permit.take()
print("taken", flush=True)
sys.stdin.readline()
"""


def latch(folder: Path, key: str = "key") -> Latch:
    return Latch(folder, key, sleep=lambda _: None)


def test_a_permit_is_refused_once_the_latch_is_on(tmp_path: Path) -> None:
    """Read again at the last moment, whoever switched it on."""
    mine, another = latch(tmp_path), latch(tmp_path)
    permit = Permit(mine, WRITE)
    permit.take()
    permit.give_back()
    another.set("demo")
    with pytest.raises(RefusedError, match="kill switch"):
        Permit(mine, WRITE).take()
    assert another.await_writers() == ""


def test_the_kill_waits_for_what_is_on_its_way_and_names_it(tmp_path: Path) -> None:
    """A write of another process that does not end is told by its request and its number."""
    if sys.platform == "win32":
        pytest.skip("Windows has no shared locks")
    running = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "taken\n"
    mine = latch(tmp_path)
    mine.set("demo")
    assert mine.await_writers() == f"POST /api/v5/trade/order of process {running.pid}"
    running.communicate("end\n", timeout=60)
    assert mine.await_writers() == ""


def test_all_keys_of_one_uid_obey(tmp_path: Path) -> None:
    """The latch of one key holds for the other, once a log-in has told that they are of one account."""
    one, other, stranger = latch(tmp_path, "one"), latch(tmp_path, "two"), latch(tmp_path, "three")
    for each, uid in ((one, "7"), (other, "7"), (stranger, "8")):
        each.know(uid)
    one.set("demo")
    assert other
    assert not stranger
    with pytest.raises(RefusedError):
        Permit(other, WRITE).take()
    other.lift()
    # The key's own stays: whoever lifts it by the other key has not lifted this one.
    assert one


@pytest.fixture
def okx(nobody: Path) -> Iterator[Session]:  # noqa: ARG001  # it must run first
    accounts = Accounts()
    yield accounts.login("sandbox")
    accounts.end()


def test_no_waiting_order_passes_the_kill(okx: Session) -> None:
    """Forty orders in threads wait at the moment of the kill: after it has returned none is placed,
    and every one is told that it was refused.
    """
    gate, started = threading.Event(), threading.Barrier(WAITING + 1)
    told: list[str] = []
    take = Permit.take

    def late(permit: Permit) -> None:
        started.wait(60)
        gate.wait(60)
        take(permit)

    def order(number: int) -> None:
        try:
            okx.request("POST", "/api/v5/trade/order", ORDER | {"sz": str(10 + number)})
            told.append("sent")
        except RefusedError:
            told.append("refused")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Permit, "take", late)
        threads = [threading.Thread(target=order, args=(number,)) for number in range(WAITING)]
        for thread in threads:
            thread.start()
        started.wait(60)
        okx.gate.kill()
        waiting = okx.orders.waiting
        assert okx.gate.await_writers() == ""
        before = len(fills(okx))
        gate.set()
        for thread in threads:
            thread.join()
    assert told == ["refused"] * WAITING
    assert waiting == WAITING
    assert len(fills(okx)) == before


def fills(okx: Session) -> list[object]:
    rows: list[object] = okx.request("GET", "/api/v5/trade/fills?instType=SPOT").data
    return rows


def test_connect_obeys_the_latch_of_its_key(nobody: Path) -> None:  # noqa: ARG001  # it must run first
    """Plain Python is a writer like any other."""
    with connect("sandbox") as session:
        session.gate.kill()
        with pytest.raises(RefusedError, match="kill switch"):
            session.request("POST", "/api/v5/trade/order", ORDER | {"sz": "10"})


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes among files")
def test_a_pipe_in_place_of_the_latch_counts_as_on(tmp_path: Path) -> None:
    """It is neither read nor written, as either would wait for ever."""
    os.mkfifo(tmp_path / "kill-key.json")
    mine = latch(tmp_path)
    assert mine
    assert mine.since is None
    assert not mine.set("demo")
