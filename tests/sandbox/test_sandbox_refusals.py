"""Refusals over HTTP: status and body, byte for byte."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from sandbox_caller import Answer, Caller, Clock, signed

from okx_magic.catalogue import endpoint
from okx_magic.sandbox.routes.endpoints import PUBLIC, QUERIES

if TYPE_CHECKING:
    from okx_magic.sandbox import Sandbox

BALANCE = "/api/v5/account/balance"
ORDER = "/api/v5/trade/order"
LIMIT = b'{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","px":"1","sz":"1"}'


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({"OK-ACCESS-KEY": ""},
         b'{"msg":"Request header OK-ACCESS-KEY can not be empty.","code":"50103"}'),
        ({"OK-ACCESS-PASSPHRASE": ""},
         b'{"msg":"Request header OK-ACCESS-PASSPHRASE can not be empty.","code":"50104"}'),
        ({"OK-ACCESS-PASSPHRASE": "x"},
         b'{"msg":"Request header OK-ACCESS-PASSPHRASE incorrect.","code":"50105"}'),
        ({"OK-ACCESS-SIGN": ""},
         b'{"msg":"Request header OK-ACCESS-SIGN can not be empty.","code":"50106"}'),
        ({"OK-ACCESS-TIMESTAMP": ""},
         b'{"msg":"Request header OK-ACCESS-TIMESTAMP can not be empty.","code":"50107"}'),
        ({"OK-ACCESS-KEY": "x"}, b'{"msg":"Invalid OK-ACCESS-KEY","code":"50111"}'),
        ({"OK-ACCESS-KEY": "00000000-aaaa-bbbb-cccc-000000000003"},
         b'{"msg":"API key doesn\'t exist","code":"50119"}'),
        ({"OK-ACCESS-TIMESTAMP": "x"},
         b'{"msg":"Invalid OK-ACCESS-TIMESTAMP.","code":"50112"}'),
        ({"OK-ACCESS-TIMESTAMP": "1"}, b'{"msg":"Timestamp request expired","code":"50102"}'),
        ({"OK-ACCESS-SIGN": "x"}, b'{"msg":"Invalid Sign","code":"50113"}'),
        ({"x-simulated-trading": "0"},
         b'{"msg":"APIKey does not match current environment.","code":"50101"}'),
    ],
)  # fmt: skip
def test_the_gateway_refuses(call: Caller, changed: dict[str, str], body: bytes) -> None:
    """Authentication refusals are HTTP 401, compact, msg first, without data."""
    answer = call.send("GET", BALANCE, call.headers("GET", BALANCE) | changed)
    assert (answer.status, answer.body) == (401, body)


def test_the_same_request_unchanged_passes(call: Caller) -> None:
    """The control to the refusals: nothing changed, nothing refused."""
    assert call.get(BALANCE).data


def test_clock_window_over_http(call: Caller, clock: Clock) -> None:
    """A request signed more than 30 s ago is refused, however right its signature."""
    headers = call.headers("GET", BALANCE)
    clock.now += 29
    assert call.send("GET", BALANCE, headers).status == 200
    clock.now += 2
    assert call.send("GET", BALANCE, headers).json["code"] == "50102"


def test_header_names_in_any_case(call: Caller) -> None:
    """Header names are read without regard to case."""
    lower = {name.lower(): value for name, value in call.headers("GET", BALANCE).items()}
    assert call.send("GET", BALANCE, lower).data


def test_encoded_target_is_judged_as_sent(call: Caller) -> None:
    """A comma and its percent form are both right, each with its own signature."""
    for target in (f"{BALANCE}?ccy=BTC,ETH", f"{BALANCE}?ccy=BTC%2CETH"):
        assert [row["ccy"] for row in call.get(target).data[0]["details"]] == ["BTC", "ETH"]
    crossed = call.headers("GET", f"{BALANCE}?ccy=BTC,ETH")
    assert call.send("GET", f"{BALANCE}?ccy=BTC%2CETH", crossed).json["code"] == "50113"


def test_wrong_secret(call: Caller, sandbox: Sandbox) -> None:
    """The right key with another secret is a wrong signature."""
    keys = dataclasses.replace(sandbox.demo, secret=sandbox.live.secret)
    headers = signed(keys, "GET", BALANCE, b"", call.clock.now, demo=True)
    assert call.send("GET", BALANCE, headers).json["code"] == "50113"


def test_public_endpoints_ignore_credentials(call: Caller) -> None:
    """On public endpoints authentication headers are not looked at."""
    answer = call.public("/api/v5/public/time", **{"OK-ACCESS-KEY": "x", "OK-ACCESS-SIGN": "y"})
    assert answer.body == b'{"code":"0","data":[{"ts":"1772508800500"}],"msg":""}'


@pytest.mark.parametrize(
    ("method", "target", "status", "body"),
    [
        ("GET", "/api/v5/nothing", 404, b'{"code":"404","data":[],"msg":"Not Found"}'),
        ("GET", "/API/V5/public/time", 404, b'{"code":"404","data":[],"msg":"Not Found"}'),
        ("DELETE", "/api/v5/public/time", 405,
         b'{"msg":"Invalid request method.","code":"50115"}'),
        ("POST", "/api/v5/public/time", 405, b'{"msg":"Invalid request method.","code":"50115"}'),
        ("GET", "/api/v5/trade/cancel-order", 405,
         b'{"msg":"Invalid request method.","code":"50115"}'),
        ("GET", "/api/v5/market/books-rpi", 200,
         b'{"code":"50038","data":[],"msg":"The sandbox does not offer this"}'),
    ],
)  # fmt: skip
def test_paths_and_methods(
    call: Caller, method: str, target: str, status: int, body: bytes
) -> None:
    """Unknown paths, methods that a path has not, and endpoints that are not served."""
    answer = call.send(method, target, {})
    assert (answer.status, answer.body) == (status, body)


def test_private_endpoints_not_served(call: Caller) -> None:
    """A private endpoint that is not served says so only to those who may know."""
    target = "/api/v5/account/interest-rate"
    assert call.public(target).json["code"] == "50103"
    assert call.get(target).json["code"] == "50038"


@pytest.mark.parametrize(
    ("body", "code", "msg"),
    [
        (b"", "50000", "Body for POST request cannot be empty."),
        (b"{", "50002", "JSON syntax error"),
        (b"[]", "50002", "JSON syntax error"),
        (b'"x"', "50002", "JSON syntax error"),
        (b'{"sz":NaN}', "50002", "JSON syntax error"),
        (b"\xff", "50002", "JSON syntax error"),
        (b"[" * 100_000, "50002", "JSON syntax error"),
        (b'{"sz":' + b"9" * 5000 + b"}", "50014", "Parameter instId can not be empty."),
    ],
)
def test_bodies_that_are_no_order(call: Caller, body: bytes, code: str, msg: str) -> None:
    """A body that is missing, no JSON, or no object is a bad request."""
    answer = call.post(ORDER, body)
    assert answer.status == 400
    assert answer.json == {"code": code, "data": [], "msg": msg}


def test_content_type(call: Caller) -> None:
    """A body must be declared as JSON; a charset may follow."""
    refused = call.post(ORDER, LIMIT, **{"Content-Type": "text/plain"})
    assert (refused.status, refused.json["code"]) == (400, "50006")
    kind = {"Content-Type": "application/json; charset=utf-8"}
    assert call.post(ORDER, LIMIT, **kind).data


def test_deadline(call: Caller, clock: Clock) -> None:
    """An expTime in the past refuses the order, in the future it does not."""
    past = call.post(ORDER, LIMIT, expTime=str(int(clock.now * 1000) - 1))
    assert (past.status, past.json["code"], past.json["data"]) == (200, "50036", [])
    assert call.post(ORDER, LIMIT, expTime=str(int(clock.now * 1000) + 1)).data
    assert call.post(ORDER, LIMIT, expTime="soon").json["msg"] == "Parameter expTime  error"


@pytest.mark.parametrize("changed", [{"Host": "okx.com"}, {"Origin": "https://evil.com"}])
def test_foreign_pages_get_nothing(call: Caller, changed: dict[str, str]) -> None:
    """A request for, or from a page of, another host is forbidden."""
    answer = call.send("GET", "/api/v5/public/time", changed)
    assert answer.status == 403
    assert b"ts" not in answer.body.split(b'"msg"')[0]


@pytest.mark.parametrize("path", [*PUBLIC, *QUERIES])
def test_what_is_documented_of_a_query_is_kept_to(call: Caller, path: str) -> None:
    """A required parameter that lacks is refused by its name, and so is a value that is not one of
    those documented.
    """
    known = endpoint("GET", path)
    assert known is not None
    ask = call.get if known.private else call.public
    good = {
        param.name: param.values[0] if param.values else "1"
        for param in known.params
        if param.required == "yes"
    }
    # Both have ways around what is documented.
    free = {"ordType"} | ({"instType"} if path.endswith("/mark-price") else set())
    for param in known.params:
        if param.name in good.keys() - free:
            lacks = urlencode({name: good[name] for name in good if name != param.name})
            assert said(ask(f"{path}?{lacks}")) == ("50014", param.name)
        if param.values and param.name not in free:
            bad = urlencode({**good, param.name: "bogus"})
            assert said(ask(f"{path}?{bad}")) == ("51000", param.name)


def said(answer: Answer) -> tuple[str, str]:
    return answer.json["code"], answer.json["msg"].split()[1]
