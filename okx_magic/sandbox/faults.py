"""Faults by name (``data/faults.json``) and by order: what goes wrong, and with which requests. Pure.

    lose-answer                                the next POST is carried out, its answer lost
    2nd POST /api/v5/trade/order: hang-after   the second order, counted from now
    next 5 GET: 50011                          five GETs refused with OKX's code 50011
    3% any: reset-after | 502 | slow=5         a soak: every 33rd request or so, one of the three
    skew=31, every GET */balance: delay=200    two rules; where both would strike, the first does

A rule is ``[WHICH] [METHOD] [PATH]: FAULT[=NUMBER]``. WHICH is ``next``, ``next N``, ``Nth``,
``every`` or ``P%``, METHOD ``GET``, ``POST`` or ``any``, PATH a pattern with ``*``; what is left out is
the next, POST and any path (``skew`` alone: every request). Behind a fault ``-before`` says that the
request is not carried out, ``-after`` that it is, ``-late=MS`` that it is so many milliseconds later.
Where none of them stands it is carried out if something of OKX's own answer comes through. The header
``x-sandbox-fault`` of a request asks for ``FAULT[=NUMBER]`` for that request.

Streams have METHODs of their own: ``LOGIN``, ``SUBSCRIBE`` (each channel) and ``PUSH`` (each frame of
data); the PATH of a channel is ``/ws/v5/public/books``. What strikes there says so itself:

    gap                                        a push of a book is left out
    60007, every SUBSCRIBE */orders: 60011     the next log-in refused, and all of orders
    3% PUSH: drop | 4004, 9th PUSH: 64008=500  a soak; and a notice, half a second before the end
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from random import Random
from typing import TYPE_CHECKING

from okx_magic.catalogue import explain
from okx_magic.sandbox.data import table
from okx_magic.sandbox.replies import HTML, Reply, Wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from okx_magic.sandbox.gateway import RawRequest

_LATE_MS = 1000
_STREAM_METHODS = frozenset({"LOGIN", "SUBSCRIBE", "PUSH"})
# Codes that streams alone know; of a log-in that failed inside OKX, and of a notice, a minute ahead.
_OF_STREAMS = ("60", "63999", "64")
_LOGIN_FAILED = "63999"
_UPGRADE = "64008"
_NOTICE_MS = 60_000
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,9})?", re.ASCII)
_NAME = re.compile(r"(?P<base>.+?)(?:-(?P<moment>before|after|late))?")
_SELECTOR = re.compile(
    r"(?:(?:(?P<every>every)|next(?: (?P<count>\d{1,9}))?|(?P<nth>\d{1,9})(?:st|nd|rd|th)"
    r"|(?P<rate>\d{1,3}(?:\.\d{1,9})?)%) )?"
    r"(?:(?P<method>GET|POST|any|LOGIN|SUBSCRIBE|PUSH) )?(?:(?P<path>[/*]\S*) )?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What a client meets: the ``page``, OKX's refusal with ``code`` or else OKX's own answer, put on
    the ``wire`` in some way. ``moment`` is when the request is carried out: ``before`` it (so never),
    ``after`` it or ``late``. ``number`` stands behind ``=`` where nothing does: milliseconds, for
    ``skew`` seconds. ``usual`` are the requests of a rule that names none. ``stream`` is what happens to
    streams.
    """

    says: str
    wire: Wire = "whole"
    page: Reply | None = None
    code: str = ""
    moment: str = "before"
    number: float = 0.0
    usual: str = "next POST"
    stream: str = ""


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault about to happen, now or, where its moment is late, in ``late`` seconds. ``pause`` and
    ``skew`` are in seconds as well.
    """

    fault: Fault
    moment: str
    late: float
    pause: float
    skew: float


def _page(status: int, title: str = "", body: str = "") -> Reply:
    if not title:
        return Reply(status, body.encode())
    return Reply(status, f"<html><body><h1>{status} {title}</h1></body></html>".encode(), HTML)


def _refusal(code: str) -> Fault | None:
    known = explain(code)
    if known is None:
        return None
    usual = "next POST"
    if code == _UPGRADE or known.group == "ws close":
        usual = "next PUSH"
    elif code.startswith(_OF_STREAMS):
        login = known.group == "auth" or code == _LOGIN_FAILED
        usual = "next LOGIN" if login else "next SUBSCRIBE"
    number = _NOTICE_MS if code == _UPGRADE else 0.0
    return Fault(f"OKX's code {code}: {known.meaning}", code=code, number=number, usual=usual)


# Of these codes none says whether the order was taken (OKX docs, Error Code; the last by its nature).
_DOUBTFUL = ("50001", "50004", "50013", "50026", "51054", "51149", "51016")

FAULTS: Mapping[str, Fault] = {
    name: Fault(**{**facts, "page": _page(**facts["page"]) if "page" in facts else None})
    for name, facts in table("faults.json").items()
} | {code: fault for code in (*_DOUBTFUL, _UPGRADE) if (fault := _refusal(code))}


def described() -> dict[str, str]:
    """A line for each fault, by its name."""
    lines = {name: fault.says for name, fault in FAULTS.items()}
    return lines | {
        "CODE": "any other code of OKX's table, as 50011, of a log-in 60007, of a close 4004"
    }


def read_rules(text: str, seed: str) -> list[Rule]:
    """The rules of a text, apart by commas or lines. ValueError names what cannot be read.

    ``seed`` decides what falls to chance.
    """
    parts = [part.strip() for part in text.replace("\n", ",").split(",")]
    return [_rule(part, f"{seed}:{number}") for number, part in enumerate(parts) if part]


def read_strikes(text: str) -> list[Strike]:
    """The faults of ``FAULT | FAULT``; ValueError for one that is not known."""
    return [_strike(part.strip()) for part in text.split("|")]


@dataclass(slots=True)
class Rule:
    """One of ``strikes`` for the ``first`` to the ``last`` request of this method and path, or for
    ``rate`` of them. ``seen`` counts them.
    """

    method: str
    path: str
    first: float
    last: float
    rate: float
    strikes: list[Strike]
    chance: Random
    seen: int = 0

    def strike(self, request: RawRequest) -> Strike | None:
        """What happens to ``request``, which is counted."""
        streams = request.method in _STREAM_METHODS
        if self.method != request.method and (streams or self.method != "any"):
            return None
        if not fnmatchcase(request.path, self.path):
            return None
        self.seen += 1
        if not self.first <= self.seen <= self.last or self.chance.random() >= self.rate:
            return None
        return self.chance.choice(self.strikes)


def draw(rules: Iterable[Rule], request: RawRequest) -> Strike | None:
    """What the first rule that strikes has for ``request``; all of them count it."""
    strikes = [rule.strike(request) for rule in rules]
    return next((strike for strike in strikes if strike is not None), None)


def _rule(text: str, seed: str) -> Rule:
    selector, _, faults = text.rpartition(":")
    strikes = read_strikes(faults)
    words = " ".join(selector.split()) or strikes[0].fault.usual
    match = _SELECTOR.fullmatch(words + " ")
    if match is None:
        raise ValueError(f"cannot read {selector.strip()!r}: such as 2nd POST /api/v5/trade/order")
    nth, count, rate = match["nth"], match["count"], match["rate"]
    method = match["method"] or _usual_method(strikes[0].fault)
    for strike in strikes:
        _check_method(strike.fault, method)
    lasting = match["every"] or rate
    return Rule(
        method=method,
        path=match["path"] or "*",
        first=int(nth or 1),
        last=math.inf if lasting else int(nth or count or 1),
        rate=float(rate) / 100 if rate else 1.0,
        strikes=strikes,
        chance=Random(seed),  # noqa: S311  # to be repeated, no secret
    )


def _usual_method(fault: Fault) -> str:
    method = fault.usual.split()[1]
    return method if fault.stream or method in _STREAM_METHODS else "POST"


def _check_method(fault: Fault, method: str) -> None:
    # What there is on one way cannot happen on the other.
    usual = _usual_method(fault)
    streams = method in _STREAM_METHODS
    refusal = fault.code and usual != "PUSH" and method != "PUSH"
    if usual != method and not refusal and (streams or usual in _STREAM_METHODS):
        raise ValueError(f"{fault.says!r} does not happen to {method}")


def _strike(text: str) -> Strike:
    name, equals, number = text.partition("=")
    if equals and _NUMBER.fullmatch(number) is None:
        raise ValueError(f"{text!r} has no number behind its =")
    match = _NAME.fullmatch(name)
    fault = (FAULTS.get(match["base"]) or _refusal(match["base"])) if match else None
    if match is None or fault is None:
        near = get_close_matches(name, FAULTS, n=1)
        meant = f": did you mean {near[0]}?" if near else f"; there are {', '.join(described())}"
        raise ValueError(f"no fault is called {name!r}{meant}")
    moment = match["moment"] or fault.moment
    late, value = 0.0, float(number) if equals else fault.number
    if moment == "late":
        late, value = float(number or _LATE_MS) / 1000, fault.number
    pause, skew = (0.0, value) if fault is FAULTS["skew"] else (value / 1000, 0.0)
    return Strike(fault, moment, late, pause, skew)
