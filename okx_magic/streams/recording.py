"""Rows of a stream into a parquet file, some thousand at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from okx_magic.errors import CellError
from okx_magic.streams.typed import row_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

_ROWS: Final = 2000
_SUFFIXES: Final = frozenset({".parquet", ".pq"})


class Recording:
    """Every row once, in the order of coming, each field as OKX's text; lists and objects as JSON.

    The columns are those of the first rows; what later rows have beside them goes to the column
    ``_more`` as JSON. ``okx_magic.open_recording`` reads it once ``close`` was called. Raises CellError
    where pyarrow is missing or the file is there already.
    """

    def __init__(self, path: str | PathLike[str], channel: str) -> None:
        try:
            import pyarrow as pa  # noqa: PLC0415  # the extra "data"
            import pyarrow.parquet as pq  # noqa: PLC0415
        except ImportError:
            raise CellError(
                "--record needs pyarrow", remedy='%pip install "okx-magic[data]"'
            ) from None
        self.path = Path(path)
        if self.path.suffix not in _SUFFIXES:
            raise CellError(
                f"a recording is a parquet file, and {self.path.name} is named otherwise",
                remedy=f"name it {self.path.stem}.parquet",
            )
        if self.path.exists():
            raise CellError(f"{self.path} is there already", remedy="name another file")
        if not self.path.parent.is_dir():
            raise CellError(f"there is no folder {self.path.parent}", remedy="make it first")
        self._pa, self._pq = pa, pq
        self._channel = channel
        self._waiting: list[bytes] = []
        self._writer: Any = None
        self._names: list[str] = []
        self._closed = False

    def add(self, rows: Sequence[bytes]) -> None:
        """Rows that came."""
        self._waiting += rows
        if len(self._waiting) >= _ROWS:
            self._write()

    def close(self) -> None:
        """Complete the file, which is there even if no row came."""
        if not self._closed:
            self._closed = True
            self._write()
            self._writer.close()

    def _write(self) -> None:
        values = [row_of(row) for row in self._waiting]
        self._waiting = []
        if self._writer is None:
            self._names = list(dict.fromkeys(name for value in values for name in value))
            fields = [(name, self._pa.string()) for name in (*self._names, "_more")]
            schema = self._pa.schema(fields, metadata={"okx_channel": self._channel})
            self._writer = self._pq.ParquetWriter(self.path, schema, compression="zstd")
        columns: dict[str, list[str | None]] = {
            name: [_text(value.get(name)) for value in values] for name in self._names
        }
        columns["_more"] = [
            _text({name: each for name, each in value.items() if name not in columns} or None)
            for value in values
        ]
        self._writer.write_table(self._pa.table(columns, schema=self._writer.schema))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
