"""Orders of a kernel that wait just before their first byte leaves; as a program it is another kernel.

python tests/orders/waiting_kernel.py RUNS ORDERS NAIVE: for each run it prints that all of them wait,
reads a line, lets them go, and prints how many were refused.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from okx_magic.accounts import Accounts
from okx_magic.errors import RefusedError
from okx_magic.orders.latch import Permit

if TYPE_CHECKING:
    from okx_magic.session import Session

# Several, so that none waits for the limit of one.
NAMES = ("BTC-USDT", "ETH-USDT", "SOL-USDT", "OKB-USDT", "XRP-USDT", "DOGE-USDT", "LTC-USDT")
# At once; more would wait for the ledger's file longer than it allows.
_TOGETHER = 20
ORDER = {"tdMode": "cash", "side": "buy", "ordType": "limit", "px": "0.1"}


class Waiting:
    """So many orders of a session, each of which is about to send its first byte and waits until
    ``let_go``. ``naive`` ones take no permit.
    """

    def __init__(self, session: Session, first: int, count: int, *, naive: bool) -> None:
        self._gate = threading.Event()
        self._ready = threading.Semaphore(0)
        self.told: list[str] = []
        take = Permit.take

        def late(permit: Permit) -> None:
            self._ready.release()
            self._gate.wait()
            if not naive:
                take(permit)

        def send(number: int) -> None:
            name, size = NAMES[number % len(NAMES)], str(10 + number)
            try:
                session.request("POST", "/api/v5/trade/order", ORDER | {"instId": name, "sz": size})
                self.told.append("sent")
            except RefusedError as error:
                self.told.append("refused" if "kill switch" in error.message else error.message)
                self._ready.release()

        Permit.take = late  # type: ignore[method-assign]  # until let_go
        self._restore = lambda: setattr(Permit, "take", take)
        self._threads = [
            threading.Thread(target=send, args=(first + number,)) for number in range(count)
        ]
        for at in range(0, count, _TOGETHER):
            some = self._threads[at : at + _TOGETHER]
            for thread in some:
                thread.start()
            for _ in some:
                self._ready.acquire()

    def let_go(self) -> int:
        """Let them go on, and return how many were refused."""
        self._gate.set()
        for thread in self._threads:
            thread.join()
        self._restore()
        return self.told.count("refused")


def main() -> None:
    """The other kernel."""
    runs, count, naive = map(int, sys.argv[1:])
    accounts = Accounts()
    session = accounts.login("demo")
    for run in range(runs):
        waiting = Waiting(session, 100_000 + run * count, count, naive=bool(naive))
        print("waiting", flush=True)  # noqa: T201  # to the test
        sys.stdin.readline()
        print(waiting.let_go(), flush=True)  # noqa: T201  # to the test
    accounts.end()


if __name__ == "__main__":
    main()
