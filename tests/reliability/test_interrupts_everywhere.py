"""Ctrl-C at each line that an order passes through.

``OKX_MAGIC_FULL=1`` tries all of them in place of every 19th.
"""

from __future__ import annotations

import gc
import linecache
import sys
from typing import TYPE_CHECKING, Any

import pytest
from lab import Lab, order
from many import many

from okx_magic.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from conftest import Notebook

pytestmark = pytest.mark.slow

STEP = many(1, 19)
CELL = (
    "%%okx placed\nPOST /api/v5/trade/order\n"
    '{{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","px":"{}","sz":"0.01"}}'
)


class Presser:
    """Presses Ctrl-C at the ``number``-th line of the package (the sandbox apart) that is run."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, frame: FrameType, _: str, __: object) -> Any:
        name = frame.f_code.co_filename
        return self.line if "/okx_magic/" in name and "/sandbox/" not in name else None

    def line(self, frame: FrameType, event: str, _: object) -> Any:
        text = linecache.getline(frame.f_code.co_filename, frame.f_lineno).lstrip()
        # An interrupt never comes between the end of a block and the release of its lock, which Python
        # traces as a second visit to the line with the lock.
        if event == "line" and not text.startswith("with "):
            self.left -= 1
            if self.left == 0:
                sys.settrace(None)
                raise KeyboardInterrupt
        return self.line


def pressed(number: int, act: Callable[[], object]) -> tuple[BaseException | None, bool]:
    """What came of ``act``, and whether Ctrl-C came during it."""
    presser, before = Presser(number), sys.gettrace()
    sys.settrace(presser)
    try:
        act()
    except BaseException as error:  # noqa: BLE001  # whatever it is
        return error, presser.left == 0
    finally:
        sys.settrace(before)
    return None, presser.left == 0


# A connection that nobody holds any more is closed by the collector, and that is told.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("fault", ["", "next POST: lose-answer"])
def test_wherever_it_comes_the_truth_is_told(bench: Lab, fault: str) -> None:
    """An order that is booked is never without its id in what is raised, and none is said not to be."""
    bench.session.send(order(px="9999"))
    number, came = 1, True
    outcomes: dict[str, int] = {}
    while came:
        bench.forget_orders()
        bench.sandbox.set_faults(fault)
        # The exchange is another thread: an order on its way may come a moment later.
        request = order(px=str(number))
        error, came = pressed(number, lambda: bench.session.send(request))  # noqa: B023  # at once
        bench.sandbox.set_faults("")
        booked = [each.ticket.cl_ord_id for each in bench.orders()]
        assert len(booked) <= 1
        if isinstance(error, Interrupted):
            outcomes[error.outcome] = outcomes.get(error.outcome, 0) + 1
            (_, client_id), *_ = error.orders
            assert booked in ([], [client_id])
            assert bool(booked) == (error.outcome == "done") or error.outcome == "unknown", number
        elif came:
            assert type(error) is KeyboardInterrupt
            assert not booked, number
        number += STEP
    gc.collect()
    assert outcomes["done"] > 10
    assert outcomes["not done"] > 5


def test_in_a_notebook_the_id_is_there_whatever_is_cut_short(sandbox_notebook: Notebook) -> None:
    """Ctrl-C while the frame or the receipt is made leaves the id of the order in what is shown."""
    accounts = sandbox_notebook.shell.magics_manager.registry["OkxMagic"].accounts
    # pandas is imported on first use, which takes long.
    sandbox_notebook.run(CELL.format(9999))
    for point in ("okx_magic.commands.pipeline._value", "okx_magic.ui.receipts.receipt"):
        with pytest.MonkeyPatch.context() as patch:

            def press(*_: object, **__: object) -> None:
                raise KeyboardInterrupt

            patch.setattr(point, press)
            shown = sandbox_notebook.run(CELL.format(len(point)))
        assert isinstance(sandbox_notebook.error, Interrupted)
        last = accounts.session().log[-1]
        assert last.request.path == "/api/v5/trade/order"
        assert sandbox_notebook.error.orders[0][1] in last.request.body
        assert sandbox_notebook.error.orders[0][1] in shown
        assert "interrupted after it was carried out" in shown
