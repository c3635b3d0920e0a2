"""An envelope as one DataFrame: shape, then types, then what is worth knowing beside the rows."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import pandas as pd

from okx_magic import knowledge
from okx_magic.tables import columns as arrays
from okx_magic.tables.decimals import floats
from okx_magic.tables.shapes import Table, TypeOf, tabulate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from okx_magic.model import Envelope, Request


def to_frame(envelope: Envelope, request: Request, *, decimal: bool = False) -> pd.DataFrame:
    """The answer as a typed DataFrame, in OKX's order of rows and columns.

    Types come from the field's name and the endpoint, never from the values, so that every answer
    of an endpoint has the same dtypes (``columns.py`` lists them); ``decimal`` keeps every digit.
    Candles are indexed by ``ts``, oldest first. A book is one row a level. A balance is one row a
    currency, with the account's totals in ``attrs["totals"]``. An empty answer has its columns.

    ``attrs`` holds plain JSON: ``endpoint``, and ``untyped`` when some value did not fit the type
    of its field: the columns that therefore stayed as OKX sent them. No JSON in ``data`` raises.
    """
    endpoint = knowledge.endpoint(request.method, request.path)
    type_of = partial(knowledge.field_type, method=request.method, path=request.path)
    table = tabulate(envelope.data, endpoint, type_of)
    columns, misfits = _typed_columns(table, type_of, exact=decimal)
    index: pd.Index = pd.RangeIndex(table.length)
    if table.index is not None:
        index = pd.Index(columns.pop(table.index), name=table.index)
    frame = pd.DataFrame(
        {table.names.get(name, name): array for name, array in columns.items()},
        index=index,
        copy=False,
    )
    frame.attrs.update(table.attrs, endpoint=str(request))
    if misfits:
        frame.attrs["untyped"] = [table.names.get(name, name) for name in misfits]
    return frame


def _typed_columns(
    table: Table, type_of: TypeOf, *, exact: bool
) -> tuple[dict[str, arrays.Array], list[str]]:
    """The columns as arrays, and the names of those whose values did not fit their type."""
    types = {name: type_of(name) for name in table.columns}
    decimals = [name for name, kind in types.items() if kind == "decimal" and not exact]
    done = _float_columns({name: table.columns[name] for name in decimals}, table.length)
    columns: dict[str, arrays.Array] = {}
    misfits = []
    for name, values in table.columns.items():
        kind = types[name]
        array = done.get(name)
        if array is None and kind is not None:
            array = arrays.typed(values, kind, exact=exact)
            if array is None:
                misfits.append(name)
        columns[name] = arrays.untyped(values) if array is None else array
    return columns, misfits


def _float_columns(columns: Mapping[str, Sequence[Any]], length: int) -> dict[str, arrays.Array]:
    """All decimal columns in one conversion, which is what makes a wide answer quick.

    Empty when one value is no decimal: then each column has to be tried by itself.
    """
    block = floats(list(chain.from_iterable(columns.values())))
    if block is None:
        return {}
    return dict(zip(columns, block.reshape(len(columns), length), strict=True))
