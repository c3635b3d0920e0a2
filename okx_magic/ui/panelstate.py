"""What the panel's front end draws, as plain JSON without secrets, made from sessions and their logs.

Texts from a server stay as they came: the front end puts them in as text, never as HTML.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from okx_magic.advice.trace import Trace
    from okx_magic.credentials.account import Account
    from okx_magic.credentials.choices import Choice, Choices
    from okx_magic.detective import Verdict
    from okx_magic.errors import OkxMagicError
    from okx_magic.model import Exchange
    from okx_magic.session import Session

# What a widget's state may hold.
Json: TypeAlias = dict[str, Any]

_MONEY: Final = {"sandbox": "invented money", "demo": "simulated money"}


def offered(choices: Choices, unread: Sequence[Choice]) -> Json:
    """The sources of credentials, the sites of typed ones, and what a cell would use by itself. On a
    machine where no credentials should be brought, the sandbox alone, and why.
    """
    read = choices.read()
    if refusal := choices.refusal:
        read, unread = read[-1:], ()
    first = next((choice for choice in read if choice.first), read[-1])
    usual = first.problem or first.label
    if unread and first.environment == "sandbox":
        usual = f"{' or '.join(choice.label for choice in unread)}, else {first.label}"
    return {
        "choices": [asdict(choice) for choice in (*read, *unread)],
        "first": first.key,
        "usual": usual,
        "sites": [list(site) for site in choices.sites()],
        "refusal": refusal,
    }


def account(session: Session, others: Iterable[Session], now: datetime) -> Json:
    """The account that cells use, with what is known of its key, and the others that are open."""
    known = session.account
    return {
        "name": known.name,
        "environment": known.environment,
        "money": _money(session, now),
        "host": known.host,
        "hint": known.credentials.hint if known.credentials else "",
        "facts": [list(fact) for fact in _facts(session, now)],
        "warnings": list(session.warnings),
        "others": [f"{other.account.name} ({other.account.environment})" for other in others],
    }


def exchange(number: str, done: Exchange) -> Json:
    """A line of the list of requests; times are in milliseconds."""
    return {
        "id": number,
        "at": round(done.sent_at * 1000),
        "method": done.request.method,
        "target": done.request.target,
        "account": done.account,
        "status": done.status,
        "code": done.code,
        "outcome": done.outcome,
        "took": round(done.milliseconds),
    }


def signature(number: str, done: Exchange, traced: Trace) -> Json:
    """An exchange step by step, and what the detective would be asked about it."""
    sent = done.sent
    evidence = {
        "signature": sent.signature if sent else "",
        "timestamp": sent.timestamp if sent else "",
        "method": sent.method if sent else done.request.method,
        "target": sent.target if sent else done.request.target,
        "body": sent.body.decode("utf-8") if sent else done.request.body,
    }
    return {"id": number, "evidence": evidence, **asdict(traced)}


def verdict(found: Verdict) -> Json:
    """The finding of the detective, a line each."""
    return {"kind": found.kind, "lines": list(found.lines())}


def refusal(error: OkxMagicError, elsewhere: Sequence[Account]) -> Json:
    """An error as its block: headline, label and text of each further line, and where else the key
    could be asked for.
    """
    return {
        "headline": error.headline(),
        "lines": [list(line) for line in error.details()],
        "elsewhere": [f"{place.host} ({place.environment})" for place in elsewhere],
    }


def _money(session: Session, now: datetime) -> str:
    """Whose money an order would move, and whether one would be sent at all."""
    if session.gate.latched:
        return "the kill switch is on: only cancels are sent"
    if session.account.environment != "live":
        return _MONEY[session.account.environment]
    if not session.gate.arming.armed:
        return "real money · reading only, until %okx_live"
    until = now + timedelta(seconds=session.gate.arming.seconds_left)
    return f"real money · ORDERS ARE SENT until {until:%H:%M} UTC"


def _facts(session: Session, now: datetime) -> Iterable[tuple[str, str]]:
    from okx_magic.ui.receipts import permissions  # noqa: PLC0415  # slows the opening, on first use

    known, config = session.account, session.config
    yield "key", known.credentials.hint if known.credentials else "none"
    yield "from", known.source
    if config:
        yield "permissions", permissions(config)
        yield "addresses", str(config.get("ip") or "") or "any (the key is bound to none)"
    else:
        yield "permissions", "not asked yet: log in to know"
    if known.created is not None:
        yield "key's age", f"{(now.date() - known.created).days} days, made {known.created}"
    elif known.environment != "sandbox":
        yield "key's age", "not known (a profile may say: created = …)"
    offset = session.connection.clock.offset
    if offset is not None:
        yield "clock", f"{offset / 1000:+.1f} s to the exchange's"
    if known.proxy_name:
        yield "proxy", known.proxy_name
