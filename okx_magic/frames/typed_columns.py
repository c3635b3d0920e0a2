"""A column of raw JSON values as one typed pandas array.

A converter takes the whole column and gives an array, or None when any value does not fit: a number
never becomes NaN because nobody could read it. OKX writes "nothing" as ``""``, rarely as null or by
leaving the field out (as ``""`` here); all three are missing in every type.

=========  ==============================  =========
type       dtype                           missing
=========  ==============================  =========
text, id   ``string`` (Python storage)     ``NA``
decimal    ``float64``                     ``NaN``
(exact)    ``object`` of ``Decimal``       ``None``
integer    ``Int64``                       ``NA``
bool       ``boolean``                     ``NA``
time       ``datetime64[ms, UTC]``         ``NaT``
time_hk    ``datetime64[ms, UTC]``         ``NaT``
time_us    ``datetime64[us, UTC]``         ``NaT``
list …     ``object`` of Python objects    ``None``
=========  ==============================  =========
"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal, InvalidOperation
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from okx_magic.frames.numbers import (
    DECIMAL_CHARACTERS,
    consist_of,
    empty,
    floats,
    hong_kong_times,
    int64,
    microseconds,
    milliseconds,
)
from okx_magic.servertext import plain, plain_lists, plain_within

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from okx_magic.catalogue.reader import FieldType

Array = ExtensionArray | np.ndarray[Any, Any]

_BOOLEANS = MappingProxyType(
    {"true": True, "false": False, "1": True, "0": False, "": False},
)


def all_typed(
    columns: Mapping[str, Sequence[Any]],
    types: Mapping[str, FieldType | None],
    length: int,
    *,
    exact: bool = False,
) -> tuple[dict[str, Array], tuple[str, ...]]:
    """The columns as arrays of their types, and the names of those with a value that does not fit."""
    decimals = [name for name in columns if types[name] == "decimal" and not exact]
    done = _float_columns({name: columns[name] for name in decimals}, length)
    misfits = []
    # One type after the other, texts at the end; in their own order again below.
    for name in sorted(columns.keys() - done.keys(), key=lambda each: _order(types[each], each)):
        kind = types[name]
        array = None if kind is None else typed(columns[name], kind, exact=exact)
        if array is None and kind is not None:
            misfits.append(name)
        done[name] = untyped(columns[name]) if array is None else array
    return {name: done[name] for name in columns}, tuple(filter(misfits.__contains__, columns))


def _order(kind: FieldType | None, name: str) -> tuple[bool, str, str]:
    return kind in {"id", "text"}, kind or "", name


def typed(values: Sequence[Any], kind: FieldType, *, exact: bool = False) -> Array | None:
    """The column as an array of its type, or None when a value does not fit.

    ``exact`` makes decimals ``Decimal`` objects, true to the last digit.
    """
    if kind in _CONTAINERS:
        return _containers(values)
    if kind in _WORDS:
        # Looked at once: anything but text raises.
        with suppress(TypeError):
            return strings(values)
    texts = as_texts(values)
    if texts is None:
        return None
    convert = _exact_decimals if exact and kind == "decimal" else _CONVERTERS[kind]
    return convert(texts)


def untyped(values: Sequence[Any]) -> Array:
    """The column as OKX sent it: text, or Python objects when it holds a list or an object."""
    texts = as_texts(values)
    return _objects(values) if texts is None else strings(texts)


def joined(parts: Sequence[Array]) -> Array:
    """The arrays one after the other; as objects when they are of different types."""
    if len({part.dtype for part in parts}) > 1:
        return _object_array(list(chain.from_iterable(parts)))
    whole: Array = pd.concat([pd.Series(part, copy=False) for part in parts]).array
    return whole


def as_texts(values: Sequence[Any]) -> Sequence[str] | None:
    """The values as OKX's text, with ``""`` for null; None when one is a list or an object."""
    try:
        "".join(values)
    except TypeError:
        kinds = set(map(type, values))
        if kinds & {list, dict}:
            return None
        return [*map(str if kinds == {int} else _as_text, values)]
    return values


def strings(texts: Sequence[str]) -> Array:
    """Text and ids. Python storage, so that pyarrow's presence changes nothing."""
    texts = plain(texts)
    filled = (text or pd.NA for text in texts) if "" in texts else texts
    cells = np.fromiter(filled, dtype=object, count=len(texts))
    return pd.array(cells, dtype=pd.StringDtype("python"))


def _float_columns(columns: Mapping[str, Sequence[Any]], length: int) -> dict[str, Array]:
    """All decimal columns in one conversion, which is what makes a wide answer quick.

    Empty when one value is not a decimal: then each column is tried by itself.
    """
    # Those in which nothing was sent, as most of a spot pair's, need none.
    filled = {name: each for name, each in columns.items() if each.count("") < length}
    block = floats(list(filled.values()))
    if block is None:
        return {}
    done: dict[str, Array] = {
        name: np.full(length, np.nan) for name in columns if name not in filled
    }
    return done | dict(zip(filled, block.reshape(len(filled), length), strict=True))


def _floats(texts: Sequence[str]) -> Array | None:
    return floats([texts])


def _exact_decimals(texts: Sequence[str]) -> Array | None:
    if not consist_of(texts, DECIMAL_CHARACTERS):
        return None
    try:
        return _object_array([Decimal(text) if text else None for text in texts])
    except InvalidOperation:
        return None


def _integers(texts: Sequence[str]) -> Array | None:
    numbers = int64(texts)
    if numbers is None:
        return None
    return pd.arrays.IntegerArray(numbers, empty(texts))


def _booleans(texts: Sequence[str]) -> Array | None:
    try:
        flags = np.fromiter(map(_BOOLEANS.__getitem__, texts), dtype=np.bool_, count=len(texts))
    except KeyError:
        return None
    return pd.arrays.BooleanArray(flags, empty(texts))


def _containers(values: Sequence[Any]) -> Array | None:
    fit = all(isinstance(value, list | dict) or value is None or value == "" for value in values)
    return _objects(values) if fit else None


def _objects(values: Sequence[Any]) -> Array:
    with suppress(TypeError):
        # Lists of texts, which are most: anything else raises, text by text or as a whole.
        if set(map(type, values)) == {list}:
            return _object_array(plain_lists(values))
    return _object_array([None if value == "" else plain_within(value) for value in values])


def _object_array(values: Sequence[Any]) -> Array:
    # np.array() would make a matrix of lists of equal length.
    return np.fromiter(values, dtype=object, count=len(values))


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


_CONTAINERS: frozenset[FieldType] = frozenset({"list", "object", "rows", "table"})
_WORDS: frozenset[FieldType] = frozenset({"text", "id"})
_CONVERTERS: Mapping[FieldType, Callable[[Sequence[str]], Array | None]] = MappingProxyType(
    {
        "text": strings,
        "id": strings,
        "decimal": _floats,
        "integer": _integers,
        "bool": _booleans,
        "time": milliseconds,
        "time_hk": hong_kong_times,
        "time_us": microseconds,
    }
)
