"""One exchange for a person to read: its trace, with colours and a legend; and a bug report that can be
posted, with everything about it except what is private.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from okx_magic import catalogue
from okx_magic.advice.case import Case
from okx_magic.advice.pseudonymize import pseudonymize
from okx_magic.advice.trace import trace
from okx_magic.ui.console import LINE, badge_html, badge_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from okx_magic.advice.case import Known
    from okx_magic.advice.parts import Part
    from okx_magic.advice.trace import Trace
    from okx_magic.credentials.account import Account
    from okx_magic.credentials.prehash_rules import PartName
    from okx_magic.model import Exchange

_EARLIER_SHOWN: Final = 5
_HIDDEN: Final = "OK-ACCESS-PASSPHRASE: hidden"
_MARKS: Final = {True: "✓", False: "✗", None: "·"}

# Half transparent, so that the text keeps its contrast on light and on dark; the underline tells the
# parts apart where there are no colours.
_COLOURS: Final[Mapping[PartName, tuple[str, str]]] = {
    "timestamp": ("37,99,235", "solid"),
    "method": ("22,163,74", "double"),
    "target": ("217,119,6", "dashed"),
    "body": ("219,39,119", "dotted"),
}


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


@dataclass(frozen=True, slots=True)
class TraceView:
    """Shows a trace. All of it is escaped in HTML: it carries text from servers.

    ``code`` is OKX's, for what it means and what to do.
    """

    trace: Trace
    code: str = ""

    def lines(self) -> tuple[str, ...]:
        """The trace as text."""
        trace = self.trace
        lines = [f"{trace.title} · {trace.account}"]
        for part in trace.parts:
            lines.append(f"  {part.name:<9} {part.text or '(none)'}")
            lines += [f"  {'':<9} {line}" for line in _verdict(part)]
        lines += [f"  {label:<9} {text}" for label, text in self._rows()]
        return tuple(lines)

    def __repr__(self) -> str:
        return f"[{badge_text(self.trace.environment)}] " + "\n".join(self.lines())

    def _repr_html_(self) -> str:
        import html  # noqa: PLC0415  # its table of entities slows %load_ext

        trace = self.trace
        title = html.escape(f"{trace.title} · {trace.account}")
        lines = [badge_html(trace.environment) + title]
        lines.append("".join(_painted(part, html.escape(part.text)) for part in trace.parts))
        for part in trace.parts:
            found, rule = map(html.escape, _verdict(part))
            name = _painted(part, html.escape(part.name)) + " " * (9 - len(part.name))
            lines += [f"{name} {found}", f"{'':<10}{rule}"]
        lines += [f"{name:<9} {html.escape(text)}" for name, text in self._rows()]
        return "<div>" + "".join(map(_row, lines)) + "</div>"

    def _rows(self) -> Iterator[tuple[str, str]]:
        """Label and text of each line after the parts."""
        trace = self.trace
        if trace.signature:
            yield "prehash", f"{trace.size} bytes: the four parts with nothing between them"
            yield "HMAC", f"SHA-256 of it under the secret: {trace.digest}"
            yield "Base64", f"of the HMAC's 32 bytes: {trace.signature}"
        else:
            yield "unsigned", "no OK-ACCESS headers were sent"
        for name, value in trace.headers:
            yield "header", f"{name}: {value}"
        yield "curl", trace.curl
        for cause in trace.causes:
            yield "checked", str(cause)
        known = catalogue.explain(self.code) if self.code not in ("", "0") else None
        if known is not None and known.meaning:
            yield "means", known.meaning
        if known is not None and known.remedy:
            yield "try", known.remedy


def _verdict(part: Part) -> tuple[str, str]:
    return f"{_MARKS[part.kept]} {part.found}", f"  rule: {part.rule}"


def _painted(part: Part, escaped: str) -> str:
    rgb, line = _COLOURS[part.name]
    style = f"background:rgba({rgb},.22);border-bottom:2px {line} rgb({rgb})"
    return f'<span style="{style}">{escaped}</span>' if escaped else ""


def _row(line: str) -> str:
    return f'<pre style="{LINE};padding-left:10ch;text-indent:-10ch">{line}</pre>'
