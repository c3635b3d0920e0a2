"""OKX's archives, read without being unpacked: so no name in one, and no link, leads anywhere.

A zip or tar of CSV files. What it unpacks to is counted while it is read, and must stay in proportion.
"""

from __future__ import annotations

import csv
import gzip
import io
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING, Final, Protocol

from okx_magic.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Prices in text take a tenth or so; deflate can reach a thousandth, which no data does.
_MOST_RATIO: Final = 100
# Small files may be anything.
_ALWAYS: Final = 1 << 20
_LONGEST_LINE: Final = 10_000


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Limited(io.RawIOBase):
    """A stream of which no more than ``most`` bytes may come."""

    def __init__(self, source: _Source, most: int, name: str) -> None:
        self._source, self._left, self._name = source, most, name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        came = self._source.read(len(buffer))
        self._left -= len(came)
        if self._left < 0:
            raise TransportError(
                f"{self._name} unpacks to more than {_MOST_RATIO} times its size: not read",
                written=True,
            )
        buffer[: len(came)] = came
        return len(came)


def rows_of(path: Path, name: str) -> Iterator[dict[str, str]]:
    """The rows of all CSV files in an archive, by the names of their columns in English, small letters.

    Raises TransportError for a damaged archive, one without a CSV file, and one that unpacks to more
    than data do.
    """
    try:
        found = False
        for stream in _members(path, name):
            found = True
            yield from _rows(stream, name)
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
        EOFError,
        OSError,
        csv.Error,
    ) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise TransportError(f"{name} is damaged ({error})", written=True) from None
    except (RuntimeError, NotImplementedError):
        raise TransportError(f"{name} is packed in a way of its own", written=True) from None
    if not found:
        raise TransportError(f"{name} has no CSV file", written=True)


def _members(path: Path, name: str) -> Iterator[io.RawIOBase]:
    most = max(_ALWAYS, path.stat().st_size * _MOST_RATIO)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if _is_data(info.filename) and not info.is_dir():
                    with archive.open(info) as unpacked:
                        yield _Limited(unpacked, most, name)
                    most -= info.file_size
        return
    with gzip.open(path) as packed:
        whole = io.BufferedReader(_Limited(packed, most, name))
        # As a stream: also what is passed over is counted.
        with tarfile.open(fileobj=whole, mode="r|") as tar:
            for entry in tar:
                # Of a link there is nothing to read here.
                member = tar.extractfile(entry) if entry.isreg() else None
                if member is not None and _is_data(entry.name):
                    yield _Limited(member, most, name)


def _is_data(name: str) -> bool:
    return name.lower().endswith(".csv")


def _rows(stream: io.RawIOBase, name: str) -> Iterator[dict[str, str]]:
    # The data are ASCII; old heads have Chinese in an encoding of their time beside the English.
    lines = io.TextIOWrapper(io.BufferedReader(stream), "ascii", errors="replace", newline="")
    reader = csv.reader(iter(lambda: lines.readline(_LONGEST_LINE), ""))
    head = next(reader, None)
    if head is None:
        return
    names = [each.partition("/")[0].strip("\ufffd ").lower() for each in head]
    for row in reader:
        if len(row) != len(names):
            if not row:
                continue
            raise TransportError(f"{name} has a row that does not fit its head", written=True)
        yield dict(zip(names, row, strict=True))
