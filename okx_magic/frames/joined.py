"""Many pages of one answer as one frame."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import pandas as pd

from okx_magic.frames import typed_columns as arrays
from okx_magic.frames.frame import Types, frame_of_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from okx_magic.frames.numbers import Floats
    from okx_magic.frames.shapes import Table
    from okx_magic.model import Envelope, Request


# Rows converted at once: enough to spread the fixed cost, few enough to stay in the cache.
_ROWS = 4000


def frame_of_pages(
    envelopes: Iterable[Envelope], request: Request, *, decimal: bool = False
) -> pd.DataFrame:
    """One frame of all pages, as ``to_frame`` would give it of all their rows in one answer.

    Pages are converted as they come and not kept, so that a generator of them needs little memory.
    Where a value does not fit the type of its field, ``attrs["untyped"]`` names the column: the rows
    near that value hold OKX's text, the others typed values. A row that is on two pages is in
    the frame twice. ``attrs["totals"]`` are those of the first pages. Raises ValueError when
    there is no page.
    """
    types = Types.of(request, exact=decimal)
    tables = list(_tables(envelopes, types))
    if not tables:
        raise ValueError("no pages")
    first = tables[0]
    if first.index is not None:
        # OKX's pages come newest first; reversed, there is little or nothing left to sort.
        tables.reverse()
    filled = [table for table in tables if table.length] or [first]
    frame = frame_of_table(replace(_joined(filled, types), attrs=first.attrs), request)
    if isinstance(frame.index, pd.DatetimeIndex):
        frame = frame.sort_index(kind="stable")
    return frame


def _tables(envelopes: Iterable[Envelope], types: Types) -> Iterator[Table[arrays.Array]]:
    """The pages as typed tables, some pages in each; at least one if there is a page."""
    blocks: list[Floats] = []
    for pages in _some_at_once(envelopes):
        block = types.block(pages)
        if block is not None:
            blocks.append(block)
            continue
        if blocks:
            yield types.table_of_blocks(blocks)
            blocks = []
        yield types.typed(_data(pages))
    if blocks:
        yield types.table_of_blocks(blocks)


def _some_at_once(envelopes: Iterable[Envelope]) -> Iterator[list[Envelope]]:
    pages: list[Envelope] = []
    rows = 0
    for envelope in envelopes:
        pages.append(envelope)
        rows += _length(envelope)
        if rows >= _ROWS:
            yield pages
            # Before the next page is read, which then finds the memory of this one in the cache.
            pages, rows = [], 0
    if pages:
        yield pages


def _length(page: Envelope) -> int:
    numbers = page.number_rows
    if numbers is not None:
        return len(numbers)
    return len(page.data) if isinstance(page.data, list) else 1


def _data(pages: Iterable[Envelope]) -> list[Any]:
    """The rows of all pages."""
    rows: list[Any] = []
    for page in pages:
        if isinstance(page.data, list):
            rows += page.data
        elif page.data is not None:
            rows.append(page.data)
    return rows


def _joined(tables: Sequence[Table[arrays.Array]], types: Types) -> Table[arrays.Array]:
    """The tables concatenated, the columns in the order in which they first appear."""
    columns = {}
    for name in dict.fromkeys(chain.from_iterable(table.columns for table in tables)):
        parts = [
            table.columns[name] if name in table.columns else types.missing(name, table.length)
            for table in tables
        ]
        columns[name] = arrays.joined(parts)
    return replace(
        tables[0],
        columns=columns,
        length=sum(table.length for table in tables),
        untyped=tuple(dict.fromkeys(chain.from_iterable(table.untyped for table in tables))),
    )
