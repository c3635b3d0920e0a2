"""Which calls of which client are proved right, and which differ: kept by the tests themselves.

``right`` stands above a test, once for each call that it proves; ``DIFFERENT`` has the calls that
the sandbox answers otherwise than OKX would. Both are shown in ``calls.md``, which

    python tests/clients/clientcalls.py

writes anew.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Test = Callable[..., None]

HERE = Path(__file__).parent
TABLE = HERE / "calls.md"
CLIENTS = ("ccxt", "python-okx", "okx-api")


@dataclass(frozen=True, slots=True, order=True)
class ClientCall:
    """A call as ``client`` names it, and the ``endpoint`` that it asks ("GET market/ticker").

    Behind the name may stand in brackets which way of it is meant, as in "create_order (limit)".
    """

    client: str
    name: str
    endpoint: str

    @property
    def method(self) -> str:
        """The name alone."""
        return self.name.partition(" (")[0]


RIGHT: dict[ClientCall, Test] = {}


def right(client: str, name: str, endpoint: str) -> Callable[[Test], Test]:
    """Says of a test that it proves this call right."""

    def marked(test: Test) -> Test:
        call = ClientCall(client, name, endpoint)
        assert call not in RIGHT, call
        RIGHT[call] = test
        return test

    return marked


def right_each(calls: Iterable[ClientCall]) -> Callable[[Test], Test]:
    """Says of a test with a parameter ``call`` that it proves each of ``calls`` right."""

    def marked(test: Test) -> Test:
        for call in calls:
            right(call.client, call.name, call.endpoint)(test)
        return test

    return marked


def claimed(test: Test, parameters: Mapping[str, Any]) -> list[ClientCall]:
    """The calls that ``test`` proves when it runs with ``parameters``."""
    if "call" in parameters:
        return [parameters["call"]]
    return [call for call, prover in RIGHT.items() if prover is test]


def table() -> str:
    """The text of ``calls.md``."""
    for path in sorted(HERE.glob("test_calls_*.py")):
        importlib.import_module(path.stem)
    from differences import DIFFERENT  # noqa: PLC0415 - it is made of what stands above
    from toolkit import lines as of_the_toolkit  # noqa: PLC0415

    lines = [
        "# Calls of other clients against the sandbox",
        "",
        "Written by `python tests/clients/clientcalls.py`. A call is right when its test holds what the",
        "client made of the answer against another source: the sandbox's raw answer to a request signed",
        "elsewhere, the sums of the account, the state of an order afterwards. Those of okx-api run",
        "where OKX_MAGIC_NODE_MODULES names its folder. Of what the sandbox leaves out, here is what",
        "clients ask for most; all the rest ends in 50038 as well.",
        "",
        "| client | calls tried | right | different, in some way at least |",
        "|---|---|---|---|",
    ]
    for client in CLIENTS:
        good = {call.method for call in RIGHT if call.client == client}
        other = {each.call.method for each in DIFFERENT if each.call.client == client}
        lines.append(f"| {client} | {len(good | other)} | {len(good)} | {len(other)} |")
    lines += ["", "| client | call | endpoint | result |", "|---|---|---|---|"]
    rows = [(call, "right") for call in RIGHT]
    rows += [(each.call, f"{each.code}: {each.reason}") for each in DIFFERENT]
    lines += [
        f"| {call.client} | {call.name} | {call.endpoint} | {result} |"
        for call, result in sorted(rows, key=lambda row: (CLIENTS.index(row[0].client), row[0]))
    ]
    return "\n".join([*lines, *of_the_toolkit(), ""])


if __name__ == "__main__":
    # The tests know this module by its name.
    TABLE.write_text(importlib.import_module("clientcalls").table(), "utf-8")
