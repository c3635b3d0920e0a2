from __future__ import annotations

import json
import re
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okx_magic.model import Request
from okx_magic.orders.items import new_client_id, with_client_ids

ORDER = "/api/v5/trade/order"
BATCH = "/api/v5/trade/batch-orders"


def prepared(path: str, body: str) -> tuple[str, tuple[str, ...]]:
    ids = count(1)
    request, added = with_client_ids(
        Request("POST", path, body),
        new_id=lambda: f"id{next(ids)}",
    )
    return request.body, added


@pytest.mark.parametrize(
    ("path", "typed", "sent"),
    [
        (ORDER, '{"sz":"1"}', '{"sz":"1","clOrdId":"id1"}'),
        (ORDER, '{\n  "sz": "1"\n}\n', '{\n  "sz": "1","clOrdId":"id1"\n}\n'),
        (ORDER, "{}", '{"clOrdId":"id1"}'),
        (ORDER, '{"sz":"}"}', '{"sz":"}","clOrdId":"id1"}'),
        (ORDER, '{"clOrdId":"mine"}', '{"clOrdId":"mine"}'),
        (ORDER, '{"clOrdId": "", "sz":"1"}', '{"clOrdId": "id1", "sz":"1"}'),
        (ORDER, '{"a":{"clOrdId":""},\n"clOrdId" : null }', '{"a":{"clOrdId":""},\n"clOrdId" : "id1" }'),
        (ORDER, "", ""),
        (BATCH, '[{"a":1}, {"clOrdId":"x"} ,{"b":{}}]',
         '[{"a":1,"clOrdId":"id1"}, {"clOrdId":"x"} ,{"b":{},"clOrdId":"id2"}]'),
        (BATCH, '[{"clOrdId":""},{"a":1},{"b":2,"clOrdId":""}]',
         '[{"clOrdId":"id1"},{"a":1,"clOrdId":"id2"},{"b":2,"clOrdId":"id3"}]'),
        (BATCH, "[]", "[]"),
        ("/api/v5/trade/order-algo", '{"sz":"1"}', '{"sz":"1","algoClOrdId":"id1"}'),
        (ORDER, '{"attachAlgoOrds": [{"slTriggerPx":"1"}, {"attachAlgoClOrdId":"x"},{}], "sz":"1" }',
         ('{"attachAlgoOrds": [{"slTriggerPx":"1","attachAlgoClOrdId":"id1"}, {"attachAlgoClOrdId":"x"},'
         '{"attachAlgoClOrdId":"id2"}], "sz":"1","clOrdId":"id3" }')),
        (BATCH, '[{"clOrdId":"","attachAlgoOrds":[{"attachAlgoClOrdId":""}]},{"attachAlgoOrds":"odd"}]',
         ('[{"clOrdId":"id2","attachAlgoOrds":[{"attachAlgoClOrdId":"id1"}]},'
         '{"attachAlgoOrds":"odd","clOrdId":"id3"}]')),
        ("/api/v5/trade/order-algo", '{"attachAlgoOrds":[{"tpTriggerPx":"1"}]}',
         '{"attachAlgoOrds":[{"tpTriggerPx":"1","attachAlgoClOrdId":"id1"}],"algoClOrdId":"id2"}'),
        ("/api/v5/trade/amend-order", '{"attachAlgoOrds":[{"newSlTriggerPx":"1"}]}',
         '{"attachAlgoOrds":[{"newSlTriggerPx":"1"}]}'),
        ("/api/v5/trade/cancel-order", '{"ordId":"1"}', '{"ordId":"1"}'),
        ("/api/v5/not/known", '{"sz":"1"}', '{"sz":"1"}'),
    ],
)  # fmt: skip
def test_an_order_gets_its_id_before_its_closing_brace(path: str, typed: str, sent: str) -> None:
    """Only an order without an id gets one, and all else stays as typed."""
    body, added = prepared(path, typed)
    assert body == sent
    assert all(f'"{each}"' in sent for each in added)


@given(
    st.lists(
        st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.integers(), max_size=4),
        max_size=5,
    ),
    st.sampled_from([None, 1, 4]),
)
def test_the_orders_are_otherwise_what_they_were(
    orders: list[dict[str, object]], indent: int
) -> None:
    """Parsed again, each order is what was typed plus an id, whatever its text looks like."""
    body, added = prepared(BATCH, json.dumps(orders, indent=indent, ensure_ascii=False))
    result = json.loads(body)
    without_id = [order for order in orders if "clOrdId" not in order]
    assert len(added) == len(without_id)
    ids = iter(added)
    expected = [
        order if "clOrdId" in order else {**order, "clOrdId": next(ids)} for order in orders
    ]
    assert result == expected


def test_ids_are_what_okx_takes() -> None:
    """32 letters and digits, never the same twice."""
    ids = {new_client_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"om[A-Za-z0-9]{30}", each) for each in ids)
