"""What the panel's front end draws, as plain JSON without secrets, made from sessions and their logs.

Texts from a server stay as they came: the front end puts them in as text, never as HTML.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeAlias

from okx_magic.ui.receipts import permissions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from okx_magic.debug.detective import Verdict
    from okx_magic.debug.trace import Trace
    from okx_magic.errors import OkxMagicError
    from okx_magic.model import Exchange
    from okx_magic.session import Session
    from okx_magic.wire.account import Account
    from okx_magic.wire.offers import Offer

# What a widget's state may hold.
Json: TypeAlias = dict[str, Any]


def offered(
    offers: Sequence[Offer], unread: Sequence[Offer], sites: Iterable[tuple[str, str]]
) -> Json:
    """The sources of credentials, the sites of typed ones, and what a cell would use by itself."""
    first = next(offer for offer in offers if offer.first)
    usual = first.problem or first.label
    if unread and first.environment == "sandbox":
        usual = f"{' or '.join(offer.label for offer in unread)}, else {first.label}"
    return {
        "offers": [
            {
                "key": offer.key,
                "label": offer.label,
                "environment": offer.environment,
                "host": offer.host,
                "hint": offer.hint,
                "problem": offer.problem,
            }
            for offer in (*offers, *unread)
        ],
        "first": first.key,
        "usual": usual,
        "sites": [list(site) for site in sites],
    }


def account(session: Session, others: Iterable[Session], today: date) -> Json:
    """The account that cells use, with what is known of its key, and the others that are open."""
    known = session.account
    return {
        "name": known.name,
        "environment": known.environment,
        "host": known.host,
        "hint": known.credentials.hint if known.credentials else "",
        "facts": [list(fact) for fact in _facts(session, today)],
        "warnings": list(known.warnings),
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
        "environment": done.environment,
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


def _facts(session: Session, today: date) -> Iterable[tuple[str, str]]:
    known, config = session.account, session.config
    yield "key", known.credentials.hint if known.credentials else "none"
    yield "from", known.source
    if config:
        yield "permissions", permissions(config)
        yield "addresses", str(config.get("ip") or "") or "any (the key is bound to none)"
    else:
        yield "permissions", "not asked yet: log in to know"
    if known.created is not None:
        yield "key's age", f"{(today - known.created).days} days, made {known.created}"
    elif known.environment != "sandbox":
        yield "key's age", "not known (a profile may say: created = …)"
    offset = session.connection.clock.offset
    if offset is not None:
        yield "clock", f"{offset / 1000:+.1f} s to the exchange's"
    if known.proxy_name:
        yield "proxy", known.proxy_name
