"""What the table of calls says is so."""

from __future__ import annotations

import inspect
from collections import Counter
from typing import TYPE_CHECKING, Any

import ccxt
import pytest
from clientcalls import RIGHT, TABLE, table
from differences import refused
from okx.Account import AccountAPI
from okx.Funding import FundingAPI
from okx.MarketData import MarketAPI
from okx.PublicData import PublicAPI
from okx.Trade import TradeAPI
from okx.TradingData import TradingDataAPI

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientcalls import ClientCall

# python-okx hands httpx a text body as data=, and takes the time with utcnow(): its own affairs.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Use 'content=.*' to upload raw:DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore:datetime\.datetime\.utcnow\(\):DeprecationWarning"),
]

KINDS = {
    kind.__name__: kind
    for kind in (AccountAPI, FundingAPI, MarketAPI, PublicAPI, TradeAPI, TradingDataAPI)
}


@pytest.mark.parametrize(("call", "code", "arguments"), refused("ccxt"))
def test_ccxt_is_refused(
    okx: ccxt.okx, call: ClientCall, code: str, arguments: dict[str, Any]
) -> None:
    """What the sandbox leaves out it refuses as OKX's demo trading does, and ccxt says so."""
    with pytest.raises(ccxt.ExchangeError, match=code):
        getattr(okx, call.method)(**arguments)


@pytest.mark.parametrize(("call", "code", "arguments"), refused("python-okx"))
def test_python_okx_is_refused(
    connect: Callable[..., Any], call: ClientCall, code: str, arguments: dict[str, Any]
) -> None:
    """What the sandbox leaves out it refuses as OKX's demo trading does."""
    api, _, method = call.name.partition(".")
    answer = getattr(connect(KINDS[api]), method)(**arguments)
    assert (answer["code"], answer["data"]) == (code, [])


def test_the_table_is_current() -> None:
    """``calls.md`` says what the tests prove: ``python tests/clients/clientcalls.py`` writes it."""
    assert TABLE.read_text("utf-8") == table()


def test_enough_calls() -> None:
    """At least 40 calls of ccxt and 50 of python-okx are proved right; variants of one call, as in
    "create_order (limit)", count once.
    """
    table()
    counts = Counter(client for client, _ in {(call.client, call.method) for call in RIGHT})
    assert counts["ccxt"] >= 40
    assert counts["python-okx"] >= 50


def test_tests_make_the_calls_that_they_claim() -> None:
    """A test's own lines have the name of every call of ccxt that it is said to prove."""
    table()
    for call, test in RIGHT.items():
        if call.client == "ccxt" and call.name != "load_markets":
            assert f".{call.method}(" in inspect.getsource(test), call
