"""Orders to a live account, through the magics, against a sandbox dressed as a live site."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from executed import executed
from executed import notebook as written

from okx_magic.errors import CredentialsError, RefusedError
from okx_magic.orders.arming import ARMED_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Notebook

    from okx_magic.sandbox import Sandbox

    # From the conftest of this folder.
    Person = Any

ROOT = Path(__file__).parents[2]
ORDER = json.dumps(
    {
        "instId": "BTC-USDT",
        "tdMode": "cash",
        "side": "buy",
        "ordType": "limit",
        "sz": "0.01",
        "px": "100",
    }
)
CELL = f"%%okx order\nPOST /api/v5/trade/order\n{ORDER}"
NOTEBOOK = ["%load_ext okx_magic", "%okx_login main", CELL]


def sentence(sandbox: Sandbox) -> str:
    return f"place real orders {sandbox.keys.key[-4:]}"


def orders(sandbox: Sandbox) -> int:
    """How many orders the exchange has booked for the live account."""
    return len(sandbox._exchange._exchange.accounts["live"].orders)


def test_a_live_account_reads_and_no_more(live_notebook: Notebook, live: Sandbox) -> None:
    """The balance comes; the order is refused in one line before anything is sent."""
    live_notebook.run("balance = %okx GET /api/v5/account/balance")
    assert live_notebook.error is None
    text = live_notebook.run(CELL)
    assert isinstance(live_notebook.error, RefusedError)
    assert "RefusedError a live account is read-only · POST /api/v5/trade/order · main" in text
    assert len(text.strip().splitlines()) == 2
    assert orders(live) == 0


def test_what_would_be_sent_can_be_seen_all_the_same(
    live_notebook: Notebook, live: Sandbox
) -> None:
    """A dry run needs no sentence: it sends nothing."""
    assert "dry run · nothing sent" in live_notebook.run(CELL.replace("%%okx", "%%okx --dry-run"))
    assert live_notebook.error is None
    assert orders(live) == 0


def test_a_sentence_and_a_yes_send_one_order(
    live_notebook: Notebook, live: Sandbox, person: Person
) -> None:
    """The person types both; exactly one order is booked, and the question said what it was."""
    person.answers = [sentence(live), "yes"]
    text = live_notebook.run("%okx_live")
    assert "main · orders are on until" in text
    live_notebook.run(CELL)
    assert live_notebook.error is None
    assert orders(live) == 1
    assert person.asked[1].startswith("LIVE main (key ")
    assert "buy BTC-USDT limit · tdMode cash · sz 0.01 · px 100 · POST" in person.asked[1]


def test_a_stop_asks_as_an_order_does(
    live_notebook: Notebook, live: Sandbox, person: Person
) -> None:
    """The question says when it acts and what it closes; without a yes nothing is sent."""
    row = {"instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "sell", "ordType": "conditional"}
    stop = row | {"sz": "2", "slTriggerPx": "100", "slOrdPx": "-1", "reduceOnly": True}
    cell = f"%%okx stop\nPOST /api/v5/trade/order-algo\n{json.dumps(stop)}"
    person.answers = [sentence(live), "no", "yes"]
    live_notebook.run("%okx_live")
    algos = live._exchange._exchange.accounts["live"].algos
    live_notebook.run(cell)
    assert isinstance(live_notebook.error, RefusedError)
    assert len(algos) == 0
    live_notebook.run(cell)
    assert live_notebook.error is None
    assert len(algos) == 1
    question = person.asked[2]
    assert "sell BTC-USDT-SWAP conditional · stop at 100 (last), then market" in question
    assert "only closes, of the long position at most sz · tdMode cross · sz 2 · POST" in question


@pytest.mark.parametrize("answer", ["", "y", "no", "ok", "yes please", "1", "True"])
def test_anything_but_yes_sends_nothing(
    live_notebook: Notebook, live: Sandbox, person: Person, answer: str
) -> None:
    """Only the whole word counts."""
    person.answers = [sentence(live), answer]
    live_notebook.run("%okx_live")
    live_notebook.run(CELL)
    assert isinstance(live_notebook.error, RefusedError)
    assert orders(live) == 0


@pytest.mark.parametrize("typed", ["", "yes", "place real orders", "place real orders 0000"])
def test_a_wrong_sentence_switches_nothing_on(
    live_notebook: Notebook, live: Sandbox, person: Person, typed: str
) -> None:
    """The order after it is refused without a question."""
    person.answers = [typed, "yes"]
    live_notebook.run("%okx_live")
    assert isinstance(live_notebook.error, RefusedError)
    live_notebook.run(CELL)
    assert "read-only" in str(live_notebook.error)
    assert orders(live) == 0


def test_the_time_and_the_person_end_it(
    live_notebook: Notebook, live: Sandbox, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After --off, after a new log-in and after 15 minutes the account only reads again."""
    person.answers = [sentence(live)] * 3
    live_notebook.run("%okx_live\n%okx_live --off")
    live_notebook.run(CELL)
    assert "read-only" in str(live_notebook.error)
    live_notebook.run("%okx_live\n%okx_login main")
    live_notebook.run(CELL)
    assert "read-only" in str(live_notebook.error)
    live_notebook.run("%okx_live")
    arming = live_notebook.shell.magics_manager.registry["OkxMagic"].accounts.session().gate.arming
    assert arming.armed
    now = arming._monotonic()
    monkeypatch.setattr(arming, "_monotonic", lambda: now + ARMED_SECONDS)
    live_notebook.run(CELL)
    assert "read-only" in str(live_notebook.error)
    assert orders(live) == 0


def test_nobody_to_ask_arms_nothing(live_notebook: Notebook, live: Sandbox, person: Person) -> None:
    """Where input has nobody, neither the sentence nor the yes comes about."""
    text = live_notebook.run("%okx_live")
    assert isinstance(live_notebook.error, RefusedError)
    assert "nobody can answer here" in text
    person.answers = [sentence(live)]
    live_notebook.run("%okx_live")
    live_notebook.run(CELL)
    assert "nobody can answer here" in str(live_notebook.error)
    assert orders(live) == 0


def test_play_money_needs_no_switch(sandbox_notebook: Notebook) -> None:
    """%okx_live is for live accounts, and says so."""
    sandbox_notebook.run("%okx_live")
    assert "not a live account" in str(sandbox_notebook.error)


def test_a_key_that_may_withdraw_is_refused(
    dress_live: Callable[..., Sandbox], notebook: Notebook
) -> None:
    """Unless the profile allows it; then the log-in works."""
    rights = ("read_only", "trade", "withdraw")
    dress_live(permissions=rights)
    text = notebook.run("%okx_login main")
    assert isinstance(notebook.error, CredentialsError)
    assert "the key may withdraw" in text
    assert notebook.shell.magics_manager.registry["OkxMagic"].accounts.current is None
    dress_live(permissions=rights, allow='["withdraw"]')
    notebook.run("%okx_login main")
    assert notebook.error is None


def test_a_key_without_an_address_is_warned_about(
    dress_live: Callable[..., Sandbox], notebook: Notebook
) -> None:
    """One that may trade from anywhere, and only that."""
    dress_live(addresses=())
    assert "the key has no IP allowlist" in notebook.run("%okx_login main")
    dress_live()
    assert "the key has no IP allowlist" not in notebook.run("%okx_login main")
    dress_live(addresses=(), permissions=("read_only",))
    assert "the key has no IP allowlist" not in notebook.run("%okx_login main")


def test_a_withdrawal_needs_the_profile(
    dress_live: Callable[..., Sandbox], notebook: Notebook, person: Person
) -> None:
    """Armed and willing is not enough: the kind must stand in the profile."""
    live = dress_live(permissions=("read_only", "trade"))
    person.answers = [sentence(live), "yes"]
    notebook.run("%okx_login main\n%okx_live")
    notebook.run('%%okx --force\nPOST /api/v5/asset/withdrawal\n{"ccy": "USDT", "amt": "1"}')
    assert "does not allow withdrawals" in str(notebook.error)
    assert person.answers == ["yes"]


@pytest.mark.slow
def test_run_all_thrice_without_a_person_sends_nothing(
    live: Sandbox, monkeypatch: pytest.MonkeyPatch, nobody: Path
) -> None:
    """In a real kernel under nbclient nobody can type the sentence: no order leaves, run after run."""
    monkeypatch.setenv("IPYTHONDIR", str(nobody / "ipython"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    cells = [*NOTEBOOK[:2], "%okx_live", CELL]
    book = executed(cells + cells[1:] + cells[1:])
    outputs = (output for cell in book.cells for output in cell.get("outputs", []))
    errors = [each.ename for each in outputs if each.output_type == "error"]
    assert errors == ["RefusedError"] * 6
    assert orders(live) == 0
    # As papermill and `jupyter execute` do it: the first failure ends the run.
    with pytest.raises(Exception, match="RefusedError") as caught:
        executed(cells, allow_errors=False)
    assert type(caught.value).__name__ == "CellExecutionError"
    assert orders(live) == 0


@pytest.mark.slow
def test_papermill_sends_nothing(
    live: Sandbox, monkeypatch: pytest.MonkeyPatch, nobody: Path
) -> None:
    """Papermill stops at the order that nobody allowed, run after run, and says why in its own error."""
    papermill = pytest.importorskip("papermill")
    monkeypatch.setenv("IPYTHONDIR", str(nobody / "ipython"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (nobody / "in.ipynb").write_text(json.dumps(written(NOTEBOOK)), encoding="utf-8")
    for _ in range(3):
        with pytest.raises(papermill.PapermillExecutionError) as caught:
            papermill.execute_notebook(
                str(nobody / "in.ipynb"), str(nobody / "out.ipynb"), progress_bar=False
            )
        assert caught.value.ename == "RefusedError"
        assert "a live account is read-only" in caught.value.evalue
    assert orders(live) == 0


NAIVE = """
import requests, sys
from okx_magic.credentials.credentials import Credentials
from datetime import UTC, datetime
url, ca, key, secret, passphrase, body = sys.argv[1:]
stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
path = "/api/v5/trade/order"
headers = Credentials(key, secret, passphrase).headers(stamp, "POST", path, body.encode())
headers["Content-Type"] = "application/json"
for _ in range(3):
    requests.post(url + path, body, headers=headers, verify=ca, timeout=10).json()["data"][0]["ordId"]
"""


def test_a_plain_script_sends_as_often_as_it_is_run(live: Sandbox, nobody: Path) -> None:
    """The control: the same order, sent thrice without rails, is three orders."""
    keys = live.keys
    arguments = [live.url, str(nobody / "ca.pem"), keys.key, keys.secret, keys.passphrase, ORDER]
    subprocess.run(
        [sys.executable, "-c", NAIVE, *arguments],
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert orders(live) == 3
