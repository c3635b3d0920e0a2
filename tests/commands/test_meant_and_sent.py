"""What was meant is what is sent, through cells, against the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from okx_magic.errors import CellError, OkxError

if TYPE_CHECKING:
    from conftest import Notebook


ORDER = (
    'POST /api/v5/trade/order\n{"instId": "BTC-USDT", "tdMode": "cash", "side": "buy",'
    ' "ordType": "market", "sz": "100", "slTriggerPx": "1"}'
)


@pytest.mark.parametrize("option", ["", "--dry-run"])
def test_an_order_that_would_lose_its_stop_is_refused(
    sandbox_notebook: Notebook, option: str
) -> None:
    """Before anything is sent, also in a dry run."""
    said = sandbox_notebook.run(f"%%okx {option}\n{ORDER}")
    assert isinstance(sandbox_notebook.error, CellError), said
    assert "attachAlgoOrds" in said
    assert "trade/order" not in sandbox_notebook.run("%okx_log")


def test_force_sends_it_and_shows_why_it_is_refused(sandbox_notebook: Notebook) -> None:
    """Control: sent as it is, the order stands, and has no stop."""
    sandbox_notebook.run(f"%%okx --force placed\n{ORDER}")
    assert sandbox_notebook.error is None
    sandbox_notebook.run(
        "stands = %okx GET /api/v5/trade/order?instId=BTC-USDT&ordId={{ placed.ordId[0] }}"
    )
    assert list(sandbox_notebook["stands"].state) == ["filled"]
    assert sandbox_notebook["stands"].slTriggerPx.isna().all()


def test_a_read_is_sent_with_a_note(sandbox_notebook: Notebook) -> None:
    """One level came where 400 were meant, and the note says why."""
    said = sandbox_notebook.run("%%okx\nb = GET /api/v5/market/books?instId=BTC-USDT&depth=400")
    assert "depth is unknown to GET /api/v5/market/books and has no effect: write sz" in said
    assert sandbox_notebook.error is None


def test_a_size_is_held_against_an_instrument_of_this_session(sandbox_notebook: Notebook) -> None:
    """Once its instrument was read; before that OKX refuses it."""
    order = (
        '%%okx\nPOST /api/v5/trade/order\n{"instId": "BTC-USDT", "tdMode": "cash", "side": "buy",'
        ' "ordType": "limit", "px": "10000", "sz": "0.0000000001"}'
    )
    sandbox_notebook.run(order)
    assert isinstance(sandbox_notebook.error, OkxError)
    sandbox_notebook.run("i = %okx GET /api/v5/public/instruments?instType=SPOT&instId=BTC-USDT")
    said = sandbox_notebook.run(order)
    assert isinstance(sandbox_notebook.error, CellError)
    assert "minSz" in said


def test_a_refusal_speaks_of_the_parameter(sandbox_notebook: Notebook) -> None:
    """After --force OKX names the parameter, and the advice says what it takes."""
    said = sandbox_notebook.run("%okx --force GET /api/v5/market/candles?instId=BTC-USDT&bar=1h")
    assert "bar was sent as 1h" in said
    said = sandbox_notebook.run("%okx_explain 51000 posSide")
    assert "documented values: net, long, short" in said
