from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from faketime import FakeTime
from rawserver import RawServer, http

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import CredentialsError, OkxError, OutcomeUnknown, RefusedError
from okx_magic.model import Environment, Request
from okx_magic.session import Session
from okx_magic.wire.connection import Connection, with_environment

KEY = "00000000-aaaa-bbbb-cccc-000000000001"
SECRET = "FAKE0SECRET0FOR0TESTS0ONLY000001"
PASSPHRASE = "fake-pass-1"
BALANCE = Request("GET", "/api/v5/account/balance")
TIME = Request("GET", "/api/v5/public/time")
ORDER = Request("POST", "/api/v5/trade/order", '{"instId":"BTC-USDT"}')
NAMED = Request("POST", "/api/v5/trade/order", '{"instId":"BTC-USDT","clOrdId":"mine"}')

TIME = Request("GET", "/api/v5/public/time")
Open = Callable[..., Session]


@pytest.fixture
def connect(server: RawServer) -> Iterator[Open]:
    opened: list[Session] = []

    def opener(environment: Environment = "demo", *, keys: bool = True) -> Session:
        credentials = Credentials(KEY, SECRET, PASSPHRASE) if keys else None
        account = Account("main", environment, credentials, server.url, "a test", timeout=2)
        connection = Connection(account, timing=FakeTime().timing())
        opened.append(Session(account, connection=connection))
        return opened[-1]

    yield opener
    for session in opened:
        session.close()


def exchange(*replies: dict[str, Any] | bytes, skew: float = 0) -> Callable[[bytes], bytes]:
    """Answers /public/time with a skewed clock, and all else with the replies in turn."""
    waiting = list(replies)

    def reply_to(head: bytes) -> bytes:
        if b"/public/time" in head.split(b"\r\n")[0]:
            stamp = str(round((time.time() + skew) * 1000))
            return http(json.dumps({"code": "0", "msg": "", "data": [{"ts": stamp}]}).encode())
        reply = waiting.pop(0)
        return reply if isinstance(reply, bytes) else http(json.dumps(reply).encode())

    return reply_to


OK = {"code": "0", "msg": "", "data": []}
TAKEN = {"code": "0", "msg": "", "data": [{"ordId": "1", "clOrdId": "mine", "sCode": "0"}]}


def sent_paths(server: RawServer) -> list[str]:
    return [head.split(b" ")[1].decode() for head, _ in server.requests]


def test_a_private_request_carries_a_fitting_signature(server: RawServer, connect: Open) -> None:
    """What arrives is signed over its own timestamp, method, target and body."""
    server.answer = exchange(TAKEN)
    connect().send(NAMED)
    message = (server.header("OK-ACCESS-TIMESTAMP") or "").encode()
    message += b"POST/api/v5/trade/order" + server.body
    digest = hmac.new(SECRET.encode(), message, hashlib.sha256).digest()
    assert server.header("OK-ACCESS-SIGN") == base64.b64encode(digest).decode()
    assert server.header("OK-ACCESS-KEY") == KEY
    assert server.header("OK-ACCESS-PASSPHRASE") == PASSPHRASE
    assert server.header("x-simulated-trading") == "1"


def test_the_clock_is_asked_once(server: RawServer, connect: Open) -> None:
    """The offset is measured before the first signed request and then kept."""
    server.answer = exchange(OK, OK)
    session = connect()
    session.send(BALANCE)
    session.send(BALANCE)
    assert sent_paths(server).count(TIME.target) == 1


def test_a_wrong_clock_of_ours_is_corrected(server: RawServer, connect: Open) -> None:
    """The timestamp follows the exchange's clock, however wrong ours is."""
    server.answer = exchange(OK, skew=3600)
    session = connect()
    session.send(BALANCE)
    assert session.connection.clock.offset == pytest.approx(3_600_000, abs=2_000)


def test_a_public_request_is_not_signed(server: RawServer, connect: Open) -> None:
    """A public endpoint gets neither key nor passphrase, and needs no clock."""
    server.answer = exchange()
    connect().send(TIME)
    assert server.header("OK-ACCESS-KEY") is None
    assert len(server.requests) == 1


def test_an_unknown_path_is_signed(server: RawServer, connect: Open) -> None:
    """What the catalogue does not know may be private, so it is signed."""
    server.answer = exchange(OK)
    connect().send(Request("GET", "/api/v5/new/thing"))
    assert server.header("OK-ACCESS-SIGN")


def test_50102_measures_the_clock_and_sends_once_more(server: RawServer, connect: Open) -> None:
    """A refused timestamp is mended once; the order keeps its id, and the second try is stamped anew."""
    expired = {"msg": "Timestamp request expired", "code": "50102"}
    server.answer = exchange(expired, TAKEN)
    connect().send(NAMED)
    assert [path == TIME.target for path in sent_paths(server)] == [True, False, True, False]
    first, second = (body for _, body in server.requests if body)
    assert first == second
    assert b"clOrdId" in first


def test_50102_twice_is_raised(server: RawServer, connect: Open) -> None:
    """A timestamp that stays refused is an error, not a loop."""
    expired = {"msg": "Timestamp request expired", "code": "50102"}
    server.answer = exchange(expired, expired)
    with pytest.raises(OkxError, match="50102"):
        connect().send(BALANCE)
    assert len(server.requests) == 4


@pytest.mark.parametrize("code", ["50113", "51008"])
def test_no_other_refusal_is_sent_again(server: RawServer, connect: Open, code: str) -> None:
    """An order that was refused for good leaves once."""
    server.answer = exchange({"code": code, "msg": "x", "data": []})
    with pytest.raises(OkxError, match=code):
        connect().send(ORDER)
    assert sum(bool(body) for _, body in server.requests) == 1


def test_a_lost_answer_to_an_order_is_never_sent_again(server: RawServer, connect: Open) -> None:
    """An order whose answer is lost, and its look-ups too, is named unknown, with the request that
    settles it.
    """
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"
    server.answer = exchange(*[half] * 9)
    server.hang_up = True
    with pytest.raises(OutcomeUnknown, match="may have been carried out") as caught:
        connect().send(ORDER)
    bodies = [body for _, body in server.requests if body]
    assert len(bodies) == 1
    client_id = json.loads(bodies[0])["clOrdId"]
    assert f"GET /api/v5/trade/order?instId=BTC-USDT&clOrdId={client_id}" in caught.value.remedy


def test_an_order_that_never_left_is_not_unknown(connect: Open, server: RawServer) -> None:
    """Where no connection came up nothing was carried out, and the error does not say otherwise."""
    server.answer = exchange(OK)
    session = connect()
    session.send(BALANCE)
    server.close()
    session.connection.transport.close()
    with pytest.raises(Exception, match="no connection") as caught:
        session.send(ORDER)
    assert not isinstance(caught.value, OutcomeUnknown)


def test_a_live_account_sends_no_order() -> None:
    """The refusal comes before the clock is asked and before a socket opens."""
    credentials = Credentials(KEY, SECRET, PASSPHRASE)
    account = Account("real", "live", credentials, "https://openapi.okx.com", "a test")
    with closing(Session(account)) as session, pytest.raises(RefusedError, match="real"):
        session.send(ORDER)


def test_a_private_endpoint_without_credentials_is_said_so(
    connect: Open, server: RawServer
) -> None:
    """Without credentials a private request is not sent at all."""
    server.answer = exchange()
    with pytest.raises(CredentialsError, match="private"):
        connect(keys=False).send(BALANCE)
    assert BALANCE.target not in sent_paths(server)


def test_the_log_tells_each_exchange_without_secrets(server: RawServer, connect: Open) -> None:
    """Success and failure are logged with code, status and what was signed; no secret is in it."""
    server.answer = exchange(OK, {"code": "51008", "msg": "no", "data": []})
    session = connect()
    session.send(BALANCE)
    with pytest.raises(OkxError):
        session.send(ORDER)
    good, bad = session.log
    assert (good.code, good.status, good.outcome) == ("0", 200, "ok")
    assert (bad.code, bad.outcome) == ("51008", "51008 no")
    assert bad.sent is not None
    assert bad.sent.prehash.endswith(bad.sent.body.decode())
    assert not any(secret in repr(session.log) for secret in (SECRET, PASSPHRASE, KEY))


def test_as_typed_adds_nothing(server: RawServer, connect: Open) -> None:
    """An order sent as typed travels byte for byte as typed."""
    server.answer = exchange({**TAKEN, "data": [{"ordId": "1", "clOrdId": "", "sCode": "0"}]})
    reply = connect().send(ORDER, as_typed=True)
    assert server.body.decode() == ORDER.body
    assert reply.added_ids == ()


def test_a_preview_sends_nothing(server: RawServer, connect: Open) -> None:
    """A dry run signs what would be sent without opening a socket, not even for the time."""
    session = connect()
    request, sent, added = session.orders.preview(ORDER)
    assert sent.prehash == f"{sent.timestamp}POST{ORDER.target}{request.body}"
    assert added[0] in request.body
    assert server.connections == 0


@pytest.mark.parametrize(
    ("environment", "value", "refused"),
    [("live", "1", True), ("live", "0", False), ("demo", "0", True), ("demo", "1", False)],
)
def test_a_header_that_contradicts_the_account_is_refused(
    environment: Environment,
    value: str,
    refused: bool,  # noqa: FBT001
) -> None:
    """The environment header can confirm the account, never overrule it."""
    request = replace(TIME, headers=(("X-Simulated-Trading", value),))
    if refused:
        with pytest.raises(RefusedError, match="contradicts"):
            with_environment(request, environment)
    else:
        headers = with_environment(request, environment).headers
        assert headers == with_environment(TIME, environment).headers


def test_only_live_goes_without_the_demo_header() -> None:
    """Demo and sandbox say so in each request."""
    assert with_environment(TIME, "live").headers == ()
    assert with_environment(TIME, "demo").headers == (("x-simulated-trading", "1"),)


def test_a_connection_only_reads(connect: Open, server: RawServer) -> None:
    """What changes something cannot be sent around the gate and the ledger."""
    with pytest.raises(ValueError, match="changes something"):
        connect().connection.read(ORDER)
    assert server.connections == 0
