"""What is open in the ledger is listed, asked for anew and closed (module: commands/open_log)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from many import many

from okx_magic.commands import open_log
from okx_magic.orders import ledger

if TYPE_CHECKING:
    from conftest import Notebook

    from okx_magic.session import Session

PATH = "/api/v5/trade/order"
ORDER = {
    "instId": "BTC-USDT",
    "tdMode": "cash",
    "side": "buy",
    "ordType": "limit",
    "px": "1",
    "sz": "1",
}


def session_of(notebook: Notebook) -> Session:
    session: Session = notebook.shell.magics_manager.registry["OkxMagic"].accounts.session()
    return session


def leave_open(notebook: Notebook, client_id: str, path: str = PATH, settles: str = "") -> None:
    """An entry as a kernel leaves it that ended in the middle of a send."""
    session = session_of(notebook)
    assert session.gate.ledger is not None
    ask = settles or f"GET {PATH}?instId=BTC-USDT&clOrdId={client_id}"
    session.gate.ledger.open(
        ledger.Entry(
            environment="sandbox",
            account="sandbox",
            key=session.gate.key_hash,
            method="POST",
            path=path,
            orders=(("BTC-USDT", client_id),),
            settles=(ask,),
            fingerprint=client_id,
        )
    )


def test_what_is_open_is_listed(sandbox_notebook: Notebook) -> None:
    """One row each, with the GET that tells; nothing is asked, and none is closed."""
    sandbox_notebook.run("empty = %okx_log --open")
    assert len(sandbox_notebook["empty"]) == 0
    leave_open(sandbox_notebook, "first1")
    leave_open(sandbox_notebook, "second2")
    asked = len(session_of(sandbox_notebook).log)
    sandbox_notebook.run("open_ones = %okx_log --open")
    frame = sandbox_notebook["open_ones"]
    assert list(frame.orders) == ["first1", "second2"]
    assert frame.settles.iloc[0] == f"GET {PATH}?instId=BTC-USDT&clOrdId=first1"
    assert str(frame.index.dtype) == "datetime64[ms, UTC]"
    assert list(frame.columns) == [*sandbox_notebook["empty"].columns]
    assert len(session_of(sandbox_notebook).log) == asked


def test_settle_asks_again_and_closes(sandbox_notebook: Notebook) -> None:
    """An order that is there is done; what cannot be known yet stays open and is told so."""
    order = (
        f'%%okx\nPOST {PATH}\n{{"instId":"BTC-USDT","tdMode":"cash","side":"buy",'
        '"ordType":"limit","px":"1","sz":"1","clOrdId":"there1"}'
    )
    sandbox_notebook.run(order)
    leave_open(sandbox_notebook, "there1")
    leave_open(sandbox_notebook, "nowhere2")
    shown = sandbox_notebook.run("left = %okx_log --open --settle")
    assert "there1" in shown
    assert "placed, live now" in shown
    assert "not found yet" in shown
    assert list(sandbox_notebook["left"].orders) == ["nowhere2"]


def test_settle_is_not_limited_to_ten(sandbox_notebook: Notebook) -> None:
    """A log-in asks for the newest ten, a person for all."""
    for number in range(12):
        leave_open(sandbox_notebook, f"lost{number}x")
    shown = sandbox_notebook.run("%okx_log --settle")
    assert all(f"lost{number}x" in shown for number in range(12))


def test_each_line_comes_as_soon_as_it_is_asked_for(sandbox_notebook: Notebook) -> None:
    """Of thousands the first is told at once, and what was told before Ctrl-C is not asked again."""
    for number in range(3):
        leave_open(sandbox_notebook, f"lost{number}x")
    session = session_of(sandbox_notebook)
    asked = len(session.log)
    accounts = sandbox_notebook.shell.magics_manager.registry["OkxMagic"].accounts
    assert "lost0x" in next(open_log.settled(accounts))
    assert len(session.log) == asked + 1


@pytest.mark.slow
def test_a_great_many_are_listed(sandbox_notebook: Notebook) -> None:
    """One row each, oldest first; an order afterwards does not write the file anew."""
    count = many(100_000, 25_000)
    leave_open(sandbox_notebook, "first")
    session = session_of(sandbox_notebook)
    book = session.gate.ledger
    assert book is not None
    line = json.loads(book.path.read_text().splitlines()[-1])
    with book.path.open("a") as file:
        for number in range(count - 1):
            one = line | {"id": f"{number:016x}", "orders": [["BTC-USDT", f"lost{number}"]]}
            file.write(json.dumps(one) + "\n")
    sandbox_notebook.run("open_ones = %okx_log --open")
    frame = sandbox_notebook["open_ones"]
    assert len(frame) == count
    assert list(frame.orders.iloc[[0, -1]]) == ["first", f"lost{count - 2}"]
    session.request("POST", PATH, ORDER)
    written = book.path.stat().st_ino
    session.request("POST", PATH, ORDER | {"px": "2"})
    assert book.path.stat().st_ino == written
    assert len(book.unsettled(session.gate.key_hash)) == count


def test_nothing_open_is_said(sandbox_notebook: Notebook) -> None:
    """In one line, so that silence is not taken for an answer."""
    assert "nothing is open" in sandbox_notebook.run("%okx_log --settle")


@pytest.mark.parametrize("option", ["--open", "--settle"])
def test_without_a_log_in_it_says_what_to_do(notebook: Notebook, option: str) -> None:
    """The key tells whose entries are meant."""
    assert "%okx_login" in notebook.run(f"%okx_log {option}")


def test_the_help_has_both(notebook: Notebook) -> None:
    """With an example each."""
    shown = notebook.run("%okx_log --help")
    assert "%okx_log --open" in shown
    assert "%okx_log --settle" in shown
