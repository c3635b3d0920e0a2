"""A session: one account, what it reads and writes, and frames from its answers."""

from __future__ import annotations

import sys
import threading
from contextlib import nullcontext, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Never, Self

from okx_magic.cell.check import program_request, refuse_secrets, warn
from okx_magic.cell.check_account import Learned
from okx_magic.downloading import Downloading
from okx_magic.orders.gate import Gate
from okx_magic.orders.submission import Orders
from okx_magic.streaming import SharedReader, Streaming
from okx_magic.wire.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    import pandas as pd

    from okx_magic.advice.case import Known
    from okx_magic.credentials.account import Account
    from okx_magic.errors import OkxMagicError, PartlyRefused, PositionWithoutStop
    from okx_magic.model import Envelope, Exchange, Request
    from okx_magic.pages import Progress, Pulled
    from okx_magic.pages.paging import Span
    from okx_magic.pages.shares import Addresses
    from okx_magic.pages.team import Client
    from okx_magic.wire.pacing import Pacer
    from okx_magic.wire.sender import Reply
# None of our own modules: of two threads that import them each could hold one that the other needs.
_TABLES = "pandas"


class Session:
    """Sends requests as one account. ``okx_magic.connect`` makes one; use it as a context manager.

    A program uses ``request``, ``frame``, ``pages``, ``stream``, ``download``, ``download_files``,
    ``log`` and ``close``. ``config`` is the row of account/config that a log-in got; ``warnings`` its
    notices. A shared ``pacer`` keeps to OKX's limits for all. Without a ``gate`` a live one only reads.

    Example:
        >>> with okx_magic.connect("sandbox") as okx:
        ...     assert okx.account.environment == "sandbox"
    """

    def __init__(  # noqa: PLR0913  # each by its keyword
        self,
        account: Account,
        *,
        pacer: Pacer | None = None,
        gate: Gate | None = None,
        on_close: Callable[[], None] | None = None,
        connection: Connection | None = None,
        reader: SharedReader | None = None,
    ) -> None:
        self.account = account
        self.gate = gate or Gate(account)
        self.connection = connection or Connection(
            account, pacer=pacer, on_failure=self._check_causes
        )
        self.orders = Orders(self.connection, self.gate, self.gate.ledger)
        self.streaming = Streaming(self, reader or SharedReader())
        self.stream = self.streaming.stream
        self.downloading = Downloading(self)
        self.download = self.downloading.download
        self.download_files = self.downloading.download_files
        self._on_close = on_close
        self._learned = Learned()
        self.facts = self._learned.facts
        self.config: Mapping[str, Any] = {}
        self.warnings = account.warnings

    @property
    def log(self) -> Sequence[Exchange]:
        """The last exchanges, oldest first, without secrets: ``okx_magic.model.Exchange`` objects.

        Example:
            >>> assert okx.request("GET", "/api/v5/public/time").code == okx.log[-1].code
        """
        return tuple(self.connection.log)

    def known(self) -> Known:
        """What this session knows around each of its exchanges, for a trace of one."""
        from okx_magic.advice.case import Known  # noqa: PLC0415  # on first use

        return Known(self.log, self.config)

    def request(
        self,
        method: Literal["GET", "POST"],
        target: str,
        body: str | Mapping[str, Any] | Sequence[Any] = "",
        *,
        headers: Mapping[str, str] | None = None,
        again: bool = False,
    ) -> Envelope:
        """Send one request and return OKX's envelope: ``code``, ``msg`` and ``data`` as OKX sent them.

        ``target`` is the path with its query, percent-encoded as it is sent. A text ``body`` is sent
        as it is; a mapping or a list as compact JSON. An order without a ``clOrdId`` gets one, and is
        never sent twice, but the same one ``again``. The call waits as long as OKX's rate limit needs.

        Raises OkxError where OKX refuses, TransportError where no trustworthy answer comes, and the
        other errors of ``okx_magic.errors``. OKX docs: Overview, REST Authentication.

        Example:
            >>> envelope = okx.request("POST", "/api/v5/trade/order", {"instId": "BTC-USDT",
            ...     "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "100"})
            >>> envelope.code, envelope.data[0]["sCode"]
            ('0', '0')
        """
        request = program_request(method, target, body, headers)
        warn(request, self.facts())
        return self.send(request, again=again).envelope

    def frame(  # noqa: PLR0913  # each by its keyword
        self,
        method: Literal["GET", "POST"],
        target: str,
        body: str | Mapping[str, Any] | Sequence[Any] = "",
        *,
        headers: Mapping[str, str] | None = None,
        decimal: bool = False,
        again: bool = False,
    ) -> pd.DataFrame:
        """Send one request and return its answer as a typed DataFrame, one row an item.

        Times are ``datetime64[ms, UTC]``, decimals float64 (exact with ``decimal``), ids and codes
        text. Candles are indexed by ``ts``, oldest first; a book has one row a level, a balance one a
        currency. An empty answer has its columns.

        Raises what ``request`` raises. A batch of which OKX took only a part raises PartlyRefused,
        whose ``envelope`` is the answer. OKX docs: the section of the endpoint.

        Example:
            >>> candles = okx.frame("GET", "/api/v5/market/candles?instId=BTC-USDT&bar=1H&limit=3")
            >>> candles.shape, candles.index.name, str(candles.index.dtype)
            ((3, 8), 'ts', 'datetime64[ms, UTC]')
        """
        request = program_request(method, target, body, headers)
        warn(request, self.facts())
        return self.to_frame(self.send(request, again=again, framed=True), decimal=decimal)

    def pages(  # noqa: PLR0913  # each by its keyword
        self,
        target: str,
        *,
        pages: int | None = None,
        since: Any = None,
        until: Any = None,
        executor: Executor | Client | None = None,
        addresses: Addresses = None,
    ) -> pd.DataFrame:
        """GET page after page and return all rows with ``since ≤ time < until`` as one DataFrame.

        A time is a date, an ISO text (in UTC if it names no zone), milliseconds since 1970, or how
        long ago: ``90d``. ``pages`` limits the number of pages; without any bound all that OKX has is
        fetched. ``attrs["notices"]`` has notes on the result.

        The workers of an ``executor`` (any of ``concurrent.futures``, or a dask ``Client``) fetch public
        candles together with this kernel; no credentials reach them. OKX's limit is for an address: each
        process gets its share of it. All private addresses count as one, unless ``addresses`` is "own",
        or a function that names the address of a worker (``host``, ``pid``, ``address``).

        Raises CellError for an endpoint without pages, and what ``request`` raises. Where a page fails,
        or at Ctrl-C, the error's ``pulled`` has what had come: ``frame``, and ``notices`` that say how
        to continue. OKX docs: the section of the endpoint (``after``, ``before``, ``limit``).

        Example:
            >>> january = okx.pages("/api/v5/market/candles?instId=BTC-USDT&bar=1H",
            ...     since="2024-01-01", until="2024-02-01")
            >>> len(january), str(january.index[0])
            (744, '2024-01-01 00:00:00+00:00')
        """
        from okx_magic.pages.paging import read_span  # noqa: PLC0415  # pandas, on first use

        request = program_request("GET", target)
        warn(request, self.facts())
        span = read_span(pages, since, until)
        pulled = self.pull(request, span, executor=executor, addresses=addresses)
        pulled.frame.attrs["notices"] = list(pulled.notices)
        return pulled.frame

    def pull(  # noqa: PLR0913  # same
        self,
        request: Request,
        span: Span,
        *,
        decimal: bool = False,
        progress: Progress | None = None,
        executor: Executor | Client | None = None,
        addresses: Addresses = None,
    ) -> Pulled:
        """As ``pages``, with what the receipt shows. Raises PullInterrupted at Ctrl-C, too."""
        from okx_magic.pages import Pull, Team  # noqa: PLC0415  # pandas, on first use

        refuse_secrets(request, self.account.credentials)
        crew = nullcontext() if executor is None else Team(self.connection, executor, addresses)
        with crew as team:
            pull = Pull(self.connection, progress=progress, team=team)
            pulled = pull.bring(request, span, decimal=decimal)
        self.drawable(pulled.frame)
        return pulled

    def send(
        self, request: Request, *, as_typed: bool = False, again: bool = False, framed: bool = False
    ) -> Reply:
        """Send a request, as soon as OKX's limits allow, and judge its answer. Raises the errors of
        ``okx_magic.errors``. ``as_typed`` adds no client order id and no expTime to an order; ``again``
        sends it although the same request was sent just now; ``framed`` imports pandas meanwhile.
        """
        if framed:
            _import_tables_meanwhile()
        refuse_secrets(request, self.account.credentials)
        if request.effect == "read":
            reply = self.connection.read(request)
        elif request.effect == "setting":
            reply = self.orders.send(request, as_typed=as_typed, again=again)
        else:
            # Nothing comes after it: Ctrl-C there would lose the outcome and the ids of an order.
            return self.orders.send(request, as_typed=as_typed, again=again)
        self._learned.learn(request, reply.envelope)
        return reply

    def to_frame(
        self, reply: Reply | PartlyRefused | PositionWithoutStop, *, decimal: bool = False
    ) -> pd.DataFrame:
        """The frame of an answer; ``attrs["recovered"]`` is True where it was made from a look-up."""
        from okx_magic.frames import to_frame  # noqa: PLC0415  # pandas, on first use

        assert reply.request is not None  # noqa: S101  # set by the connection
        frame = to_frame(reply.envelope, reply.request, decimal=decimal)
        if not isinstance(reply, Exception) and reply.recovered:
            frame.attrs["recovered"] = True
        return self.drawable(frame)

    def drawable(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame, with ``frame.okx.chart()``."""
        from okx_magic.charts import accessor  # noqa: PLC0415  # pandas, on first use

        name = frame.attrs["account"] = self.account.name
        if accessor.SOURCES.get(name) is not self:
            accessor.enable(name, self)
        return frame

    def close(self) -> None:
        """End the streams and close the connections; the session cannot be used afterwards."""
        self.streaming.close()
        self.connection.close()
        on_close, self._on_close = self._on_close, None
        if on_close is not None:
            on_close()

    def succeed(self, earlier: Session) -> None:
        """Close the session that this one replaces; what that one would have closed, such as the sandbox,
        lives on to the end of this one, where both talk to the same host.
        """
        if self._on_close is None and self.account.base_url == earlier.account.base_url:
            self._on_close, earlier._on_close = earlier._on_close, None
        earlier.close()

    def _check_causes(self, error: OkxMagicError, exchange: Exchange) -> None:
        from okx_magic.advice.causes import Case, tell_causes  # noqa: PLC0415  # for a failure

        tell_causes(error, Case(exchange.code, self.account, exchange, self.known()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce_ex__(self, protocol: object) -> Never:
        # For a spawned process; a forked one may use it as it is.
        raise TypeError(f"a session is not pickled: use okx_magic.connect({self.account.name!r})")

    def __repr__(self) -> str:
        return f"<okx session {self.account.name} · {self.account.base_url}>"


def _import_tables_meanwhile() -> None:
    def load() -> None:
        # The one that needs the frame imports again, and is told then what is wrong.
        try:
            with suppress(ImportError):
                import_module(_TABLES)
        except RuntimeError as problem:
            # "can't register atexit after shutdown": the interpreter ends, so nobody will need it.
            if "shutdown" not in str(problem):
                raise

    if _TABLES not in sys.modules:
        # Not a daemon: an interpreter that ends while C extensions are being imported may crash.
        threading.Thread(target=load, name="okx_magic-import").start()
