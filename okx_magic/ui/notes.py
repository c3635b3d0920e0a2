"""The output of a cell, as text in a terminal and as HTML in a notebook: a note, which is a
few lines, and a trace, with colours and a legend.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from okx_magic import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from okx_magic.advice.parts import Part, PartName
    from okx_magic.advice.trace import Trace
    from okx_magic.model import Environment

# Colours that are readable on light and dark themes; the environment is also written as text.
_BADGE_COLOURS: dict[Environment, str] = {
    "sandbox": "#6b7280",
    "demo": "#b45309",
    "live": "#dc2626",
}
FONT = "font-family:var(--jp-code-font-family,monospace);font-size:var(--jp-code-font-size,13px)"
_MARKS: Final = {True: "✓", False: "✗", None: "·"}

# Half transparent, so that the text keeps its contrast on light and on dark; the underline tells the
# parts apart where there are no colours.
_COLOURS: Final[Mapping[PartName, tuple[str, str]]] = {
    "timestamp": ("37,99,235", "solid"),
    "method": ("22,163,74", "double"),
    "target": ("217,119,6", "dashed"),
    "body": ("219,39,119", "dotted"),
}
# No table: front ends give tables stripes and colours of their own.
_GRID: Final = "display:grid;grid-template-columns:max-content 1fr;column-gap:8px"
_WRAP: Final = "white-space:pre-wrap;overflow-wrap:anywhere"


@dataclass(frozen=True, slots=True)
class Note:
    """Lines of text, the first after a badge that says the environment, if there is one.

    All of it is escaped in HTML: notes carry text from servers.
    """

    lines: tuple[str, ...]
    environment: Environment | None = None

    def __repr__(self) -> str:
        badge = f"[{badge_text(self.environment)}] " if self.environment else ""
        return badge + "\n".join(self.lines)

    def _repr_html_(self) -> str:
        import html  # noqa: PLC0415  # its table of entities slows %load_ext

        badge = badge_html(self.environment) if self.environment else ""
        text = "\n".join(map(html.escape, self.lines))
        return f'<div style="{FONT};white-space:pre-wrap;line-height:1.4">{badge}{text}</div>'


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
        parts = "".join(
            _row(_painted(part, html.escape(part.name)), html.escape("\n".join(_verdict(part))))
            for part in trace.parts
        )
        signed = "".join(_painted(part, html.escape(part.text)) for part in trace.parts)
        rows = "".join(_row(html.escape(name), html.escape(text)) for name, text in self._rows())
        return (
            f'<div style="{FONT};line-height:1.5">{badge_html(trace.environment)}{title}'
            f'<div style="margin:6px 0;{_WRAP}">{signed}</div>'
            f'<div style="{_GRID}">{parts}{rows}</div></div>'
        )

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


def _row(name: str, text: str) -> str:
    return f'<div>{name}</div><div style="{_WRAP}">{text}</div>'
