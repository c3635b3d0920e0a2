"""Which endpoints have pages, how one page follows another, and times as a person types them. Pure.

Candles are on a grid of time, so all their pages are known in advance and can be fetched side by side
(``candle_plan.py``). Of everything else each page tells where the next begins (``cursor_pager.py``).
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from datetime import date
from numbers import Real
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

import pandas as pd

from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.catalogue import Endpoint
    from okx_magic.model import Request

_FILTERS: Final = ("begin", "end")
# The time fields of rows whose cursor is not a time; the first that a row has.
_TIMES: Final = ("ts", "cTime")
# Its cursor is an id or, with type=2, a time.
HISTORY_TRADES: Final = "/api/v5/market/history-trades"
# A list of these is several pulls, each with pages of its own.
_ONE_AT_A_TIME: Final = frozenset({"instId", "instFamily", "uly", "bar", "sprdId"})
# Times as a person types them.
_FORMS: Final = (
    "a time is 2024-01-31, 2024-01-31T08:00, 90d, 36h, 2y, today, yesterday, now,"
    " or 1706659200000 (ms)"
)

# The year first, so that nobody has to guess which of two numbers is the month.
_ISO: Final = re.compile(r"\d{4}-\d\d(-\d\d([T ]\d\d(:?\d\d)?.*)?)?", re.ASCII)
_MILLISECONDS: Final = re.compile(r"\d{12,14}", re.ASCII)
_AGO: Final = re.compile(r"(\d{1,6})\s*([a-zA-Z]+)(\s+ago)?", re.ASCII)
# From midnight of UTC on.
_DAYS: Final[Mapping[str, int]] = MappingProxyType({"today": 0, "yesterday": 1})
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


@dataclass(frozen=True, slots=True)
class Span:
    """What to bring: at most ``pages`` pages of rows with ``since ≤ time < until``, in milliseconds
    since 1970. None sets no bound; a span without bounds is everything that OKX has.
    """

    pages: int | None = None
    since: int | None = None
    until: int | None = None

    def holds(self, moment: int | None) -> bool:
        """Whether a row of that time belongs to the span; a row without a time does."""
        return moment is None or (
            (self.since is None or moment >= self.since)
            and (self.until is None or moment < self.until)
        )


@dataclass(frozen=True, slots=True)
class PagingStyle:
    """How an endpoint is paged: the parameter that takes the cursor, the field it is read from, what
    kind of value that is, and which field tells a row's time.
    """

    param: Literal["after", "endId", "end", "page"]
    field: str
    kind: Literal["id", "time", "page"]
    most: int | None
    time: str | None
    filters: bool = False
    candles: bool = False


def paging_style(request: Request) -> PagingStyle:
    """How the pages of a request's endpoint follow each other.

    Raises CellError for an endpoint without pages, and says what it offers.
    """
    endpoint = request.endpoint
    paging = endpoint.paging if endpoint else None
    if request.method != "GET" or endpoint is None or paging is None:
        _refuse(request, endpoint)
    names = {param.name for param in endpoint.params}
    most, field = paging.get("limit_max"), paging.get("cursor_field")
    filters = set(_FILTERS) <= names
    if paging["style"] == "page number":
        return PagingStyle("page", "page", "page", most, None)
    if filters and endpoint.columns[:1] == ("ts",):
        return PagingStyle("end", "ts", "time", most, "ts", filters=True)
    # Spreads, block trades and dual investment: records older than endId, which is itself excluded.
    param: Literal["after", "endId"] = "after" if "after" in names else "endId"
    if field is None or param not in names:
        _refuse(request, endpoint)
    if request.path == HISTORY_TRADES and query_of(request).get("type") == "2":
        return PagingStyle("after", "ts", "time", most, "ts")
    if paging["style"].endswith(" by id"):
        time = next((name for name in _TIMES if name in endpoint.fields), None)
        return PagingStyle(param, field, "id", most, time, filters=filters)
    candles = endpoint.columns[:2] == ("ts", "o")
    return PagingStyle("after", field, "time", most, field, candles=candles)


def checked_style(request: Request, span: Span) -> PagingStyle:
    """The paging style of a request over a span. Raises CellError where the two do not fit."""
    style = paging_style(request)
    query = query_of(request)
    reason = ""
    if span.pages is not None and span.pages < 1:
        reason = "--pages takes 1 or more"
    elif span.since is not None and span.until is not None and span.since >= span.until:
        reason = "--since must be before --until"
    elif style.time is None and (span.since, span.until) != (None, None):
        reason = f"the rows of {request.path} have no time: use --pages or --all"
    elif newer := {"before", "beginId"} & query.keys():
        reason = f"{min(newer)}= is for newer rows, but paging goes to older ones: use --since"
    elif span.until is not None and style.param in query:
        reason = f"--until and {style.param}= both say where to begin"
    elif not query.get("limit", "1").isdecimal() or query.get("limit") == "0":
        reason = "limit= is not a number of rows"
    if reason:
        raise CellError(reason, line=request.line)
    for name in _ONE_AT_A_TIME & query.keys():
        if "," in query[name]:
            raise CellError(
                f"OKX takes one {name} at a time, not {query[name][:60]}",
                line=request.line,
                remedy="several only with --to DIR (in Python: download), or a request for each",
            )
    return style


def query_of(request: Request) -> dict[str, str]:
    """The parameters in a request's query."""
    return {name: value for name, value in request.query if value}


def with_query(request: Request, **values: str | int | None) -> Request:
    """The request with these parameters of its query set, or removed; the rest as typed."""
    typed = request.target.partition("?")[2].split("&")
    kept = [pair for pair in typed if pair and pair.partition("=")[0] not in values]
    kept += [f"{name}={value}" for name, value in values.items() if value is not None]
    return replace(request, target=request.path + ("?" + "&".join(kept) if kept else ""))


def _refuse(request: Request, endpoint: Endpoint | None) -> NoReturn:
    if request.method != "GET":
        raise CellError(f"{request} has no pages: only a GET can", line=request.line)
    if endpoint is None:
        raise CellError(
            f"the catalogue does not know {request.path}, so its paging is not known",
            line=request.line,
        )
    names = ("limit", "begin", "end", "after", "before", "beginId", "endId")
    offered = [param.name for param in endpoint.params if param.name in names]
    raise CellError(
        f"{request.path} has no pages",
        line=request.line,
        remedy=f"it offers {', '.join(offered)}" if offered else "one answer has all of its rows",
    )


def read_span(pages: int | None, since: Any, until: Any) -> Span:
    """What to bring, from times as a person gives them. Raises CellError."""
    now = int(time.time() * 1000)
    return Span(pages, *(None if each is None else read_time(each, now) for each in (since, until)))


def read_time(value: Any, now: int) -> int:
    """A text, a number or a date as milliseconds since 1970.

    A text is a date, an ISO time, ``now``, ``today``, ``yesterday``, milliseconds, or a span before
    ``now`` (``90d``, ``36h``, ``2 years ago``); a number is milliseconds; ``date``, ``datetime`` and
    other types that pandas knows as times work too. Raises CellError.
    """
    try:
        moment = _moment(value, pd.Timestamp(now, unit="ms", tz="UTC"))
        if not pd.isna(moment):
            return moment.value // 1_000_000
    except (ValueError, TypeError, OverflowError):
        pass
    raise CellError(f"{str(value)[:60]!r} is not a time", remedy=_FORMS)


def time_text(moment: int) -> str:
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
    if words in _DAYS:
        return now.normalize() - pd.Timedelta(days=_DAYS[words])
    match = _AGO.fullmatch(words)
    if match is None or match[2] not in _UNITS:
        raise ValueError
    span: dict[str, Any] = {_UNITS[match[2]]: int(match[1])}
    return now - pd.DateOffset(**span)


def _utc(moment: pd.Timestamp) -> pd.Timestamp:
    return moment.tz_localize("UTC") if moment.tz is None else moment.tz_convert("UTC")
