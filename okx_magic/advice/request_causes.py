"""Causes of a refusal that are in the request: clock, path, headers, limits, who answered."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from okx_magic.advice.case import Case, Cause, clock_text
from okx_magic.advice.parts import is_login, parts
from okx_magic.catalogue.endpoint_search import exactly, nearest_paths
from okx_magic.catalogue.parameter_rules import named_parameter, parameter_advice
from okx_magic.credentials.prehash_rules import WINDOW_SECONDS, login_moment, moment

if TYPE_CHECKING:
    from collections.abc import Iterator

_MILLISECONDS = re.compile(r"\d{13}", re.ASCII)
_OUR_HEADERS = frozenset({"x-simulated-trading", "exptime"})


def clock(case: Case) -> Iterator[Cause]:
    """The exchange's clock against ours, as it was measured, and against the refusal's own date."""
    offset = case.offset
    measured = "the exchange's clock was not measured" if offset is None else clock_text(offset)
    if case.exchange is None or case.exchange.sent is None:
        wrong = None if offset is None else abs(offset) > WINDOW_SECONDS * 1000
        yield Cause("clock", measured, holds=wrong)
        return
    late = case.exchange.milliseconds / 1000
    if late > WINDOW_SECONDS:
        yield Cause("clock", f"the request took {late:.0f} s", holds=True)
    read = login_moment if is_login(case.exchange) else moment
    stamp = read(case.exchange.sent.timestamp)
    if offset is not None:
        measured += ", and the timestamp was corrected by that"
    date = _date(case)
    if date is None or stamp is None:
        yield Cause("clock", f"{measured}; the answer has no date to compare")
        return
    away = (date - stamp).total_seconds() - late
    far = abs(away) > WINDOW_SECONDS
    side = "behind" if away > 0 else "ahead of"
    found = f"the timestamp was {abs(away):.0f} s {side} the date of the answer; {measured}"
    yield Cause("clock", found, holds=far)


def timestamp_form(case: Case) -> Iterator[Cause]:
    """Whether the timestamp that was sent can be read."""
    if case.exchange is None or case.exchange.sent is None:
        return
    text = case.exchange.sent.timestamp
    fits = moment(text) is not None
    found = f"{text} was sent, which is {'' if fits else 'not '}the documented form"
    yield Cause("timestamp", found, holds=not fits)


def exp_time(case: Case) -> Iterator[Cause]:
    """The header ``expTime`` against the exchange's clock when the request was sent."""
    if case.exchange is None:
        return
    headers = {name.lower(): value.strip() for name, value in case.exchange.request.headers}
    value = headers.get("exptime")
    if value is None:
        yield Cause("expTime", "the request has no such header")
    elif not _MILLISECONDS.fullmatch(value):
        found = f"{value[:30]} is not in milliseconds since 1970, which have 13 digits"
        yield Cause("expTime", found, holds=True)
    else:
        sent = case.exchange.sent_at * 1000 + (case.offset or 0)
        left = (int(value) - sent) / 1000
        side = "after" if left > 0 else "before"
        found = f"it was {abs(left):.1f} s {side} the exchange's clock when the request was sent"
        passed = left * 1000 < case.exchange.milliseconds
        yield Cause("expTime", found, holds=passed or None)


def headers(case: Case) -> Iterator[Cause]:
    """Whether the four authentication headers were sent at all."""
    if case.exchange is None:
        return
    if case.exchange.sent is None:
        found = "sent without OK-ACCESS headers, as the catalogue has the endpoint as public"
        yield Cause("headers", found, holds=True)
    else:
        found = "all four OK-ACCESS headers were sent: one was lost on the way"
        yield Cause("headers", found, holds=None)


def typed_headers(case: Case) -> Iterator[Cause]:
    """The headers that the person added; okx_magic itself names no broker."""
    if case.exchange is None:
        return
    typed = [name for name, _ in case.exchange.request.headers if name.lower() not in _OUR_HEADERS]
    found = f"typed in addition to ours: {', '.join(typed) or 'none'}"
    yield Cause("headers", f"{found}; okx_magic names no broker", holds=None)


def path(case: Case) -> Iterator[Cause]:
    """Path and method against the catalogue."""
    if case.exchange is None:
        return
    request = case.exchange.request
    if request.endpoint is not None:
        yield Cause("path", f"the catalogue has {request}", holds=False)
    elif others := exactly(request.path):
        found = f"the catalogue has {request.path} as a {others[0].method}, not a {request.method}"
        yield Cause("path", found, holds=True)
    else:
        near = ", ".join(nearest_paths(request.method, request.path))
        found = f"the catalogue does not have {request}" + (f"; near it: {near}" if near else "")
        yield Cause("path", found)


def parameter(case: Case) -> Iterator[Cause]:
    """The parameter that OKX named: what it takes, when it is needed, and what was given."""
    if case.exchange is None:
        return
    name = named_parameter(case.exchange.outcome)
    if not name:
        return
    asked = case.exchange.request
    lines = parameter_advice(name, asked.endpoint)
    mode = str(case.known.config.get("posMode", ""))
    if name == "posSide" and mode:
        lines = (f"the account's posMode is {mode}", *lines)
    given = [str(each[name]) for each in (*asked.items, dict(asked.query)) if name in each]
    sent = f"{name} was sent as {', '.join(given)[:60]}" if given else f"no {name} was sent"
    remedy = next((line for line in lines if line.startswith(f"{name} is")), "")
    yield Cause("parameter", "; ".join((sent, *lines)), holds=True, remedy=remedy)


def signed_parts(case: Case) -> Iterator[Cause]:
    """Whether method, target and body keep their rules. For the timestamp OKX has another code."""
    if case.exchange is None or case.exchange.sent is None:
        return
    broken = [part for part in parts(case.exchange)[1:] if part.kept is False]
    for part in broken:
        yield Cause(part.name, part.found, holds=True)
    if not broken:
        found = "method, target and body keep their rules, and were sent as they were signed"
        yield Cause("parts", found, holds=False)


def limit(case: Case) -> Iterator[Cause]:
    """How much of the limit this session used."""
    if case.exchange is None:
        return
    request = case.exchange.request
    endpoint = request.endpoint
    if endpoint is None or endpoint.limit is None:
        yield Cause("limit", f"the catalogue knows none for {request}")
        return
    known = endpoint.limit
    start = case.exchange.sent_at - known.seconds
    ours = sum(
        1
        for each in case.known.log
        if each.request.path == request.path and start <= each.sent_at <= case.exchange.sent_at
    )
    scope = f" per {known.scope}" if known.scope else ""
    found = (
        f"{known.requests} {known.unit} in {known.seconds:g} s{scope}; {ours} were sent from here"
    )
    if ours <= known.requests:
        found += ": others use it too, such as a program with the same account or address"
    yield Cause("limit", found, holds=ours > known.requests or None)


def answerer(case: Case) -> Iterator[Cause]:
    """Who answered, where it was not OKX's API."""
    if case.exchange is None:
        return
    told = dict(case.exchange.answered)
    server = told.get("via") or told.get("server") or ""
    parts = [f"HTTP {case.exchange.status}"]
    if server:
        parts.append(f"from {server}")
    if "content-type" in told:
        parts.append(told["content-type"])
    yield Cause("answer", f"{', '.join(parts)}: {case.exchange.outcome}", holds=True)


def host(case: Case) -> Iterator[Cause]:
    """Whether the host is one of OKX's."""
    if case.account.loopback:
        yield Cause("host", f"{case.account.host} is this computer")
    else:
        yield Cause("host", f"{case.account.host} is one of OKX's", holds=False)


def _date(case: Case) -> datetime | None:
    text = dict(case.exchange.answered).get("date", "") if case.exchange else ""
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
