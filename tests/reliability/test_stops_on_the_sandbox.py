"""An order and its attached stop on the sandbox, and a stop that is sent twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from attached import ALGO, PLACE, attached

from okx_magic.errors import OkxError, PositionWithoutStop

if TYPE_CHECKING:
    from conftest import Notebook
    from lab import Lab


def test_on_the_sandbox_a_stop_is_seen(bench: Lab) -> None:
    """The algo order of a filled one has the id that was attached, and its size."""
    reply = bench.session.send(attached(bench, 0.9))
    (algo,) = bench.algos()
    assert (algo.algo_cl_ord_id, algo.state, algo.ticket.sz) == (reply.added_ids[1], "live", 2)


def test_on_the_sandbox_what_sets_it_is_taken(bench: Lab) -> None:
    """A stop that look-ups do not show is told, and the request that sets one is accepted."""
    bench.sandbox.set_faults(f"every GET {ALGO}: 51603")
    with pytest.raises(PositionWithoutStop, match="its stop is not there") as caught:
        bench.session.send(attached(bench, 0.9))
    assert len(bench.orders()) == 1
    (request,) = caught.value.sets
    assert bench.session.send(request).envelope.data[0]["sCode"] == "0"
    assert len({(each.ticket.sz, each.legs["sl"].px) for each in bench.algos()}) == 1


def test_on_the_sandbox_a_stop_on_the_wrong_side_leaves_no_position(bench: Lab) -> None:
    """Order and stop are refused together: nothing is without protection, and nothing is said of it."""
    with pytest.raises(OkxError, match="51051"):
        bench.session.send(attached(bench, 1.1))
    assert bench.orders() == []


@pytest.mark.parametrize("fault", ["reset-after", "50004-after"])
def test_on_the_sandbox_a_lost_order_has_its_stop(bench: Lab, fault: str) -> None:
    """Found by its id, and its stop by its own: one of each."""
    bench.sandbox.set_faults(f"next POST {PLACE}: {fault}")
    assert bench.session.send(attached(bench, 0.9)).recovered
    assert (len(bench.orders()), len(bench.algos())) == (1, 1)


def stop_cell(option: str, px: str) -> str:
    stop = {"instId": "BTC-USDT", "tdMode": "cash", "side": "sell", "ordType": "conditional"}
    body = json.dumps(stop | {"sz": "0.01", "slTriggerPx": px, "slOrdPx": "-1"})
    return f"%%okx stop {option}\nPOST {ALGO}\n{body}"


def test_the_same_stop_again_is_refused(sandbox_notebook: Notebook) -> None:
    """A cell that is run twice sets one stop, with an id of ours; --as-typed leaves the id out."""
    run = sandbox_notebook.run
    assert "algoClOrdId om" in run(stop_cell("", "100"))
    run(stop_cell("", "100"))
    assert "the same request was sent" in str(sandbox_notebook.error)
    run(stop_cell("--again", "100"))
    shown = run(stop_cell("--as-typed", "101"))
    assert "no algoClOrdId: a lost answer cannot be looked up" in shown
    run("left = %okx GET /api/v5/trade/orders-algo-pending?ordType=conditional")
    ids = list(sandbox_notebook["left"].algoClOrdId.fillna(""))
    assert [each[:2] for each in ids] == ["", "om", "om"]
