"""The body of an answer: framed and compressed as it says, and never larger than the limit.

http.client reads on where a frame is broken, as browsers do: it takes the first of two lengths, ends the
head at a line that is none, and does not look at what ends a chunk. What two readers could
understand differently is no answer to act upon.
"""

from __future__ import annotations

import http.client
import re
import zlib
from typing import TYPE_CHECKING, Final

from okx_magic.wire.failures import CodingError, FramingError, TooLargeError

if TYPE_CHECKING:
    from email.message import Message
    from typing import BinaryIO

# The largest answers of OKX (all options of a family) are near 3 MB of JSON.
LARGEST_ANSWER: Final = 32 * 1024 * 1024
# What zlib wants added to the size of its window for a stream with gzip's head and end.
_GZIP: Final = 16
# A size of a chunk, of 8 digits at most, and what may follow it (RFC 9112, section 7.1).
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
_AT_ONCE: Final = 1024 * 1024
_LONGEST_LINE: Final = 4096
_MOST_TRAILERS: Final = 20


def read_body(response: http.client.HTTPResponse) -> bytes:
    """The decompressed body. Raises one of ``dialing.ERRORS``."""
    _check_framing(response.headers)
    body = _chunks(response) if response.chunked else _plain(response)
    coding = response.headers.get("Content-Encoding", "identity").lower()
    if body and coding != "identity":
        body = _decompressed(body, coding)
    if len(body) > LARGEST_ANSWER:
        raise TooLargeError
    return body


def _check_framing(headers: Message) -> None:
    """Refuse a head from which the end of the body cannot be told for certain."""
    if headers.defects:
        raise FramingError
    lengths = headers.get_all("Content-Length", [])
    codings = [coding.lower() for coding in headers.get_all("Transfer-Encoding", [])]
    if codings and (codings != ["chunked"] or lengths):
        raise FramingError
    # http.client takes a length that Python does not read, of thousands of digits, for none at all.
    if len(set(lengths)) > 1 or not all(re.fullmatch("[0-9]{1,18}", each) for each in lengths):
        raise FramingError


def _plain(response: http.client.HTTPResponse) -> bytes:
    body = response.read(LARGEST_ANSWER + 1)
    if response.length and len(body) <= LARGEST_ANSWER:
        # http.client says so itself only when it is not told how much to read.
        raise http.client.IncompleteRead(body, response.length)
    return body


def _chunks(response: http.client.HTTPResponse) -> bytes:
    """The chunks put together, up to one that would exceed the limit."""
    stream: BinaryIO = response.fp
    # One piece of memory, however small the chunks are.
    body = bytearray()
    while size := _size_of_chunk(stream):
        if len(body) + size > LARGEST_ANSWER:
            raise TooLargeError
        body += _exactly(stream, size)
        if _exactly(stream, 2) != b"\r\n":
            raise FramingError
    for _ in range(_MOST_TRAILERS):
        if _line(stream) == b"\r\n":
            response.close()
            return bytes(body)
    raise FramingError


def _size_of_chunk(stream: BinaryIO) -> int:
    line = _CHUNK.fullmatch(_line(stream))
    if line is None:
        raise FramingError
    return int(line[1], 16)


def _line(stream: BinaryIO) -> bytes:
    line = stream.readline(_LONGEST_LINE)
    if not line:
        raise http.client.IncompleteRead(b"")
    return line


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise http.client.IncompleteRead(b"")
    return data


def _decompressed(body: bytes, coding: str) -> bytes:
    """Piece by piece, so that what is too large is not in memory twice before that is seen."""
    if coding != "gzip":
        raise CodingError
    stream = zlib.decompressobj(zlib.MAX_WBITS | _GZIP)
    plain = bytearray()
    try:
        for start in range(0, len(body), _AT_ONCE):
            packed = body[start : start + _AT_ONCE]
            while piece := stream.decompress(packed, _AT_ONCE):
                plain += piece
                if len(plain) > LARGEST_ANSWER:
                    raise TooLargeError
                packed = stream.unconsumed_tail
    except zlib.error:
        raise CodingError from None
    if not stream.eof or stream.unused_data:
        raise CodingError
    return bytes(plain)
