"""Answers that no client should believe, each made of a good one: 12 kinds of damage on the way from
OKX to us.

An answer here is what a raw socket writes; the connection ends after it.
"""

from __future__ import annotations

import gzip
import zlib
from functools import cache
from typing import TYPE_CHECKING

import rawserver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CLOUDFLARE = (
    b"<!DOCTYPE html>\n<!--[if lt IE 7]><html class='ie6'><![endif]-->\n<html lang='en-US'><head>"
    b"<title>Attention Required! | Cloudflare</title></head><body>Sorry, you have been blocked"
    b"</body></html>"
)
_GATEWAY = b"<html>\r\n<head><title>502 Bad Gateway</title></head><hr><center>nginx</center></html>"
_XML = b"\n<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
_LAST = "Connection: close"


@cache
def malformed(good: bytes) -> Mapping[str, Mapping[str, bytes]]:
    """Kind of damage, name of the damage, and the answer. ``good`` is the body of a success, an object
    in compact JSON.
    """
    return {kind: make(good) for kind, make in _KINDS.items()}


def head(*lines: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    """The head of an answer, with its last line."""
    return "\r\n".join((status, *lines, _LAST, "", "")).encode("latin-1")


def http(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    """A whole answer, which says that the connection ends after it."""
    return rawserver.http(body, status=status, headers=f"{headers}{_LAST}\r\n")


def chunked(*parts: bytes, extra: str = "") -> bytes:
    """An answer in chunks that are written as they stand."""
    return head("Transfer-Encoding: chunked", *filter(None, [extra])) + b"".join(parts)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def with_member(good: bytes, member: bytes) -> bytes:
    """The object with one more member at its end."""
    return good[:-1] + b"," + member + b"}"


def _pages(_: bytes) -> dict[str, bytes]:
    basic = 'WWW-Authenticate: Basic realm="proxy"\r\nContent-Type: text/html\r\n'
    return {
        "html 403": http(_CLOUDFLARE, status="403 Forbidden", headers="Server: cloudflare\r\n"),
        "html 200": http(b"  \r\n<html><body>Log in to this Wi-Fi</body></html>"),
        "html 502": http(_GATEWAY, status="502 Bad Gateway"),
        "html 401 basic": http(b"<html>401</html>", status="401 Unauthorized", headers=basic),
        "html comment": http(b"<!-- maintenance --><p>Back soon</p>", status="503 Unavailable"),
        "xml": http(_XML, status="403 Forbidden"),
        "html after a mark": http(b"\xef\xbb\xbf<html></html>"),
        "plain text": http(b"upstream connect error", status="503 Service Unavailable"),
        "other json": http(b'{"message":"forbidden"}', status="403 Forbidden"),
        "problem json": http(b'{"status":500,"title":"oops"}', status="500 Oops"),
    }


def _empty(_: bytes) -> dict[str, bytes]:
    return {
        "nothing at all": b"",
        "empty 200": http(b""),
        "blanks 200": http(b" \r\n\t "),
        "empty 502": http(b"", status="502 Bad Gateway"),
        "204": head(status="HTTP/1.1 204 No Content"),
        "304": head(status="HTTP/1.1 304 Not Modified"),
        "no length, no body": head(),
        "nul bytes": http(b"\0" * 40),
    }


def _statuses(good: bytes) -> dict[str, bytes]:
    statuses = ("201 Created", "202 Accepted", "206 Partial", "400 Bad", "403 No", "404 No")
    statuses += ("408 Slow", "409 Conflict", "425 Early", "429 Many", "500 Oops", "502 Bad")
    statuses += ("503 No", "504 Late", "520 Odd", "302 Found", "307 Temp", "300 Many", "999 Odd")
    found = {f"good with {status[:3]}": http(good, status=status) for status in statuses}
    return found | {
        "301 to nowhere": http(b"", status="301 Moved"),
        "308 elsewhere": http(b"", status="308 P", headers="Location: //evil.example/x\r\n"),
        "302 broken": http(b"", status="302 Found", headers="Location: https://[::1\r\n"),
        "429 when": http(b"slow", status="429 Many", headers="Retry-After: tomorrow\r\n"),
        "429 never": http(b"slow", status="429 Many", headers="Retry-After: -1\r\n"),
        "503 for ever": http(b"slow", status="503 No", headers="Retry-After: 99999999999\r\n"),
        "503 not a number": http(b"slow", status="503 No", headers="Retry-After: nan\r\n"),
    }


def _truncated(good: bytes) -> dict[str, bytes]:
    whole = http(good)
    found = {f"cut {cut} before its end": whole[:-cut] for cut in (1, 2, 10)}
    return found | {
        "cut at the end of the head": whole[: -len(good)],
        "cut in the status": b"HTTP/1.",
        "cut in the head": b"HTTP/1.1 200 OK\r\nContent-Len",
        "cut without a length": head() + good[:-2],
        "head without its end": b"HTTP/1.1 200 OK\r\nContent-Length: 31",
        "half, said to be whole": http(good[: len(good) // 2]),
    }


def _chunks(good: bytes) -> dict[str, bytes]:
    return {
        "no last chunk": chunked(chunk(good)),
        "half a chunk": chunked(chunk(good)[:-8]),
        "size is no number": chunked(b"zz\r\n", good, b"\r\n0\r\n\r\n"),
        "negative size": chunked(b"-1\r\n", good, b"\r\n0\r\n\r\n"),
        "signed size": chunked(b"+%x\r\n%b\r\n0\r\n\r\n" % (len(good), good)),
        "size with underscores": chunked(b"0_%x\r\n%b\r\n0\r\n\r\n" % (len(good), good)),
        "size with 0x": chunked(b"0x%x\r\n%b\r\n0\r\n\r\n" % (len(good), good)),
        "size too small": chunked(b"5\r\n", good, b"\r\n0\r\n\r\n"),
        "size too large": chunked(b"ffff\r\n", good, b"\r\n0\r\n\r\n"),
        "size of gigabytes": chunked(b"ffffffffff\r\n", good),
        "empty size": chunked(b"\r\n", good, b"\r\n0\r\n\r\n"),
        "no end of chunk": chunked(b"%x\r\n%bXX0\r\n\r\n" % (len(good), good)),
        "not in chunks at all": chunked(good),
    }


def _framing(good: bytes) -> dict[str, bytes]:
    size = len(good)
    return {
        "length too small": head(f"Content-Length: {size - 5}") + good,
        "length too large": head(f"Content-Length: {size + 5}") + good,
        "length is no number": head("Content-Length: many") + good,
        "length of 5,000 digits": head("Content-Length: " + "9" * 5000) + good,
        "negative length": head("Content-Length: -1") + good,
        "two lengths": head(f"Content-Length: {size}", "Content-Length: 5") + good,
        "list of lengths": head(f"Content-Length: {size}, 5") + good,
        "length and chunks": chunked(chunk(good), chunk(b""), extra="Content-Length: 5"),
        "unknown transfer coding": head("Transfer-Encoding: gzip") + good,
        "chunked twice": head("Transfer-Encoding: chunked, chunked") + chunk(good) + chunk(b""),
        "not HTTP": b"\x15\x03\x01\x00\x02\x02\x16\r\n\r\n",
        "HTTP/0.9": good,
        "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
        "HTTP of the future": b"HTTP/9.9 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (size, good),
        "status is no number": head(f"Content-Length: {size}", status="HTTP/1.1 OK 200") + good,
        "status of four digits": head(f"Content-Length: {size}", status="HTTP/1.1 2000 OK") + good,
        "status 000": head(f"Content-Length: {size}", status="HTTP/1.1 000 OK") + good,
        "line without a colon": head("garbage", f"Content-Length: {size}") + good,
        "head begins folded": head(" folded: x", f"Content-Length: {size}") + good,
        "a thousand headers": head(*(f"X-{n}: x" for n in range(1000))) + good,
        "an endless header": head("X: " + "x" * 100_000, f"Content-Length: {size}") + good,
        "early hints only": head("Link: </x>", status="HTTP/1.1 103 Early Hints"),
        "continue only": head(status="HTTP/1.1 100 Continue"),
        "switching protocols": head("Upgrade: h2c", status="HTTP/1.1 101 Switching") + good,
    }


def _types(good: bytes) -> dict[str, bytes]:
    codes = ("0", "null", "true", '"ok"', '""', '" 0"', '"00"', '"0.0"', '"-0"', "0.0", "[]", "{}")
    codes += ('["0"]', '"\\uff10"', '"\\u0660"', '"0\\u0000"', '"0x0"', '"1e0"')
    found = {
        f"code {code}": http(good.replace(b'"code":"0"', b'"code":' + code.encode()))
        for code in codes
    }
    data = ("null", '"x"', "0", "true", '"[]"', "{}", '{"0":{}}')
    found |= {
        f"data {value}": http(b'{"code":"0","msg":"","data":' + value.encode() + b"}")
        for value in data
    }
    return found | {
        "msg is a number": http(good.replace(b'"msg":""', b'"msg":5')),
        "msg is null": http(good.replace(b'"msg":""', b'"msg":null')),
        "no code": http(good.replace(b'"code":"0",', b"")),
        "no data": http(b'{"code":"0","msg":""}'),
        "names in capitals": http(good.replace(b'"code"', b'"Code"')),
        "inside a list": http(b"[" + good + b"]"),
        "inside an object": http(b'{"result":' + good + b"}"),
        "inside a text": http(b'"' + good.replace(b'"', b'\\"') + b'"'),
        "a list": http(b"[]"),
        "a text": http(b'"0"'),
        "a number": http(b"0"),
        "null": http(b"null"),
    }


def _duplicates(good: bytes) -> dict[str, bytes]:
    return {
        "code twice": http(b'{"code":"51008",' + good[1:]),
        "code twice, the same": http(b'{"code":"0",' + good[1:]),
        "data twice": http(with_member(good, b'"data":[]')),
        "code twice, escaped": http(b'{"co\\u0064e":"51008",' + good[1:]),
        "a key deep inside twice": http(with_member(good, b'"x":[{"a":{"b":1,"b":2}}]')),
    }


def _numbers(good: bytes) -> dict[str, bytes]:
    values = ("NaN", "Infinity", "-Infinity", "01", "1.", ".5", "+1", "1e", "0x1F", "9" * 5000)
    values += ("1e99999999999999999999", "1_000", "undefined", "True", "'1'")
    return {value[:12]: http(with_member(good, b'"x":' + value.encode())) for value in values}


def _depth(good: bytes) -> dict[str, bytes]:
    found = {
        f"{levels} lists": http(with_member(good, b'"x":' + b"[" * levels + b"]" * levels))
        for levels in (70, 1_500, 100_000)
    }
    return found | {
        "100000 open lists": http(with_member(good, b'"x":' + b"[" * 100_000)),
        "5000 objects": http(with_member(good, b'"x":' + b'{"":' * 5000 + b"0" + b"}" * 5000)),
    }


def _syntax(good: bytes) -> dict[str, bytes]:
    return {
        "bytes behind it": http(good + b"x"),
        "another one behind it": http(good + good),
        "a NUL behind it": http(good + b"\0"),
        "a comma too much": http(good[:-1] + b",}"),
        "a comment": http(good + b"// fine"),
        "single quotes": http(good.replace(b'"', b"'")),
        "as a script": http(b"callback(" + good + b");"),
        "guarded": http(b")]}',\n" + good),
        "a line break in a text": http(with_member(good, b'"x":"a\nb"')),
        "an unknown escape": http(with_member(good, b'"x":"\\x41"')),
        "a stream of events": http(b"data: " + good + b"\n\n"),
    }


def _characters(good: bytes) -> dict[str, bytes]:
    return {
        "byte-order mark": http(b"\xef\xbb\xbf" + good),
        "UTF-16": http(good.decode().encode("utf-16")),
        "UTF-16 without a mark": http(good.decode().encode("utf-16-le")),
        "UTF-32": http(good.decode().encode("utf-32")),
        "UTF-7": http(b"+AHs-" + good[1:]),
        "Latin-1": http(with_member(good, b'"x":"\xe9"')),
        "overlong": http(with_member(good, b'"x":"\xc0\xaf"')),
        "half a character": http(with_member(good, b'"x":"\xe6\xb5"')),
        "a surrogate in UTF-8": http(with_member(good, b'"x":"\xed\xa0\x80"')),
        "half a pair": http(with_member(good, b'"x":"\\ud800"')),
        "half a pair as a key": http(with_member(good, b'"\\udc00":1')),
    }


def _compression(good: bytes) -> dict[str, bytes]:
    packed = gzip.compress(good)
    damaged = bytearray(packed)
    damaged[-6] ^= 1

    def coded(coding: str, body: bytes) -> bytes:
        return http(body, headers=f"Content-Encoding: {coding}\r\n")

    return {
        "not packed at all": coded("gzip", good),
        "half of it": coded("gzip", packed[:-9]),
        "checksum wrong": coded("gzip", bytes(damaged)),
        "bytes behind it": coded("gzip", packed + b"x"),
        "two streams": coded("gzip", packed + packed),
        "packed twice": coded("gzip, gzip", gzip.compress(packed)),
        "packed twice, said once": coded("gzip", gzip.compress(packed)),
        "two lines of it": coded("gzip\r\nContent-Encoding: gzip", gzip.compress(packed)),
        "packed, not said": http(packed),
        "deflate": coded("deflate", zlib.compress(good)),
        "brotli": coded("br", b"\x0b\x02\x80" + good + b"\x03"),
        "zstandard": coded("zstd", b"\x28\xb5\x2f\xfd" + good),
        "unknown": coded("rot13", good),
        "said to be brotli": coded("br", good),
    }


_KINDS: Mapping[str, Callable[[bytes], dict[str, bytes]]] = {
    "page": _pages,
    "empty": _empty,
    "status": _statuses,
    "truncated": _truncated,
    "chunks": _chunks,
    "framing": _framing,
    "types": _types,
    "duplicates": _duplicates,
    "numbers": _numbers,
    "depth": _depth,
    "syntax": _syntax,
    "characters": _characters,
    "compression": _compression,
}
