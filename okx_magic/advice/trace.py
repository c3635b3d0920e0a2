"""How a request was signed, step by step: each part with the rule that it obeys and a check of it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from okx_magic.advice.case import Case, Cause, Known
from okx_magic.advice.causes import causes
from okx_magic.advice.parts import Part, parts
from okx_magic.advice.shell import curl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.credentials.account import Account
    from okx_magic.model import Environment, Exchange

__all__ = ["Cause", "Known", "Part", "Trace", "trace"]

_NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class Trace:
    """One exchange as it was signed, sent and answered, free of secrets.

    ``parts`` are the four of the prehash (OKX docs: Overview, REST Authentication, Signature) and
    ``size`` its bytes. ``digest`` is the HMAC-SHA256 as hexadecimal digits and ``signature`` the same
    as Base64, as it was sent; both are "" for a request that was not signed. ``headers`` are those
    that were sent, with secrets hidden; ``curl`` is the request as a command with placeholders for
    secrets. ``causes`` are those of a refusal that were checked.
    """

    title: str
    account: str
    environment: Environment
    parts: tuple[Part, ...]
    size: int
    digest: str
    signature: str
    headers: tuple[tuple[str, str], ...]
    curl: str
    causes: tuple[Cause, ...] = ()


def trace(exchange: Exchange, account: Account, known: Known = _NOTHING_KNOWN) -> Trace:
    """The trace of an exchange of this account; ``known`` serves the causes of a refusal."""
    sent = exchange.sent
    return Trace(
        title=_title(exchange),
        account=account.name,
        environment=account.environment,
        parts=parts(exchange),
        size=len(sent.prehash.encode()) if sent else 0,
        digest=base64.b64decode(sent.signature).hex() if sent else "",
        signature=sent.signature if sent else "",
        headers=tuple(_headers(exchange, account)),
        curl=curl(exchange.request, sent, account),
        causes=causes(Case(exchange.code, account, exchange, known)),
    )


def _title(exchange: Exchange) -> str:
    status = "no answer" if exchange.status is None else f"HTTP {exchange.status}"
    return f"{exchange.request} · {status} · {exchange.outcome}"


def _headers(exchange: Exchange, account: Account) -> Iterator[tuple[str, str]]:
    if exchange.sent is not None:
        yield "OK-ACCESS-KEY", account.credentials.hint if account.credentials else "…"
        yield "OK-ACCESS-SIGN", exchange.sent.signature
        yield "OK-ACCESS-TIMESTAMP", exchange.sent.timestamp
        yield "OK-ACCESS-PASSPHRASE", "hidden"
    yield from exchange.request.headers
    if exchange.request.body:
        yield "Content-Type", "application/json"
