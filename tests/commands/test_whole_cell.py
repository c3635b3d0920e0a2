"""A cell of several requests is refused as a whole, or its error says which part is left to run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from okx_magic.errors import CellError, OkxError, PartlyRefused

if TYPE_CHECKING:
    from conftest import Notebook

    from okx_magic.errors import OkxMagicError

ORDER = '{"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "100"}'
FIRST = f"POST /api/v5/trade/order\n{ORDER}\n"


def orders(notebook: Notebook) -> int:
    """How many orders the exchange has carried out."""
    notebook.run("history = %okx GET /api/v5/trade/orders-history?instType=SPOT")
    assert notebook.error is None
    return len(notebook["history"])


def failed(notebook: Notebook, cell: str) -> tuple[OkxMagicError, str]:
    text = notebook.run(f"%%okx\n{cell}")
    assert notebook.error is not None
    return notebook.error, text  # type: ignore[return-value]  # each test says of which kind


@pytest.mark.parametrize(
    "wrong",
    [
        "GET /api/v5/market/ticker",
        "GET /api/v5/market/candles?instId=BTC-USDT&bar=1h",
        f"POST /api/v5/trade/order\n{ORDER.replace('sz', 'size')}",
        "POST /api/v5/trade/order\n" + ORDER.replace("}", ', "reduceonly": true}'),
    ],
)
def test_a_later_request_that_is_wrong_keeps_the_first_from_being_sent(
    sandbox_notebook: Notebook, wrong: str
) -> None:
    """After the correction the whole cell is run again, and places one order."""
    error, text = failed(sandbox_notebook, FIRST + wrong)
    assert isinstance(error, CellError)
    assert "request 2 of 2, line 3 · nothing sent" in text
    assert "then " not in text
    assert orders(sandbox_notebook) == 0
    sandbox_notebook.run(f"%%okx\n{FIRST}GET /api/v5/market/ticker?instId=BTC-USDT")
    assert sandbox_notebook.error is None
    assert orders(sandbox_notebook) == 1


def test_what_waits_for_values_says_which_part_is_left(sandbox_notebook: Notebook) -> None:
    """A variable is filled just before its request: the order above is named as sent."""
    error, text = failed(
        sandbox_notebook, FIRST + "# then\nGET /api/v5/market/ticker?instId={{ 1 / 0 }}"
    )
    assert isinstance(error, CellError)
    assert "request 2 of 2, line 4 · 1 sent" in text
    assert "then " in text
    assert "run only the rest of the cell, from line 4 on" in text
    assert orders(sandbox_notebook) == 1


def test_what_may_have_been_done_is_not_part_of_the_rest(sandbox_notebook: Notebook) -> None:
    """A batch that was taken in part is not run again; with nothing below it, nothing is."""
    refused = ORDER.replace("100", "0.0000001")
    batch = f"POST /api/v5/trade/batch-orders\n[{ORDER.replace('100', '50')}, {refused}]"
    error, text = failed(sandbox_notebook, f"{FIRST}{batch}\nGET /api/v5/public/time")
    assert isinstance(error, PartlyRefused)
    assert "from line 5 on" in text
    batch = batch.replace('"50"', '"60"')
    error, text = failed(sandbox_notebook, f"{FIRST.replace('100', '70')}{batch}")
    assert isinstance(error, PartlyRefused)
    assert "do not run the whole cell again" in text


def test_reads_may_be_run_again(sandbox_notebook: Notebook) -> None:
    """Where nothing could be sent twice, nothing is said of it."""
    error, text = failed(
        sandbox_notebook, "GET /api/v5/public/time\nGET /api/v5/market/ticker?instId=NO-SUCH"
    )
    assert isinstance(error, OkxError)
    assert "1 sent" in text
    assert "the rest of the cell" not in text


def test_a_setting_of_the_cell_counts_for_what_comes_after_it(sandbox_notebook: Notebook) -> None:
    """What the session knows of the account now is not held against an order below the change."""
    order = {"instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "buy", "posSide": "long"}
    long = "POST /api/v5/trade/order\n" + json.dumps({**order, "ordType": "market", "sz": "1"})
    mode = 'POST /api/v5/account/set-position-mode\n{"posMode": "%s"}\n'
    sandbox_notebook.run("%okx GET /api/v5/account/config")
    sandbox_notebook.run("%%okx\n" + mode % "net_mode")
    error, text = failed(sandbox_notebook, FIRST + long)
    assert isinstance(error, CellError)
    assert "nothing sent" in text
    assert orders(sandbox_notebook) == 0
    sandbox_notebook.run("%%okx\n" + mode % "long_short_mode" + long)
    assert sandbox_notebook.error is None
