"""A bug report that can be posted: everything about one exchange except what is private."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from okx_magic.advice.case import Case
from okx_magic.advice.pseudonymize import pseudonymize
from okx_magic.advice.trace import trace
from okx_magic.ui.notes import TraceView

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from okx_magic.advice.case import Known
    from okx_magic.credentials.account import Account
    from okx_magic.model import Exchange

_EARLIER_SHOWN: Final = 5
_HIDDEN: Final = "OK-ACCESS-PASSPHRASE: hidden"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of the machine that the report comes from.

    ``versions`` and ``facts`` are lines without values that a person set; ``home`` is the path of the
    person's home, which may have their name.
    """

    versions: str
    facts: Sequence[str]
    home: str


def report(
    exchange: Exchange, account: Account, known: Known, around: Surroundings, *, salt: bytes
) -> str:
    """The report as Markdown. ``salt`` makes the pseudonyms: those of two reports can be compared if
    it is the same, and nobody without it can find out the value of one.
    """
    lines = [
        "okx_magic report · each «…» stands for one private value",
        f"versions  {around.versions}",
        *(f"fact      {fact}" for fact in around.facts),
        *_account(account, known, salt),
        *_story(exchange, known),
        "",
        *TraceView(trace(exchange, account, known), exchange.code).lines(),
    ]
    text = "\n".join(lines)
    if account.credentials is not None:
        passphrase = account.credentials.pseudonyms(salt)["passphrase"]
        text = text.replace(_HIDDEN, _HIDDEN.replace("hidden", passphrase))
    text = pseudonymize(text, Case(exchange.code, account, exchange, known), salt=salt)
    if len(around.home) > 1:
        text = text.replace(around.home, "~")
    # A fence that is longer than any in the text.
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}text\n{text}\n{fence}"


def _account(account: Account, known: Known, salt: bytes) -> Iterator[str]:
    yield f"account   {account.name} · {account.environment} · {account.base_url}"
    yield f"from      {account.source}"
    if account.credentials is not None:
        yield f"          {', '.join(account.credentials.pseudonyms(salt).values())}"
    yield from (f"warning   {warning}" for warning in account.warnings)
    if known.config:
        yield f"may       {known.config.get('perm', '')}"


def _story(exchange: Exchange, known: Known) -> Iterator[str]:
    earlier = [each for each in known.log if each.sent_at < exchange.sent_at]
    for each in earlier[-_EARLIER_SHOWN:]:
        before = exchange.sent_at - each.sent_at
        yield f"before    {before:.1f} s: {each.request} · HTTP {each.status} · {each.outcome}"
    yield f"took      {exchange.milliseconds:.0f} ms"
    yield from (f"answered  {name}: {value}" for name, value in exchange.answered)
