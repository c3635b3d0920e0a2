"""A WebSocket on the wire; the only file that knows the socket library.

No redirect is followed, as a log-in would follow it. A proxy is the account's own or none; no variable of
the environment is read. OKX has its own ping, so the protocol's is off.
"""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING, Final

import certifi
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidProxy,
    InvalidStatus,
    InvalidURI,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

CLOSED: Final = ConnectionClosed
FAILED: Final = (OSError, InvalidHandshake, InvalidProxy, InvalidURI, EOFError)
_LARGEST: Final = 16 << 20
# Messages that may wait to be read, and how few until more are taken from the network.
_WAITING: Final = (8192, 2048)


class _Connect(connect):
    """As the library's, without redirects."""

    def process_redirect(self, exc: Exception) -> Exception:
        """What would be a redirect is a failure."""
        return exc


class Socket:
    """An open connection. ``receive`` gives the bytes of the next message."""

    __slots__ = ("_connection", "receive")

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.receive: Callable[..., Awaitable[bytes]] = connection.recv

    async def send(self, text: str) -> None:
        """Send one text."""
        await self._connection.send(text)

    async def close(self) -> None:
        """Close it with 1000."""
        await self._connection.close()

    def abort(self) -> None:
        """Break it off: the other side does not answer any more."""
        self._connection.transport.abort()

    def forget(self) -> None:
        """In a forked child: close its copy of the descriptor, which the parent goes on using."""
        raw = self._connection.transport.get_extra_info("socket")
        if raw is not None and raw.fileno() >= 0:
            os.close(raw.fileno())


async def opened(
    url: str,
    *,
    headers: Mapping[str, str],
    proxy: str | None,
    ca_bundle: str | None,
    timeout: float,  # noqa: ASYNC109  # the library's own
) -> Socket:
    """Connect. Raises one of ``FAILED``."""
    connection = await _Connect(
        url,
        additional_headers=dict(headers),
        user_agent_header="okx_magic",
        compression=None,
        proxy=proxy,
        open_timeout=timeout,
        close_timeout=1,
        ping_interval=None,
        max_size=_LARGEST,
        max_queue=_WAITING,
        ssl=_context(ca_bundle) if url.startswith("wss:") else None,
    )
    return Socket(connection)


def described(error: BaseException) -> str:
    """Why a connection failed or ended, in a few words."""
    if isinstance(error, ConnectionClosed):
        if error.rcvd is None:
            return "the connection broke (1006)"
        reason = f": {error.rcvd.reason}" if error.rcvd.reason else ""
        return f"closed with {error.rcvd.code}{reason}"
    if isinstance(error, InvalidStatus):
        return f"HTTP {error.response.status_code} in place of a WebSocket"
    if isinstance(error, TimeoutError):
        return "no answer to the connection"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _context(ca_bundle: str | None) -> ssl.SSLContext:
    # Not create_default_context: it writes the session's keys where SSLKEYLOGFILE says.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ca_bundle or certifi.where())
    return context
