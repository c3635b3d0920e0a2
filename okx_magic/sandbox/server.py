"""The exchange on a socket of this machine: Tornado, HTTP/1.1, loopback only, silent.

Tested in ``tests/sandbox/test_sandbox_http.py``.
"""

from __future__ import annotations

import asyncio
import math
import secrets
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from decimal import setcontext
from typing import TYPE_CHECKING, Literal, Self

from tornado.httpserver import HTTPServer
from tornado.web import Application

from okx_magic.sandbox.conversation import Gate
from okx_magic.sandbox.exchange import ARITHMETIC, Exchange
from okx_magic.sandbox.faulty import FaultyExchange
from okx_magic.sandbox.keys import ENVIRONMENTS, Keys, Rights, issue_keys
from okx_magic.sandbox.limits import Limits
from okx_magic.sandbox.market.market import Market
from okx_magic.sandbox.streams.client import Client
from okx_magic.sandbox.streams.hub import Hub

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from os import PathLike

_ADDRESS = "127.0.0.1"
_BODY_LIMIT = 1 << 20
_BODY_SECONDS = 30
_IDLE_SECONDS = 300
_DEFAULT_MARKET = 0


@dataclass(eq=False)
class Sandbox:
    """A running exchange at ``url``, with ``demo`` and ``live`` keys of two separate accounts;
    ``keys`` are those that it is dressed for. ``Sandbox.start`` makes one.

    It runs in a daemon thread of its own until ``stop``, or the end of a ``with`` block.
    """

    url: str
    demo: Keys
    live: Keys
    keys: Keys
    _keyring: dict[str, Keys] = field(repr=False)
    _exchange: FaultyExchange = field(repr=False)
    _hub: Hub = field(repr=False)
    _listener: socket.socket = field(repr=False)
    _tls: ssl.SSLContext | None = field(repr=False)
    _seed: int | None = field(repr=False)

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="okx-sandbox", daemon=True)
        self._thread.start()

    @classmethod
    def start(  # noqa: PLR0913 - each has its keyword and its default
        cls,
        *,
        port: int = 0,
        seed: int | None = None,
        faults: str = "",
        limits: bool = True,
        dress: Literal["demo", "live"] = "demo",
        permissions: Iterable[str] = ("read_only", "trade"),
        addresses: Iterable[str] = (),
        tls: ssl.SSLContext | str | PathLike[str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> Sandbox:
        """A sandbox that listens when this returns.

        ``port`` 0 takes a free one. With a ``seed`` keys, market and chance are always the same;
        without, they are random and the market is market 0. ``faults`` are as in ``set_faults``;
        ``limits`` says whether OKX's rate limits are kept. ``dress`` says which keys it hands out,
        ``permissions`` and ``addresses`` what they are good for (see ``make_key``). With ``tls``, a
        context or the path of a PEM file with key and certificate, it speaks https. ``clock`` gives
        seconds since 1970. OSError for a port that is taken or a certificate that cannot be used,
        ValueError for other options that cannot be read.
        """
        rights = Rights(tuple(permissions), tuple(addresses))
        demo, live = (issue_keys(environment, seed, rights) for environment in ENVIRONMENTS)
        keyring = {keys.key: keys for keys in (demo, live)}
        market = Market(_DEFAULT_MARKET if seed is None else seed)
        kept = Limits(kept=limits)
        exchange = Exchange(keyring, market, kept, clock())
        scheme = "http" if tls is None else "https"
        chance = secrets.token_hex() if seed is None else str(seed)
        faulty = FaultyExchange(exchange, clock, scheme=scheme, seed=chance)
        faulty.set_faults(faults)
        hub = Hub(exchange, kept, keyring, clock, faulty.strike, dress)
        context = _context(tls)
        listener = socket.create_server((_ADDRESS, port))
        listener.settimeout(0)
        url = f"{scheme}://{_ADDRESS}:{listener.getsockname()[1]}"
        keys = live if dress == "live" else demo
        return cls(url, demo, live, keys, keyring, faulty, hub, listener, context, seed)

    @property
    def streams(self) -> str:
        """Where its streams are: behind it come ``/public``, ``/private`` or ``/business``."""
        return f"{self.url.replace('http', 'ws', 1)}/ws/v5"

    def set_faults(self, rules: str) -> None:
        """Sets the faults that will strike, in the place of those before; "" is none.

        Such as ``"lose-answer"``, ``"2nd POST /api/v5/trade/order: hang-after"`` or ``"3% any:
        reset-after | 502"``: ``okx_magic.sandbox.faults`` has the grammar, ``described`` there the
        names. Requests are counted from now. ValueError says what cannot be read.
        """
        self._exchange.set_faults(rules)

    def make_key(
        self,
        environment: str = "demo",
        *,
        permissions: Iterable[str] = ("read_only", "trade"),
        addresses: Iterable[str] = (),
        expires: float = math.inf,
        label: str = "sandbox",
    ) -> Keys:
        """Another key for the "demo" or the "live" account.

        ``permissions`` are some of read_only, trade and withdraw; ``addresses``, single ones or
        networks, bind it to them; it ``expires`` at that time, in seconds since 1970. ValueError
        for what is none of these.
        """
        seed = None if self._seed is None else f"{self._seed}:{len(self._keyring)}"
        rights = Rights(tuple(permissions), tuple(addresses), expires)
        keys = issue_keys(environment, seed, rights, label)
        self._keyring[keys.key] = keys
        return keys

    def stop(self) -> None:
        """Closes all connections and ends the thread; a second call does nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        # Answers that still drip or wait are cancelled at its end.
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        # What streams reckon in, too, which are asked here.
        setcontext(ARITHMETIC.copy())
        sockets = Application(
            [(r"/ws/v5/(public|private|business)", Client, {"hub": self._hub})],
            log_function=lambda _: None,
            websocket_max_message_size=_BODY_LIMIT,
        )
        server = HTTPServer(
            Gate(self._exchange, sockets, self._hub.tell),
            ssl_options=self._tls,
            max_body_size=_BODY_LIMIT,
            body_timeout=_BODY_SECONDS,
            idle_connection_timeout=_IDLE_SECONDS,
        )
        server.add_socket(self._listener)
        self._hub.start()
        await self._ended.wait()
        server.stop()
        self._hub.close()
        await server.close_all_connections()


def _context(tls: ssl.SSLContext | str | PathLike[str] | None) -> ssl.SSLContext | None:
    if tls is None or isinstance(tls, ssl.SSLContext):
        return tls
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls)
    return context
