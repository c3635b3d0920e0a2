"""Rows of numbers as typed columns, without lists in between.

pages ─► block_of() ─► table_of() ─► Table: pages are checked and become a matrix, matrices a table.

Tested in ``tests/frames/test_number_rows_as_frames.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from okx_magic.frames.shapes import are_candles, named_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okx_magic.catalogue.reader import FieldType
    from okx_magic.frames.numbers import Floats
    from okx_magic.frames.shapes import Table, TypeOf
    from okx_magic.frames.typed_columns import Array
    from okx_magic.model import NumberRows


def block_of(pages: Sequence[NumberRows], names: Sequence[str], type_of: TypeOf) -> Floats | None:
    """The numbers of some pages as one matrix, a line for each column; candles oldest first.

    None where they are not all as the docs have them: more or fewer columns, a time of another unit, a
    column that is text, "nan". Then lists are used.
    """
    if {page.width for page in pages} != {len(names)}:
        return None
    packed = b"".join([page.packed for page in pages])
    rows = np.frombuffer(packed, dtype=np.float64).reshape(-1, len(names))
    if not np.isfinite(rows).all() or not all(map(_are_usual, rows.T, map(type_of, names))):
        return None
    return np.array((_oldest_first(rows) if are_candles(names) else rows).T, order="C")


def _oldest_first(rows: Floats) -> Floats:
    times = rows[:, 0]
    if (times[1:] < times[:-1]).all():
        return rows[::-1]
    return rows[np.argsort(times, kind="stable")]


def table_of(blocks: Sequence[Floats], names: Sequence[str], type_of: TypeOf) -> Table[Array]:
    """The blocks concatenated as a table."""
    # OKX's pages come newest first; reversed, there is nothing left to sort.
    ordered = blocks[::-1] if are_candles(names) else blocks
    block = np.concatenate(ordered, axis=1) if len(blocks) > 1 else blocks[0]
    columns = {
        name: _typed(column, type_of(name)) for name, column in zip(names, block, strict=True)
    }
    return named_rows(columns, block.shape[1], names)


def _are_usual(numbers: Floats, kind: FieldType | None) -> bool:
    """Whether ``_typed`` can make a column of that type: of decimals, of times that are whole
    and all in milliseconds, or of flags, which may be written "1.0".
    """
    if kind == "time":
        in_milliseconds = numbers.min() >= 10**12 and numbers.max() < 10**13
        return bool(in_milliseconds and (numbers == np.floor(numbers)).all())
    if kind == "bool":
        return bool(((numbers == 0) | (numbers == 1)).all())
    return kind == "decimal"


def _typed(numbers: Floats, kind: FieldType | None) -> Array:
    """The column as an array of its type, for which ``_are_usual`` holds."""
    if kind == "time":
        stamps = numbers.astype(np.int64).view("M8[ms]")
        return pd.array(stamps, dtype=pd.DatetimeTZDtype("ms", "UTC"), copy=False)
    if kind == "bool":
        return pd.arrays.BooleanArray(numbers == 1, np.zeros(len(numbers), dtype=np.bool_))
    return numbers
