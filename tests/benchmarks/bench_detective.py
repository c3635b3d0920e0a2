"""The detective: one mistake, two, three, the clock by the millisecond, and a signature without any.

python tests/benchmarks/bench_detective.py
"""

from __future__ import annotations

import base64
import hmac
import json
from typing import TYPE_CHECKING

from pairs import CLIENT_CORE, Comparison, interleaved, pin, seconds_a_call, table

from okx_magic.credentials.credentials import Credentials
from okx_magic.detective import Evidence, investigate

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "985d5b66-57ce-40fb-b714-afc0b9787083"
SECRET = "0123456789ABCDEF0123456789ABCDEF"
HOLDER = Credentials(KEY, SECRET, "Correct-Horse-9!")
NOW = "2024-05-06T07:08:09.010Z"
ORDER = "/api/v5/trade/order"
FIELDS = {
    "instId": "BTC-USDT",
    "tdMode": "cash",
    "side": "buy",
    "ordType": "limit",
    "px": "2.15",
    "sz": "2",
    "clOrdId": "b15",
}
BODY = json.dumps(FIELDS)
QUERY = "/api/v5/trade/orders-history?instType=SWAP&instId=BTC-USDT-SWAP&limit=100&state=filled"

# What was signed in place of the right prehash, under which secret; the request, and seconds allowed.
_ORDER = ("POST", ORDER, BODY)
_GET = ("GET", QUERY, "")
CASES: dict[str, tuple[str, str, tuple[str, str, str], float | None]] = {
    "one mistake, POST": (f"{NOW}POST{ORDER}", SECRET, _ORDER, 0.005),
    "one mistake, secret": (f"{NOW}POST{ORDER}{BODY}", f"{SECRET}\n", _ORDER, 0.005),
    "one mistake, GET": (f"{NOW}GET{QUERY.partition('?')[0]}", SECRET, _GET, 0.005),
    "two mistakes, POST": (f"{NOW}post{ORDER}", SECRET, _ORDER, 0.05),
    "two mistakes, GET": (f"{NOW[:-1]}GET{QUERY}", f"{SECRET}\n", _GET, 0.05),
    "clock read twice": (f"2024-05-06T07:08:39.009ZPOST{ORDER}{BODY}", SECRET, _ORDER, 1),
    "three mistakes": (f"{NOW[:-1]}POST{ORDER}", f"{SECRET}\n", _ORDER, None),
    "no explanation": ("another text", SECRET, _ORDER, None),
}


def run() -> list[Comparison]:
    """Each against as many bare HMACs as it computes: what a search without any overhead would take."""
    return [_compared(what, *case) for what, case in CASES.items()]


def main() -> None:
    """Print the times beside the targets."""
    pin(CLIENT_CORE)
    print(table(run()))


def _compared(
    what: str, signed: str, secret: str, request: tuple[str, str, str], within: float | None
) -> Comparison:
    digest = hmac.digest(secret.encode(), signed.encode(), "sha256")
    evidence = Evidence(base64.b64encode(digest).decode(), NOW, *request)
    found = investigate(evidence, HOLDER)
    assert found.kind == ("unexplained" if what == "no explanation" else "explained")
    rounds, calls = (25, 4) if found.tried < 100_000 else (5, 1)
    taken = interleaved(
        rounds,
        seconds_a_call(lambda: investigate(evidence, HOLDER), calls),
        seconds_a_call(_hmacs(found.tried), calls),
    )
    return Comparison(what, f"{found.tried:,} HMACs", *taken, within=within)


def _hmacs(count: int) -> Callable[[], None]:
    key, message = SECRET.encode(), f"{NOW}POST{ORDER}{BODY}".encode()

    def compute() -> None:
        for _ in range(count):
            hmac.digest(key, message, "sha256")

    return compute


if __name__ == "__main__":
    main()
