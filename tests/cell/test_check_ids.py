"""Ids of orders that are none: ``cell/check_parameters`` refuses what is neither an id nor empty."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic.cell.check import check
from okx_magic.errors import CellError
from okx_magic.model import Request
from okx_magic.orders.items import with_client_ids

if TYPE_CHECKING:
    from conftest import Notebook

ORDER = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "10"}
# Blanks, what is not seen, what is cut off at its end by some readers, and what is no text.
NO_IDS: tuple[Any, ...] = (
    *(" ", "   ", "\t", "\n", "\0", "a\0", "\u00a0", "\u200b", "\ufeff", " a", "a ", "ａ", "٣"),
    *(0, 7, 1.5, 10**20, True, False, [], ["a"], {}, {"a": "b"}),
)


def order(path: str, **fields: Any) -> Request:
    body: Any = ORDER | fields
    if "batch" in path:
        body = [ORDER | {"clOrdId": "a1"}, body]
    return Request("POST", f"/api/v5/trade/{path}", json.dumps(body))


@pytest.mark.parametrize("value", NO_IDS, ids=repr)
@pytest.mark.parametrize(
    ("path", "name"),
    [("order", "clOrdId"), ("batch-orders", "clOrdId"), ("order-algo", "algoClOrdId")],
)
def test_what_is_no_id_is_refused(path: str, name: str, value: Any) -> None:
    """It would travel as it is, keep an id of ours away, and find nothing when the answer is lost."""
    with pytest.raises(CellError, match=rf"{name} in .*its body (has 1 to 32|is a text)"):
        check(order(path, **{name: value}))


@pytest.mark.parametrize("value", NO_IDS, ids=repr)
def test_of_what_is_attached_as_well(value: Any) -> None:
    """The stop of an order has an id of its own."""
    stop = {"slTriggerPx": "1", "slOrdPx": "-1", "attachAlgoClOrdId": value}
    with pytest.raises(CellError, match="attachAlgoClOrdId in attachAlgoOrds"):
        check(order("order", attachAlgoOrds=[stop]))


@pytest.mark.parametrize("value", [None, "", "a", "A1" * 16])
def test_an_id_or_none_passes(value: Any) -> None:
    """The control: what is empty gets one of ours, and a good one stays."""
    request = order("order", clOrdId=value)
    assert check(request) == ()
    assert bool(with_client_ids(request)[1]) is not bool(value)


def test_force_sends_it(sandbox_notebook: Notebook) -> None:
    """OKX decides then; without it nothing leaves."""
    cell = "%%okx {}\nPOST /api/v5/trade/order\n" + json.dumps(ORDER | {"clOrdId": " "})
    sandbox_notebook.run(cell.replace("{}", "", 1))
    assert isinstance(sandbox_notebook.error, CellError)
    said = sandbox_notebook.run(cell.replace("{}", "--force", 1))
    assert not isinstance(sandbox_notebook.error, CellError), said
