"""Rows as OKX writes them: exactly the documented fields, and pages by cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from okx_magic.knowledge import endpoint
from okx_magic.sandbox import params
from okx_magic.sandbox.routes.selecting import TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from okx_magic.sandbox.params import Params

Entry = TypeVar("Entry")
Row = dict[str, Any]


def fields_of(path: str, nested: str = "") -> tuple[str, ...]:
    """The documented fields of ``GET path``, or of its nested list."""
    known = endpoint("GET", path)
    if known is None:
        raise LookupError(path)
    return known.nested[nested] if nested else known.fields


def required_of(path: str, query: Params) -> None:
    """Refuses a query without what ``GET path`` requires by its documentation."""
    known = endpoint("GET", path)
    for param in known.params if known else ():
        if param.required == "yes":
            params.required(query, param.name)


def filled(fields: Sequence[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` in the order of ``fields``, with "" for each that has none."""
    return {name: values.get(name, "") for name in fields}


def selector(query: Params, *names: str, time: str = "") -> Callable[[Mapping[str, str]], bool]:
    """Whether something of such facts is asked for: those of ``names`` that ``query`` gives are the
    same, and its ``time``, in milliseconds, lies from ``begin`` to ``end``.
    """
    wanted = {name: query[name] for name in names if query.get(name)}
    # uly is the retired name of instFamily that clients still send.
    if "instFamily" in names and query.get("uly"):
        wanted.setdefault("instFamily", query["uly"])
    if "instType" in names:
        params.one_of(query, "instType", TYPES)
    begin, end = params.integer(query, "begin"), params.integer(query, "end")

    def select(facts: Mapping[str, str]) -> bool:
        if time and (begin is not None or end is not None):
            at = int(facts[time])
            if (begin is not None and at < begin) or (end is not None and at > end):
                return False
        return all(facts.get(name, "") == value for name, value in wanted.items())

    return select


def page(
    query: Params,
    entries: Iterable[tuple[int, Entry]],
    row: Callable[[Entry], Row | None],
    *,
    most: int = 100,
    whole: bool = False,
) -> list[Row]:
    """The page of ``entries`` (with their cursors, newest first) that ``after``, ``before`` and
    ``limit`` (at most ``most``, which is also usual) ask for, each as its ``row``, without those
    that have none. Cursors themselves are left out; ``before`` alone gives the newest of what is
    newer. ``whole`` has all that share a cursor come together, beyond the limit if need be.
    """
    after, before = params.integer(query, "after"), params.integer(query, "before")
    count = params.limit(query, default=most, highest=most)
    rows: list[Row] = []
    last = None
    for cursor, entry in entries:
        if len(rows) >= count and not (whole and cursor == last):
            break
        if (after is not None and cursor >= after) or (before is not None and cursor <= before):
            continue
        made = row(entry)
        if made is not None:
            rows.append(made)
            last = cursor
    return rows
