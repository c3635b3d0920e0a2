"""Chunks of a pull of candles, fetched side by side: by threads here, or by workers elsewhere.

A worker gets plain data and no credentials, so it can fetch public data only. It keeps OKX's limits
together with all other work in its process: workers that share an IP address belong in one process;
workers on machines with their own addresses add up.
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from okx_magic.errors import RefusedError, TransportError
from okx_magic.wire.connection import Connection
from okx_magic.wire.transport import MOST_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from concurrent.futures import Executor, Future

    from okx_magic.credentials.account import Account
    from okx_magic.model import Request
    from okx_magic.pages.candle_plan import Chunk, Fetched

    Block = tuple[Chunk, ...]
    Submit = Callable[[Block], Future[list[Fetched]]]
    Results = Generator[tuple[Chunk, Future[list[Fetched]]]]
    Spread = Callable[[Iterator[Chunk]], Results]
    Sleep = Callable[[float], None]

_TIME: Final = re.compile("[0-9]{13}")
# Blocks that are submitted before the first one is back: enough for 32 workers.
_BLOCKS_AHEAD: Final = 32

_first_use = threading.Lock()


def fetch_block(source: Account, block: Block) -> list[Fetched]:
    """Fetch the chunks of a block side by side, wherever this runs. Arguments and result can be pickled.

    ``source`` is an account without credentials.
    """
    # Two that come first at the same time would keep to the limits each by itself.
    with _first_use:
        connection = _connection_of_this_process(source)
    with ThreadPoolExecutor(len(block), thread_name_prefix="okx_magic-pull") as pool:
        return list(pool.map(partial(_fetch, connection, time.sleep), block))


@contextmanager
def threads(connection: Connection, request: Request) -> Iterator[Spread]:
    """Fetches chunks in this process, in as many threads as the endpoint's limit allows at once.

    At the end of the block those that are still waiting give up.
    """
    count = at_once(request)
    given_up = threading.Event()

    def sleep(seconds: float) -> None:
        if given_up.wait(seconds):
            raise CancelledError

    def submit(block: Block) -> Future[list[Fetched]]:
        return pool.submit(lambda: [_fetch(connection, sleep, chunk) for chunk in block])

    pool = ThreadPoolExecutor(count, thread_name_prefix="okx_magic-pull")
    try:
        yield partial(_spread, submit, size=1, ahead=2 * count)
    finally:
        given_up.set()
        pool.shutdown(cancel_futures=True)


def workers(executor: Executor, account: Account, request: Request) -> Spread:
    """Fetches chunks on an executor: as many to a block as the endpoint's limit allows at once."""
    source = without_credentials(account)

    def submit(block: Block) -> Future[list[Fetched]]:
        return executor.submit(fetch_block, source, block)

    return partial(_spread, submit, size=at_once(request), ahead=_BLOCKS_AHEAD)


def without_credentials(account: Account) -> Account:
    """The account as it may travel to a worker. Raises RefusedError when its proxy has a password."""
    if account.proxy is not None and account.proxy != account.proxy_name:
        raise RefusedError(
            "the proxy has a user or password, which do not travel to workers",
            remedy="leave out executor=",
        )
    return replace(account, credentials=None, source="a pull", warnings=())


def at_once(request: Request) -> int:
    """How many pages are fetched side by side: as many as OKX takes in one window of the limit."""
    endpoint = request.endpoint
    limit = endpoint.limit if endpoint else None
    return min(limit.requests, MOST_AT_ONCE) if limit else 1


def _spread(submit: Submit, chunks: Iterator[Chunk], *, size: int, ahead: int) -> Results:
    """Submits the chunks, ``size`` to a block and ``ahead`` blocks before the first is back; yields the
    first chunk of each block with its result, in order. Closing it cancels what has not started.
    """
    waiting: deque[tuple[Block, Future[list[Fetched]]]] = deque()
    try:
        while True:
            while len(waiting) < ahead and (block := tuple(islice(chunks, size))):
                waiting.append((block, submit(block)))
            if not waiting:
                return
            block, result = waiting[0]
            yield block[0], result
            waiting.popleft()
    finally:
        for _, result in waiting:
            result.cancel()


def _fetch(connection: Connection, sleep: Sleep, chunk: Chunk) -> Fetched:
    return chunk.fetch(partial(candles, connection, sleep=sleep))


def candles(connection: Connection, request: Request, *, sleep: Sleep) -> list[Any]:
    """The rows of one page of candles. Raises TransportError when they are something else."""
    rows = connection.read(request, sleep=sleep).envelope.data
    if not all(isinstance(row, list) and row and _TIME.fullmatch(str(row[0])) for row in rows):
        raise TransportError("the answer's rows are not candles", written=True, request=request)
    return list(rows)


# One for each process: everything in it comes from the same address, and has to share one pacer.
@cache
def _connection_of_this_process(source: Account) -> Connection:
    return Connection(source)
