"""The one gate for text that a server sent, before it reaches a screen, a log, a frame or the panel.

    printable ─► one line of a message: odd characters are dropped, and the line is cut
    plain     ─► a column of a frame: odd characters become escapes, and all else stays

No control character, and none that turns the direction of reading, passes.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

# Control characters but for tab and line breaks, which pandas itself escapes when it shows them (a return
# without a new line would write over the line that it stands in); those that turn the direction of
# reading, part a line or are not seen at all (Unicode: Bidi_Control, Cf, Zl, Zp, but for the joiners that
# emoji and Persian need); and halves of a surrogate pair, which no terminal takes.
_ODD: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]|\r(?!\n)"
)
_ODD_IN_A_LINE: Final = re.compile(_ODD.pattern + "|[\t\n\r]")
_PRINTABLE: Final = bytes(range(0x20, 0x7F))
_SHOWN: Final = 160


def printable(text: str) -> str:
    """Text of a server on one line: what cannot be printed is dropped, the rest cut at 160 characters."""
    clean = text
    if not text.isascii() or not text.isprintable():
        clean = "".join(char for char in _ODD.sub("", text) if char.isprintable())
    return clean if len(clean) <= _SHOWN else clean[: _SHOWN - 1] + "…"


def plain(texts: Sequence[str]) -> Sequence[str]:
    """The texts with each odd character as its escape, such as that of ESC: none of them could reach a
    terminal raw. Most answers have none, and come back as they are.
    """
    whole = "".join(texts)
    # Of ASCII, as nearly all of it is, to take out what is printable is the quickest look.
    odd = whole.encode().translate(None, _PRINTABLE) if whole.isascii() else _ODD.search(whole)
    if not odd:
        return texts
    return [_ODD.sub(_escaped, text) for text in texts]


def plain_lists(values: Sequence[list[str]]) -> Sequence[list[str]]:
    """The same of lists of texts, looked at all at once: most have nothing odd, and stay."""
    texts = list(chain.from_iterable(values))
    return values if plain(texts) is texts else [list(plain(each)) for each in values]


def plain_within(value: Any, odd: re.Pattern[str] = _ODD) -> Any:
    """The same of a list or an object, whatever it holds."""
    if isinstance(value, str):
        plain = value.isascii() and value.isprintable()
        return value if plain else odd.sub(_escaped, value)
    if isinstance(value, list):
        return [plain_within(each, odd) for each in value]
    if isinstance(value, dict):
        return {plain_within(name, odd): plain_within(each, odd) for name, each in value.items()}
    return value


def on_a_line(value: Any) -> Any:
    """As ``plain_within``, for what is told in lines of ours: no line break begins one of its own."""
    return plain_within(value, _ODD_IN_A_LINE)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
