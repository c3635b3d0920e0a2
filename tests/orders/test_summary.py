from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okx_magic.model import Request
from okx_magic.orders.summary import summary

PLACE = "/api/v5/trade/order"


def told(body: Any, path: str = PLACE) -> str:
    text = body if isinstance(body, str) else json.dumps(body)
    return summary(Request("POST", path, text)).removesuffix(f" · POST {path}")


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (
            {
                "instId": "BTC-USDT",
                "tdMode": "cash",
                "side": "buy",
                "ordType": "limit",
                "sz": "0.010",
                "px": "30000",
            },
            "buy BTC-USDT limit · tdMode cash · sz 0.010 · px 30000",
        ),
        (
            {
                "instId": "BTC-USDT",
                "tdMode": "cash",
                "side": "buy",
                "ordType": "market",
                "sz": "100",
            },
            "buy BTC-USDT market · tdMode cash · sz 100 USDT",
        ),
        (
            {
                "instId": "BTC-USDT",
                "tdMode": "cash",
                "side": "buy",
                "ordType": "market",
                "sz": "1",
                "tgtCcy": "base_ccy",
            },
            "buy BTC-USDT market · tdMode cash · sz 1 · tgtCcy base_ccy",
        ),
        (
            {
                "instId": "BTC-USDT-SWAP",
                "tdMode": "cross",
                "side": "sell",
                "posSide": "short",
                "ordType": "market",
                "sz": 3,
                "reduceOnly": True,
                "clOrdId": "om1",
            },
            "sell short BTC-USDT-SWAP market · tdMode cross · sz 3 · reduceOnly true",
        ),
        ("", "POST /api/v5/trade/order"),
        ("not JSON", '"not JSON"'),
        ('{"sz":1,"sz":2}', '"{"sz":1,"sz":2}"'),
    ],
)
def test_an_order_in_a_line(body: Any, line: str) -> None:
    """What, how much and where, as it stands in the body."""
    assert told(body) == line


def test_a_batch_is_told_order_by_order() -> None:
    """Their number comes first, and each is there."""
    orders = [
        {"instId": "A-B", "side": "buy", "sz": "1"},
        {"instId": "C-D", "side": "sell", "sz": "2"},
    ]
    assert told(orders) == "2 at once: buy A-B · sz 1; sell C-D · sz 2"


def test_a_withdrawal_says_where_to() -> None:
    """Fields that no order has are told too."""
    body = {
        "ccy": "USDT",
        "amt": "5",
        "dest": "4",
        "toAddr": "0xabc",
        "rcvrInfo": {"walletType": "private"},
    }
    line = "ccy USDT · amt 5 · dest 4 · toAddr 0xabc · rcvrInfo {walletType private}"
    assert told(body, "/api/v5/asset/withdrawal") == line


ALGO = "/api/v5/trade/order-algo"
STOP = {"instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "sell", "ordType": "conditional"}
FIRES = {"slTriggerPx": "90000", "slOrdPx": "-1"}


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        (
            FIRES | {"sz": "3", "reduceOnly": True},
            ("stop at 90000 (last), then market · only closes, of the long position at most sz · "
            "tdMode cross · sz 3"),
        ),
        (
            FIRES | {"slTriggerPxType": "mark", "closeFraction": "1", "reduceOnly": True},
            "stop at 90000 (mark), then market · closes the whole long position · tdMode cross",
        ),
        (
            FIRES | {"sz": "3", "slOrdPx": "89900"},
            ("stop at 90000 (last), then limit 89900 · closes a long position, and what is more opens "
            "a short one: not reduceOnly · tdMode cross · sz 3"),
        ),
        (
            FIRES | {"sz": "3", "tpTriggerPx": "99000", "tpOrdPx": "-1", "reduceOnly": "true"},
            ("stop at 90000 (last), then market · take profit at 99000 (last), then market · only the "
            "stop is acted on: ordType oco has both · only closes, of the long position at most sz · "
            "tdMode cross · sz 3"),
        ),
        (
            {"ordType": "trigger", "triggerPx": "95000", "orderPx": "-1", "side": "buy",
             "posSide": "long", "sz": "1"},
            ("trigger at 95000 (last), then market · opens or adds to a long position · tdMode cross · "
            "sz 1"),
        ),
        (
            {"ordType": "move_order_stop", "callbackRatio": "0.05", "activePx": "99000",
             "side": "buy", "posSide": "short", "sz": "1"},
            ("trailing stop 0.05 of the price behind, from 99000 on, then market · only closes, of the "
            "short position at most sz · tdMode cross · sz 1"),
        ),
        (
            FIRES | {"instId": "BTC-USDT", "tdMode": "cash", "sz": "0.1", "pxVar": "x"},
            "stop at 90000 (last), then market · tdMode cash · sz 0.1 · pxVar x",
        ),
        (
            {"slTriggerPx": ["90000"], "slOrdPx": True, "sz": "3", "reduceOnly": False},
            ("closes a long position, and what is more opens a short one: not reduceOnly · "
            "tdMode cross · slTriggerPx [90000] · slOrdPx true · sz 3"),
        ),
    ],
)  # fmt: skip
def test_an_algo_order_says_when_it_acts_and_what_it_closes(
    fields: dict[str, Any], line: str
) -> None:
    """Trigger, side, size and the position; a field that is not understood stands as it is."""
    order = STOP | fields
    names = " ".join(
        order[name] for name in ("side", "posSide", "instId", "ordType") if name in order
    )
    assert told(order, ALGO) == f"{names} · {line}"


def test_what_is_attached_is_told_with_its_order() -> None:
    """Each stop of an order by its trigger; its id says nothing."""
    attached = [FIRES | {"attachAlgoClOrdId": "x"}, {"tpTriggerRatio": "0.1", "sz": "1"}]
    body = {"instId": "BTC-USDT-SWAP", "side": "buy", "sz": "2", "attachAlgoOrds": attached}
    assert told(body) == (
        "buy BTC-USDT-SWAP · sz 2 · with {stop at 90000 (last), then market} · "
        "with {take profit at 0.1 of the price away (last) · sz 1}"
    )


@given(
    st.dictionaries(st.text(), st.text() | st.integers() | st.booleans() | st.none(), max_size=4)
)
def test_no_value_can_disguise_the_line(body: dict[str, Any]) -> None:
    """Whatever stands in a body, the line is one printable line."""
    for path, each in ((PLACE, body), (ALGO, body), (PLACE, {"attachAlgoOrds": [body, {}]})):
        assert summary(Request("POST", path, json.dumps(each))).isprintable()


def test_turned_text_is_shown_as_what_it_is() -> None:
    """A character that turns the reading direction would show another amount."""
    assert told({"sz": "1\u202e001"}) == 'sz "1\\u202e001"'
