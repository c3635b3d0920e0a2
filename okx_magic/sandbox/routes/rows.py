"""Rows as OKX writes them, and which of them a query asks for.

What the catalogue knows of an endpoint is not said again here: its fields, the sizes of its pages.

Tested in ``tests/sandbox/test_sandbox_documented.py``.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from okx_magic.catalogue import Endpoint, endpoints
from okx_magic.sandbox import params
from okx_magic.sandbox.data import table
from okx_magic.sandbox.market.instruments import Instrument, instruments
from okx_magic.sandbox.replies import RefusalError, refuse_if

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from _typeshed import DataclassInstance

    from okx_magic.sandbox.market.dates import Bar
    from okx_magic.sandbox.market.market import Moment
    from okx_magic.sandbox.params import Params

Row = dict[str, Any]
Facts = TypeVar("Facts", bound="Mapping[str, Any]")

# Cursors may lie beyond any calendar: 2100-01-01.
_LATEST = 4_102_444_800


def written(known: Endpoint, data: Any) -> Any:
    """``data`` as ``known`` documents it: its objects, and those nested in them, have exactly the
    documented fields in their order. What one does not say is as usual (``data/usual.json``) or "".
    """
    if known.kind == "rows":
        return data
    if isinstance(data, list):
        return [written(known, row) for row in data]
    row = _filled(_shape(known.method, known.path), data)
    for name in known.nested:
        shape, inner = _shape(known.method, known.path, name), row[name]
        if isinstance(inner, list):
            row[name] = [_filled(shape, each) for each in inner]
        elif inner:
            row[name] = _filled(shape, inner)
    return row


def _filled(shape: Row, values: Mapping[str, Any]) -> Row:
    return {name: values.get(name, usual) for name, usual in shape.items()}


@cache
def _shape(method: str, path: str, nested: str = "") -> Row:
    # Each documented field with what it usually is.
    known = endpoints()[method, path]
    place = f"{path.removeprefix('/api/v5/')} {nested}".strip()
    usual: Row = next((each["fields"] for each in table("usual.json") if place in each["of"]), {})
    return {
        name: usual.get(name, "") for name in (known.nested[nested] if nested else known.fields)
    }


def told(record: DataclassInstance) -> Row:
    """What a record holds, by OKX's names: its ``ord_id`` is an ordId."""
    names, values = _reader(type(record))
    return dict(zip(names, values(record), strict=True))


@cache
def _reader(kind: type[DataclassInstance]) -> tuple[list[str], attrgetter[tuple[Any, ...]]]:
    own = [field.name for field in fields(kind)]
    parts = (name.split("_") for name in own)
    return [first + "".join(map(str.title, rest)) for first, *rest in parts], attrgetter(*own)


@cache
def about(instrument: Instrument) -> Row:
    """What is said of the instrument in a row about something else; not to be changed."""
    names = ("instType", "instId", "instFamily", "uly", "ctType")
    return {name: instrument.listing.get(name, "") for name in names}


def asked(query: Params, rows: Iterable[Facts], *names: str) -> Iterator[Facts]:
    """The rows of which each of ``names`` is among the values that ``query`` has for it, if any."""
    wanted = {name: params.listed(query, name) for name in names if query.get(name)}
    return (
        row for row in rows if all(row.get(name, "") in values for name, values in wanted.items())
    )


def page(
    query: Params,
    newest_first: Iterable[Row],
    cursor: str,
    *,
    time: str = "",
    whole: bool = False,
) -> list[Row]:
    """The page of rows that ``after``, ``before`` and ``limit`` (100 at most, and usually) ask for,
    by their field ``cursor``; those whose ``time``, if one is told, lies from ``begin`` to ``end``.

    Cursors themselves are left out; ``before`` alone gives the newest of what is newer. ``whole``
    has all that share a cursor come together, beyond the limit if need be.
    """
    after, before = params.integer(query, "after", params.MOST), params.integer(query, "before", -1)
    end, begin = params.integer(query, "end", params.MOST), params.integer(query, "begin", 0)
    count = params.limit(query, default=100, highest=100)
    rows: list[Row] = []
    for row in newest_first:
        if len(rows) >= count and not (whole and row[cursor] == rows[-1][cursor]):
            break
        timely = not time or begin <= int(row[time]) <= end
        if timely and before < int(row[cursor]) < after:
            rows.append(row)
    return rows


def page_of_numbers(
    query: Params,
    path: str,
    numbers: range,
    last_at: Callable[[int], int],
    names: tuple[str, str] = ("after", "before"),
) -> range:
    """The ``numbers`` that ``query`` asks ``path`` for, newest first; ``last_at`` has the last number
    that came at a cursor or before it.

    The cursors (by their ``names``) themselves are left out; the newer one alone gives the newest.
    """
    paging = endpoints()["GET", path].paging or {}
    # Where no size of a page is documented it is as in most.
    usual, most = paging.get("limit_default", 100), paging.get("limit_max", 100)
    count = params.limit(query, default=usual, highest=most)
    older, newer = names
    first, end = numbers.start, numbers.stop
    if query.get(older):
        end = min(end, last_at(params.integer(query, older) - 1) + 1)
    if query.get(newer):
        first = max(first, last_at(params.integer(query, newer)) + 1)
    return range(end - 1, max(first, end - count) - 1, -1)


def page_of_bars(
    query: Params, path: str, bar: Bar, numbers: range, names: tuple[str, str] = ("after", "before")
) -> range:
    """The ``numbers`` of bars that ``query`` asks for by the times at which they open."""
    return page_of_numbers(query, path, numbers, lambda ms: bar.number(second_of(ms)), names)


def second_of(ms: int) -> int:
    """The second of a cursor in milliseconds."""
    return min(max(ms, 0) // 1000, _LATEST)


def day_before(at: Moment) -> int:
    """Where the last 24 hours begin: with a whole minute, in seconds."""
    return at.second // 60 * 60 - 86_400


def instrument_of(
    at: Moment, query: Params, among: Mapping[str, Instrument] | None = None
) -> Instrument:
    """The instrument (or other quotation ``among`` some) that ``instId`` names, if it is on offer."""
    found = (instruments() if among is None else among).get(query["instId"])
    if found is None or not at.market.offers(found, at.now):
        raise RefusalError("51001")
    return found


def chosen(at: Moment, query: Params, *, needs_family: bool = False) -> list[Instrument]:
    """The instruments of ``instType``, of families and of names where those are given.

    With ``needs_family`` options want theirs, of which there are thousands.
    """
    # OKX docs, Get position tiers: up to five.
    families = params.listed(query, "instFamily", most=5)
    kind = params.required(query, "instType")
    refuse_if(kind == "OPTION" and needs_family and not families, "50014", "instFamily")
    there = at.market.offered(kind, at.now)
    listings = asked(query, (one.listing for one in there), "instFamily", "instId")
    wanted = {listing["instId"] for listing in listings}
    return [one for one in there if one.inst_id in wanted]
