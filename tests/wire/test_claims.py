from __future__ import annotations

import pytest

from okx_magic.model import Method, Request
from okx_magic.wire.pacing import Claim, claims

ORDER = '{"instId":"BTC-USDT"}'
ETHER = '{"instId":"ETH-USDT"}'
BATCH = "/api/v5/trade/batch-orders"


def made(
    method: Method, target: str, body: str = "", *, url: str = "https://a", user: str = "me"
) -> tuple[Claim, ...]:
    return claims(Request(method, target, body), base_url=url, user=user)


def keys(*arguments: str, **where: str) -> set[tuple[str, ...]]:
    return {claim.key for claim in made(*arguments, **where)}  # type: ignore[arg-type]


def test_public_data_count_per_address() -> None:
    """Users at one base URL share a public limit; another base URL has its own."""
    target = "/api/v5/market/ticker?instId=BTC-USDT"
    assert keys("GET", target) == keys("GET", target, user="you")
    assert keys("GET", target) != keys("GET", target, url="https://b")
    assert keys("GET", target) == keys("GET", target.replace("BTC", "ETH"))


def test_private_data_count_per_user() -> None:
    """Two users do not share the limit of a private endpoint."""
    target = "/api/v5/account/balance"
    assert keys("GET", target) == keys("GET", target + "?ccy=BTC")
    assert keys("GET", target) != keys("GET", target, user="you")


def test_orders_count_per_instrument() -> None:
    """The instrument is found in the body, and in the query of a GET."""
    place = "/api/v5/trade/order"
    assert keys("POST", place, ORDER) != keys("POST", place, ETHER)
    assert keys("GET", place + "?instId=A-B&ordId=1") != keys("GET", place + "?instId=C-D&ordId=1")
    assert keys("POST", place, ORDER) != keys("GET", place + "?instId=BTC-USDT")


def test_options_count_per_family() -> None:
    """Two options of a family share a limit; a future of the same family has its own."""
    place = "/api/v5/trade/order"
    calls = [f'{{"instId":"BTC-USD-250328-{strike}-C"}}' for strike in (100000, 120000)]
    assert keys("POST", place, calls[0]) == keys("POST", place, calls[1])
    assert keys("POST", place, calls[0]) != keys("POST", place, '{"instId":"BTC-USD-250328"}')


def test_a_batch_counts_its_orders_per_instrument() -> None:
    """Three orders on two instruments are two claims."""
    batch = made("POST", BATCH, f"[{ORDER},{ETHER},{ORDER}]")
    assert [(claim.key[-1], claim.count) for claim in batch] == [("BTC-USDT", 2), ("ETH-USDT", 1)]
    assert {claim.limit.requests for claim in batch} == {300}


def test_a_batch_of_one_counts_as_a_single_order() -> None:
    """It shares the window of the endpoint for one order."""
    assert keys("POST", BATCH, f"[{ORDER}]") == keys("POST", "/api/v5/trade/order", ORDER)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/api/v5/public/instruments?instType=SPOT", "/api/v5/public/instruments?instType=SWAP"),
        (
            "/api/v5/public/opt-summary?instFamily=BTC-USD",
            "/api/v5/public/opt-summary?uly=ETH-USD",
        ),
    ],
)
def test_other_scopes_have_their_parameter(one: str, other: str) -> None:
    """Where OKX counts per type or family, two of them do not share."""
    assert keys("GET", one) != keys("GET", other)


@pytest.mark.parametrize("body", ["", "{", "[]", "7", '["x"]'])
def test_any_body_has_a_claim(body: str) -> None:
    """What OKX will refuse still counts, once."""
    assert [claim.count for claim in made("POST", BATCH, body)] == [1]


def test_an_unknown_endpoint_has_none() -> None:
    """What the catalogue does not know is not paced."""
    assert made("GET", "/api/v5/no/such/path") == ()
