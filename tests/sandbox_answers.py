"""Sends seeded requests of all kinds to a sandbox with a fixed clock and seed, and prints a hash of all
answers, heads included: the same hash before and after a change that no answer should show.

    python tests/sandbox_answers.py [--requests 20000] [--answers FILE] [--port 28417]

``FILE`` gets every request with its answer, for a diff. Run by hand; it takes half a minute. It imports
the sandbox by its public name alone, so that it runs on any version.
"""

from __future__ import annotations

import argparse
import hashlib
import socket
import time
from collections import Counter
from contextlib import closing, nullcontext
from pathlib import Path
from random import Random

from sandbox_caller import Clock
from sandbox_plan import FACTS, Plan, Sent

from okx_magic.sandbox import Sandbox

SEED = 20
# A rule lasts for as many requests.
RULE_LENGTH = 1000


class Wire:
    """Raw exchanges over one kept-alive connection, which is made anew where it ended.

    An answer is what came, byte for byte, and how it ended: "whole", "closed", "reset".
    """

    def __init__(self, port: int) -> None:
        self._address = ("127.0.0.1", port)
        self._socket: socket.socket | None = None

    def ask(self, sent: Sent) -> bytes:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=30)
        try:
            self._socket.sendall(self._written(sent))
            received, end = self._read(self._socket, headless=sent.method == "HEAD")
        except ConnectionError:
            # What came before a reset may be lost with it: that is left to chance, the reset is not.
            received, end = b"", "reset"
        if end != "whole":
            self.close()
        return received + f"\n[{end}]".encode()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _written(self, sent: Sent) -> bytes:
        headers = {"Host": "{}:{}".format(*self._address)}
        if sent.body or sent.method == "POST":
            headers["Content-Length"] = str(len(sent.body))
        lines = [f"{name}: {value}" for name, value in (headers | sent.headers).items()]
        head = "\r\n".join([f"{sent.method} {sent.target} HTTP/1.1", *lines, "", ""])
        return head.encode("latin-1") + sent.body

    @staticmethod
    def _read(connection: socket.socket, *, headless: bool) -> tuple[bytes, str]:
        received = b""
        while True:
            head, blank, body = received.partition(b"\r\n\r\n")
            if blank and (headless or len(body) >= _length(head)):
                return received, "whole"
            more = connection.recv(1 << 16)
            if not more:
                return received, "closed"
            received += more


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _kind(answer: bytes) -> str:
    status = answer.partition(b" ")[2][:3].decode()
    code = answer.partition(b'"code":"')[2].partition(b'"')[0].decode()
    return f"{status or 'none'} {code}".strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n\n")[0])
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--answers", type=Path)
    parser.add_argument("--port", type=int, default=28_417, help="stands in some of the answers")
    options = parser.parse_args()
    # The time that acknowledging takes stands in the answer: as fixed as the clock.
    time.perf_counter = lambda: 0.0
    clock, chance = Clock(), Random(SEED)
    total, kinds = hashlib.sha256(), Counter[str]()
    log = options.answers.open("wb") if options.answers else nullcontext()
    sandbox = Sandbox.start(seed=SEED, clock=clock, port=options.port)
    with log as file, sandbox, closing(Wire(options.port)) as wire:
        plan = Plan(sandbox, clock, chance)
        for number in range(options.requests):
            if number % RULE_LENGTH == 0:
                rules = FACTS["rules"]
                sandbox.set_faults(rules[number // RULE_LENGTH % len(rules)])
            sent = plan.next()
            answer = wire.ask(sent)
            plan.learn(answer)
            total.update(answer + b"\0")
            kinds[_kind(answer)] += 1
            if file is not None:
                file.write(f"#{number} {sent}\n".encode() + answer + b"\n")
            # Seldom for hours.
            usual = chance.random() < 0.999
            clock.now += chance.choice((0.0, 0.05, 0.1, 0.4, 2.0)) if usual else 30_000.0
    for kind, count in kinds.most_common():
        print(f"{count:6} {kind}")
    print(f"{options.requests} answers: {total.hexdigest()}")


if __name__ == "__main__":
    main()
