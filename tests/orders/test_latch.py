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
from okx_magic.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from okx_magic.sandbox import Keys
    from okx_magic.session import Session

WRITE = Request("POST", "/api/v5/trade/order", "{}")
ORDER = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market"}
WAITING = 40

HOLD = """
import sys
from pathlib import Path
from okx_magic.model import Request
from okx_magic.orders.latch import Latch, Permit
from okx_magic.sandbox import Sandbox
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


def buy(okx: Session, sz: str) -> str:
    return okx.request("POST", "/api/v5/trade/order", ORDER | {"sz": sz}).code


def test_the_switch_of_a_kernels_own_sandbox_is_that_exchanges_alone(nobody: Path) -> None:
    """It stops its orders for its whole life; it stops no order of another kernel's sandbox, whose new
    log-ins and whose end do not lift it.
    """
    mine, theirs = Accounts(environ={}, home=nobody), Accounts(environ={}, home=nobody)
    killed = mine.login("sandbox")
    killed.gate.kill()
    for amount in ("11", "12"):
        other = theirs.login("sandbox")
        assert not other.gate.latched
        assert buy(other, amount) == "0"
    theirs.end()
    with pytest.raises(RefusedError, match="kill switch"):
        buy(killed, "13")
    mine.end()
    assert not list((nobody / ".okx_magic").glob("kill-*"))


def test_one_exchange_keeps_one_switch_whatever_the_key_and_whoever_logged_in(nobody: Path) -> None:
    """Set by a session that never proved itself, it holds for a key that is typed in afterwards."""
    accounts = Accounts(environ={}, home=nobody)
    before = accounts.session("sandbox")
    before.gate.kill()
    keys = before.account.credentials
    assert keys is not None
    other = Accounts(environ={}, home=nobody)
    stranger = other.login("sandbox")
    again = accounts.login_typed(keys, "sandbox", "global")
    assert again.gate.latched
    assert not stranger.gate.latched
    other.end()
    accounts.end()


def test_kernels_that_share_a_sandbox_share_its_switch(elsewhere: Sandbox, nobody: Path) -> None:
    """Its account is one, by whichever of its keys; an exchange at another address is not stopped."""
    keys = elsewhere.make_key()
    with Sandbox.start() as third:
        places = ((elsewhere, elsewhere.demo), (elsewhere, keys), (third, third.demo))
        kernels = [Accounts(environ=environ(*place), home=nobody) for place in places]
        one, other, stranger = (each.login("demo") for each in kernels)
        one.gate.kill()
        with pytest.raises(RefusedError, match="kill switch"):
            buy(other, "11")
        assert buy(stranger, "12") == "0"
        for each in kernels:
            each.end()
    # Of a shared one it outlives the kernels.
    later = Accounts(environ=environ(elsewhere, keys), home=nobody)
    assert later.login("demo").gate.latched
    later.end()


def environ(sandbox: Sandbox, keys: Keys) -> dict[str, str]:
    return {
        "OKX_API_KEY": keys.key,
        "OKX_SECRET_KEY": keys.secret,
        "OKX_PASSPHRASE": keys.passphrase,
        "OKX_API_BASE_URL": sandbox.url,
    }


UNCLOSED = """
import os, sys
from okx_magic import connect
okx = connect("sandbox")
okx.gate.kill()
if hasattr(os, "fork"):
    child = os.fork()
    if not child:
        sys.exit()
    os.waitpid(child, 0)
paths = okx.gate.latch._paths()
print(okx.gate.latched, len(paths), all(map(os.path.exists, paths)))
"""


@pytest.mark.slow
def test_a_kernel_that_ends_leaves_no_switch_of_its_sandbox_behind(nobody: Path) -> None:
    """Nobody needs it any more; the end of a forked child does not lift it."""
    told = subprocess.run(
        [sys.executable, "-c", UNCLOSED], capture_output=True, text=True, check=True
    )
    assert told.stdout == "True 2 True\n"
    assert not list((nobody / ".okx_magic").glob("kill-*"))


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes among files")
def test_a_pipe_in_place_of_the_latch_counts_as_on(tmp_path: Path) -> None:
    """It is neither read nor written, as either would wait for ever."""
    os.mkfifo(tmp_path / "kill-key.json")
    mine = latch(tmp_path)
    assert mine
    assert mine.since is None
    assert not mine.set("demo")
