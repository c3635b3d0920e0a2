"""What a session fetches to disk. The room ``data/`` does it, imported with the first download.

Tested in ``tests/test_examples.py`` and ``tests/data/test_folders.py``.
"""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from okx_magic.cell.check import program_request, refuse_secrets, warn
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from concurrent.futures import Executor
    from os import PathLike

    from okx_magic.data import Done, DownloadProgress
    from okx_magic.model import Request
    from okx_magic.pages.paging import Span
    from okx_magic.pages.shares import Addresses
    from okx_magic.pages.team import Client
    from okx_magic.session import Session


class Downloading:
    """The downloads of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def download(  # noqa: PLR0913  # each by its keyword
        self,
        targets: str | Sequence[str],
        *,
        to: str | PathLike[str],
        since: Any = None,
        until: Any = None,
        executor: Executor | Client | None = None,
        addresses: Addresses = None,
    ) -> list[Done]:
        """GET page after page of each target into a dataset of parquet files in the folder ``to``.

        Rows are those with ``since ≤ time < until``; times are as for ``pages``. A list in a parameter
        that takes one value (``instId=BTC-USDT,ETH-USDT``) is several targets. Files lie in
        ``endpoint=/instId=/bar=/month=``, with the columns and types of the frames. A bar that still
        runs is left out. The same call again fetches only what is missing, after a break-off or with
        other times. Returns one record a target: ``rows`` in the dataset, ``fresh`` ones, ``requests``.
        ``executor`` and ``addresses`` are as for ``pages``: its workers fetch public candles, this kernel
        the rest, and this kernel alone writes.

        Raises CellError before anything is sent for a folder with other data or that another kernel
        writes to, for too little space and a time in the future; and what ``request`` raises. After an
        error or Ctrl-C what came is on disk. ``okx_magic.open_data(to)`` reads it, as does
        ``pandas.read_parquet(to)``. OKX docs: the section of the endpoint (``after``, ``limit``).

        Example:
            >>> done = okx.download("/api/v5/market/candles?instId=BTC-USDT&bar=1H", to=folder,
            ...     since="2024-01-01", until="2024-02-01")
            >>> done[0].rows
            744
        """
        from okx_magic.data import split_targets  # noqa: PLC0415  # pyarrow, on first use
        from okx_magic.pages.paging import read_span  # noqa: PLC0415  # pandas, on first use

        listed = [targets] if isinstance(targets, str) else targets
        asked = [each for text in listed for each in split_targets(program_request("GET", text))]
        for request in asked:
            refuse_secrets(request, self._session.account.credentials)
            warn(request, self._session.facts())
        span = read_span(None, since, until)
        return list(self.bring(asked, span, to, executor=executor, addresses=addresses))

    def download_files(  # noqa: PLR0913  # each by its keyword
        self,
        what: str,
        instruments: str | Sequence[str],
        *,
        to: str | PathLike[str],
        since: Any,
        until: Any = None,
        inst_type: str | None = None,
        monthly: bool | None = None,
    ) -> list[Done]:
        """Fetch OKX's own files of history into the dataset in the folder ``to``: far fewer requests than
        pages, from the beginning of an instrument to the day before yesterday.

        ``what`` is "trades", "candles" (of a minute) or "funding", which become the same dataset as
        ``download`` of ``market/history-trades``, ``market/candles`` and ``public/funding-rate-history``;
        or "books", "books-5000" or "books-50", whose files are left as they are, in ``to/_files``.
        ``instruments`` are names, or families with ``inst_type`` "FUTURES" or "OPTION". Files are of days
        or, with ``monthly``, of months (funding always); those that the times touch are fetched whole,
        unsigned and from OKX's hosts only. The same call again goes on where it stopped. Returns one
        record for each instrument: ``requests`` counts files.

        Raises CellError before anything is sent for what cannot be done, TransportError for a file that
        is not as it should be, and what ``request`` raises. OKX docs: Public Data, Get historical market
        data.

        Example:
            >>> done = okx.download_files("candles", "BTC-USDT", to=folder, since="2025-09-01",
            ...     until="2025-09-02")
            >>> done[0].requests
            2
        """
        from okx_magic.data import FileDownload  # noqa: PLC0415  # pyarrow, on first use
        from okx_magic.pages.paging import read_span  # noqa: PLC0415  # pandas, on first use

        names = [instruments] if isinstance(instruments, str) else list(instruments)
        span = read_span(None, since, until)
        now = int(time.time() * 1000)
        high = now if span.until is None else span.until
        if span.since is None or not span.since < high <= now:
            raise CellError(
                "since must be before until, and neither in the future",
                remedy='such as since="30d"',
            )
        run = FileDownload(self._session.connection, to)
        return run.bring(what, names, (span.since, high), inst_type=inst_type, monthly=monthly)

    def bring(  # noqa: PLR0913  # same
        self,
        requests: Sequence[Request],
        span: Span,
        to: str | PathLike[str],
        *,
        progress: DownloadProgress | None = None,
        executor: Executor | Client | None = None,
        addresses: Addresses = None,
    ) -> Generator[Done]:
        """As ``download``, one record a target as soon as it is complete."""
        from okx_magic.data import Download  # noqa: PLC0415  # pyarrow, on first use
        from okx_magic.pages import Team  # noqa: PLC0415  # pandas, on first use

        connection = self._session.connection
        crew = nullcontext() if executor is None else Team(connection, executor, addresses)
        with crew as team:
            run = Download(connection, to, progress=progress, team=team)
            yield from run.bring(requests, span)
