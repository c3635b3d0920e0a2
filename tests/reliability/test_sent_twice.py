"""Ways to send an order a second time without meaning it: each is one order (``orders/ledger``)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic.model import Request
from okx_magic.orders import ledger

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Notebook

Keys = Any
ORDER = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit", "sz": "0.010"}
MAGIC = "get_ipython().run_cell_magic('okx', '', CELL)"
THREADS = f"""
import threading
def send():
    try:
        {MAGIC}
    except Exception:
        pass
threads = [threading.Thread(target=send) for _ in range(8)]
[each.start() for each in threads]
[each.join() for each in threads]
"""
TASKS = f"""
import asyncio
async def send():
    return await asyncio.to_thread(lambda: {MAGIC})
await asyncio.gather(*[send() for _ in range(8)], return_exceptions=True)
"""
FORK = f"""
import os
child = os.fork()
try:
    {MAGIC}
except Exception:
    pass
finally:
    if not child:
        os._exit(0)
os.waitpid(child, 0)
"""
PYTHON = """
import okx_magic
with okx_magic.connect("demo") as session:
    session.request("POST", "/api/v5/trade/order", {})
"""


def cell(body: Any, head: str = "POST /api/v5/trade/order", options: str = "") -> str:
    return f"%%okx {options}\n{head}\n{body if isinstance(body, str) else json.dumps(body)}"


# What is run after the order, whose body is given; CELL is the text of its cell in the notebook.
AGAIN: dict[str, Callable[[dict[str, str]], list[str]]] = {
    "the cell again": lambda order: [cell(order)],
    "other spaces": lambda order: [cell(json.dumps(order, indent=3))],
    "other order of names": lambda order: [cell(dict(reversed(order.items())))],
    "numbers": lambda order: [cell(order | {"sz": 0.01})],
    "other zeros": lambda order: [cell(order | {"sz": "0.01"})],
    "empty names": lambda order: [cell(order | {"tag": "", "ccy": None})],
    "an empty id": lambda order: [cell(order | {"clOrdId": ""})],
    "escapes": lambda order: [cell(json.dumps(order).replace("buy", "b\\u0075y"))],
    "comments": lambda order: [cell(json.dumps(order, indent=1).replace("\n}", "\n# once\n}"))],
    "an empty query": lambda order: [cell(order, "POST /api/v5/trade/order?")],
    "a version": lambda order: [cell(order, "POST /api/v5/trade/order HTTP/1.1")],
    "an expTime": lambda order: [cell(order, "POST /api/v5/trade/order\nexpTime: 1999999999999")],
    "a name": lambda order: [cell(order, "placed = POST /api/v5/trade/order")],
    "another name": lambda order: [cell(order, options="placed")],
    "as typed": lambda order: [cell(order, options="--as-typed")],
    "forced": lambda order: [cell(order, options="--force")],
    "a variable": lambda order: [cell(order | {"px": "{{ px }}"})],
    "a batch of one": lambda order: [cell([order], "POST /api/v5/trade/batch-orders")],
    "rerun": lambda _: ["%rerun -l 1"],
    "a macro": lambda _: ["%macro -q again 3", "again", "again"],
    "exec": lambda _: [f'exec("{MAGIC}")'],
    "a loop": lambda _: [f"for _ in range(3):\n    {MAGIC}"],
    "a loop that goes on": lambda _: [
        f"for _ in 1, 2:\n  try:\n    {MAGIC}\n  except Exception: pass"
    ],
    "timed": lambda _: [f"%%timeit -n 2 -r 2\n{MAGIC}"],
    "captured": lambda _: [f"%%capture\n{MAGIC}"],
    "threads": lambda _: [THREADS],
    "tasks": lambda _: [TASKS],
    "forked": lambda _: [FORK],
    "Python": lambda order: [PYTHON.replace("{}", repr(order))],
    "Python's numbers": lambda order: [PYTHON.replace("{}", repr(order | {"sz": 0.01}))],
    "another log-in": lambda order: ["%okx_login demo", cell(order)],
    "out and in": lambda order: ["%okx_logout demo", "%okx_login demo", cell(order)],
    "reloaded": lambda order: ["%reload_ext okx_magic", "%okx_login demo", cell(order)],
    "another name of the key": lambda order: ["%okx_login other", cell(order), "%okx_login demo"],
}


@pytest.fixture
def booked(notebook: Notebook, keys: Keys, nobody: Path) -> dict[str, Any]:
    """The orders of the account that a notebook is logged in to; a profile has the same key."""
    sandbox, _ = keys
    (nobody / ".okx").mkdir()
    profile = nobody / ".okx" / "config.toml"
    profile.write_text(
        f"[profiles.other]\ndemo = true\nbase_url = '{sandbox.url}'\napi_key = '{sandbox.demo.key}'\n"
        f"secret_key = '{sandbox.demo.secret}'\npassphrase = '{sandbox.demo.passphrase}'\n"
    )
    profile.chmod(0o600)
    notebook.run("%okx_login demo")
    orders: dict[str, Any] = sandbox._exchange._exchange.accounts["demo"].orders
    return orders


@pytest.mark.slow
def test_it_is_one_order(notebook: Notebook, booked: dict[str, Any]) -> None:
    """Each way after an order of its own: none adds a second one."""
    for number, (way, more) in enumerate(AGAIN.items(), start=1):
        order = ORDER | {"px": str(number)}
        notebook.shell.push({"px": str(number), "CELL": cell(order).partition("\n")[2]})
        notebook.run(cell(order))
        assert len(booked) == number, way
        for each in more(order):
            notebook.run(each)
        assert len(booked) == number, way


@pytest.mark.slow
def test_without_the_fingerprint_they_are_many(
    notebook: Notebook, booked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: were each request its own, each way would add some."""
    monkeypatch.setattr("okx_magic.orders.gate.fingerprint", lambda _: str(len(booked)))
    order = ORDER | {"px": "7"}
    for _ in range(2):
        notebook.run(cell(order))
    assert len(booked) == 2


def test_a_batch_of_one_is_that_order() -> None:
    """Of two it is another request, and so is an amendment, or an algo order."""

    def of(path: str, body: Any) -> str:
        return ledger.fingerprint(Request("POST", f"/api/v5/trade/{path}", json.dumps(body)))

    assert of("order", ORDER) == of("batch-orders", [ORDER])
    assert of("amend-order", ORDER) == of("amend-batch-orders", [ORDER])
    others = {
        *(of("batch-orders", [ORDER, ORDER]), of("order", ORDER), of("amend-order", ORDER)),
        *(of("batch-orders", []), of("order-algo", ORDER)),
    }
    assert len(others) == 5
