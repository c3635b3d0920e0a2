"""A cell of several requests is refused as a whole, or its error says which part is left to run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from okx_magic.commands import pipeline
from okx_magic.errors import CellError, Interrupted, OkxError, PartlyRefused, RefusedError

if TYPE_CHECKING:
    from typing import Any

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


SECOND = f"POST /api/v5/trade/order\n{ORDER.replace('100', '40')}\n"
READ = "GET /api/v5/public/time\n"


@pytest.mark.parametrize(
    ("cell", "then"),
    [
        (FIRST + READ + SECOND, "all of the cell was sent already"),
        (FIRST + READ + SECOND + READ, "run only the rest of the cell, from line 6 on"),
        (FIRST + READ, "run only the rest of the cell, from line 3 on"),
        (
            FIRST + SECOND.replace("40", "{{ 30 }}") + READ,
            "run only the rest of the cell, from line 3",
        ),
    ],
)
def test_a_cell_that_ran_before_says_what_of_it_is_left(
    sandbox_notebook: Notebook, cell: str, then: str
) -> None:
    """Of a cell whose order is refused as sent before, all orders that went before are left out."""
    sandbox_notebook.run(f"%%okx\n{cell}")
    assert sandbox_notebook.error is None
    error, text = failed(sandbox_notebook, cell)
    assert isinstance(error, RefusedError)
    assert then in " ".join(text.split())
    assert "--again sends all of" in " ".join(text.split())


def test_an_order_sent_before_is_not_the_rest_that_is_to_be_run(sandbox_notebook: Notebook) -> None:
    """A setting above it goes anew; the rest begins below the order that was refused as sent."""
    body = '{"instId":"BTC-USDT-SWAP","lever":"3","mgnMode":"cross"}'
    setting = f"POST /api/v5/account/set-leverage\n{body}\n"
    cell = setting + FIRST + READ
    sandbox_notebook.run(f"%%okx\n{cell}")
    _, text = failed(sandbox_notebook, cell)
    assert "request 2 of 3, line 3 · 1 sent" in " ".join(text.split())
    assert "from line 5 on" in text


@pytest.mark.parametrize(
    ("point", "calls", "told", "placed"),
    [
        ("fill", 2, "request 2 of 3, line 3 · 1 sent", 1),
        ("_carry_out", 2, "request 2 of 3, line 3 · 1 sent", 1),
        ("fill", 3, "request 3 of 3, line 4 · 2 sent", 1),
        ("fill", 1, "request 1 of 3, line 1 · 0 sent", 0),
    ],
)
def test_ctrl_c_between_two_requests_says_how_to_go_on(
    sandbox_notebook: Notebook,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
    calls: int,
    told: str,
    placed: int,
) -> None:
    """How many were sent, and from which line the rest is run; that sends no order twice, and all."""
    real, seen = getattr(pipeline, point), 0

    def pressed(*arguments: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == calls:
            raise KeyboardInterrupt
        return real(*arguments)

    lines = (FIRST + READ + SECOND).splitlines()
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, point, pressed)
        text = " ".join(sandbox_notebook.run("\n".join(["%%okx", *lines])).split())
    stop = sandbox_notebook.error
    assert isinstance(stop, Interrupted)
    assert told in text
    assert orders(sandbox_notebook) == placed
    assert stop.place is not None
    assert ("run only the rest of the cell" in text) == bool(placed)
    sandbox_notebook.run("\n".join(["%%okx", *lines[stop.place.line - 1 :]]))
    assert sandbox_notebook.error is None
    assert orders(sandbox_notebook) == 2


def test_ctrl_c_after_an_order_counts_it_as_sent(
    sandbox_notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the outcome of a request and the word of it: its line is not part of the rest."""
    real = pipeline._carry_out

    def pressed(*arguments: Any) -> Any:
        real(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "_carry_out", pressed)
    text = sandbox_notebook.run(f"%%okx\n{FIRST}{SECOND}")
    assert "request 1 of 2, line 1 · 1 sent" in " ".join(text.split())
    assert "from line 3 on" in text
