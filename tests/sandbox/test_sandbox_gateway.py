from __future__ import annotations

import pytest

from okx_magic.credentials.prehash_rules import REFUSED, unreadable
from okx_magic.sandbox.gateway import RawRequest, authenticate, is_local
from okx_magic.sandbox.keys import Keys
from okx_magic.sandbox.replies import RefusalError

# Made-up credentials; the signatures were computed with openssl dgst -hmac.
KEYS = Keys(
    "00000000-aaaa-bbbb-cccc-000000000001",
    "FAKE0SECRET0FOR0TESTS0ONLY000001",
    "fake-pass-1",
    "live",
)
OTHER = Keys(
    "00000000-aaaa-bbbb-cccc-000000000002", "FAKE0SECRET0FOR0TESTS0ONLY000002", "p", "demo"
)
KEYRING = {KEYS.key: KEYS, OTHER.key: OTHER}
AT = "2024-05-06T07:08:09.010Z"
NOW = 1_714_979_289.01

ORDER = (
    b'{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","px":"2.15","sz":"2",'
    b'"clOrdId":"b15","tag":"t1"}'
)
BALANCE = "/api/v5/account/balance?ccy=BTC"
BALANCE_SIGN = "TRG8OPBWsfYzX4RVzUk7YlfK7fpGwKmYTVopbfTDqAY="
VECTORS = [
    ("GET", BALANCE, b"", BALANCE_SIGN),
    ("GET", "/api/v5/account/balance?ccy=BTC,ETH", b"",
     "liApI39xlh6azcugvL6xadFmAoJVf0AtKhHpbYd3x88="),
    ("GET", "/api/v5/account/balance?ccy=BTC%2CETH", b"",
     "4yYw2ZdJOkZc16FlVyAoYYndgqDPYOqSnLryDvmb0Vk="),
    ("POST", "/api/v5/trade/order", ORDER, "1aiIODkECCM803zKe+5En2QTjZYg28qyDHI7ZlQWzpA="),
    ("POST", "/api/v5/users/subaccount/apikey", '{"subAcct":"sub1","label":"测试"}'.encode(),
     "Zjqp3TrY7vT+vHJEEmT476qznGUc+tCMY3Ss6Mt84Xs="),
]  # fmt: skip


def request(
    method: str = "GET", target: str = BALANCE, body: bytes = b"", **changed: str
) -> RawRequest:
    headers = {
        "ok-access-key": KEYS.key,
        "ok-access-sign": BALANCE_SIGN,
        "ok-access-timestamp": AT,
        "ok-access-passphrase": KEYS.passphrase,
    }
    return RawRequest(
        method, target, headers | {k.replace("_", "-"): v for k, v in changed.items()}, body
    )


def refusal(asked: RawRequest, now: float = NOW) -> str:
    with pytest.raises(RefusalError) as caught:
        authenticate(asked, KEYRING, now)
    return caught.value.code


@pytest.mark.parametrize(("method", "target", "body", "sign"), VECTORS)
def test_signatures_made_elsewhere_pass(method: str, target: str, body: bytes, sign: str) -> None:
    """A signature that openssl made over timestamp, method, target and body passes."""
    asked = request(method, target, body, ok_access_sign=sign)
    assert authenticate(asked, KEYRING, NOW) is KEYS


@pytest.mark.parametrize(
    "asked",
    [
        request(target="/api/v5/account/balance?ccy=ETH"),
        request(target="/api/v5/account/balance?ccy=BTC&"),
        request(target="/api/v5/account/balance?ccy=%42TC"),
        request(method="POST"),
        request(body=b" "),
        request(ok_access_sign=BALANCE_SIGN.lower()),
        request(ok_access_sign=BALANCE_SIGN.rstrip("=")),
        request(ok_access_timestamp="2024-05-06T07:08:09.01Z"),
        request(ok_access_sign="\xff\xfe"),
    ],
)
def test_any_other_byte_is_refused(asked: RawRequest) -> None:
    """One changed byte of target, method, body, timestamp or signature is 50113."""
    assert refusal(asked) == "50113"


@pytest.mark.parametrize(
    ("stamp", "code"),
    [
        ("2024-05-06T07:08:09Z", "50113"),
        ("2024-05-06T07:08:09.57Z", "50113"),
        ("2024-05-06T07:08:09.123456789Z", "50113"),
        ("1714979289", "50113"),
        ("1714979289.010", "50113"),
        ("1714979200", "50102"),
        ("1714979289010", "50102"),
        ("9" * 400, "50102"),
        ("2024-05-06T07:07:39.009Z", "50102"),
        ("2024-05-06T07:08:39.011Z", "50102"),
        ("2024-05-06T07:07:39.010Z", "50113"),
        ("2024-05-06T07:08:39.010Z", "50113"),
        ("2024-05-06T07:08:09.1234567890Z", "50112"),
        ("2024-05-06T07:08:09.010", "50112"),
        ("2024-05-06T07:08:09.010+00:00", "50112"),
        ("2024-05-06 07:08:09.010Z", "50112"),
        ("2024-02-31T07:08:09.010Z", "50112"),
        ("0000-02-01T07:08:09.010Z", "50112"),
        ("-1714979289", "50112"),
        ("now", "50112"),
        ("٢٠٢٤".encode().decode("latin-1"), "50112"),
    ],
)
def test_timestamps(stamp: str, code: str) -> None:
    """ISO with up to nine decimals and Z, or seconds, within 30 s go on to the signature check. What the
    detective calls refused whatever the signature is refused.
    """
    assert refusal(request(ok_access_timestamp=stamp)) == code
    told = unreadable(stamp, "/api/v5/account/balance")
    assert (f"({code})" in told) if REFUSED in told else code in {"50113", "50102"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ok_access_key": ""}, "50103"),
        ({"ok_access_sign": ""}, "50106"),
        ({"ok_access_timestamp": ""}, "50107"),
        ({"ok_access_passphrase": ""}, "50104"),
        ({"ok_access_key": "dummy"}, "50111"),
        ({"ok_access_key": "00000000-aaaa-bbbb-cccc-00000000000g"}, "50111"),
        ({"ok_access_key": "00000000-aaaa-bbbb-cccc-000000000003"}, "50119"),
        ({"x_simulated_trading": "1"}, "50101"),
        ({"ok_access_key": OTHER.key}, "50101"),
        ({"ok_access_key": OTHER.key, "x_simulated_trading": "0"}, "50101"),
        ({"ok_access_passphrase": "fake-pass-2"}, "50105"),
        ({"ok_access_passphrase": "FAKE-PASS-1"}, "50105"),
    ],
)
def test_each_broken_rule_has_its_code(changed: dict[str, str], code: str) -> None:
    """A missing header, a bad key, the wrong environment and passphrase are told apart."""
    assert refusal(request(**changed)) == code


def test_the_order_of_the_checks() -> None:
    """Headers come before time, time before key, key before environment, then passphrase, sign."""
    wrong = {
        "ok_access_sign": "x",
        "ok_access_passphrase": "x",
        "x_simulated_trading": "1",
        "ok_access_key": "x",
        "ok_access_timestamp": "1",
    }
    seen = []
    while wrong:
        seen.append(refusal(request(**wrong)))
        wrong.popitem()
    assert seen == ["50102", "50111", "50101", "50105", "50113"]


@pytest.mark.parametrize("value", ["0", "", "2", "true"])
def test_only_1_means_demo(value: str) -> None:
    """Any x-simulated-trading but 1 asks for the live account."""
    assert authenticate(request(x_simulated_trading=value), KEYRING, NOW) is KEYS


@pytest.mark.parametrize(
    ("headers", "local"),
    [
        ({"host": "127.0.0.1:80"}, True),
        ({"host": "localhost"}, True),
        ({"host": "[::1]:80"}, True),
        ({"host": "127.0.0.1", "origin": "http://localhost:8888"}, True),
        ({}, False),
        ({"host": "okx.com"}, False),
        ({"host": "127.0.0.1.evil.com"}, False),
        ({"host": "[::1"}, False),
        ({"host": "127.0.0.1", "origin": "https://evil.com"}, False),
        ({"host": "127.0.0.1", "origin": "null"}, False),
    ],
)
def test_only_this_machine(headers: dict[str, str], *, local: bool) -> None:
    """Host, and Origin where there is one, must name loopback."""
    assert is_local(headers) is local


def test_keys_hide_their_secrets() -> None:
    """The repr of keys shows neither secret nor passphrase."""
    assert KEYS.key in repr(KEYS)
    assert KEYS.secret not in repr(KEYS)
    assert KEYS.passphrase not in repr(KEYS)
