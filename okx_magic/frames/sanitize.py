"""Frames as CSV files in which no text is a formula to a spreadsheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

if TYPE_CHECKING:
    from os import PathLike

# What a spreadsheet reads as the start of a formula (OWASP: CSV Injection).
_FORMULA: Final = re.compile(r"\s*[=+\-@|\t\r\n]")
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def safe_csv(frame: pd.DataFrame, path: str | PathLike[str] | None = None, **options: Any) -> Any:
    """As ``frame.to_csv(path, **options)``, but no cell or name is a formula for a spreadsheet.

    A text that a spreadsheet would compute gets an apostrophe in front, which shows it as text.
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
        # csv does not quote it, and the rest would start a new row.
        value = text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _FORMULA.match(text) or _NUMBER.fullmatch(text):
        return value
    return f"'{text}"
