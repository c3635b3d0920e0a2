"""A session's way into its streams: what they ask of REST, how they log in, and the reader that all
sessions of a kernel share.

Tested in ``tests/streams/test_cells.py``.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from okx_magic.credentials.websocket import LOGIN_PATH, Login, log_in
from okx_magic.errors import CellError, CredentialsError, OkxError
from okx_magic.model import Envelope, Exchange, Request, Sent
from okx_magic.wire.connection import Connection
from okx_magic.wire.exchange_log import ExchangeLog

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd

    from okx_magic.credentials.account import Account
    from okx_magic.session import Session
    from okx_magic.streams.reader import Reader
    from okx_magic.streams.stream import Stream

KEEP = 100_000


class SharedReader:
    """The one reader of a kernel's sessions, made with the first stream."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reader: Reader | None = None

    def get(self) -> Reader:
        """The reader."""
        from okx_magic.streams.reader import Reader  # noqa: PLC0415  # websockets, on first use

        with self._lock:
            if self._reader is None:
                self._reader = Reader()
            return self._reader

    @property
    def streams(self) -> tuple[Stream, ...]:
        """All that stream."""
        return self._reader.streams if self._reader else ()


class Streaming:
    """What streams are given by their session (``streams.access.Access``). Its REST goes over connections
    of its own, so that the log has only what a person sent.
    """

    def __init__(self, session: Session, shared: SharedReader) -> None:
        self._session = session
        self._shared = shared
        self._connection: Connection | None = None
        self._lock = threading.Lock()

    @property
    def account(self) -> Account:
        """Whose streams these are."""
        return self._session.account

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Those of this session."""
        return tuple(stream for stream in self._shared.streams if stream.access is self)

    def stream(
        self,
        channel: str,
        *,
        keep: int = KEEP,
        name: str | None = None,
        record: str | PathLike[str] | None = None,
        **keys: str,
    ) -> Stream:
        """A live channel, from now on, until ``stop`` or ``close``.

        ``keys`` are the channel's arguments; ``keep`` is how many rows are kept at most; ``record`` is a
        parquet file for all of them. Returns a ``Stream`` at once: ``wait`` waits for rows, ``frame`` has
        them with the columns and types of the channel's GET, ``last`` is the newest one as OKX sent it.

        Raises CellError for what OKX does not have, and CredentialsError for a private channel without
        credentials. OKX docs: Overview, WebSocket, and the channel's own section.

        Example:
            >>> trades = okx.stream("trades", instId="BTC-USDT")
            >>> newest = trades.wait(rows=3, timeout=60)
            >>> len(trades.frame(2)), newest["instId"]
            (2, 'BTC-USDT')
            >>> trades.stop()
        """
        return self.open(channel, keep=keep, name=name or channel, keys=keys, record=record)

    def open(  # each by its keyword
        self,
        channel: str,
        *,
        keep: int,
        name: str,
        keys: dict[str, str],
        record: str | PathLike[str] | None = None,
    ) -> Stream:
        """A stream of one channel. Raises CellError for what OKX does not have, and CredentialsError for
        a private one without credentials.
        """
        from urllib.parse import urlencode  # noqa: PLC0415  # on first use

        from okx_magic.streams.checked import checked  # noqa: PLC0415  # same
        from okx_magic.streams.protocol import Arg  # noqa: PLC0415  # same

        credentials = self.account.credentials
        if credentials is not None and any(map(credentials.owns, map(str, keys.values()))):
            raise CredentialsError(
                f"an argument of {channel} is a secret: it would be logged on its way",
                remedy="take it out; make a new key if it was real",
            )
        known, args = checked(Request("SUBSCRIBE", f"{channel}?{urlencode(keys)}"))
        if known.login and credentials is None:
            raise CredentialsError(
                f"{channel} is private (OKX: 60011)",
                remedy="%okx_login demo, or %okx_login sandbox",
            )
        if keep < 1:
            raise CellError("a stream keeps one row at least", remedy="--keep 100000")
        reader = self._shared.get()
        found = [Arg.of(channel, each) for each in args]
        return reader.open(self, found, name=name, keep=keep, record=record)

    def close(self) -> None:
        """End all streams of the session."""
        for stream in self.streams:
            stream.stop()
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def rest(self, target: str) -> list[Any]:
        """The ``data`` of a GET."""
        with self._lock:
            if self._connection is None:
                sender = self._session.connection.sender
                self._connection = Connection(self.account, pacer=sender.pacer, clock=sender.clock)
                # A person cannot ask for these answers: whole books, a hundred trades at a time.
                self._connection.sender.log = ExchangeLog(most=0)
            connection = self._connection
        found: list[Any] = connection.read(Request("GET", target)).envelope.data
        return found

    def login(self) -> Login:
        """A log-in signed now."""
        credentials = self.account.credentials
        if credentials is None:
            raise CredentialsError("the account has no credentials", remedy="%okx_login NAME")
        return log_in(credentials, self._session.connection.clock.now())

    def dressed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A frame with ``frame.okx``."""
        return self._session.drawable(frame)

    def picture(self, stream: Stream) -> Any:
        """What the stream looks like now, as a still."""
        from okx_magic.charts.live import LiveView  # noqa: PLC0415  # on first use

        return LiveView(stream).still()

    def answered(self, login: Login, code: str, msg: str) -> OkxError | None:
        """Put the log-in into the session's log; the error if it was refused, with what was checked."""
        session = self._session
        request = Request("GET", LOGIN_PATH)
        code = code or "0"
        said = session.account.credentials.redact(msg) if session.account.credentials else msg
        exchange = Exchange(
            request=request,
            account=session.account.name,
            environment=session.account.environment,
            sent=Sent("GET", LOGIN_PATH, b"", login.timestamp, login.signature),
            status=101,
            code=code,
            outcome="logged in (WebSocket)" if code == "0" else f"{code} {said}",
            sent_at=time.time(),
            milliseconds=0.0,
            offset=session.connection.clock.offset,
        )
        session.connection.log.append(exchange)
        if code == "0":
            return None
        session.connection.clock.forget()
        from okx_magic import catalogue  # noqa: PLC0415  # only a refusal needs it

        known = catalogue.explain(code)
        error = OkxError(
            code,
            said,
            envelope=Envelope(code, said, [], status=101),
            means=known.meaning if known else "",
            remedy=(known.remedy if known else "") or "%okx_debug shows what was signed",
            request=request,
            account=session.account.name,
        )
        from okx_magic.advice.causes import Case, causes  # noqa: PLC0415  # same

        case = Case(code, session.account, exchange, session.known())
        error.checked = tuple(map(str, causes(case)))
        return error
