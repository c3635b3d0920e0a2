"""ccxt and python-okx, which nobody here wrote, sign the same request with the same signature."""

from __future__ import annotations

import json

import ccxt
import okx.utils
import pytest

from okx_magic.credentials.credentials import Credentials, prehash, signature, timestamp_text

KEY = "00000000-aaaa-bbbb-cccc-000000000001"
SECRET = "FAKE0SECRET0FOR0TESTS0ONLY000001"
PASSPHRASE = "fake-pass-1"
MILLISECONDS = 1_714_979_289_010
TIMESTAMP = "2024-05-06T07:08:09.010Z"

ORDER = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "100"}
REQUESTS = [
    ("GET", "account/balance", {}),
    ("GET", "account/balance", {"ccy": "BTC,ETH"}),
    ("GET", "trade/orders-history", {"instType": "SWAP", "instId": "BTC-USDT-SWAP", "limit": 100}),
    ("GET", "account/subaccount/balances", {"subAcct": "测 1"}),
    ("POST", "account/activate-option", {}),
    ("POST", "trade/order", {**ORDER, "clOrdId": "b15"}),
    ("POST", "trade/cancel-batch-orders", [{"instId": "BTC-USDT", "ordId": "590908157585625111"}]),
    ("POST", "users/subaccount/apikey", {"subAcct": "sub1", "label": "测试"}),
]


@pytest.fixture(scope="module")
def exchange() -> ccxt.okx:
    """The client of ccxt with its clock stopped."""
    client = ccxt.okx({"apiKey": KEY, "secret": SECRET, "password": PASSPHRASE})
    client.nonce = client.milliseconds = lambda: MILLISECONDS
    return client


@pytest.mark.parametrize(("method", "path", "params"), REQUESTS)
def test_ccxt_sends_the_same_headers(
    exchange: ccxt.okx, method: str, path: str, params: dict[str, str]
) -> None:
    """For the target and body that ccxt would send, our four headers are ccxt's."""
    signed = exchange.sign(path, ["private"], method, params)
    target = signed["url"].removeprefix("https://www.okx.com")
    assert target.startswith("/api/v5/")
    ours = Credentials(KEY, SECRET, PASSPHRASE).headers(
        timestamp_text(MILLISECONDS), method, target, (signed["body"] or "").encode()
    )
    assert ours == {name: signed["headers"][name] for name in ours}


@pytest.mark.parametrize(("method", "path", "params"), REQUESTS)
def test_python_okx_makes_the_same_signature(
    method: str, path: str, params: dict[str, str]
) -> None:
    """For the target and body that python-okx signs, prehash and signature are python-okx's."""
    query = okx.utils.parse_params_to_str(params) if method == "GET" and params else ""
    target = f"/api/v5/{path}{query}"
    body = json.dumps(params) if method == "POST" else ""
    theirs = okx.utils.pre_hash(TIMESTAMP, method, target, body, debug=False)
    assert prehash(TIMESTAMP, method, target, body.encode()) == theirs.encode()
    assert signature(SECRET, theirs.encode()) == okx.utils.sign(theirs, SECRET).decode()
