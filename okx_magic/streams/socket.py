"""A WebSocket on the wire; the only file that knows the socket library.

No redirect is followed, as a log-in would follow it. A proxy is the account's own or none; no variable of
the environment is read. OKX has its own ping, so the protocol's is off.

Tested in ``tests/streams/test_cutting.py``.
"""

from __future__ import annotations

import os
import ssl
from struct import Struct
from typing import TYPE_CHECKING, Any, Final, cast

import certifi
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidProxy,
    InvalidURI,
)
from websockets.frames import DATA_OPCODES, Frame
from websockets.protocol import State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from websockets.protocol import Event

CLOSED: Final = ConnectionClosed
FAILED: Final = (OSError, InvalidHandshake, InvalidProxy, InvalidURI, EOFError)
_LARGEST: Final = 16 << 20
_BROKEN: Final = 1006

# RFC 6455, 5.2: the first byte of a text in one frame; from this length on, so many bytes have it. Nearly
# all of OKX's are of ``_USUAL``: a text whose length stands in the two bytes behind.
_WHOLE_TEXT: Final = 0x81
_SHORT: Final = 126
_LENGTHS: Final = {126: 2, 127: 8}
_USUAL: Final = _WHOLE_TEXT << 8 | _SHORT
_HEAD: Final = Struct(">HH")
_END_OF_HEAD: Final = b"\r\n\r\n"
_LONGEST_HEAD: Final = 1 << 20


class _Connect(connect):
    """As the library's, without redirects."""

    def process_redirect(self, exc: Exception) -> Exception:
        """What would be a redirect is a failure."""
        return exc


class _Connection(ClientConnection):
    """As the library's, but messages go to ``hear`` where they arrive: no queue, no task to wake. The
    frames that streams consist of, whole texts, are cut out here, as that is half of the time that a
    message takes; every other frame is the library's, which is always given whole ones.
    """

    hear: Callable[[list[bytes]], None]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._parts: list[bytes] = []
        self._rest = bytearray()
        self._needed = 0

    def data_received(self, data: bytes) -> None:
        """The library's own hook for bytes."""
        if self._rest:
            self._rest += data
            if len(self._rest) < self._needed:
                return
            data, self._rest = bytes(self._rest), bytearray()
        if self.protocol.state is State.CONNECTING:
            # What is behind the handshake's answer is frames already.
            end = data.find(_END_OF_HEAD) + len(_END_OF_HEAD)
            if end < len(_END_OF_HEAD) and len(data) < _LONGEST_HEAD:
                self._rest += data
                return
            super().data_received(data[:end])
            data = data[end:]
        if self.protocol.state is State.OPEN:
            data = self._cut(data)
        if data:
            super().data_received(data)

    def _cut(self, data: bytes) -> bytes:
        """Hears the frames in ``data``, and keeps the part of one at its end; returns what belongs to the
        library unseen, as the connection does not go on.
        """
        start, size, self._needed = 0, len(data), 0
        texts: list[bytes] = []
        while size - start > 1:
            if size - start >= _HEAD.size and not self._parts:
                kind, length = _HEAD.unpack_from(data, start)
                end = start + _HEAD.size + length
                if kind == _USUAL and end <= size:
                    texts.append(data[start + _HEAD.size : end])
                    start = end
                    continue
            kind, length, begin = data[start], data[start + 1], start + 2
            if length >= _SHORT:
                begin += _LENGTHS.get(length, 0)
                length = int.from_bytes(data[start + 2 : begin])
                if begin == start + 2 or length > _LARGEST:
                    self.hear(texts)
                    return data[start:]
            end = begin + length
            if end > size:
                self._needed = end - start
                break
            if kind == _WHOLE_TEXT and not self._parts:
                texts.append(data[begin:end])
            else:
                self.hear(texts)
                texts = []
                super().data_received(data[start:end])
                if self.protocol.state is not State.OPEN:
                    return data[end:]
            start = end
        self.hear(texts)
        self._rest += data[start:]
        return b""

    def process_event(self, event: Event) -> None:
        """The library's own hook for what comes in."""
        if not isinstance(event, Frame) or event.opcode not in DATA_OPCODES:
            super().process_event(event)
        else:
            self._parts.append(bytes(event.data))
            if event.fin:
                whole, self._parts = b"".join(self._parts), []
                self.hear([whole])


class Socket:
    """An open connection."""

    __slots__ = ("_connection",)

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def ended(self) -> str:
        """Wait for its end, and say why in a few words."""
        await self._connection.wait_closed()
        reason = self._connection.close_reason
        code = self._connection.close_code
        if code is None or code == _BROKEN:
            return f"the connection broke ({_BROKEN})"
        return f"closed with {code}" + (f": {reason}" if reason else "")

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


async def opened(  # noqa: PLR0913  # each by its keyword
    url: str,
    hear: Callable[[list[bytes]], None],
    *,
    headers: Mapping[str, str],
    proxy: str | None,
    ca_bundle: str | None,
    timeout: float,  # noqa: ASYNC109  # the library's own
) -> Socket:
    """Connect; the messages that come are given to ``hear``, which must not raise. Raises one of
    ``FAILED``.
    """

    def made(*args: Any, **given: Any) -> _Connection:
        connection = _Connection(*args, **given)
        connection.hear = hear
        return connection

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
        create_connection=cast("type[ClientConnection]", made),
        ssl=_context(ca_bundle) if url.startswith("wss:") else None,
    )
    return Socket(connection)


def _context(ca_bundle: str | None) -> ssl.SSLContext:
    # Not create_default_context: it writes the session's keys where SSLKEYLOGFILE says.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ca_bundle or certifi.where())
    return context
