"""A session in a program, against the sandbox: it warns, it refuses, and it says how to go on."""

from __future__ import annotations

import pytest

import okx_magic
from okx_magic.cell.check import warn
from okx_magic.cell.check_account import AccountFacts
from okx_magic.errors import CellError, CredentialsError, OkxError, RefusedError, RequestWarning
from okx_magic.model import Request


@pytest.mark.usefixtures("nobody")
def test_a_session_warns_and_sends() -> None:
    """A program is told at its own line; a secret in a query is refused there, too."""
    with okx_magic.connect("sandbox") as okx:
        with pytest.warns(RequestWarning, match="depth is unknown to .*: write sz") as told:
            okx.request("GET", "/api/v5/market/books?instId=BTC-USDT&depth=5")
        assert told[0].filename == __file__
        with pytest.warns(RequestWarning, match="1H in place of 1h"), pytest.raises(OkxError):
            okx.frame("GET", "/api/v5/market/candles?instId=BTC-USDT&bar=1h")
        with pytest.raises(CredentialsError):
            okx.request("GET", "/api/v5/public/time?secret=abc")


@pytest.mark.usefixtures("nobody")
def test_a_program_sends_an_order_again_by_a_word() -> None:
    """The refusal of a second one names the word that Python takes."""
    order = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "9"}
    with okx_magic.connect("sandbox") as okx:
        okx.request("POST", "/api/v5/trade/order", order)
        with pytest.raises(RefusedError) as refused:
            okx.request("POST", "/api/v5/trade/order", order)
        assert "in Python again=True" in refused.value.remedy
        okx.request("POST", "/api/v5/trade/order", order, again=True)
        okx.frame("POST", "/api/v5/trade/order", order, again=True)
        assert len(okx.request("GET", "/api/v5/trade/orders-history?instType=SPOT").data) == 3


@pytest.mark.usefixtures("nobody")
def test_a_closed_session_says_that_it_is_closed() -> None:
    """Not that there is no connection; for one request, a frame and many pages alike."""
    with okx_magic.connect("sandbox") as okx:
        okx.request("GET", "/api/v5/public/time")
    for call in (
        lambda: okx.request("GET", "/api/v5/public/time"),
        lambda: okx.frame("GET", "/api/v5/account/balance"),
        lambda: okx.pages("/api/v5/market/candles?instId=BTC-USDT&bar=1H", since="2d"),
    ):
        with pytest.raises(RefusedError, match="this session is closed"):
            call()


def test_a_warning_to_a_program_names_no_magic() -> None:
    """It has none to run."""
    request = Request("POST", "/api/v5/trade/close-position", '{"instId": "BTC-USDT", "qqq": "1"}')
    with pytest.warns(RequestWarning) as told:
        warn(request, AccountFacts())
    assert any("qqq" in str(each.message) for each in told)
    assert not any("%okx" in str(each.message) for each in told)


@pytest.mark.usefixtures("nobody")
def test_a_program_sends_no_inexact_number() -> None:
    """Whole floats without a point, small ones in digits, an id that became a float not at all."""
    with okx_magic.connect("sandbox") as okx:
        order = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market"}
        okx.request("POST", "/api/v5/trade/order", {**order, "sz": 100.0, "tag": None})
        sent = [each for each in okx.log if each.request.path.endswith("trade/order")]
        assert '"sz":100,"tag":null' in sent[-1].request.body
        with pytest.raises(CellError, match="not exact as a whole number"):
            okx.request("POST", "/api/v5/trade/cancel-order", {"ordId": 1234567890123456789.0})
