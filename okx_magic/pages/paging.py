"""Which endpoints have pages, and how one page follows another. Pure.

Candles are on a grid of time, so all their pages are known in advance and can be fetched side by side
(``candle_plan.py``). Of everything else each page tells where the next begins (``cursor_pager.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, NoReturn

from okx_magic.errors import CellError

if TYPE_CHECKING:
    from okx_magic.catalogue import Endpoint
    from okx_magic.model import Request

_FILTERS: Final = ("begin", "end")
# The time fields of rows whose cursor is not a time; the first that a row has.
_TIMES: Final = ("ts", "cTime")
# Its cursor is an id or, with type=2, a time.
HISTORY_TRADES: Final = "/api/v5/market/history-trades"


@dataclass(frozen=True, slots=True)
class Span:
    """What to bring: at most ``pages`` pages of rows with ``since ≤ time < until``, in milliseconds
    since 1970. None sets no bound; a span without bounds is everything that OKX has.
    """

    pages: int | None = None
    since: int | None = None
    until: int | None = None

    def holds(self, time: int | None) -> bool:
        """Whether a row of that time belongs to the span; a row without a time does."""
        return time is None or (
            (self.since is None or time >= self.since) and (self.until is None or time < self.until)
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
