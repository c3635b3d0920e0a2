"""The lines under a cell: what was sent, by which account, what came, and how long it took.

Tested in ``tests/ui/test_console_notes.py`` and ``tests/magics/test_sending.py``.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from okx_magic.advice.trace import curl
from okx_magic.orders.items import ATTACHED_ID, attached_to
from okx_magic.ui.console import Note, seconds_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from okx_magic.catalogue import Limit
    from okx_magic.credentials.account import Account
    from okx_magic.data import Done
    from okx_magic.model import Request, Sent
    from okx_magic.pages import Pulled
    from okx_magic.session import Session
    from okx_magic.wire.sender import Reply

_SIGNATURE_SHOWN = 6
# A verbose traceback shows each attribute that a line has, and no call.
_signature_of = attrgetter("signature")


def receipt(
    reply: Reply,
    account: Account,
    *,
    rows: int | None,
    as_typed: bool = False,
    totals: object = None,
) -> Note:
    """One line for a request that was answered; ``rows`` is None for a raw envelope, ``totals`` are
    the fields around the rows of its frame.
    """
    request = reply.request
    parts = [
        _named(request, request.name),
        _rows_text(rows, request),
        f"{reply.milliseconds:.0f} ms",
    ]
    equity = totals.get("totalEq") if isinstance(totals, dict) else None
    # Exact decimals are texts there.
    with suppress(TypeError, ValueError):
        parts.insert(2, f"total equity {float('' if equity is None else equity):,.2f} USD")
    # The badge already says "demo" for the account demo.
    if account.name != account.environment:
        parts.append(account.name)
    if reply.added_ids:
        parts.insert(1, f"{_ids_text(request, reply.added_ids)} added")
    elif as_typed and _lacks_client_id(request):
        name = _client_id_field(request)
        parts.insert(1, f"no {name}: a lost answer cannot be looked up")
    if reply.attempts > 1:
        parts.append(f"{reply.attempts} attempts")
    lines = [" · ".join(parts)]
    if reply.recovered:
        lines.append(
            "  recovered: its answer was lost, and a look-up shows that it was carried out"
        )
    return Note(tuple(lines), account.environment)


def pulled(what: Pulled, account: Account, *, name: str | None) -> Note:
    """One line for a request that was answered in pages, and the notices on its frame."""
    rows = len(what.frame)
    parts = [
        _named(what.request, name),
        "0 rows: OKX has none" if rows == 0 else _counted(rows, "row"),
        _counted(what.pages, "page"),
        f"{what.milliseconds / 1000:.1f} s",
    ]
    return _finished(parts, what.notices, account)


def downloaded(done: Done, account: Account) -> Note:
    """One line for a target that is complete on disk, and what OKX does not have of it."""
    parts = [
        f"GET {done.target}",
        _counted(done.rows, "row"),
        f"{done.fresh:,} new",
        _counted(done.requests, "request"),
        f"{done.seconds:.1f} s",
    ]
    return _finished(parts, done.notices, account)


def _finished(parts: list[str], notices: Iterable[str], account: Account) -> Note:
    """A line of its parts, and one for each notice."""
    if account.name != account.environment:
        parts.append(account.name)
    lines = [" · ".join(parts), *(f"  note: {text}" for text in notices)]
    return Note(tuple(lines), account.environment)


def waiting(seconds: float, limit: Limit) -> Note:
    """Why the cell waits."""
    return Note(
        (
            f"waiting {seconds:.1f} s: OKX takes {limit.requests} {limit.unit} in {limit.seconds:g} s",
        )
    )


def notices(texts: Iterable[str]) -> Note:
    """What was changed in a cell or should be known about it, a line each."""
    return Note(tuple(f"note: {text}" for text in texts))


def login(session: Session) -> Note:
    """Who is logged in, where, and with what."""
    account = session.account
    key = f"key {account.credentials.hint}" if account.credentials else "no key"
    # The badge already says "demo" for the account demo.
    name = "" if account.name == account.environment else f"{account.name} · "
    lines = [f"{name}{account.host} · {key} · from {account.source}"]
    facts = [f"may {permissions(session.config)}"]
    offset = session.connection.clock.offset
    if offset is not None:
        facts.append(f"clock offset {seconds_text(offset)}")
    if account.proxy_name:
        facts.append(f"through the proxy {account.proxy_name}")
    lines.append("  " + " · ".join(facts))
    if account.environment == "live":
        lines.append("  live account: read-only until %okx_live")
    if session.gate.latched:
        since = session.gate.latch.since if session.gate.latch else None
        when = f" since {datetime.fromtimestamp(since, UTC):%Y-%m-%d %H:%M} UTC" if since else ""
        lines.append(f"  the kill switch is on{when}: only cancels are sent; %okx_kill --release")
    lines += [f"  warning: {warning}" for warning in session.warnings]
    return Note(tuple(lines), account.environment)


def unset(names: tuple[str, ...]) -> Note:
    """Which variables are unset, and where they may still be set."""
    if not names:
        return Note(("unset: none of the variables was set",))
    return Note(
        (f"unset in this kernel: {', '.join(names)}; still set where the kernel was started",)
    )


def dry_run(request: Request, sent: Sent, account: Account, added: tuple[str, ...]) -> Note:
    """What would be sent, to the byte, and how it would be signed; secrets hidden."""
    lines = [
        f"dry run · nothing sent · {account.name} · {account.base_url}",
        f"  {sent.method} {sent.target}",
    ]
    if sent.body:
        lines.append(f"  body      {len(sent.body)} bytes: {sent.body.decode('utf-8')}")
    if added:
        lines.append(f"  added     {_ids_text(request, added)}")
    lines += [f"  header    {name}: {value}" for name, value in request.headers]
    if sent.timestamp:
        lines += [
            f"  prehash   {sent.prehash}",
            f"  signature {_shown_signature(sent, account)}",
            f"  headers   {_shown_headers(sent, account)}",
        ]
    else:
        lines.append("  unsigned: the endpoint is public")
    lines.append(f"  curl      {curl(request, sent, account)}")
    return Note(tuple(lines), account.environment)


def permissions(config: Mapping[str, Any]) -> str:
    """What a key may do, in words: ``perm`` of GET /api/v5/account/config."""
    return str(config.get("perm", "")).replace("_only", "").replace(",", ", ") or "do nothing"


def _rows_text(rows: int | None, request: Request) -> str:
    if rows is None:
        return "raw"
    if rows == 0:
        return "0 rows: OKX has none for this request"
    text = _counted(rows, "row")
    paging = (request.endpoint and request.endpoint.paging) or {}
    most = paging.get("limit_max")
    if rows == most:
        return f"{text} (the endpoint's maximum)"
    if rows == paging.get("limit_default") and "limit" not in dict(request.query):
        return f"{text} (OKX's default, at most {most})"
    return text


def _named(request: Request, name: str | None) -> str:
    return f"{name} ← {request}" if name else str(request)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("s" if number != 1 else "")


def _client_id_field(request: Request) -> str:
    endpoint = request.endpoint
    return (endpoint.client_id if endpoint else None) or "clOrdId"


def _ids_text(request: Request, ids: tuple[str, ...]) -> str:
    """The ids that were added, each kind under the name of its field."""
    attached = {each.get(ATTACHED_ID) for item in request.items for each in attached_to(item)}
    kinds = (
        (_client_id_field(request), [each for each in ids if each not in attached]),
        (ATTACHED_ID, [each for each in ids if each in attached]),
    )
    return " · ".join(f"{name} {', '.join(some)}" for name, some in kinds if some)


def _lacks_client_id(request: Request) -> bool:
    endpoint = request.endpoint
    if endpoint is None or endpoint.client_id is None:
        return False
    return not all(item.get(endpoint.client_id) for item in request.items)


def _shown_signature(sent: Sent, account: Account) -> str:
    # With the passphrase a whole signature can be replayed for thirty seconds.
    if account.environment == "sandbox":
        return f"{_signature_of(sent)}"
    return f"{_signature_of(sent)[:_SIGNATURE_SHOWN]}… (cut)"


def _shown_headers(sent: Sent, account: Account) -> str:
    hint = account.credentials.hint if account.credentials else ""
    shown = f"OK-ACCESS-KEY {hint} · OK-ACCESS-TIMESTAMP {sent.timestamp}"
    return f"{shown} · OK-ACCESS-PASSPHRASE hidden"
