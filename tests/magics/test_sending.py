"""Cells and lines that send requests, in a shell."""

from __future__ import annotations

import gc
import re
import threading
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from okx_magic.errors import (
    CellError,
    OkxError,
    PartlyRefused,
    RefusedError,
)

if TYPE_CHECKING:
    from conftest import Notebook


ORDER = (
    """{"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "100"}"""
)
MAGICS = ("okx", "okx_login", "okx_logout", "okx_debug", "okx_find", "okx_explain", "okx_log")


def test_named_requests_are_assigned_and_have_a_receipt(sandbox_notebook: Notebook) -> None:
    """A chain of requests: each name holds its frame, the second uses the first, a line each tells."""
    text = sandbox_notebook.run(
        "%%okx\n"
        f"order = POST /api/v5/trade/order\n{ORDER}\n"
        "fills = GET /api/v5/trade/fills?ordId={{ order.ordId[0] }}"
    )
    assert sandbox_notebook.error is None
    assert sandbox_notebook["fills"].ordId[0] == sandbox_notebook["order"].ordId[0]
    receipts = [line for line in text.splitlines() if "←" in line]
    assert receipts[0].startswith("[sandbox] order ← POST /api/v5/trade/order · clOrdId om")
    # One fill for each level of the book that it took.
    assert re.match(r"\[sandbox\] fills ← GET /api/v5/trade/fills · \d rows? · ", receipts[1])


def test_a_receipt_says_that_there_is_more(sandbox_notebook: Notebook) -> None:
    """A page of as many rows as OKX gives by itself is not all; a limit that was typed was meant."""
    for typed, told in (
        ("", "100 rows (OKX's default, at most 300)"),
        ("&limit=100", "100 rows · "),
        ("&limit=300", "300 rows (the endpoint's maximum)"),
    ):
        target = f"/api/v5/market/candles?instId=BTC-USDT{typed}"
        assert told in sandbox_notebook.run(f"%%okx\nbars = GET {target}")


def test_a_balance_says_its_total(sandbox_notebook: Notebook) -> None:
    """Of exact decimals, too."""
    for option in ("", " --decimal"):
        text = sandbox_notebook.run(f"%%okx{option}\nbalance = GET /api/v5/account/balance")
        assert re.search(r"total equity [\d,]+\.\d\d USD", text)


def test_a_result_that_hides_a_name_of_pythons_says_so_once(sandbox_notebook: Notebook) -> None:
    """A result may be called ``list``; a person who wonders why list() fails was told how to undo it."""
    cell = "%%okx\nlist = GET /api/v5/public/time"
    assert "list is a result now; del list brings back Python's own" in sandbox_notebook.run(cell)
    assert "del list" not in sandbox_notebook.run(cell)


def test_a_request_without_a_name_is_shown(sandbox_notebook: Notebook) -> None:
    """The frame stands under the cell, the receipt under the frame."""
    text = sandbox_notebook.run("%%okx\nGET /api/v5/market/ticker?instId=BTC-USDT")
    assert text.index("BTC-USDT") < text.index("· 1 row ·")
    assert "<table" in sandbox_notebook.html


def test_the_magic_line_names_the_only_request(sandbox_notebook: Notebook) -> None:
    """%%okx NAME is name = …; with two requests it is refused before anything is sent."""
    sandbox_notebook.run("%%okx ticker\nGET /api/v5/market/ticker?instId=BTC-USDT")
    assert sandbox_notebook["ticker"].instId[0] == "BTC-USDT"
    two = "GET /api/v5/public/time\n" * 2
    sandbox_notebook.run(f"%%okx time\n{two}")
    assert isinstance(sandbox_notebook.error, CellError)
    assert "time" not in sandbox_notebook


def test_a_request_has_one_name(sandbox_notebook: Notebook) -> None:
    """Two that differ are refused before anything is sent: one of them would not be assigned."""
    text = sandbox_notebook.run("%%okx a\nb = GET /api/v5/public/time")
    assert "two names: a on the magic line, b in the cell · line 1 · nothing sent" in text
    assert not {"a", "b"} & sandbox_notebook.shell.user_ns.keys()
    sandbox_notebook.run("%%okx a\na = GET /api/v5/public/time")
    assert "a" in sandbox_notebook


def test_the_line_form_returns_its_frame(sandbox_notebook: Notebook) -> None:
    """Assigning from %okx GET … works, with options before it, and the frame is not shown."""
    sandbox_notebook.run("x = %okx GET /api/v5/market/tickers?instType=SPOT")
    assert isinstance(sandbox_notebook["x"], pd.DataFrame)
    sandbox_notebook.run("y = %okx --raw -q GET /api/v5/public/time")
    assert sandbox_notebook["y"]["code"] == "0"


def test_decimals_are_exact_on_request(sandbox_notebook: Notebook) -> None:
    """--decimal and its setting keep each digit."""
    sandbox_notebook.run("%%okx --decimal a\nGET /api/v5/account/balance?ccy=USDT")
    sandbox_notebook.run("%config OkxMagic.decimal = True")
    sandbox_notebook.run("%%okx b\nGET /api/v5/account/balance?ccy=USDT")
    assert isinstance(sandbox_notebook["a"].cashBal[0], Decimal)
    assert isinstance(sandbox_notebook["b"].cashBal[0], Decimal)


def test_quiet_prints_nothing(sandbox_notebook: Notebook) -> None:
    """-q and its setting leave the cell without a receipt."""
    assert not sandbox_notebook.run("%%okx -q a\nGET /api/v5/public/time").strip()
    sandbox_notebook.run("%config OkxMagic.quiet = True")
    assert not sandbox_notebook.run("%%okx a\nGET /api/v5/public/time").strip()


def test_a_dry_run_sends_nothing(sandbox_notebook: Notebook) -> None:
    """The prehash stands there to the byte, and the exchange never heard of the order."""
    text = sandbox_notebook.run(f"%%okx --dry-run\nPOST /api/v5/trade/order\n{ORDER}")
    assert "dry run · nothing sent" in text
    assert "POST/api/v5/trade/order{" in text
    sandbox_notebook.run("history = %okx GET /api/v5/trade/orders-history?instType=SPOT")
    assert len(sandbox_notebook["history"]) == 0


def test_what_cannot_succeed_is_not_sent_unless_forced(sandbox_notebook: Notebook) -> None:
    """A missing parameter stops the cell before it leaves, named with its request; --force sends it."""
    cell = "first = GET /api/v5/public/time\nsecond = GET /api/v5/market/ticker"
    text = sandbox_notebook.run(f"%%okx\n{cell}")
    assert isinstance(sandbox_notebook.error, CellError)
    assert "needs instId · request 2 of 2, line 2 · nothing sent" in text
    sandbox_notebook.run(f"%%okx --force\n{cell}")
    assert isinstance(sandbox_notebook.error, OkxError)


def test_variables_count_before_the_check(sandbox_notebook: Notebook) -> None:
    """A body that is a variable has its keys; one that lacks some is refused as any other."""
    sandbox_notebook.run(f"order = {ORDER}")
    sandbox_notebook.run("%%okx placed\nPOST /api/v5/trade/order\n{{ order }}")
    assert sandbox_notebook.error is None
    sandbox_notebook.run("%%okx placed\nPOST /api/v5/trade/order\n{{ {'sz': order['sz']} }}")
    assert isinstance(sandbox_notebook.error, CellError)


def test_an_unknown_path_is_sent_with_a_notice(sandbox_notebook: Notebook) -> None:
    """OKX decides, and the nearest paths are there to compare."""
    text = sandbox_notebook.run("%%okx\nGET /api/v5/account/balances")
    assert isinstance(sandbox_notebook.error, OkxError)
    assert "near it: /api/v5/account/balance" in text
    assert "near it" not in sandbox_notebook.run("%%okx --force\nGET /api/v5/account/balances")


def test_a_refusal_is_one_block_that_stops_the_cell(sandbox_notebook: Notebook) -> None:
    """The error is short, says where it stood, and leaves its name and the later requests alone."""
    sandbox_notebook.run("bad = 'kept'")
    text = sandbox_notebook.run(
        "%%okx\n"
        "first = GET /api/v5/public/time\n"
        "bad = GET /api/v5/market/ticker?instId=NO-SUCH\n"
        "never = GET /api/v5/public/time"
    )
    assert isinstance(sandbox_notebook.error, OkxError)
    assert "request 2 of 3, line 2 · 1 sent" in text
    assert "Traceback" not in text
    assert sandbox_notebook["bad"] == "kept"
    assert "first" in sandbox_notebook
    assert "never" not in sandbox_notebook


def test_a_partly_refused_batch_is_assigned_first(sandbox_notebook: Notebook) -> None:
    """The ids of accepted orders are not lost: the frame is there, then the error is raised."""
    good = ORDER
    bad = ORDER.replace('"100"', '"0.0000001"')
    sandbox_notebook.run(f"%%okx\nbatch = POST /api/v5/trade/batch-orders\n[{good}, {bad}]")
    assert isinstance(sandbox_notebook.error, PartlyRefused)
    batch = sandbox_notebook["batch"]
    assert len(batch) == 2
    assert batch.ordId[0]
    assert batch.sCode[1] != "0"


def test_a_contradicting_header_is_refused(sandbox_notebook: Notebook) -> None:
    """A cell cannot talk itself into another environment."""
    sandbox_notebook.run("%%okx\nGET /api/v5/public/time\nx-simulated-trading: 0")
    assert isinstance(sandbox_notebook.error, RefusedError)


def test_unload_removes_all_of_it(bare_notebook: Notebook) -> None:
    """Load, unload, load: no magic, no setting, no session, no thread is left between."""
    threads = set(threading.enumerate())
    shell = bare_notebook.shell
    for _ in range(2):
        bare_notebook.run("%load_ext okx_magic")
        bare_notebook.run("%okx_login sandbox")
        assert all(shell.find_line_magic(name) for name in MAGICS)
        bare_notebook.run("%unload_ext okx_magic")
        assert not any(shell.find_line_magic(name) for name in MAGICS)
        assert shell.find_cell_magic("okx") is None
        assert not any("Okx" in type(each).__name__ for each in shell.configurables)
        left = [thread for thread in set(threading.enumerate()) - threads if "okx" in thread.name]
        for thread in left:
            thread.join(5)
        assert not any(thread.is_alive() for thread in left)
    gc.collect()


def test_the_same_order_twice_is_a_slip_unless_it_is_meant(sandbox_notebook: Notebook) -> None:
    """Running a cell again within a minute sends nothing; with --again it is a new order with an id of
    its own, never the same one resent.
    """
    cell = f"%%okx\norder = POST /api/v5/trade/order\n{ORDER}"
    sandbox_notebook.run(cell)
    first = sandbox_notebook["order"].clOrdId[0]
    text = sandbox_notebook.run(cell)
    assert isinstance(sandbox_notebook.error, RefusedError)
    assert "the same request was sent 0 s ago" in text
    sandbox_notebook.run(cell.replace("%%okx", "%%okx --again"))
    assert sandbox_notebook["order"].clOrdId[0] != first
    history = sandbox_notebook.run("h = %okx GET /api/v5/trade/orders-history?instType=SPOT")
    assert "2 rows" in history
