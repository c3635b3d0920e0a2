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


@given(
    st.dictionaries(st.text(), st.text() | st.integers() | st.booleans() | st.none(), max_size=4)
)
def test_no_value_can_disguise_the_line(body: dict[str, Any]) -> None:
    """Whatever stands in a body, the line is one printable line."""
    assert summary(Request("POST", PLACE, json.dumps(body))).isprintable()


def test_turned_text_is_shown_as_what_it_is() -> None:
    """A character that turns the reading direction would show another amount."""
    assert told({"sz": "1\u202e001"}) == 'sz "1\\u202e001"'
