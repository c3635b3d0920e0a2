"""Times as a person types them, as milliseconds since 1970. A time without a zone is in UTC."""

from __future__ import annotations

import re
from datetime import date
from numbers import Real
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORMS: Final = "a time is 2024-01-31, 2024-01-31T08:00, 90d, 36h, 2y, now, or 1706659200000 (ms)"

# The year first, so that nobody has to guess which of two numbers is the month.
_ISO: Final = re.compile(r"\d{4}-\d\d(-\d\d([T ]\d\d(:?\d\d)?.*)?)?", re.ASCII)
_MILLISECONDS: Final = re.compile(r"\d{12,14}", re.ASCII)
_AGO: Final = re.compile(r"(\d{1,6})\s*([a-zA-Z]+)(\s+ago)?", re.ASCII)
# As OKX writes its bars: m is a minute, M a month.
_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("s", "sec", "second", "seconds"), "seconds"),
        **dict.fromkeys(("m", "min", "minute", "minutes"), "minutes"),
        **dict.fromkeys(("h", "H", "hour", "hours"), "hours"),
        **dict.fromkeys(("d", "D", "day", "days"), "days"),
        **dict.fromkeys(("w", "W", "week", "weeks"), "weeks"),
        **dict.fromkeys(("M", "mo", "month", "months"), "months"),
        **dict.fromkeys(("y", "Y", "year", "years"), "years"),
    }
)


def milliseconds(value: Any, now: int) -> int:
    """A text, a number or a date as milliseconds since 1970.

    A text is a date, an ISO time, ``now``, milliseconds, or a span before ``now`` (``90d``, ``36h``,
    ``2 years ago``); a number is milliseconds; ``date``, ``datetime`` and other types
    that pandas knows as times work too. Raises CellError.
    """
    try:
        moment = _moment(value, pd.Timestamp(now, unit="ms", tz="UTC"))
        if not pd.isna(moment):
            return moment.value // 1_000_000
    except (ValueError, TypeError, OverflowError):
        pass
    raise CellError(f"{str(value)[:60]!r} is not a time", remedy=_FORMS)


def text(moment: int) -> str:
    """The time in UTC for a person to read, as short as possible."""
    stamp = pd.Timestamp(moment, unit="ms")
    if stamp == stamp.normalize():
        return f"{stamp:%Y-%m-%d}"
    return f"{stamp:%Y-%m-%d %H:%M} UTC"


def _moment(value: Any, now: pd.Timestamp) -> pd.Timestamp:
    if isinstance(value, str):
        return _utc(_read(value.strip(), now))
    if isinstance(value, bool):
        raise TypeError
    if isinstance(value, date):
        return _utc(pd.Timestamp(value))
    if isinstance(value, Real):
        return _read(str(int(float(value))), now)
    return _utc(pd.Timestamp(value))


def _read(words: str, now: pd.Timestamp) -> pd.Timestamp:
    if _MILLISECONDS.fullmatch(words):
        return pd.Timestamp(int(words), unit="ms", tz="UTC")
    if _ISO.fullmatch(words):
        return pd.Timestamp(words)
    if words == "now":
        return now
    match = _AGO.fullmatch(words)
    if match is None or match[2] not in _UNITS:
        raise ValueError
    span: dict[str, Any] = {_UNITS[match[2]]: int(match[1])}
    return now - pd.DateOffset(**span)


def _utc(moment: pd.Timestamp) -> pd.Timestamp:
    return moment.tz_localize("UTC") if moment.tz is None else moment.tz_convert("UTC")
