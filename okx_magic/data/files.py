"""OKX's own files: listed, fetched several at once, and filed in a dataset one after another.

``_okx/files/done.json`` names the files that are in the dataset; what is half fetched lies in
``_okx/files/fetching/``. Books are left as they are, in ``_files/``.
"""

from __future__ import annotations

import json
import shutil
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from okx_magic.data.archives import rows_of
from okx_magic.data.download import Done, DownloadInterrupted
from okx_magic.data.filing import told
from okx_magic.data.filling import Filling
from okx_magic.data.folder import Folder
from okx_magic.data.listing import KINDS, ask, days_of, inst_type_of
from okx_magic.data.targets import target_of
from okx_magic.errors import CellError
from okx_magic.model import Request
from okx_magic.pages.paging import Span, time_text
from okx_magic.wire.files import FileSource

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from concurrent.futures import Future
    from os import PathLike
    from pathlib import Path

    from okx_magic.data.fetching import DownloadProgress
    from okx_magic.data.listing import Listed
    from okx_magic.data.ranges import Range
    from okx_magic.wire.connection import Connection

_AT_ONCE: Final = 4
_MOST_ROWS: Final = 50_000
_RECORD: Final = "_okx/files/done.json"
_FETCHING: Final = "_okx/files/fetching"
_AS_THEY_ARE: Final = "_files"
# What parquet takes of a zip of CSV, and the zip beside it.
_ROOM: Final = 3


@dataclass(slots=True)
class _Count:
    fresh: int = 0
    files: int = 0
    notices: dict[str, None] = field(default_factory=dict)


class FileDownload:
    """Brings files of a kind into a folder, over a connection."""

    def __init__(
        self,
        connection: Connection,
        to: str | PathLike[str],
        *,
        progress: DownloadProgress | None = None,
        most_rows: int = _MOST_ROWS,
    ) -> None:
        self._connection = connection
        self._folder = Folder(to)
        self._progress = progress
        self._most_rows = most_rows
        self._kind = KINDS["trades"]
        self._inst_type = ""
        self._monthly = False
        self._counts: dict[str, _Count] = {}

    def bring(
        self,
        what: str,
        names: Sequence[str],
        span: Range,
        *,
        inst_type: str | None = None,
        monthly: bool | None = None,
    ) -> list[Done]:
        """Fetch the files of a span of time that are not there yet, one result an instrument or family.

        Raises CellError before anything is sent for what cannot be done; what came before any other
        error, or before Ctrl-C, is in the folder, and the same call goes on behind it.
        """
        if what not in KINDS:
            raise CellError(f"{what!r} is no kind of files", remedy=f"one of {', '.join(KINDS)}")
        if not names:
            raise CellError("no instrument is named", remedy='such as "BTC-USDT"')
        self._kind, self._inst_type = KINDS[what], inst_type or inst_type_of(names)
        self._monthly = self._kind.monthly if monthly is None else monthly
        spot = self._inst_type == "SPOT"
        asked = list(dict.fromkeys(each if spot else _family(each) for each in names))
        started = time.monotonic()
        try:
            with self._folder.writing(), closing(FileSource(self._connection.account)) as source:
                listed = list(
                    ask(
                        self._connection,
                        self._kind,
                        asked,
                        self._inst_type,
                        span,
                        monthly=self._monthly,
                    )
                )
                self._say_what_is_missing(asked, listed, span)
                with told(self._folder):
                    self._bring(listed, source)
        except KeyboardInterrupt:
            raise DownloadInterrupted(
                f"what came is in {self._folder.path}; the same again goes on there"
            ) from None
        seconds = time.monotonic() - started
        return [
            Done(name, self._rows(name), each.fresh, each.files, seconds, tuple(each.notices))
            for name, each in self._counts.items()
        ]

    def _rows(self, name: str) -> int:
        """How many rows the dataset has of a target; none of what is left as it is."""
        if not name.startswith("/"):
            return 0
        manifest = self._folder.manifest(target_of(Request("GET", name), Span()).key)
        return manifest.rows if manifest else 0

    def _count(self, of: str) -> _Count:
        """What is counted for an instrument, or a family of which the files have many."""
        instrument = self._instrument(of)
        name = self._kind.target.format(instrument) if self._kind.target and instrument else of
        return self._counts.setdefault(name, _Count())

    def _instrument(self, of: str) -> str:
        """The only instrument that a file is of, "" for a family of many."""
        if self._inst_type == "SPOT":
            return of
        return f"{of.removesuffix('-SWAP')}-SWAP" if self._inst_type == "SWAP" else ""

    def _bring(self, listed: list[Listed], source: FileSource) -> None:
        record = self._record()
        new = [each for each in listed if each.name not in record]
        self._check_space(new)
        if self._progress is not None:
            self._progress.start(len(new))
        with closing(self._fetched(new, source)) as files:
            for each, path in files:
                if self._kind.target:
                    self._file(each, path)
                    path.unlink()
                else:
                    place = self._folder.path / _AS_THEY_ARE
                    place.mkdir(exist_ok=True)
                    path.replace(place / source.name(source.url(each.url)))
                self._count(each.of).files += 1
                record[each.name] = list(each.range)
                self._folder.write(_RECORD, json.dumps(record).encode())
                if self._progress is not None:
                    self._progress.advance(1, 0)
        shutil.rmtree(self._folder.path / _FETCHING, ignore_errors=True)

    def _fetched(self, listed: list[Listed], source: FileSource) -> Generator[tuple[Listed, Path]]:
        """Each file as soon as it and those before it are here; a few are fetched ahead."""
        waiting: deque[tuple[Listed, Future[Path]]] = deque()
        left = iter(listed)
        pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="okx_magic-files")
        try:
            while True:
                while len(waiting) < 2 * _AT_ONCE and (each := next(left, None)) is not None:
                    waiting.append((each, pool.submit(self._fetch, each, source)))
                if not waiting:
                    return
                each, path = waiting.popleft()
                yield each, path.result()
        finally:
            # Those under way stop soon: their beginnings stay for the next time.
            source.close()
            pool.shutdown(cancel_futures=True)

    def _fetch(self, each: Listed, source: FileSource) -> Path:
        url = source.url(each.url)
        path = self._folder.path / _FETCHING / f"{source.name(url)}.unfinished"
        path.parent.mkdir(parents=True, exist_ok=True)
        source.fetch(url, path)
        return path

    def _file(self, each: Listed, path: Path) -> None:
        fillings: dict[str, Filling] = {}

        def filling_of(instrument: str) -> Filling:
            found = fillings.get(instrument)
            if found is None:
                found = Filling(
                    self._folder, self._kind, instrument, each.range, most=self._most_rows
                )
                fillings[instrument] = found
            return found

        alone = self._instrument(each.of)
        if alone:
            # Also without a row in it its time is complete.
            filling_of(alone)
        for row in rows_of(path, each.name):
            filling_of(row.get("instrument_name") or alone or each.of).add(row, each.name)
        for instrument, filling in fillings.items():
            filling.end()
            target = self._kind.target.format(instrument)
            count = self._counts.setdefault(target, _Count())
            count.fresh += filling.fresh
            if filling.outside:
                said = f"{each.name}: {filling.outside:,} rows of another time were left out"
                count.notices[said] = None
            if self._progress is not None:
                self._progress.advance(0, filling.fresh)

    def _record(self) -> dict[str, Any]:
        try:
            said = json.loads((self._folder.path / _RECORD).read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise CellError(
                f"{self._folder.path / _RECORD} cannot be read", remedy="name another folder"
            )
        return said

    def _say_what_is_missing(self, names: Sequence[str], listed: list[Listed], span: Range) -> None:
        wanted = list(days_of(self._kind, span, monthly=self._monthly))
        for name in names:
            there = {each.range for each in listed if _family(each.of) == _family(name)}
            missing = [each for each in wanted if each not in there]
            count = self._count(name)
            if missing:
                what = "months" if self._monthly else "days"
                when = f"between {time_text(missing[0][0])} and {time_text(missing[-1][1])}"
                count.notices[f"OKX has no file for {len(missing)} {what} {when}"] = None

    def _check_space(self, listed: list[Listed]) -> None:
        needed = _ROOM * sum(each.megabytes for each in listed) * 1e6
        free = shutil.disk_usage(self._folder.path).free
        if needed > free:
            raise CellError(
                f"about {needed / 1e9:.1f} GB are needed in {self._folder.path}, and"
                f" {free / 1e9:.1f} GB are free",
                remedy="a later since, or a folder on another disk",
            )


def _family(name: str) -> str:
    return "-".join(name.split("-")[:2])
