"""For every write of the catalogue: its own answer is believed, another's is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from okx_magic import catalogue
from okx_magic.errors import TransportError
from okx_magic.model import Envelope, Request
from okx_magic.orders.acknowledgements import check_acknowledged
from okx_magic.orders.items import items_of

NOW = 1_700_000_000_000
WRITES = [
    each
    for each in catalogue.endpoints().values()
    if each.effect != "read" and each.status == "documented"
]
# Its whole answer is a time, which any answer may have.
ONLY_A_TIME = {each.path for each in WRITES if each.fields == ("ts",)}
OTHERS: dict[str, Any] = {
    "none": [],
    "blank": [{}],
    "null": [None],
    "a ticker": [{"instType": "SPOT", "instId": "ETH-USDT", "last": "1", "ts": "1", "askPx": "1"}],
    "a balance": [{"ccy": "DOGE", "bal": "1", "frozenBal": "0", "availBal": "1"}],
    "a leverage": [{"lever": "7", "mgnMode": "cross", "instId": "X-Y-SWAP", "posSide": "net"}],
    "a configuration": [{"uid": "1", "acctLv": "9", "posMode": "net_mode", "label": "x"}],
    "a time": [{"ts": str(NOW)}],
    "another order": [{"ordId": "9", "clOrdId": "zz9", "tag": "", "ts": "1", "sCode": "0"}],
}


def request_of(endpoint: catalogue.Endpoint) -> Request:
    """A request with a value for each parameter: its name, or a time of two seconds."""
    given: dict[str, Any] = {}
    for param in endpoint.params:
        plain = {"timeOut": "60"}.get(param.name, f"{param.name}1")
        given[param.name] = [plain] if param.type == "array<string>" else plain
        if param.fields:
            given[param.name] = [{field.name: f"{field.name}1" for field in param.fields}]
    body = [given] if endpoint.array_body else given
    return Request("POST", endpoint.path, json.dumps(body))


def own(endpoint: catalogue.Endpoint, request: Request) -> list[dict[str, Any]]:
    """The answer to it: what both have in common, ids and codes."""
    (item,) = request.items or ({},)
    told = {"sCode": "0", "sMsg": "", "ts": str(NOW), "result": True}
    told["triggerTime"] = str(NOW + 60_000)
    row: dict[str, Any] = {}
    for name in endpoint.fields:
        given = item.get(name)
        row[name] = given if isinstance(given, str) else told.get(name, "77")
        if isinstance(given, list) and isinstance(given[0], str):
            row[name] = given[0]
    return [row] if row else []


def believed(request: Request, rows: Any) -> bool:
    try:
        check_acknowledged(items_of(request), request, Envelope("0", "", rows))
    except TransportError:
        return False
    return True


@pytest.mark.parametrize("endpoint", WRITES, ids=lambda each: each.path)
def test_only_an_answer_to_this_request_is_believed(endpoint: catalogue.Endpoint) -> None:
    """Its own is, another endpoint's is not, nor its own about something else."""
    request = request_of(endpoint)
    rows = own(endpoint, request)
    assert believed(request, rows)
    others = dict(OTHERS)
    if not rows:
        del others["none"]
    if endpoint.path in ONLY_A_TIME:
        del others["a time"]
    (item,) = request.items or ({},)
    for name, value in (rows[0] if rows else {}).items():
        if name in item and name not in ("ts", "tag") and isinstance(value, str):
            nested = isinstance(item[name], list) and isinstance(item[name][0], dict)
            if not nested:
                others[f"another {name}"] = [{**rows[0], name: "OTHER9"}]
    assert [name for name, answer in others.items() if believed(request, answer)] == []


@pytest.mark.parametrize("path", ["trade", "rfq", "sprd"])
@pytest.mark.parametrize("unit", [1, 1000])
def test_a_dead_mans_switch_is_the_one_that_was_set(path: str, unit: int) -> None:
    """Of orders, quotes and spreads; in milliseconds, or in seconds as the docs print it."""
    request = Request("POST", f"/api/v5/{path}/cancel-all-after", '{"timeOut": "60"}')
    began = NOW // 1000 * unit
    for ends, ours in ((60, True), (61, True), (90, False), (-began // unit, False)):
        row = {"triggerTime": str(began + ends * unit), "ts": str(began), "tag": ""}
        assert believed(request, [row]) == ours, ends


def test_an_order_without_an_id_has_none_in_its_answer() -> None:
    """As typed, without a clOrdId: an answer that has one is another order's."""
    order = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "1"}
    request = Request("POST", "/api/v5/trade/order", json.dumps(order))
    row = {"ordId": "77", "clOrdId": "", "tag": "", "ts": str(NOW), "sCode": "0", "sMsg": ""}
    assert believed(request, [row])
    assert not believed(request, [{**row, "clOrdId": "of another"}])
    cancel = Request("POST", "/api/v5/trade/cancel-order", '{"instId": "A-B", "ordId": "77"}')
    assert believed(cancel, [{**row, "clOrdId": "the order's own"}])


def test_an_answer_for_one_of_a_list_is_ours() -> None:
    """A list that was asked for comes back as a row each."""
    body = '{"fromCcy": ["ADA", "USDC"], "toCcy": "OKB"}'
    request = Request("POST", "/api/v5/trade/easy-convert", body)
    rows = [{"status": "running", "fromCcy": each, "toCcy": "OKB"} for each in ("ADA", "USDC")]
    assert believed(request, rows)
    assert not believed(request, [{**rows[0], "fromCcy": "DOGE"}, rows[1]])
