"""A request knows what it is, and works it out once."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic import catalogue, strictjson
from okx_magic.model import Request

ORDER = Request("POST", "/api/v5/trade/order?a=1&b=%2C&c=", '{"instId":"BTC-USDT","sz":"1.10"}')
BATCH = Request("POST", "/api/v5/trade/batch-orders", '[{"sz":"1"},{"sz":"2"}]')


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are read as JSON from now on."""
    texts: list[str] = []
    loads = strictjson.loads

    def counted(text: str, **more: Any) -> Any:
        texts.append(text)
        return loads(text, **more)

    monkeypatch.setattr(strictjson, "loads", counted)
    return texts


def test_what_it_says_is_read_off_it() -> None:
    """Query, JSON, items, endpoint and effect are those of method, target and body."""
    assert ORDER.path == "/api/v5/trade/order"
    assert ORDER.query == (("a", "1"), ("b", ","), ("c", ""))
    assert ORDER.items == ({"instId": "BTC-USDT", "sz": "1.10"},)
    assert BATCH.items == ({"sz": "1"}, {"sz": "2"})
    assert ORDER.endpoint is catalogue.endpoint("POST", "/api/v5/trade/order")
    assert (ORDER.effect, Request("GET", ORDER.target).effect) == ("order", "read")


@pytest.mark.parametrize("body", ["", "nothing", '{"a":1,"a":2}', "[1, 2]", "null", "3"])
def test_a_body_without_orders_has_none(body: str) -> None:
    """What is no JSON, or holds no object, has no items."""
    assert Request("POST", "/api/v5/trade/order", body).items == ()


def test_a_body_is_parsed_once(parsed: list[str]) -> None:
    """However often it is asked, and by whichever copy that has the same body."""
    request = Request("POST", "/api/v5/trade/order", '{"sz":"7"}')
    copy = replace(request, headers=(("expTime", "1"),))
    for each in (request, copy, replace(copy, name="a", line=3)):
        assert each.json == {"sz": "7"}
        assert each.items
        assert each.effect == "order"
    assert parsed == ['{"sz":"7"}']


def test_control_another_body_is_parsed_anew(parsed: list[str]) -> None:
    """A copy with another body, target or method does not keep what was true of the first."""
    request = Request("POST", "/api/v5/trade/order", '{"sz":"7"}')
    assert request.json == {"sz": "7"}
    assert replace(request, body='{"sz":"8"}').json == {"sz": "8"}
    assert replace(request, target="/api/v5/asset/withdrawal").effect == "withdraw"
    assert replace(request, method="GET").effect == "read"
    assert parsed[:2] == ['{"sz":"7"}', '{"sz":"8"}']


@settings(deadline=None)
@given(st.sampled_from([ORDER, BATCH]), st.text(max_size=5), st.booleans())
def test_two_of_the_same_are_equal_whatever_was_asked_of_them(
    request_: Request,
    name: str,
    asked: bool,  # noqa: FBT001  # drawn
) -> None:
    """What was worked out is no part of a request: not for ==, hash, repr or pickle."""
    one, other = replace(request_, name=name), Request(request_.method, request_.target, name=name)
    other = replace(other, body=request_.body)
    if asked:
        assert one.items
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other)
    again = pickle.loads(pickle.dumps(one))  # noqa: S301  # our own
    assert again == one
    assert again.items == one.items
