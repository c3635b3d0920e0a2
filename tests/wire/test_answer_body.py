"""The body of an answer: compressed, in chunks, too large."""

from __future__ import annotations

import gzip

import pytest
from opened import TIME, Opener
from rawserver import RawServer, http

from okx_magic.errors import TransportError
from okx_magic.wire.answer_body import LARGEST_ANSWER


def test_a_large_answer_is_refused(open_transport: Opener, server: RawServer) -> None:
    """It is not read to its end."""
    server.reply = http(b" " * (LARGEST_ANSWER + 1_000_000))
    with pytest.raises(TransportError, match="larger than any"):
        open_transport(server.url).send(TIME)


def test_an_answer_beyond_the_limit_is_refused(open_transport: Opener, server: RawServer) -> None:
    """A small compressed answer that grows beyond the limit is refused before it fills the memory."""
    bomb = gzip.compress(b" " * (LARGEST_ANSWER + 1_000_000), compresslevel=9)
    server.reply = http(bomb, headers="Content-Encoding: gzip\r\n")
    with pytest.raises(TransportError, match="larger than any"):
        open_transport(server.url).send(TIME)


def test_a_compressed_answer_is_read(open_transport: Opener, server: RawServer) -> None:
    """A gzip answer arrives decompressed."""
    server.reply = http(gzip.compress(b'{"code":"0"}'), headers="Content-Encoding: gzip\r\n")
    assert open_transport(server.url).send(TIME).body == b'{"code":"0"}'


def test_an_answer_in_chunks_is_read(open_transport: Opener, server: RawServer) -> None:
    """Chunks are put together, and the connection serves again."""
    server.reply = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
    )
    transport = open_transport(server.url)
    assert [transport.send(TIME).body for _ in range(2)] == [b"{}", b"{}"]
    assert server.connections == 1


def test_an_empty_answer_needs_no_compression(open_transport: Opener, server: RawServer) -> None:
    """A redirect often has the header of a compressed body, and no body."""
    server.reply = http(b"", status="302 F", headers="Content-Encoding: gzip\r\n")
    assert open_transport(server.url).send(TIME).status == 302


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        pytest.param(b'{"code":"0"}', "gzip", id="not compressed at all"),
        pytest.param(gzip.compress(b'{"code":"0"}')[:-9], "gzip", id="half of it"),
        pytest.param(gzip.compress(b'{"code":') + gzip.compress(b'"0"}'), "gzip", id="two streams"),
        pytest.param(gzip.compress(b'{"code":"0"}'), "br", id="not asked for"),
    ],
)
def test_what_is_not_compressed_as_it_says_is_an_error(
    open_transport: Opener, server: RawServer, body: bytes, coding: str
) -> None:
    """It is named, and half of an answer is not taken for the whole."""
    server.reply = http(body, headers=f"Content-Encoding: {coding}\r\n")
    with pytest.raises(TransportError, match="not compressed as it says"):
        open_transport(server.url).send(TIME)
