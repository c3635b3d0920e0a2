"""What public queries choose: instruments by type, family and name; a page of what is numbered.

Which bars an endpoint knows and how long its pages are is what the catalogue documents.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from okx_magic.knowledge import endpoint
from okx_magic.sandbox import params
from okx_magic.sandbox.market.bars import Bar, bars
from okx_magic.sandbox.market.instruments import Instrument, instruments
from okx_magic.sandbox.replies import RefusalError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.sandbox.params import Params

TYPES = ("SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION", "EVENTS")

# Cursors may lie beyond any calendar: 2100-01-01.
_LATEST = 4_102_444_800


def instrument_of(query: Params, among: Mapping[str, Instrument] | None = None) -> Instrument:
    """The instrument (or other quotation ``among`` some) that ``instId`` names."""
    name = params.required(query, "instId")
    found = (instruments() if among is None else among).get(name)
    if found is None:
        raise RefusalError("51001")
    return found


def chosen(query: Params, *, needs_family: bool = False) -> list[Instrument]:
    """The instruments of ``instType``, of families and of a name where those are given.

    With ``needs_family`` options want theirs, of which there are thousands.
    """
    inst_type = params.one_of(query, "instType", TYPES) or params.required(query, "instType")
    # OKX docs, Get position tiers: up to five. uly is the retired name that clients still send.
    name = "instFamily" if query.get("instFamily") else "uly"
    families = params.listed(query, name, most=5)
    if inst_type == "OPTION" and needs_family and not families:
        raise RefusalError("50014", "instFamily")
    return [
        one
        for one in instruments().values()
        if one.inst_type == inst_type
        and (not families or one.listing.get("instFamily") in families)
        and query.get("instId") in {None, "", one.inst_id}
    ]


def bar_of(query: Params, path: str, name: str, usual: str) -> Bar:
    """The kind of bar that the parameter ``name`` asks of ``path``."""
    return bars()[params.one_of(query, name, _values(path, name)) or usual]


def page(
    query: Params,
    path: str,
    numbers: range,
    last_at: Callable[[int], int],
    names: tuple[str, str] = ("after", "before"),
) -> range:
    """The ``numbers`` that ``query`` asks for, newest first; ``last_at`` has the last number that
    came at a cursor or before it.

    The cursors (by their ``names``) themselves are left out; the newer one alone gives the newest.
    """
    older, newer = (params.integer(query, name) for name in names)
    usual, most = _page_sizes(path)
    count = params.limit(query, default=usual, highest=most)
    first, end = numbers.start, numbers.stop
    if older is not None:
        end = min(end, last_at(older - 1) + 1)
    if newer is not None:
        first = max(first, last_at(newer) + 1)
    return range(end - 1, max(first, end - count) - 1, -1)


def page_of_bars(
    query: Params, path: str, bar: Bar, numbers: range, names: tuple[str, str] = ("after", "before")
) -> range:
    """The ``numbers`` of bars that ``query`` asks for by the times at which they open."""
    return page(query, path, numbers, lambda ms: bar.number(second_of(ms)), names)


def second_of(ms: int) -> int:
    """The second of a cursor in milliseconds."""
    return min(max(ms, 0) // 1000, _LATEST)


def named(instrument: Instrument, now: float, **values: Any) -> dict[str, Any]:
    """A row about ``instrument`` at ``now``."""
    names = {"instType": instrument.inst_type, "instId": instrument.inst_id}
    return names | values | {"ts": ms_of(now)}


def ms_of(now: float) -> str:
    """A time in seconds as OKX writes it."""
    return str(int(now * 1000))


@cache
def _values(path: str, name: str) -> frozenset[str]:
    known = endpoint("GET", path)
    listed = known.params if known else ()
    return frozenset(value for one in listed if one.name == name for value in one.values)


@cache
def _page_sizes(path: str) -> tuple[int, int]:
    # Usual and most; where none is documented, as in most.
    known = endpoint("GET", path)
    paging = (known.paging if known else None) or {}
    return paging.get("limit_default", 100), paging.get("limit_max", 100)
