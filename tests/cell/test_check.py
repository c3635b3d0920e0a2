from __future__ import annotations

import pytest

from okx_magic import catalogue
from okx_magic.cell.check import check
from okx_magic.errors import CellError
from okx_magic.model import Request

ORDER = '{"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "1"}'


def refused(method: str, target: str, body: str = "") -> CellError:
    with pytest.raises(CellError) as caught:
        check(Request(method, target, body, line=7))  # type: ignore[arg-type]  # from a table
    return caught.value


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("GET", "/api/v5/public/time", ""),
        ("GET", "/api/v5/market/ticker?instId=BTC-USDT", ""),
        ("GET", "/api/v5/market/candles?bar=1H&instId=", ""),
        ("POST", "/api/v5/trade/order", ORDER),
        ("POST", "/api/v5/trade/batch-orders", f"[{ORDER}, {ORDER}]"),
        ("POST", "/api/v5/account/activate-option", ""),
    ],
)
def test_what_may_succeed_passes_without_a_word(method: str, target: str, body: str) -> None:
    """A name that is given is enough, whatever its value: that is for OKX to judge."""
    assert check(Request(method, target, body)) == ()  # type: ignore[arg-type]  # from a table


@pytest.mark.parametrize(
    ("method", "target", "body", "missing"),
    [
        ("GET", "/api/v5/market/ticker", "", "instId"),
        ("GET", "/api/v5/market/candles?bar=1H", "", "instId"),
        ("POST", "/api/v5/trade/order", ORDER.replace('"sz"', '"tag"'), "sz in its body"),
        ("POST", "/api/v5/trade/order", "", "instId, tdMode, side, ordType, sz in its body"),
        (
            "POST",
            "/api/v5/trade/batch-orders",
            f'[{ORDER}, {{"instId": "X"}}]',
            "tdMode, side, ordType, sz in item 2 of its body",
        ),
    ],
)
def test_what_is_missing_is_named(method: str, target: str, body: str, missing: str) -> None:
    """The error names each required parameter, the place, the line and the way around."""
    error = refused(method, target, body)
    assert error.message.endswith(f"needs {missing}")
    assert error.line == 7
    assert "--force" in error.remedy


def test_an_unknown_path_passes_with_the_nearest_ones() -> None:
    """OKX may have it by now; a slip of the finger is pointed out."""
    (notice,) = check(Request("GET", "/api/v5/account/balances"))
    assert "/api/v5/account/balance" in notice
    (notice,) = check(Request("GET", "/api/v5/nothing/of/this/kind/exists/anywhere"))
    assert "near it" not in notice


def test_the_wrong_method_is_refused_with_the_right_one() -> None:
    """A path that only takes a POST cannot be read."""
    error = refused("GET", "/api/v5/trade/cancel-order?instId=BTC-USDT")
    assert "is a POST, not a GET" in error.message
    assert "POST /api/v5/trade/cancel-order" in error.remedy


def test_what_the_docs_do_not_hold_is_not_held_against_anybody() -> None:
    """Endpoints with thin documentation pass without their parameters, and with another method."""
    thin = [
        endpoint
        for endpoint in catalogue.endpoints().values()
        if endpoint.status != "documented"
        and any(param.required == "yes" for param in endpoint.params)
    ]
    assert thin
    for endpoint in thin:
        assert check(Request(endpoint.method, endpoint.path)) == ()  # type: ignore[arg-type]  # data
    assert check(Request("POST", "/api/v5/aigc/mcp/indicators")) == ()
    (notice,) = check(Request("GET", "/api/v5/aigc/mcp/indicators"))
    assert "as a POST only" in notice


@pytest.mark.parametrize(
    ("method", "target", "body", "meant"),
    [
        ("GET", "/api/v5/market/ticker?instid=BTC-USDT", "", "write instId"),
        ("POST", "/api/v5/trade/order", ORDER.replace('"sz"', '"size"'), "write sz"),
    ],
)
def test_a_misspelled_parameter_is_recognised(
    method: str, target: str, body: str, meant: str
) -> None:
    """What is missing often stands there under another name; the error says which."""
    error = refused(method, target, body)
    assert meant in f"{error.message} · {error.remedy}"


def test_a_parameter_of_the_endpoint_is_no_misspelling() -> None:
    """``ordId`` beside a missing ``instId`` is a parameter of its own."""
    assert "write" not in refused("GET", "/api/v5/trade/order?ordId=1").remedy
