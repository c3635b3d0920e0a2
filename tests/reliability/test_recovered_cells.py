"""What a person sees in a notebook when the answer to an order is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from faketime import FakeTime

from okx_magic.errors import NotCarriedOut, OutcomeUnknown

if TYPE_CHECKING:
    from conftest import Notebook

    from okx_magic.session import Session

ORDER = (
    "%%okx{}\nplaced = POST /api/v5/trade/order\n"
    '{{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","px":"1","sz":"0.01"}}'
)


def session(notebook: Notebook) -> Session:
    magics = notebook.shell.magics_manager.registry["OkxMagic"]
    opened: Session = magics.accounts.session()
    return opened


def do_not_wait(notebook: Notebook) -> None:
    """Let the waits between look-ups pass at once."""
    time = FakeTime()
    session(notebook).connection.timing = time.timing()


def test_a_lost_answer_is_recovered_and_said_so(notebook: Notebook) -> None:
    """The frame is there as ever, marked as recovered, and the receipt says so in one line."""
    notebook.run("%okx_login sandbox --faults lose-answer")
    shown = notebook.run(ORDER.format(""))
    assert notebook.error is None, shown
    assert "recovered: its answer was lost, and a look-up shows that it was carried out" in shown
    frame = notebook["placed"]
    assert frame.attrs["recovered"] is True
    assert frame["sCode"].tolist() == ["0"]
    assert len(frame["ordId"].iloc[0]) > 10
    # The order, and the look-up that found it.
    log = notebook.shell.run_line_magic("okx_log", "")
    assert log["target"].tolist()[-2].startswith("/api/v5/trade/order")
    assert "clOrdId" in log["target"].tolist()[-1]


def test_an_answer_that_came_is_not_marked(sandbox_notebook: Notebook) -> None:
    """The control: an order that was answered carries no mark."""
    shown = sandbox_notebook.run(ORDER.format(""))
    assert "recovered" not in shown
    assert "recovered" not in sandbox_notebook["placed"].attrs


@pytest.mark.parametrize("fault", ["lose-request", "50004-before"])
def test_not_placed_is_one_block_that_says_what_is_safe(notebook: Notebook, fault: str) -> None:
    """The error names what happened and that the order may be run again; then it may."""
    notebook.run(f"%okx_login sandbox --faults {fault}")
    do_not_wait(notebook)
    shown = notebook.run(ORDER.format(""))
    assert isinstance(notebook.error, NotCarriedOut)
    assert "not placed: " in shown
    assert "nothing was carried out: it is safe to run it again" in shown
    assert "Traceback" not in shown
    notebook.run(ORDER.format(""))
    assert notebook.error is None


def test_unknown_names_the_request_that_settles_it(notebook: Notebook) -> None:
    """Where the look-ups fail, too, the block has the GET to run, and the same order is refused."""
    notebook.run("%okx_login sandbox --faults 'lose-request, every GET */trade/order: 502'")
    do_not_wait(notebook)
    shown = notebook.run(ORDER.format(""))
    assert isinstance(notebook.error, OutcomeUnknown)
    client_id = notebook.error.orders[0][1]
    assert f"GET /api/v5/trade/order?instId=BTC-USDT&clOrdId={client_id}" in shown
    shown = notebook.run(ORDER.format(""))
    assert "the outcome of the same request is still unknown" in shown


def test_a_dry_run_shows_the_exptime(sandbox_notebook: Notebook) -> None:
    """What would be sent is shown with its expTime, unless the order goes as typed or has its own."""
    shown = sandbox_notebook.run(ORDER.format(" --dry-run"))
    assert "header    expTime: " in shown
    assert "expTime" not in sandbox_notebook.run(ORDER.format(" --dry-run --as-typed"))
    typed = ORDER.format(" --dry-run").replace("/order\n", "/order\nexpTime: 17\n")
    assert sandbox_notebook.run(typed).count("header    expTime: 17") == 1


def test_a_read_that_was_tried_again_says_so(notebook: Notebook) -> None:
    """The receipt counts the attempts."""
    notebook.run("%okx_login sandbox --faults 'next GET */ticker: 502'")
    shown = notebook.run("%%okx\nGET /api/v5/market/ticker?instId=BTC-USDT")
    assert notebook.error is None, shown
    assert "2 attempts" in shown
