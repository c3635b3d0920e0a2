"""What a worker runs, wherever it is: chunks of a pull, at its share of its address's pace.

A worker gets plain data and no credentials, so it can fetch public data only, and gives back plain
data, errors included: raised there they would end in a traceback on each worker's screen.

Tested in ``tests/pages/test_team.py``.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from okx_magic.errors import OkxMagicError, RefusedError
from okx_magic.pages.blocks import candles
from okx_magic.pages.shares import Share, Worker
from okx_magic.wire.connection import Connection
from okx_magic.wire.pacing import Pacer
from okx_magic.wire.retry import is_throttled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from okx_magic.credentials.account import Account
    from okx_magic.pages.candle_plan import Chunk, Fetched
    from okx_magic.wire.pacing import Claim, Turn

# Two processes may have one number, on two hosts or one after the other.
_TOKEN: Final = secrets.token_hex(4)
# Long enough for another worker to take the next greeting.
_GREETING: Final = 0.05
_LIMITS: Final = "50011"
# At the end of a pull who would wait longer for a place gives its chunks back.
LONG_AT_THE_END: Final = 0.2

_first_use = threading.Lock()


class UsedUp(Exception):
    """The next place in a window is too far off; somebody else may have one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker did of its part: for each chunk what it fetched, the error, or None where it was
    not asked for. ``refused``: OKX refused a request for its limit.
    """

    worker: Worker
    results: tuple[Fetched | OkxMagicError | None, ...]
    refused: bool = False


def fetch_part(
    source: Account,
    chunks: tuple[Chunk, ...],
    shares: Mapping[str, Share],
    number: int,
    *,
    last: bool = False,
) -> Answer:
    """Fetch the chunks side by side, wherever this runs. Arguments and result can be pickled.

    ``source`` is an account without credentials. A process that is not among ``shares`` sends
    nothing: it says who it is. ``number`` makes each part another: dask runs equal ones once. ``last`` is
    what remains of a pull: where this process has used up its places, another may have some.
    """
    del number
    worker = this_worker(source)
    share = shares.get(worker.process)
    if not chunks or share is None:
        time.sleep(_GREETING)
        return Answer(worker, (None,) * len(chunks))
    # Two that come first at the same time would keep to the limits each by itself.
    with _first_use:
        connection, pacer = _connection_of_this_process(source)
    pacer.share = share
    endpoint = chunks[0].request.endpoint
    limit = endpoint.limit if endpoint else None
    if limit is not None and share.places(limit.requests) == 0:
        # More processes at the address than it may send requests: its time passes without any.
        time.sleep(limit.seconds)
        return Answer(worker, (None,) * len(chunks))
    started = time.time()
    with ThreadPoolExecutor(len(chunks), thread_name_prefix="okx_magic-part") as pool:
        sleep = partial(soon, time.sleep) if last else time.sleep
        results = tuple(pool.map(partial(attempt, connection, sleep), chunks))
    refused = was_refused(connection, {chunk.request.path for chunk in chunks}, started)
    if all(each is None for each in results):
        # Nor has it a place for the next ones: long enough for another worker to take them.
        time.sleep(_GREETING)
    if limit is not None and any(map(is_limit, results)):
        # The same again at once would be refused again.
        time.sleep(limit.seconds)
    return Answer(worker, tuple(None if is_limit(each) else each for each in results), refused)


def attempt(
    connection: Connection, sleep: Callable[[float], None], chunk: Chunk
) -> Fetched | OkxMagicError | None:
    """What a chunk gives: its rows, or the error; None where there was no place for it soon."""
    try:
        return chunk.fetch(partial(candles, connection, sleep=sleep))
    except OkxMagicError as error:
        return error
    except UsedUp:
        return None


def soon(sleep: Callable[[float], None], seconds: float) -> None:
    """Sleep, but not for long."""
    if seconds > LONG_AT_THE_END:
        raise UsedUp
    sleep(seconds)


def is_limit(result: Fetched | OkxMagicError | None) -> bool:
    """Whether OKX refused it for its limit, so that it has to be asked for again."""
    return isinstance(result, OkxMagicError) and is_throttled(result)


def was_refused(connection: Connection, paths: Iterable[str], since: float) -> bool:
    """Whether OKX refused a request for its limit since that time, also if it was sent again."""
    return any(
        each.code == _LIMITS and each.sent_at >= since and each.request.path in paths
        for each in connection.log[:]
    )


def without_credentials(account: Account) -> Account:
    """The account as it may travel to a worker. Raises RefusedError when its proxy has a password."""
    if account.proxy is not None and account.proxy != account.proxy_name:
        raise RefusedError(
            "the proxy has a user or password, which do not travel to workers",
            remedy="leave out the executor",
        )
    return replace(account, credentials=None, source="a pull", warnings=())


def this_worker(source: Account) -> Worker:
    """The process that this runs in."""
    host = socket.gethostname()
    process = f"{host}-{os.getpid()}-{_TOKEN}"
    return Worker(process, host, os.getpid(), _address(source))


def _address(source: Account) -> str:
    if source.proxy is not None:
        return f"proxy {urlsplit(source.proxy).hostname}"
    parts = urlsplit(source.base_url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_DGRAM)
        family, kind, _, _, where = found[0]
        with socket.socket(family, kind) as probe:
            # Sends nothing: it only asks the system for the way there.
            probe.connect(where)
            return str(probe.getsockname()[0])
    except OSError:
        return ""


class SharedPacer(Pacer):
    """Keeps to a share of each limit. A changed share begins with free places: the kernel lets a window
    pass before it hands it out.
    """

    share = Share(0, 1)

    def turn(self, claims: Sequence[Claim], sleep: Callable[[float], None] | None = None) -> Turn:
        """As for any pacer, of the share."""
        return super().turn([self._shared(claim) for claim in claims], sleep)

    def _shared(self, claim: Claim) -> Claim:
        places = max(1, self.share.places(claim.limit.requests))
        limit = replace(claim.limit, requests=places)
        return replace(claim, key=(*claim.key, f"share of {places}"), limit=limit)


# One for each process: everything in it comes from the same address, and has to share one pacer.
@cache
def _connection_of_this_process(source: Account) -> tuple[Connection, SharedPacer]:
    pacer = SharedPacer()
    return Connection(source, pacer=pacer), pacer
