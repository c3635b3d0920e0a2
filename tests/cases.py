"""Accounts and exchanges to look into, made by hand."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.model import Exchange, Request, Sent

if TYPE_CHECKING:
    from okx_magic.model import Environment

KEY = "985d5b66-57ce-40fb-b714-afc0b9787083"
SECRET = "0123456789ABCDEF0123456789ABCDEF"
PASSPHRASE = "Correct-Horse-9!"

# 2024-05-06T07:08:09.010Z
SENT_AT = 1_714_979_289.010
TIMESTAMP = "2024-05-06T07:08:09.010Z"


def account(
    environment: Environment = "demo", *, credentials: Credentials | None = None, **changes: Any
) -> Account:
    """An account of OKX's global site."""
    made = Account(
        environment,
        environment,
        credentials or Credentials(KEY, SECRET, PASSPHRASE),
        "https://www.okx.com",
        "environment variables",
    )
    return replace(made, **changes)


def exchange(
    request: Request | None = None,
    code: str = "50113",
    outcome: str = "50113 Invalid Sign",
    *,
    signed: bool = True,
    **changes: Any,
) -> Exchange:
    """A refused exchange, signed as it should be."""
    request = request or Request(
        "GET", "/api/v5/account/balance?ccy=BTC", headers=(("x-simulated-trading", "1"),)
    )
    made = Exchange(
        request=request,
        account="demo",
        environment="demo",
        sent=sent(request) if signed else None,
        status=401,
        code=code,
        outcome=outcome,
        sent_at=SENT_AT,
        milliseconds=80.0,
        offset=0,
    )
    return replace(made, **changes)


def sent(request: Request, timestamp: str = TIMESTAMP) -> Sent:
    """What was signed, by the text of OKX's rule alone."""
    body = request.body.encode()
    prehash = (timestamp + request.method + request.target).encode() + body
    digest = hmac.new(SECRET.encode(), prehash, hashlib.sha256).digest()
    signature = base64.b64encode(digest).decode()
    return Sent(request.method, request.target, body, timestamp, signature)
