"""The output of a cell, as text in a terminal and as HTML in a notebook: a note, which is a
few lines, and a trace, with colours and a legend.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from okx_magic import catalogue
from okx_magic.errorblock import fitted, terminal_width
from okx_magic.servertext import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from okx_magic.advice.parts import Part
    from okx_magic.advice.trace import Trace
    from okx_magic.credentials.prehash_rules import PartName
    from okx_magic.model import Environment

# Colours that are readable on light and dark themes; the environment is also written as text.
_BADGE_COLOURS: dict[Environment, str] = {
    "sandbox": "#6b7280",
    "demo": "#b45309",
    "live": "#dc2626",
}
# What aligns is <pre>: an untrusted notebook loses the fonts that a style names. A page of nbconvert has
# no font of its own for <pre>.
_LINE: Final = (
    "margin:0;padding-top:0;padding-bottom:0;white-space:pre-wrap;"
    "font-family:var(--jp-code-font-family,monospace);word-break:normal;overflow-wrap:anywhere;line-height:1.4"
)
# A label and what follows it, the first column of a table, or an indent: a line that is too long goes on
# below its text.
_LABEL: Final = re.compile(r" {2,}\S+ {2,}(?=\S)|[A-Z]+ {2,}(?=\S)|\s*")
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
class Note:
    """Lines of text, the first after a badge that says the environment, if there is one.

    All of it is escaped in HTML: notes carry text from servers.
    """

    lines: tuple[str, ...]
    environment: Environment | None = None

    def __post_init__(self) -> None:
        # The last gate before a screen, whatever the lines were made of.
        object.__setattr__(self, "lines", tuple(plain(self.lines)))

    def __repr__(self) -> str:
        badge = f"[{badge_text(self.environment)}] " if self.environment else ""
        text = badge + "\n".join(self.lines)
        width = terminal_width()
        if not width:
            return text
        lines = (line.rstrip() for line in text.split("\n"))
        return "\n".join(
            fitted("", line, _hang(line), width) if len(line) > width else line for line in lines
        )

    def _repr_html_(self) -> str:
        import html  # noqa: PLC0415  # its table of entities slows %load_ext

        badge = badge_html(self.environment) if self.environment else ""
        lines = [html.escape(line) for text in self.lines for line in text.split("\n")]
        return "<div>" + "".join(map(line_html, [badge + lines[0], *lines[1:]])) + "</div>"


def seconds_text(milliseconds: int) -> str:
    """``+1.2 s``; what rounds to nothing is ``0.0 s``."""
    seconds = round(milliseconds / 1000, 1)
    return f"{seconds:+.1f} s" if seconds else "0.0 s"


def line_html(line: str) -> str:
    """A line of HTML text. Where it is too long for the page it goes on under its first word, or under
    what follows its label.
    """
    hang = _hang(line)
    hanging = f";padding-left:{hang}ch;text-indent:-{hang}ch" if hang else ""
    return f'<pre style="{_LINE}{hanging}">{line or " "}</pre>'


def _hang(line: str) -> int:
    label = _LABEL.match(line)
    return label.end() if label else 0


def badge_text(environment: Environment) -> str:
    """The environment as a word; live is in capitals."""
    return "LIVE" if environment == "live" else environment


def badge_html(environment: Environment) -> str:
    """The word on its colour."""
    return (
        f'<span style="background:{_BADGE_COLOURS[environment]};color:#fff;border-radius:3px;'
        f'padding:0 5px;margin-right:6px">{badge_text(environment)}</span>'
    )


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
    return f'<pre style="{_LINE};padding-left:10ch;text-indent:-10ch">{line}</pre>'
