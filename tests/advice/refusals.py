"""Refusals of the sandbox and of OKX, and what the checks find of them."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from cases import SENT_AT, account, exchange
from hypothesis import strategies as st

from okx_magic.advice.case import Known
from okx_magic.advice.causes import Case, Cause, causes, remedy_after
from okx_magic.model import Exchange, Request

if TYPE_CHECKING:
    from okx_magic.credentials.credentials import Credentials

HTML = "HTML came instead of JSON: a proxy, a VPN or a gateway answered, not OKX's API (HTTP 502)"
DEMO = (("x-simulated-trading", "1"),)
EARLIER = exchange(code="0", outcome="ok", status=200, sent_at=SENT_AT - 12)


def order(*headers: tuple[str, str]) -> Request:
    return Request("POST", "/api/v5/trade/order", '{"instId":"BTC-USDT"}', (*DEMO, *headers))


def date(seconds: float) -> tuple[tuple[str, str], ...]:
    """The Date of an answer, so much after the request was sent."""
    moment = datetime.fromtimestamp(SENT_AT, UTC) + timedelta(seconds=seconds)
    return (("date", format_datetime(moment, usegmt=True)),)


def found(
    code: str,
    refused: Exchange | None = None,
    *,
    known: Known | None = None,
    credentials: Credentials | None = None,
    **changes: Any,
) -> dict[str, Cause]:
    """The causes that are found for a code, by their names."""
    whose = account(credentials=credentials, **changes)
    refused = dataclasses.replace(refused or exchange(), code=code)
    return {each.name: each for each in causes(Case(code, whose, refused, known or Known()))}


text = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


def advice(
    code: str, refused: Exchange, known: Known | None = None, **more: Any
) -> tuple[str, str]:
    """What was found, as one text, and what is advised where the code's own advice is "fixed"."""
    seen = causes(Case(code, account(**more), refused, known or Known()))
    return " ".join(map(str, seen)), remedy_after(seen, "fixed")
