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

import re
from datetime import timedelta, timezone
from decimal import Decimal, InvalidOperation
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from okx_magic.tables.decimals import DECIMAL_CHARACTERS, consist_of, floats
from okx_magic.tables.harmless import plain, plain_within

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from okx_magic.knowledge.reader import FieldType
    from okx_magic.tables.decimals import Floats

Array = ExtensionArray | np.ndarray[Any, Any]
Integers = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

_ZERO_FRACTION = re.compile(r"(?<=\d)\.0+\Z")
_HONG_KONG = timezone(timedelta(hours=8))
_LARGEST_INT64 = np.iinfo(np.int64).max
_BOOLEANS = MappingProxyType(
    {"true": True, "false": False, "1": True, "0": False, "": False},
)


def typed(values: Sequence[Any], kind: FieldType, *, exact: bool = False) -> Array | None:
    """The column as an array of its type, or None when a value does not fit.

    ``exact`` makes decimals ``Decimal`` objects, true to the last digit.
    """
    if kind in _CONTAINERS:
        return _containers(values)
    texts = as_texts(values)
    if texts is None:
        return None
    convert = _exact_decimals if exact and kind == "decimal" else _CONVERTERS[kind]
    return convert(texts)


def are_usual(numbers: Floats, kind: FieldType | None) -> bool:
    """Whether ``typed_numbers`` can make a column of that type: of decimals, of times that are whole
    and all in milliseconds, or of flags, which may be written "1.0".
    """
    if kind == "time":
        in_milliseconds = numbers.min() >= 10**12 and numbers.max() < 10**13
        return bool(in_milliseconds and (numbers == np.floor(numbers)).all())
    if kind == "bool":
        return bool(((numbers == 0) | (numbers == 1)).all())
    return kind == "decimal"


def typed_numbers(numbers: Floats, kind: FieldType | None) -> Array:
    """A column of numbers that are usual for their type, as an array of it."""
    if kind == "time":
        stamps = numbers.astype(np.int64).view("M8[ms]")
        return pd.array(stamps, dtype=pd.DatetimeTZDtype("ms", "UTC"), copy=False)
    if kind == "bool":
        return pd.arrays.BooleanArray(numbers == 1, np.zeros(len(numbers), dtype=np.bool_))
    return numbers


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
        if any(isinstance(value, list | dict) for value in values):
            return None
        return [_as_text(value) for value in values]
    return values


def strings(texts: Sequence[str]) -> Array:
    """Text and ids. Python storage, so that pyarrow's presence changes nothing."""
    texts = plain(texts)
    filled = (text or pd.NA for text in texts) if "" in texts else texts
    cells = np.fromiter(filled, dtype=object, count=len(texts))
    return pd.array(cells, dtype=pd.StringDtype("python"))


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
    numbers = _int64(texts)
    if numbers is None:
        return None
    return pd.arrays.IntegerArray(numbers, _blank(texts))


def _booleans(texts: Sequence[str]) -> Array | None:
    try:
        flags = np.fromiter(map(_BOOLEANS.__getitem__, texts), dtype=np.bool_, count=len(texts))
    except KeyError:
        return None
    return pd.arrays.BooleanArray(flags, _blank(texts))


def _milliseconds(texts: Sequence[str]) -> Array | None:
    # Eleven digits are April 1970; OKX's docs have times of the years before 2001.
    return _times(texts, "ms", least=11, most=13)


def _microseconds(texts: Sequence[str]) -> Array | None:
    return _times(texts, "us", least=16, most=16)


def _times(
    texts: Sequence[str], unit: Literal["ms", "us"], *, least: int, most: int
) -> Array | None:
    """Times since 1970, of so many digits, which no other unit has until 2286.

    So one unit is never read as another; seconds, of which a few old answers are, have ten digits.
    ``"0"`` is OKX's other way to say "none" (OKX docs: Cancel All After, ``triggerTime``).
    """
    numbers = _int64(texts)
    if numbers is None:
        return None
    none = numbers == 0
    fit = none | _have_digits(numbers, least, most)
    if not fit.all():
        seconds = _have_digits(numbers, 10, 10)
        if not (fit | seconds).all():
            return None
        numbers[seconds] *= 10 ** (most - 10)
    stamps = numbers.view(f"M8[{unit}]")
    stamps[none] = np.datetime64("NaT")
    return pd.array(stamps, dtype=pd.DatetimeTZDtype(unit, "UTC"), copy=False)


def _have_digits(numbers: Integers, least: int, most: int) -> Flags:
    fit: Flags = (numbers >= 10 ** (least - 1)) & (numbers < 10**most)
    return fit


def _hong_kong_times(texts: Sequence[str]) -> Array | None:
    """Times as a clock of Hong Kong shows them: ``01/09/2023, 8:10:48 PM``, the month first (OKX docs:
    Get deposit withdraw status); or in milliseconds, as everywhere else.
    """
    times = _milliseconds(texts)
    if times is not None:
        return times
    try:
        moments = pd.to_datetime(list(texts), format="%m/%d/%Y, %I:%M:%S %p")
    except ValueError:
        return None
    if (moments.isna() != _blank(texts)).any():  # pandas takes more than "" for nothing
        return None
    utc = moments.tz_localize(_HONG_KONG).tz_convert("UTC")
    return utc.as_unit("ms").array


def _containers(values: Sequence[Any]) -> Array | None:
    fit = all(isinstance(value, list | dict) or value is None or value == "" for value in values)
    return _objects(values) if fit else None


def _objects(values: Sequence[Any]) -> Array:
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


def _int64(texts: Sequence[str]) -> Integers | None:
    """Whole numbers with 0 for blanks; None also for those beyond 64 bits, which stay text."""
    if not consist_of(texts, b"0123456789-."):
        return None
    if "." in "".join(texts):
        texts = [_ZERO_FRACTION.sub("", text) for text in texts]
    filled = [text or "0" for text in texts] if "" in texts else texts
    line = ",".join(filled)
    if "-" not in line and "." not in line:
        numbers = np.fromstring(line, dtype=np.int64, sep=",")
        # What is beyond 64 bits became the largest number.
        if not (numbers == _LARGEST_INT64).any():
            return numbers
    try:
        return np.fromiter(map(int, filled), dtype=np.int64, count=len(filled))
    except (ValueError, OverflowError):
        return None


def _blank(texts: Sequence[str]) -> Flags:
    if "" not in texts:
        return np.zeros(len(texts), dtype=np.bool_)
    return np.fromiter((not text for text in texts), dtype=np.bool_, count=len(texts))


_CONTAINERS: frozenset[FieldType] = frozenset({"list", "object", "rows", "table"})
_CONVERTERS: Mapping[FieldType, Callable[[Sequence[str]], Array | None]] = MappingProxyType(
    {
        "text": strings,
        "id": strings,
        "decimal": _floats,
        "integer": _integers,
        "bool": _booleans,
        "time": _milliseconds,
        "time_hk": _hong_kong_times,
        "time_us": _microseconds,
    }
)
