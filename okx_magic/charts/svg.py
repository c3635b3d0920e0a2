"""A small SVG writer: shapes by class, colours for light and dark in one place, all text escaped.

Tested in ``tests/charts/test_stills.py``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final
from urllib.parse import quote

FONT: Final = "11px system-ui,sans-serif"
# Each colour has 4.5 : 1 or more on its ground where it is text, 3 : 1 where it is a shape (WCAG 2.2,
# 1.4.3 and 1.4.11).
_PALETTE: Final = json.loads((Path(__file__).parent / "static/palette.json").read_text("utf-8"))
# The colours of lines, in their order; a dash tells them apart without colour.
LINES: Final = ("a", "b", "c", "d")
_DASHES: Final = {
    name: " ".join(map(str, dash)) for name, dash in zip(LINES, _PALETTE["dashes"], strict=True)
}
# What XML 1.0 has no place for, and what turns the direction of reading.
_ODD: Final = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u061b\u061d-\u200a\u2010-\u2027\u2030-\u205f\u2070-\ud7ff\ue000-\ufefe"
    "\uff00-\ufffd\U00010000-\U0010ffff]"
)


def clean(text: str) -> str:
    """The text without what could upset an XML reader or a terminal."""
    return _ODD.sub("", str(text))


def escape(text: str) -> str:
    """Text as text, wherever it stands in XML or HTML."""
    for sign, entity in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ('"', "&quot;"),
        ("'", "&#39;"),
    ):
        text = text.replace(sign, entity)
    return text


def number(value: float) -> str:
    """A coordinate in as few characters as it needs."""
    return f"{value:.1f}".removesuffix(".0")


class Svg:
    """Collects shapes; ``finish`` gives the document. Classes name colours: ``up``, ``ink`` and so on."""

    def __init__(self, width: int, height: int, label: str) -> None:
        self.width = width
        self.height = height
        self._label = clean(label)
        self._parts: list[str] = []

    def path(
        self, line: str, colour: str, *, filled: bool = False, width: float = 1, clear: float = 1
    ) -> None:
        """A path in a colour, as a line of a width or as what it encloses; ``clear`` is its opacity."""
        if not line:
            return
        faint = "" if clear == 1 else f' opacity="{clear:g}"'
        if filled:
            self._parts.append(f'<path class="f {colour}" d="{line}"{faint}/>')
        else:
            thick = "" if width == 1 else f' stroke-width="{width:g}"'
            self._parts.append(f'<path class="l {colour}" d="{line}"{thick}{faint}/>')

    def dashed(self, line: str, colour: str) -> None:
        """A thin broken line."""
        self._parts.append(f'<path class="l {colour}" d="{line}" stroke-dasharray="3 3"/>')

    def series(self, line: str, colour: str) -> None:
        """One of several lines, told apart by dash and colour."""
        dash = f' stroke-dasharray="{_DASHES[colour]}"' if _DASHES[colour] else ""
        self._parts.append(f'<path class="l {colour}" d="{line}" stroke-width="1.5"{dash}/>')

    def rect(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """A filled rectangle; ``fill`` is a class, or a colour that begins with #."""
        how = f'fill="{fill}"' if fill.startswith("#") else f'class="f {fill}"'
        size = f'width="{number(width)}" height="{number(height)}"'
        self._parts.append(f'<rect {how} x="{number(x)}" y="{number(y)}" {size}/>')

    def text(self, x: float, y: float, text: str, colour: str = "ink", anchor: str = "") -> None:
        """Text; ``colour`` is a class, ``anchor`` is "", "middle" or "end"."""
        place = f' text-anchor="{anchor}"' if anchor else ""
        where = f'x="{number(x)}" y="{number(y)}"'
        self._parts.append(f'<text class="t {colour}" {where}{place}>{escape(clean(text))}</text>')

    def white(self, x: float, y: float, text: str, size: int) -> None:
        """White text around a point, on a field that is dark in every theme."""
        how = f'fill="#fff" text-anchor="middle" style="font-size:{size}px"'
        place = f'x="{number(x)}" y="{number(y)}"'
        self._parts.append(f"<text {how} {place}>{escape(clean(text))}</text>")

    def finish(self) -> str:
        """The whole document."""
        box = (
            f'viewBox="0 0 {self.width} {self.height}" width="{self.width}" height="{self.height}"'
        )
        label = escape(self._label)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img" aria-label="{label}">'
            f"<style>text{{font:{FONT}}}.l{{fill:none}}{_rules(_PALETTE['light'])}"
            f"@media(prefers-color-scheme:dark){{{_rules(_PALETTE['dark'])}}}</style>"
            f'<rect class="f ground" width="100%" height="100%"/>{"".join(self._parts)}</svg>'
        )


def _rules(colours: dict[str, str]) -> str:
    """A class is a stroke with ``l``, a fill with ``f`` and ``t``."""
    lines = "".join(f".l.{name}{{stroke:{colour}}}" for name, colour in colours.items())
    return lines + "".join(
        f".f.{name},.t.{name}{{fill:{colour}}}" for name, colour in colours.items()
    )


def data_url(svg: str) -> str:
    """The SVG as the address of an image: readable, and a third smaller than base64."""
    return "data:image/svg+xml," + quote(svg, safe=" =:;/,.-()'!*@$+?&[]|^~`{}").replace(
        "&", "%26"
    ).replace("'", "%27")
