"""Answers as OKX writes them: numbers as plain text, and exactly the documented fields."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from okx_magic.knowledge import endpoint
from okx_magic.sandbox import params

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal

    from okx_magic.sandbox.params import Params

Entry = TypeVar("Entry")
Row = dict[str, Any]


def plain(number: Decimal) -> str:
    """``number`` without exponent and without trailing zeros."""
    digits = f"{number:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def fields_of(path: str, nested: str = "") -> tuple[str, ...]:
    """The documented fields of ``GET path``, or of its nested list."""
    known = endpoint("GET", path)
    if known is None:
        raise LookupError(path)
    return known.nested[nested] if nested else known.fields


def filled(fields: Sequence[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` in the order of ``fields``, with "" for each that has none."""
    return {name: values.get(name, "") for name in fields}


def page(
    query: Params,
    entries: Iterable[tuple[int, Entry]],
    row: Callable[[Entry], Row | None],
    *,
    most: int,
) -> list[Row]:
    """The page of ``entries`` (with their cursors, newest first) that ``after``, ``before`` and
    ``limit`` (at most ``most``, which is also usual) ask for, each as its ``row``, without those
    that have none. Cursors themselves are left out; ``before`` alone gives the newest of what is
    newer.
    """
    after, before = params.integer(query, "after"), params.integer(query, "before")
    rows = (
        made
        for cursor, entry in entries
        if (after is None or cursor < after)
        and (before is None or cursor > before)
        and (made := row(entry)) is not None
    )
    return list(islice(rows, params.limit(query, default=most, highest=most)))
