"""Text of a server, where it could do harm: control characters in a terminal, formulas in a sheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

# Control characters but for tab and line breaks, which pandas itself escapes when it shows them, and
# those that turn the direction of reading or join what stands apart (Unicode: Bidi_Control; U+200B,
# U+2060 and U+FEFF take no space).
_ODD: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_PRINTABLE: Final = bytes(range(0x20, 0x7F))
# What a spreadsheet takes for the beginning of a formula (OWASP: CSV Injection).
_FORMULA: Final = re.compile(r"\s*[=+\-@|\t\r\n]")
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def plain(texts: Sequence[str]) -> Sequence[str]:
    """The texts with each odd character as its escape, such as that of ESC: none of them could reach a
    terminal raw. Most answers have none, and come back as they are.
    """
    whole = "".join(texts)
    # Of ASCII, as nearly all of it is, to take out what is printable is the quickest look.
    odd = whole.encode().translate(None, _PRINTABLE) if whole.isascii() else not whole.isprintable()
    if not odd:
        return texts
    return [_ODD.sub(_escaped, text) for text in texts]


def plain_within(value: Any) -> Any:
    """The same of a list or an object, whatever it holds."""
    if isinstance(value, str):
        return value if value.isprintable() else _ODD.sub(_escaped, value)
    if isinstance(value, list):
        return [plain_within(each) for each in value]
    if isinstance(value, dict):
        return {plain_within(name): plain_within(each) for name, each in value.items()}
    return value


def safe_csv(frame: pd.DataFrame, path: str | PathLike[str] | None = None, **options: Any) -> Any:
    """As ``frame.to_csv(path, **options)``, but no cell or name is a formula for a spreadsheet.

    A text that a spreadsheet would compute gets an apostrophe before it, which shows it as text.
    Numbers and ids stay what they are, also those kept as text.
    """
    shown = frame.rename(columns=_disarmed).rename_axis(index=_disarmed, columns=_disarmed)
    for position, dtype in enumerate(frame.dtypes):
        if not pd.api.types.is_numeric_dtype(dtype) and not hasattr(dtype, "tz"):
            column = shown.iloc[:, position].astype(object).map(_disarmed)
            shown.isetitem(position, column.array)
    if not pd.api.types.is_numeric_dtype(shown.index.dtype):
        shown.index = shown.index.map(_disarmed)
    return shown.to_csv(path, **options)


def _disarmed(value: Any) -> Any:
    text = value if isinstance(value, str) else str(value) if isinstance(value, list | dict) else ""
    if "\r" in text:
        # csv does not put it into quotes, and what follows would stand in a row of its own.
        value = text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _FORMULA.match(text) or _NUMBER.fullmatch(text):
        return value
    return f"'{text}"


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
