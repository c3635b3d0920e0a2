"""What ``data`` holds, as columns of raw values: objects, rows, order books and balances.

The shapes are those of OKX's docs; anything else becomes a single column ``data``, never an error.

Tested in ``tests/frames/test_frames_by_family.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, zip_longest
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from okx_magic.model import ObjectRows

if TYPE_CHECKING:
    from okx_magic.catalogue.reader import Endpoint, FieldType

TypeOf = Callable[[str], "FieldType | None"]

CANDLE_NAMES = MappingProxyType({"o": "open", "h": "high", "l": "low", "c": "close"})
_SIDES = MappingProxyType({"asks": "ask", "bids": "bid"})
_BOOK_NAMES = MappingProxyType({"price": "px", "totalQty": "sz", "count": "orders"})
# The third of four values belonged to a retired feature and is always "0" (OKX docs: Order Book
# Trading, Market Data, Get order book).
_BOOK_LEVELS: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {3: ("px", "sz", "count"), 4: ("px", "sz", "", "count")}
)


Column = TypeVar("Column")


@dataclass(frozen=True, slots=True)
class Table(Generic[Column]):
    """Columns of ``length`` values each, by OKX's field names: raw values at first, then arrays.

    ``names`` are what the frame calls some of them, ``index`` is the column that becomes its index,
    ``attrs`` are the fields around the rows, and ``untyped`` are the columns with a value that did not
    fit its type.
    """

    columns: Mapping[str, Column]
    length: int
    names: Mapping[str, str] = field(default_factory=dict)
    index: str | None = None
    attrs: Mapping[str, Any] = field(default_factory=dict)
    untyped: tuple[str, ...] = ()


Raw = Table[Sequence[Any]]


def tabulate(data: Any, endpoint: Endpoint | None, type_of: TypeOf) -> Raw:
    """The table in ``data``. ``endpoint`` is None when the catalogue does not know it."""
    if isinstance(data, ObjectRows):
        inside = any(type_of(name) == "table" for name in data.names)
        return _of_objects(data.objects, endpoint, type_of) if inside else _table_of(data)
    known = endpoint.columns if endpoint else ()
    if data is None or data == []:
        return _empty(endpoint, type_of)
    items = data if isinstance(data, list) else [data]
    kinds = set(map(type, items))
    if kinds == {dict}:
        return _of_objects(items, endpoint, type_of)
    if known and kinds == {list}:
        return _rows(items, known)
    if endpoint and endpoint.kind == "row":
        return _rows([items], known)
    name = known[0] if len(known) == 1 else "data"
    return Table({name: items}, len(items))


def _table_of(rows: ObjectRows) -> Raw:
    return Table(rows.columns, len(rows))


def are_candles(known: Sequence[str]) -> bool:
    """Whether rows with places of these names are candles."""
    return tuple(known[:2]) == ("ts", "o")


def named_rows(columns: Mapping[str, Column], length: int, known: Sequence[str]) -> Table[Column]:
    """The table of rows with places of these names."""
    if are_candles(known):
        return Table(columns, length, names=CANDLE_NAMES, index="ts")
    return Table(columns, length)


def as_json(value: Any) -> Any:
    """The value as JSON's own types, numbers as OKX's text where they are not whole."""
    if isinstance(value, dict):
        return {name: as_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value if isinstance(value, str | int | None) else str(value)


def _empty(endpoint: Endpoint | None, type_of: TypeOf) -> Raw:
    """No rows, and the columns that the catalogue promises."""
    if endpoint is None:
        return Table({}, 0)
    fields = endpoint.fields or endpoint.columns
    if _has_sides(fields, type_of):
        return _book({}, endpoint.columns)
    if endpoint.columns:
        return _rows([], endpoint.columns)
    for name in fields:
        if type_of(name) == "table":
            return Table(dict.fromkeys(endpoint.nested[name], ()), 0)
    return Table(dict.fromkeys(fields, ()), 0)


def _of_objects(items: list[dict[str, Any]], endpoint: Endpoint | None, type_of: TypeOf) -> Raw:
    """A book, the table inside the objects, or one row an object."""
    first = items[0]
    sided = len(items) == 1 and _has_sides(first, type_of)
    if sided and all(_is_list_of(first[side], list) for side in _SIDES):
        return _book(first, endpoint.columns if endpoint else ())
    for name in first:
        if type_of(name) == "table" and all(_is_list_of(item.get(name), dict) for item in items):
            rows = list(chain.from_iterable(item[name] for item in items))
            around = [{k: as_json(v) for k, v in item.items() if k != name} for item in items]
            table = _objects(rows) if rows else _empty(endpoint, type_of)
            return replace(table, attrs={"totals": around[0] if len(around) == 1 else around})
    return _objects(items)


def _objects(items: list[dict[str, Any]]) -> Raw:
    """One row an object, the columns in the order in which they first appear."""
    names = list(items[0])
    if len(names) > 1 and set(map(len, items)) == {len(names)}:
        # Nearly always every object has the same fields: then this takes half the time.
        with suppress(KeyError):
            columns = _turned(map(itemgetter(*names), items), len(names))
            return Table(dict(zip(names, columns, strict=True)), len(items))
    names = list(dict.fromkeys(chain.from_iterable(items)))
    return Table({name: [item.get(name, "") for item in items] for name in names}, len(items))


def _rows(rows: list[list[Any]], known: Sequence[str]) -> Raw:
    """Lists whose places have names.

    Candles come newest first and leave oldest first, by ``ts``. A single column
    (``public/underlying``) comes as one list inside the list.
    """
    if len(known) == 1:
        names = list(chain.from_iterable(rows))
        return Table({known[0]: names}, len(names))
    if are_candles(known):
        with suppress(IndexError, TypeError):  # rows that are not OKX's stay as they came
            rows = sorted(rows, key=itemgetter(0))
    return named_rows(_named(rows, known), len(rows), known)


def _book(book: Mapping[str, Any], known: Sequence[str]) -> Raw:
    """One row a level, best price first on each side as OKX sends them; ``ts`` … in attrs."""
    labels = [label for side, label in _SIDES.items() for _ in book.get(side, ())]
    levels = list(chain.from_iterable(book.get(side, ()) for side in _SIDES))
    width = max(map(len, levels), default=4)
    names = known or _BOOK_LEVELS.get(width, _BOOK_LEVELS[4][:width])
    columns = {"side": labels, **_named(levels, names)}
    around = {name: as_json(value) for name, value in book.items() if name not in _SIDES}
    return Table(columns, len(levels), names=_BOOK_NAMES, attrs=around)


def _has_sides(fields: Mapping[str, Any] | Sequence[str], type_of: TypeOf) -> bool:
    return all(side in fields and type_of(side) == "rows" for side in _SIDES)


def _named(rows: Sequence[Sequence[Any]], known: Sequence[str]) -> dict[str, Sequence[Any]]:
    """Columns by name; a place with the name ``""`` is left out.

    A place without a name is named by its number. A name without a place is an empty column.
    """
    widths = set(map(len, rows))
    sent = _turned(rows, widths.pop()) if len(widths) == 1 else _filled_up(rows)
    sent += [("",) * len(rows)] * (len(known) - len(sent))
    names = [*known, *(f"column{place}" for place in range(len(known) + 1, len(sent) + 1))]
    return {name: values for name, values in zip(names, sent, strict=True) if name}


def _turned(rows: Iterable[Sequence[Any]], width: int) -> list[Sequence[Any]]:
    """The columns of rows of equal width."""
    # zip(*rows) runs through all rows once for each column, which no cache holds for long.
    cells = list(chain.from_iterable(rows))
    return [cells[place::width] for place in range(width)]


def _filled_up(rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
    """The columns of rows of unequal width, with ``""`` where a row is short."""
    return list(zip_longest(*rows, fillvalue=""))


def _is_list_of(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)
