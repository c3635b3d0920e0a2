"""The four parts of a prehash, each with its rule and a check of that rule.

OKX docs, Overview, REST Authentication, Signature: what is signed is ``timestamp + METHOD + target +
body``, each exactly as it travels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from okx_magic import strictjson
from okx_magic.advice.case import clock_text
from okx_magic.catalogue.endpoint_search import nearest_paths
from okx_magic.credentials.websocket import LOGIN_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.model import Exchange

PartName = Literal["timestamp", "method", "target", "body"]

WINDOW_SECONDS = 30
_FORM = "UTC as 2020-12-08T09:08:57.715Z: milliseconds and Z, 24 characters"
_SECONDS = re.compile(r"\d{10}", re.ASCII)
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
# RFC 3986: characters that are allowed in a path or a query as they are, and escapes.
_URL = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")
_ROOT = "/api/v5/"


@dataclass(frozen=True, slots=True)
class Part:
    """One of the four parts of a prehash, in their order.

    ``text`` is the part as it was signed, ``rule`` its rule, and ``found`` what the
    check of that rule found. ``kept`` says whether the rule was kept; None where there was nothing
    to check, as for the timestamp of a request that was not signed.
    """

    name: PartName
    text: str
    rule: str
    kept: bool | None
    found: str


def is_login(exchange: Exchange) -> bool:
    """Whether it is a log-in over a WebSocket, which has a timestamp and a target of its own."""
    return exchange.request.path == LOGIN_PATH


def login_moment(timestamp: str) -> datetime | None:
    """The time of a WebSocket log-in; None for a text of another form."""
    return datetime.fromtimestamp(int(timestamp), UTC) if _SECONDS.fullmatch(timestamp) else None


def parts(exchange: Exchange) -> tuple[Part, ...]:
    """The parts of what was signed; of an unsigned request what was sent."""
    return (_timestamp(exchange), _method(exchange), _target(exchange), _body(exchange))


def moment(timestamp: str) -> datetime | None:
    """The time that a timestamp of the documented form names; None for any other text."""
    if not _TIMESTAMP.fullmatch(timestamp):
        return None
    try:
        return datetime.fromisoformat(timestamp)
    except ValueError:  # the 31st of February
        return None


def _timestamp(exchange: Exchange) -> Part:
    login = is_login(exchange)
    form = "whole seconds since 1970, 10 digits" if login else _FORM
    rule = f"{form}; at most {WINDOW_SECONDS} s from the exchange's clock"
    length = "10 digits" if login else "24 characters"
    if exchange.sent is None:
        return Part("timestamp", "", rule, None, "not signed, so there is no timestamp")
    text = exchange.sent.timestamp
    stamp = login_moment(text) if login else moment(text)
    if stamp is None:
        return Part("timestamp", text, rule, kept=False, found="not of this form")
    if exchange.offset is None:
        found = f"{length}; the exchange's clock was not measured"
        return Part("timestamp", text, rule, kept=True, found=found)
    theirs = exchange.sent_at + exchange.offset / 1000
    away = stamp.timestamp() - theirs
    found = f"{length}, {abs(away):.1f} s from the exchange's clock; "
    found += clock_text(exchange.offset)
    return Part("timestamp", text, rule, kept=abs(away) <= WINDOW_SECONDS, found=found)


def _method(exchange: Exchange) -> Part:
    text = exchange.sent.method if exchange.sent else exchange.request.method
    kept = text.isupper() and text == exchange.request.method
    found = "in capitals, as sent" if kept else f"{exchange.request.method} was sent"
    rule = "in capitals, as in the request line"
    return Part("method", text, rule, kept=kept, found=found)


def _target(exchange: Exchange) -> Part:
    text = exchange.sent.target if exchange.sent else exchange.request.target
    if is_login(exchange):
        rule = f"always {LOGIN_PATH} for a log-in over a WebSocket, whatever its URL"
        found = "as documented" if text == LOGIN_PATH else "not the documented one"
        return Part("target", text, rule, kept=text == LOGIN_PATH, found=found)
    faults = list(_faults_of_target(text))
    if text != exchange.request.target:
        faults.append(f"{exchange.request.target} was sent")
    known = exchange.request.endpoint
    if known is not None:
        listed = "the catalogue has the path"
    else:
        near = nearest_paths(exchange.request.method, exchange.request.path)
        listed = "the catalogue does not have the path"
        listed += f"; near it: {', '.join(near)}" if near else ""
    found = "; ".join([*(faults or ["percent-encoded as it is sent"]), listed])
    rule = f"path and query as they are sent: from {_ROOT}, without the host; no spaces, no bare ?"
    return Part("target", text, rule, kept=not faults, found=found)


def _faults_of_target(text: str) -> Iterator[str]:
    if not text.startswith(_ROOT):
        yield f"it does not begin with {_ROOT}"
    if not _URL.fullmatch(text):
        end = _URL.match(text)
        assert end is not None  # noqa: S101  # it matches the empty text
        yield f"character {end.end() + 1} must be percent-encoded"
    path, question, query = text.partition("?")
    if question and not query:
        yield "a bare ? at the end, which HTTP libraries drop"
    if "//" in path or "/./" in path or "/../" in path:
        yield "the path has //, /./ or /../, which HTTP libraries may change"


def _body(exchange: Exchange) -> Part:
    rule = "the exact bytes that are sent, JSON in UTF-8; nothing for a GET"
    body = exchange.sent.body if exchange.sent else exchange.request.body.encode()
    text = body.decode("utf-8", "replace")
    faults = list(_faults_of_body(exchange.request.method, body))
    if body != exchange.request.body.encode():
        faults.append("not the bytes that were sent")
    if faults:
        found = "; ".join(faults)
    elif body:
        found = f"{len(body)} bytes of JSON, signed as sent"
    else:
        found = "no body, so nothing is signed for it"
    return Part("body", text, rule, kept=not faults, found=found)


def _faults_of_body(method: str, body: bytes) -> Iterator[str]:
    if not body:
        return
    if method == "GET":
        yield "a GET with a body: its parameters belong in the query"
    try:
        value = strictjson.loads(body)
    except ValueError as error:
        yield f"not JSON: {error}"
        return
    if not isinstance(value, dict | list):
        yield "JSON, but neither an object nor an array: encoded twice?"
