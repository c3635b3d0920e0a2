"""An envelope as one DataFrame: shape, then types, then ``attrs``. Also the log of a session as one, and
a frame as a CSV file in which no text is a formula.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from okx_magic import catalogue
from okx_magic.frames import typed_columns as arrays
from okx_magic.frames.number_columns import block_of, table_of
from okx_magic.frames.shapes import Table, TypeOf, tabulate
from okx_magic.servertext import plain, plain_within

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from okx_magic.catalogue.reader import Endpoint
    from okx_magic.frames.numbers import Floats
    from okx_magic.model import Envelope, Exchange, Request

# Types whose values are numbers in ``attrs`` too.
_NUMBERS: Final = frozenset({"decimal", "integer", "time", "time_us"})
# What a spreadsheet reads as the start of a formula (OWASP: CSV Injection).
_FORMULA: Final = re.compile(r"\s*[=+\-@|\t\r\n]")
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_LOG_COLUMNS = {
    "account": "object",
    "environment": "object",
    "method": "object",
    "target": "object",
    "status": "Int64",
    "code": "object",
    "outcome": "object",
    "milliseconds": "float64",
    "attempt": "Int64",
}


def to_frame(envelope: Envelope, request: Request, *, decimal: bool = False) -> pd.DataFrame:
    """The answer as a typed DataFrame: the columns that people look for first, then those left, in
    OKX's order; none is lost.

    Types come from the field's name and the endpoint, never from the values, so that every answer
    of an endpoint has the same dtypes (``typed_columns.py`` lists them); ``decimal`` keeps every digit.
    Candles are indexed by ``ts``, oldest first. A book is one row a level. A balance is one row a
    currency and announcements are one row each, with the fields around them (the account's totals,
    ``totalPage``) in ``attrs["totals"]``: numbers as numbers (text with ``decimal``), times in
    milliseconds, what is missing as None. An empty answer has its columns.

    ``attrs`` holds plain JSON: ``endpoint``; ``instId`` and ``bar`` as they were asked for, where no
    row says them; and ``untyped`` when some value did not fit the type of its field: the columns that
    therefore stayed as OKX sent them. No JSON in ``data`` raises.
    """
    types = Types.of(request, exact=decimal)
    block = types.block([envelope])
    if block is None:
        table = types.typed(envelope.object_rows or envelope.data)
    else:
        table = types.table_of_blocks([block])
    return frame_of_table(table, request)


def frame_of_table(table: Table[arrays.Array], request: Request) -> pd.DataFrame:
    """The DataFrame of a table whose columns are typed arrays."""
    columns = {table.names.get(name, name): array for name, array in table.columns.items()}
    first = catalogue.first_columns(request.method, request.path)
    columns = {name: columns[name] for name in first if name in columns} | columns
    names = plain(list(columns))
    columns = dict(zip(names, columns.values(), strict=True))
    index: pd.Index = pd.RangeIndex(table.length)
    if table.index is not None:
        index = pd.Index(columns.pop(table.index), name=table.index)
    frame = pd.DataFrame(columns, index=index, copy=False)
    frame.attrs.update(plain_within(table.attrs), endpoint=f"{request.method} {request.path}")
    # Candles and books do not say in their rows whose they are, nor how long a bar is.
    asked = {name: value for name, value in reversed(request.query) if value}
    for name in ("instId", "bar"):
        if name in asked and name not in frame.columns:
            frame.attrs[name] = plain([asked[name]])[0]
    if table.untyped:
        frame.attrs["untyped"] = [table.names.get(name, name) for name in table.untyped]
    return frame


@dataclass(frozen=True, slots=True)
class Types:
    """The types of an endpoint's answers; ``exact`` keeps every digit of decimals."""

    endpoint: Endpoint | None
    type_of: TypeOf
    exact: bool

    @classmethod
    def of(cls, request: Request, *, exact: bool) -> Types:
        """Those of the catalogue, for the endpoint of this request."""
        return cls(request.endpoint, catalogue.field_types(request.method, request.path).get, exact)

    def block(self, pages: Sequence[Envelope]) -> Floats | None:
        """The numbers of some pages, for ``table_of_blocks``; None where only ``typed`` works."""
        numbers = [page.number_rows for page in pages if page.number_rows is not None]
        if self.endpoint is None or self.exact or len(numbers) < len(pages):
            return None
        return block_of(numbers, self.endpoint.columns, self.type_of)

    def table_of_blocks(self, blocks: Sequence[Floats]) -> Table[arrays.Array]:
        """The table of all blocks, its columns as typed arrays."""
        names = self.endpoint.columns if self.endpoint else ()
        return table_of(blocks, names, self.type_of)

    def typed(self, data: Any) -> Table[arrays.Array]:
        """The table in ``data``, its columns as typed arrays."""
        return self.typed_table(tabulate(data, self.endpoint, self.type_of))

    def typed_table(self, table: Table[Sequence[Any]]) -> Table[arrays.Array]:
        """The table with its columns as typed arrays."""
        types = {name: self.type_of(name) for name in table.columns}
        columns, misfits = arrays.all_typed(table.columns, types, table.length, exact=self.exact)
        attrs = {
            name: self._around(value) if name == "totals" else value
            for name, value in table.attrs.items()
        }
        return Table(columns, table.length, table.names, table.index, attrs, untyped=misfits)

    def _around(self, value: Any, name: str = "") -> Any:
        """The fields around the rows, as JSON with numbers in place of OKX's texts."""
        if isinstance(value, dict):
            return {key: self._around(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [self._around(each, name) for each in value]
        kind = self.type_of(name)
        if not isinstance(value, str) or kind not in _NUMBERS or (self.exact and kind == "decimal"):
            return value
        if not value:
            return None
        try:
            number = float(value) if kind == "decimal" else int(value)
        except ValueError:
            return value
        # JSON has no other numbers.
        return number if isfinite(number) else value

    def missing(self, name: str, length: int) -> arrays.Array:
        """A column of ``length`` rows in which nothing was sent."""
        texts = [""] * length
        array = arrays.typed(texts, self.type_of(name) or "text", exact=self.exact)
        return arrays.untyped(texts) if array is None else array


def log_frame(log: Sequence[Exchange]) -> pd.DataFrame:
    """One row an exchange, oldest first, indexed by ``sent_at`` (``datetime64[ms, UTC]``).

    ``status`` is the HTTP status, missing where no answer came; ``code`` is OKX's, "" where none was
    read; ``milliseconds`` is the time that the exchange took; ``attempt`` counts those of one request,
    from 1.
    """
    log = sorted(log, key=lambda exchange: exchange.sent_at)
    rows = [
        (
            exchange.account,
            exchange.environment,
            exchange.request.method,
            exchange.request.target,
            exchange.status,
            exchange.code,
            exchange.outcome,
            exchange.milliseconds,
            exchange.attempt,
        )
        for exchange in log
    ]
    times = pd.DatetimeIndex(
        pd.to_datetime([round(exchange.sent_at * 1000) for exchange in log], unit="ms", utc=True),
        name="sent_at",
    ).as_unit("ms")
    frame = pd.DataFrame(rows, columns=list(_LOG_COLUMNS), index=times)
    return frame.astype(_LOG_COLUMNS)


def open_frame(
    seconds: Sequence[float], rows: Sequence[tuple[str, ...]], names: Sequence[str]
) -> pd.DataFrame:
    """Rows of texts, indexed by ``sent_at`` (``datetime64[ms, UTC]``), ``seconds`` since 1970."""
    times = pd.DatetimeIndex(
        pd.to_datetime([round(each * 1000) for each in seconds], unit="ms", utc=True),
        name="sent_at",
    ).as_unit("ms")
    return pd.DataFrame(list(rows), columns=list(names), index=times).astype("string")


def safe_csv(frame: pd.DataFrame, path: str | PathLike[str] | None = None, **options: Any) -> Any:
    """As ``frame.to_csv(path, **options)``, but no cell or name is a formula for a spreadsheet.

    A text that a spreadsheet would compute gets an apostrophe in front, which shows it as text.
    Numbers and ids stay what they are, also those kept as text.
    """
    shown = frame.rename(columns=_disarmed).rename_axis(index=_disarmed, columns=_disarmed)
    for position, dtype in enumerate(frame.dtypes):
        if not pd.api.types.is_numeric_dtype(dtype) and not hasattr(dtype, "tz"):
            column = shown.iloc[:, position].astype(object).map(_disarmed)
            shown.isetitem(position, column.array)
    if not pd.api.types.is_numeric_dtype(shown.index.dtype):
        shown.index = shown.index.map(_disarmed)
    return shown.to_csv(path, **options)


def _disarmed(value: Any) -> Any:
    text = value if isinstance(value, str) else str(value) if isinstance(value, list | dict) else ""
    if "\r" in text:
        # csv does not quote it, and the rest would start a new row.
        value = text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _FORMULA.match(text) or _NUMBER.fullmatch(text):
        return value
    return f"'{text}"
