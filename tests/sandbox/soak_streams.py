"""A soak of streams on both sides, the sandbox's and the reader's, run by hand: what they hold in memory,
and whether anything is lost.

    python tests/sandbox/soak_streams.py [MINUTES] [CLIENTS] [FAST]

Every ten seconds a line: memory in MB, open sockets, frames heard, books compared, rows that the reader
has, and what was wrong (nothing). Its clock runs FAST times (20) as fast as the day. It ends with 1 if
a book or a trade was wrong, or if memory grew by more than a tenth after the first quarter.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).parents[1]))

from stream_listener import Listener

from okx_magic.credentials.account import Account
from okx_magic.errors import StreamError
from okx_magic.sandbox import Sandbox
from okx_magic.session import Session

KEPT = 2000
REMEMBERED = 4500
NAMES = ("BTC-USDT", "ETH-USDT", "BTC-USDT-SWAP")


class Heard:
    """What all listeners together heard."""

    frames = books = rows = wrong = reconnects = 0


def listen(sandbox: Sandbox, heard: Heard, end: float, seed: int) -> None:
    """Hears public channels, now of one instrument, now of another."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, no secret
    while time.monotonic() < end:
        heard.reconnects += 1
        name, until = chance.choice(NAMES), time.monotonic() + chance.uniform(2, 30)
        # On a busy machine it is not always answered in time.
        with suppress(TimeoutError), Listener(sandbox) as listener:
            for channel in ("books", "trades", "tickers"):
                listener.say("subscribe", {"channel": channel, "instId": name})
            seq = number = 0
            while time.monotonic() < min(until, end):
                frame = listener.hear()
                heard.frames += 1
                row = frame.get("data", [{}])[0]
                if "action" in frame:
                    heard.wrong += row["prevSeqId"] not in {-1, seq}
                    seq, heard.books = row["seqId"], heard.books + 1
                elif "tradeId" in row:
                    heard.wrong += number not in {0, int(row["tradeId"]) - 1}
                    number = int(row["tradeId"])


def act(sandbox: Sandbox, heard: Heard, end: float) -> None:
    """Trades, at first as fast as it can: until all is there that an account remembers."""
    order = {"instIdCode": 10001, "tdMode": "cash", "ordType": "market", "tgtCcy": "base_ccy"}
    with Listener(sandbox, "private") as listener:
        listener.login(sandbox.demo, sandbox._hub.clock())
        for arg in ({"channel": "account"}, {"channel": "orders", "instType": "ANY"}):
            listener.say("subscribe", arg)
        number = 0
        while time.monotonic() < end:
            number += 1
            side = ("buy", "sell")[number % 2]
            listener.say("order", order | {"side": side, "sz": "0.001"}, id=str(number))
            heard.wrong += listener.until(id=str(number))["code"] != "0"
            if number > REMEMBERED:
                time.sleep(0.1)


def read(sandbox: Sandbox, heard: Heard, end: float) -> None:
    """Streams as a person has them, of which some end and begin anew all the time."""
    account = Account("demo", "demo", None, sandbox.url, "here")
    with Session(account) as session:
        lasting = [
            session.stream(channel, keep=KEPT, instId=name)
            for name in NAMES
            for channel in ("trades", "books", "tickers", "candle1m")
        ]
        while time.monotonic() < end:
            passing = session.stream("trades", keep=KEPT, instId="SOL-USDT")
            with suppress(StreamError):
                passing.wait(rows=20, timeout=60)
            passing.stop()
            for stream in lasting:
                with suppress(StreamError):
                    stream.frame()
            heard.rows = sum(stream.total for stream in lasting)
        heard.wrong += sum(gap.missed or 0 for stream in lasting for gap in stream.gaps)


def main(minutes: float = 60, clients: int = 8, fast: int = 20) -> int:
    begun = time.time()
    end = time.monotonic() + minutes * 60

    def clock() -> float:
        return begun + (time.time() - begun) * fast

    heard, first = Heard(), 0.0
    with Sandbox.start(seed=1, limits=False, clock=clock) as sandbox:
        threads = [
            threading.Thread(target=listen, args=(sandbox, heard, end, number))
            for number in range(1, clients)
        ]
        threads.append(threading.Thread(target=act, args=(sandbox, heard, end)))
        threads.append(threading.Thread(target=read, args=(sandbox, heard, end)))
        for thread in threads:
            thread.start()
        quarter = time.monotonic() + minutes * 15
        while any(thread.is_alive() for thread in threads):
            time.sleep(min(10, minutes * 6))
            statm = Path("/proc/self/statm").read_text("ascii").split()
            held = int(statm[1]) * resource.getpagesize() / 1e6
            first = first if time.monotonic() > quarter and first else held
            urlopen(f"{sandbox.url}/api/v5/public/time").close()  # noqa: S310 - it is ours
            row = {"MB": round(held), "sockets": len(sandbox._hub.sockets), **vars(heard)}
            print(json.dumps(row), flush=True)  # noqa: T201 - a script run by hand
    grown = held / first - 1
    print(f"{heard.wrong} wrong; memory {grown:+.0%} since the first quarter")  # noqa: T201 - same
    return int(bool(heard.wrong) or grown > 0.1)


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:2]), *map(int, sys.argv[2:4])))
