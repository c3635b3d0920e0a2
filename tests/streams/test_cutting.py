"""What the connection cuts out of the socket's bytes itself is what the library would have cut."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any
from unittest.mock import MagicMock

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Close, Frame, Opcode
from websockets.uri import parse_uri
from websockets.utils import accept_key

from okx_magic.streams.socket import _Connection


class Library(_Connection):
    """The control: all bytes go to the library."""

    def data_received(self, data: bytes) -> None:
        super(_Connection, self).data_received(data)


def conversation(chance: Random) -> tuple[list[bytes], bytes]:
    """Texts of all lengths, some in parts, among pings, and how they stand on the wire."""
    texts, wire = [], b""
    for _ in range(25):
        length = chance.choice((0, 1, 125, 126, 127, 300, 65_535, 65_536, 70_000))
        text = chance.randbytes(length).hex().encode()[:length]
        texts.append(text)
        cuts = sorted(chance.randrange(length + 1) for _ in range(chance.choice((0, 0, 0, 2))))
        parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, length], strict=True)]
        for place, part in enumerate(parts):
            kind = (
                Opcode.CONT if place else chance.choice((Opcode.TEXT, Opcode.TEXT, Opcode.BINARY))
            )
            wire += Frame(kind, part, fin=place == len(parts) - 1).serialize(mask=False)
            if chance.random() < 0.2:
                wire += Frame(Opcode.PING, b"?").serialize(mask=False)
    return texts, wire


async def heard(
    kind: type[_Connection], frames: bytes, sizes: list[int]
) -> tuple[list[bytes], Any]:
    """What a connection hears of the handshake's answer and ``frames``, in pieces of these sizes."""
    protocol = ClientProtocol(parse_uri("ws://127.0.0.1/"))
    connection, found = kind(protocol), list[bytes]()
    connection.hear = found.extend
    connection.connection_made(MagicMock())
    protocol.send_request(protocol.connect())
    head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    answer = f"{head}Sec-WebSocket-Accept: {accept_key(protocol.key)}\r\n\r\n".encode()
    left, number = answer + frames, 0
    while left:
        size = sizes[number % len(sizes)]
        connection.data_received(left[:size])
        left, number = left[size:], number + 1
    return found, (protocol.state, protocol.close_rcvd, protocol.close_sent, protocol.parser_exc)


@pytest.mark.parametrize("seed", range(4))
def test_any_cut_of_the_bytes_gives_the_same_messages(seed: int) -> None:
    """However the bytes are cut, also within the handshake, every message is heard once, in order."""
    chance = Random(seed)  # noqa: S311 - to be repeated, no secret
    texts, wire = conversation(chance)
    closing = Frame(Opcode.CLOSE, Close(1001, "").serialize()).serialize(mask=False)
    for sizes in (
        [1 << 20],
        [65_536],
        [7, 1, 4096, 2],
        [chance.randrange(1, 9000) for _ in range(20)],
    ):
        mine = asyncio.run(heard(_Connection, wire + closing, sizes))
        assert mine[0] == texts
        assert repr(mine) == repr(asyncio.run(heard(Library, wire + closing, sizes)))


@pytest.mark.parametrize("length", [0, 125, 126, 300])
def test_a_message_is_heard_as_its_last_byte_comes(length: int) -> None:
    """Nothing behind it is waited for."""
    text = b"x" * length
    wire = Frame(Opcode.TEXT, text).serialize(mask=False)
    assert asyncio.run(heard(_Connection, wire, [1]))[0] == [text]


@pytest.mark.parametrize(
    "wrong",
    [
        b"\x81\x7f" + (1 << 40).to_bytes(8),
        b"\x81\xff" + (2).to_bytes(8) + b"masked",
        b"\x81\x82maskhi",
        b"\xc1\x02hi",
        b"\x80\x02hi",
        b"\x01\x02hi\x81\x02hi",
        b"\x83\x00",
        Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=False) + b"\x81\x02hi",
    ],
)
def test_what_is_against_the_protocol_ends_as_the_library_ends_it(wrong: bytes) -> None:
    """After a frame that must not be, nothing is heard, and the connection fails with its reason."""
    before = Frame(Opcode.TEXT, b"before").serialize(mask=False)
    behind = Frame(Opcode.TEXT, b"behind").serialize(mask=False)
    for sizes in ([1 << 20], [1], [3, 5]):
        mine = asyncio.run(heard(_Connection, before + wrong + behind, sizes))
        assert repr(mine) == repr(asyncio.run(heard(Library, before + wrong + behind, sizes)))
        assert mine[0] == [b"before"]
