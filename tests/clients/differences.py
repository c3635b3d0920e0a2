"""Calls that the sandbox answers otherwise than OKX would, or that the client itself makes nothing of.

Of the calls that are left out, those that clients make most often; all others end alike.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clientcalls import ClientCall

from okx_magic.sandbox.market.market import Market

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Different:
    """``call`` with ``arguments`` ends in the error ``code`` for a ``reason``."""

    call: ClientCall
    code: str
    reason: str
    arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)


LINEAR = "of derivatives only linear swaps and futures are traded"
CHAINS = "no chains behind the funding account"
CONVERTING = "no conversion beside the market"
LOANS = "nobody lends or borrows"
NOT_SERVED = "50038"

SPOT, SWAP, INVERSE = "BTC/USDT", "BTC/USDT:USDT", "BTC/USD:BTC"
# One that is on offer for as long as a test runs, in the sandbox of these tests.
_LASTING = [one for one in Market(21).offered("OPTION", time.time()) if one.base == "BTC"][-1]
OPTION = f"BTC/USD:BTC-{_LASTING.inst_id.removeprefix('BTC-USD-')}"


def _ccxt() -> Iterator[Different]:
    sold = {"symbol": SPOT, "type": "market", "side": "sell", "amount": 0.01}
    for name, endpoint, reason, arguments in (
        ("create_order (inverse)", "POST trade/batch-orders", LINEAR,
         sold | {"symbol": INVERSE, "amount": 1}),
        ("create_order (option)", "POST trade/batch-orders", LINEAR,
         {"symbol": OPTION, "type": "limit", "side": "buy", "amount": 1, "price": 0.01}),
        ("fetch_convert_currencies", "GET asset/convert/currencies", CONVERTING, {}),
        ("fetch_cross_borrow_rates", "GET account/interest-rate", LOANS, {}),
        ("fetch_deposit_address", "GET asset/deposit-address", CHAINS, {"code": "USDT"}),
    ):  # fmt: skip
        yield Different(ClientCall("ccxt", name, endpoint), NOT_SERVED, reason, arguments)


def _python_okx() -> Iterator[Different]:
    for name, endpoint, reason, arguments in (
        ("AccountAPI.get_max_loan", "GET account/max-loan", LOANS,
         {"instId": "BTC-USDT", "mgnMode": "cross"}),
        ("FundingAPI.get_deposit_address", "GET asset/deposit-address", CHAINS, {"ccy": "USDT"}),
        ("PublicAPI.get_interest_rate_loan_quota", "GET public/interest-rate-loan-quota", LOANS,
         {}),
        ("TradeAPI.get_easy_convert_currency_list", "GET trade/easy-convert-currency-list",
         CONVERTING, {}),
    ):  # fmt: skip
        yield Different(ClientCall("python-okx", name, endpoint), NOT_SERVED, reason, arguments)


def _okx_api() -> Iterator[Different]:
    for name, endpoint, reason, arguments in (
        ("estimateConvertQuote", "POST asset/convert/estimate-quote", CONVERTING,
         {"baseCcy": "BTC", "quoteCcy": "USDT", "side": "buy", "rfqSz": "9", "rfqSzCcy": "USDT"}),
        ("getDepositAddress", "GET asset/deposit-address", CHAINS, {"ccy": "USDT"}),
        ("getMaxLoan", "GET account/max-loan", LOANS,
         {"instId": "BTC-USDT", "mgnMode": "cross", "mgnCcy": "BTC"}),
    ):  # fmt: skip
        yield Different(ClientCall("okx-api", name, endpoint), NOT_SERVED, reason, arguments)


REFUSED = (*_ccxt(), *_python_okx(), *_okx_api())

# Carried out, and the answer is OKX's form; but ccxt 4.5.90 takes a text in it for a dictionary.
STUMBLING = tuple(
    Different(ClientCall("ccxt", name, endpoint), "TypeError", "ccxt's own mistake in reading it")
    for name, endpoint in (
        ("add_margin", "POST account/position/margin-balance"),
        ("fetch_margin_adjustment_history", "GET account/bills"),
        ("reduce_margin", "POST account/position/margin-balance"),
    )
)
DIFFERENT = (*REFUSED, *STUMBLING)


def refused(client: str) -> list[tuple[ClientCall, str, Mapping[str, Any]]]:
    """Call, code and arguments of what ``client`` is refused."""
    return [
        (each.call, each.code, each.arguments) for each in REFUSED if each.call.client == client
    ]
