"""The four parts of a prehash, each with its rule and a check of that rule.

OKX docs, Overview, REST Authentication, Signature: what is signed is ``timestamp + METHOD + target +
body``, each exactly as it travels.

Tested in ``tests/advice/test_trace.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from okx_magic.advice.case import clock_text
from okx_magic.catalogue.endpoint_search import nearest_paths
from okx_magic.credentials.prehash_rules import (
    LOGIN_RULES,
    RULES,
    WINDOW_SECONDS,
    PartName,
    faults_of_body,
    faults_of_target,
    login_moment,
    moment,
)
from okx_magic.credentials.websocket import LOGIN_PATH

if TYPE_CHECKING:
    from okx_magic.model import Exchange


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


def parts(exchange: Exchange) -> tuple[Part, ...]:
    """The parts of what was signed; of an unsigned request what was sent."""
    return (_timestamp(exchange), _method(exchange), _target(exchange), _body(exchange))


def _timestamp(exchange: Exchange) -> Part:
    login = is_login(exchange)
    rule = (LOGIN_RULES if login else RULES)["timestamp"]
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
    return Part("method", text, RULES["method"], kept=kept, found=found)


def _target(exchange: Exchange) -> Part:
    text = exchange.sent.target if exchange.sent else exchange.request.target
    if is_login(exchange):
        rule = LOGIN_RULES["target"]
        found = "as documented" if text == LOGIN_PATH else "not the documented one"
        return Part("target", text, rule, kept=text == LOGIN_PATH, found=found)
    faults = list(faults_of_target(text))
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
    rule = RULES["target"]
    return Part("target", text, rule, kept=not faults, found=found)


def _body(exchange: Exchange) -> Part:
    rule = RULES["body"]
    body = exchange.sent.body if exchange.sent else exchange.request.body.encode()
    text = body.decode("utf-8", "replace")
    faults = list(faults_of_body(exchange.request.method, body))
    if body != exchange.request.body.encode():
        faults.append("not the bytes that were sent")
    if faults:
        found = "; ".join(faults)
    elif body:
        found = f"{len(body)} bytes of JSON, signed as sent"
    else:
        found = "no body, so nothing is signed for it"
    return Part("body", text, rule, kept=not faults, found=found)
