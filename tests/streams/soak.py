"""A soak of streams under faults, run by hand: the memory of both sides, and whether anything is lost.

    python tests/streams/soak.py [MINUTES] [TIMES]

The sandbox is a process of its own, whose pushes fail in all ways there are, so that a connection breaks
every minute or so. Here are public and private streams that last, some that come and go on connections of
their own, and orders all the time. With TIMES there are so many times more faults of pushes. A line every
half minute: the memory of both in MB, rows, faults met and what was wrong (nothing). It ends with 1 if a
trade was lost without a word or came twice, if a ring lacks another one than those that came first, if a
book was not REST's of the same seqId, or if memory grew by more than a twentieth from the second quarter
to the last. Until then is filled what has a limit: rings, and what an account remembers.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import OkxMagicError, StreamError
from okx_magic.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.streams.intake import Row
    from okx_magic.streams.stream import Stream

KEPT = 2000
REMEMBERED = 4500
NAMES = ("BTC-USDT", "ETH-USDT", "BTC-USDT-SWAP")
PUSHED = ("trades", "books", "tickers", "bbo-tbt", "candle1m")
FAULTS = (
    "{push}% PUSH: drop | gap | duplicate | 64008=500 | 4004 | silence, {book}% PUSH */books: seq-reset,"
    "5% LOGIN: late-login, 5% SUBSCRIBE */books: no-snapshot, 1% GET: 50011 | 502 | delay=300"
)


@contextmanager
def sandbox(times: float) -> Iterator[tuple[int, Account]]:
    """A sandbox with faults: its process, and an account of it."""
    faults = FAULTS.format(push=round(0.03 * times, 3), book=round(0.1 * times, 3))
    words = [sys.executable, "-m", "okx_magic.sandbox", "--seed", "1", "--faults", faults]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        keys = Credentials(said["key"], said["secret"], said["passphrase"])
        try:
            yield process.pid, Account("soak", "sandbox", keys, said["url"], "here")
        finally:
            process.terminate()


class Trades:
    """What a stream of trades told, row by row, beside what it keeps of them."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        # Up to ``whole`` each number came once; ``fresh`` are those that came since this was known.
        self.whole: int | None = None
        self.fresh: list[int] = []
        self.judged = 0
        self.order: deque[int] = deque(maxlen=2 * KEPT)
        stream.on(self._note)

    def _note(self, row: Row) -> None:
        self.fresh.append(int(row["tradeId"]))
        self.order.append(self.fresh[-1])

    def wrong(self) -> Iterator[str]:
        """Numbers that came twice or not at all, or are not kept though some that came before are."""
        order = list(self.order)
        kept = set(map(int, self.stream.frame(all=True)["tradeId"]))
        begin = next((place for place, number in enumerate(order) if number in kept), 0)
        lacks = [number for number in order[begin:] if number not in kept]
        if lacks or len(kept) < min(KEPT, len(order)):
            yield f"keeps {len(kept)} trades of {len(order)}, without {lacks[:9]}"
        gaps = self.stream.gaps
        came = list(self.fresh)
        if not came or gaps != self.stream.gaps or not all(gap.whole for gap in gaps):
            # What is missing is told, and being filled.
            return
        del self.fresh[: len(came)]
        self.judged += len(came)
        first = min(came) if self.whole is None else self.whole + 1
        self.whole = max(first, *came)
        twice = [number for number, times in Counter(came).items() if times > 1 or number < first]
        missing = sorted(set(range(first, self.whole + 1)).difference(came))
        if twice or missing:
            yield f"of {len(came)} trades {missing[:9]} are missing, {twice[:9]} came twice"


class Soak:
    """The streams of an account, and what was found wrong with them."""

    def __init__(self, account: Account, session: Session) -> None:
        self.account, self.session = account, session
        self.public = {
            (channel, name): session.stream(channel, keep=KEPT, instId=name)
            for name in NAMES
            for channel in PUSHED
        }
        self.private = [
            session.stream("orders", keep=KEPT, instType="ANY"),
            session.stream("account", keep=KEPT),
            session.stream("positions", keep=KEPT, instType="ANY"),
        ]
        self.trades = {name: Trades(self.public["trades", name]) for name in NAMES}
        self.wrong: list[str] = []
        self.books = self.orders = self.passed = 0

    @property
    def lasting(self) -> list[Stream]:
        """Those that stay for the whole time."""
        return [*self.public.values(), *self.private]

    def order(self, count: int) -> None:
        """So many orders, half of them bought and half sold."""
        sides = ("buy", "sell") * (count // 2)
        common = {"instId": "BTC-USDT", "tdMode": "cash", "ordType": "market", "sz": "0.0001"}
        body = [common | {"side": side, "tgtCcy": "base_ccy"} for side in sides]
        with suppress(OkxMagicError):
            self.session.request("POST", "/api/v5/trade/batch-orders", body)
        self.orders += count

    def pass_by(self) -> None:
        """A stream that comes and goes, on connections of its own."""
        with Session(self.account) as session:
            stream = session.stream("trades", keep=KEPT, instId="SOL-USDT")
            with suppress(StreamError):
                stream.wait(rows=3, timeout=10)
        self.passed += 1

    def look(self) -> None:
        """Reads all of them, and judges what is known to be right."""
        for (channel, name), stream in self.public.items():
            if channel == "trades":
                self.wrong += [f"{name}: {each}" for each in self.trades[name].wrong()]
            elif channel == "books":
                self.judge_book(name, stream)
            else:
                stream.frame()
        for stream in self.private:
            stream.frame()

    def judge_book(self, name: str, stream: Stream) -> None:
        """Where REST's has the same number, it has the same levels."""
        with suppress(OkxMagicError):
            target = f"/api/v5/market/books?instId={name}&sz=400"
            theirs: Any = self.session.request("GET", target).data[0]
            mine = stream._book(None)  # type: ignore[attr-defined]
            if mine["seqId"] == theirs["seqId"]:
                self.books += 1
                odd = [
                    level
                    for side in ("asks", "bids")
                    for level in (*mine[side], *theirs[side])
                    if (level in mine[side]) != (level in theirs[side])
                ]
                if odd:
                    self.wrong.append(f"{name}: the book {mine['seqId']} is not REST's: {odd}")

    def counts(self) -> dict[str, Any]:
        """What happened so far."""
        gaps = [gap for stream in self.lasting for gap in stream.gaps]
        return {
            "rows": sum(stream.total for stream in self.lasting),
            "gaps": len(gaps),
            "filled": sum(gap.filled for gap in gaps),
            "missing": sum(gap.missed or 0 for gap in gaps),
            "trades": sum(each.judged for each in self.trades.values()),
            "books": self.books,
            "orders": self.orders,
            "passed": self.passed,
            "wrong": len(self.wrong),
        }


def resident(process: int) -> float:
    """The memory of a process, in MB."""
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1000


def grown(curve: list[float]) -> float:
    """From the second quarter to the last, as a share."""
    quarter = max(1, len(curve) // 4)
    before = statistics.median(curve[quarter : 2 * quarter] or curve)
    return statistics.median(curve[-quarter:]) / before - 1


def main(minutes: float = 60, times: float = 1) -> int:
    """Prints the curve; 1 if something was lost or grew."""
    began = time.monotonic()
    curves: dict[str, list[float]] = {"reader": [], "sandbox": []}
    with ExitStack() as stack:
        os.environ["HOME"] = stack.enter_context(tempfile.TemporaryDirectory())
        server, account = stack.enter_context(sandbox(times))
        soak = Soak(account, stack.enter_context(Session(account)))
        while (taken := time.monotonic() - began) < minutes * 60:
            early = soak.orders < REMEMBERED
            for _ in range(10 if early else 1):
                soak.order(20 if early else 2)
            soak.pass_by()
            soak.look()
            time.sleep(0 if early else 5)
            if taken // 30 >= len(curves["reader"]):
                curves["reader"].append(resident(os.getpid()))
                curves["sandbox"].append(resident(server))
                held = {name: round(curve[-1], 1) for name, curve in curves.items()}
                print(json.dumps({"s": round(taken)} | held | soak.counts()), flush=True)  # noqa: T201 - a script run by hand
    growth = {name: grown(curve) for name, curve in curves.items()}
    told = ", ".join(f"{name} {share:+.1%}" for name, share in growth.items())
    print(f"{len(soak.wrong)} wrong; memory {told}", *soak.wrong, sep="\n")  # noqa: T201 - same
    return int(bool(soak.wrong) or any(share > 0.05 for share in growth.values()))


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:3])))
