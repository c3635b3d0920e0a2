"""Chunks of a pull of candles, fetched side by side by threads of this process.

Tested in ``tests/pages/test_pull.py``.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from okx_magic.errors import TransportError
from okx_magic.pages.rows import are_bars
from okx_magic.wire.transport import MOST_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from concurrent.futures import Future

    from okx_magic.model import Request
    from okx_magic.pages.candle_plan import Chunk, Fetched
    from okx_magic.pages.rows import Page
    from okx_magic.wire.connection import Connection

    # Each chunk, newest first, with what waits for its rows. Closing it cancels what has not started.
    Results = Generator[tuple[Chunk, Callable[[], Fetched]]]
    Spread = Callable[[Iterator[Chunk]], Results]
    Sleep = Callable[[float], None]

_TIME: Final = re.compile("[0-9]{13}")


@contextmanager
def threads(connection: Connection, request: Request) -> Iterator[Spread]:
    """Fetches chunks in this process, in as many threads as the endpoint's limit allows at once.

    At the end of the block those that are still waiting give up.
    """
    count = at_once(request)
    given_up = threading.Event()

    def submit(chunk: Chunk) -> Future[Fetched]:
        fetch = partial(candles, connection, sleep=partial(pause, given_up))
        return pool.submit(chunk.fetch, fetch)

    pool = ThreadPoolExecutor(count, thread_name_prefix="okx_magic-pull")
    try:
        yield partial(_spread, submit, ahead=2 * count)
    finally:
        given_up.set()
        pool.shutdown(cancel_futures=True)


def pause(given_up: threading.Event, seconds: float) -> None:
    """Sleep, or raise CancelledError as soon as what it is for was given up."""
    if given_up.wait(seconds):
        raise CancelledError


def at_once(request: Request) -> int:
    """How many pages are fetched side by side: as many as OKX takes in one window of the limit."""
    endpoint = request.endpoint
    limit = endpoint.limit if endpoint else None
    return min(limit.requests, MOST_AT_ONCE) if limit else 1


def candles(connection: Connection, request: Request, *, sleep: Sleep) -> Page:
    """The rows of one page of candles. Raises TransportError when they are something else."""
    envelope = connection.read(request, sleep=sleep).envelope
    numbers = envelope.number_rows
    if numbers is not None and are_bars(numbers):
        return numbers
    rows: list[Any] = envelope.data
    if not all(isinstance(row, list) and row and _TIME.fullmatch(str(row[0])) for row in rows):
        raise TransportError("the answer's rows are not candles", written=True, request=request)
    return rows


def _spread(
    submit: Callable[[Chunk], Future[Fetched]], chunks: Iterator[Chunk], *, ahead: int
) -> Results:
    waiting: deque[tuple[Chunk, Future[Fetched]]] = deque()
    try:
        while True:
            waiting.extend((chunk, submit(chunk)) for chunk in islice(chunks, ahead - len(waiting)))
            if not waiting:
                return
            chunk, result = waiting[0]
            yield chunk, result.result
            waiting.popleft()
    finally:
        for _, result in waiting:
            result.cancel()
