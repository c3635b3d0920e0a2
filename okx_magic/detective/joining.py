"""How the parts become one text: in another order, with something between, or the whole disfigured."""

from __future__ import annotations

import base64
import hashlib
import json
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from okx_magic.detective.mistakes import KNOWN, RARE, USUAL, Mistake
from okx_magic.detective.path import LOGIN_CORRECTION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    # timestamp, method, path, query, body
    Parts = tuple[bytes, ...]
    Join = Callable[[Parts], bytes]

_NAMES = ("timestamp", "method", "path", "body")  # the path has its query with it
_CORRECTION = (
    "join timestamp, method, path with query, and body in this order, with nothing between, before"
    " or behind them"
)
_WHOLE = "sign the joined text itself, as its UTF-8 bytes"
_ENDS = (
    "sign the joined text alone: echo, files and Go's json.Encoder add a line break at its end"
    " (printf '%s' and json.Marshal do not)"
)


class Joining(NamedTuple):
    """A way to join the parts, and the mistakes in it: none, one or two."""

    join: Join
    mistakes: tuple[Mistake, ...]

    @property
    def reach(self) -> int:
        """That of its rarest mistake."""
        return min((mistake.reach for mistake in self.mistakes), default=USUAL)


_SEPARATORS: dict[str, tuple[bytes, int]] = {
    "line breaks": (b"\n", USUAL),
    "blanks": (b" ", USUAL),
    "&": (b"&", KNOWN),
    "commas": (b",", KNOWN),
    "|": (b"|", KNOWN),
    "+": (b"+", KNOWN),
    "colons": (b":", KNOWN),
    "-": (b"-", KNOWN),
    "_": (b"_", KNOWN),
    "full stops": (b".", KNOWN),
    "tabs": (b"\t", RARE),
    "semicolons": (b";", RARE),
    "Windows line breaks": (b"\r\n", RARE),
    "commas and blanks": (b", ", RARE),
    "slashes": (b"/", RARE),
    "backslash and n": (b"\\n", KNOWN),
    "+ in blanks": (b" + ", RARE),
    "?": (b"?", RARE),
    "=": (b"=", RARE),
    "#": (b"#", RARE),
}


def _in_order(order: tuple[int, ...], separator: bytes, *, skip_empty: bool) -> Join:
    def join(parts: Parts) -> bytes:
        timestamp, method, path, query, body = parts
        four = (timestamp, method, path + query, body)
        chosen = [four[place] for place in order]
        return separator.join([part for part in chosen if part] if skip_empty else chosen)

    return join


def _then(change: Callable[[bytes], bytes]) -> Join:
    return lambda parts: change(b"".join(parts))


def _within(before: bytes, behind: bytes) -> Join:
    return lambda parts: before + b"".join(parts) + behind


def _utf16(text: bytes, coding: str) -> bytes:
    return text.decode("utf-8", "replace").encode(coding, "surrogatepass")


def _digest(hash_name: str) -> Callable[[bytes], bytes]:
    return lambda text: hashlib.new(hash_name, text, usedforsecurity=False).digest()


def _hex_digest(hash_name: str) -> Callable[[bytes], bytes]:
    return lambda text: hashlib.new(hash_name, text, usedforsecurity=False).hexdigest().encode()


def _as_text(change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    return lambda text: change(text.decode("utf-8", "replace")).encode("utf-8", "replace")


# What stands before and behind the joined text, and how often it does.
_EDGES: dict[str, tuple[bytes, bytes, int]] = {
    "a line break at the end of the prehash": (b"", b"\n", USUAL),
    "a Windows line break at the end of the prehash": (b"", b"\r\n", KNOWN),
    # What echo … | of cmd.exe hands on, and echo -n of a shell that does not know -n.
    "a blank and a Windows line break at the end of the prehash": (b"", b" \r\n", KNOWN),
    "-n before the prehash and a line break behind it": (b"-n ", b"\n", KNOWN),
    "-e before the prehash and a line break behind it": (b"-e ", b"\n", RARE),
    "a blank at the end of the prehash": (b"", b" ", KNOWN),
    "a blank at the start of the prehash": (b" ", b"", KNOWN),
    "a line break at the start of the prehash": (b"\n", b"", RARE),
    "a byte order mark before the prehash": (b"\xef\xbb\xbf", b"", KNOWN),
    "a NUL character at the end of the prehash": (b"", b"\0", KNOWN),
}
_TEXTS: dict[str, tuple[Callable[[bytes], bytes], int]] = {
    "the prehash in double quotes": (lambda text: b'"' + text + b'"', KNOWN),
    "the prehash in single quotes": (lambda text: b"'" + text + b"'", KNOWN),
    "the prehash as b'…'": (lambda text: repr(text).encode(), KNOWN),
    "the prehash in lower case": (lambda text: text.lower(), KNOWN),
    "the prehash in capitals": (lambda text: text.upper(), KNOWN),
    "the prehash percent-encoded": (lambda text: quote(text, safe="").encode(), KNOWN),
    "the prehash percent-encoded but for its slashes": (lambda text: quote(text).encode(), RARE),
    "the prehash in Base64": (base64.b64encode, KNOWN),
    "the prehash in hexadecimal": (lambda text: text.hex().encode(), KNOWN),
    "the prehash as UTF-16": (lambda text: _utf16(text, "utf-16-le"), KNOWN),
    "the prehash as UTF-16 with a byte order mark": (lambda text: _utf16(text, "utf-16"), RARE),
    "the prehash as a JSON string": (_as_text(json.dumps), RARE),
    "the SHA-256 of the prehash in its place": (_digest("sha256"), KNOWN),
    "the SHA-256 of the prehash in hexadecimal in its place": (_hex_digest("sha256"), KNOWN),
    "the SHA-512 of the prehash in its place": (_digest("sha512"), RARE),
    "the SHA-512 of the prehash in hexadecimal in its place": (_hex_digest("sha512"), RARE),
    "the MD5 of the prehash in hexadecimal in its place": (_hex_digest("md5"), RARE),
    "the prehash twice": (lambda text: text * 2, RARE),
    "the prehash in reverse": (lambda text: text[::-1], RARE),
}


def _printed(change: Callable[[list[str]], str]) -> Join:
    def join(parts: Parts) -> bytes:
        timestamp, method, path, query, body = (part.decode("utf-8", "replace") for part in parts)
        return change([timestamp, method, path + query, body]).encode("utf-8", "replace")

    return join


_LISTS: dict[str, Join] = {
    "the parts as a printed Python list": _printed(str),
    "the parts as a printed Python tuple": _printed(lambda parts: str(tuple(parts))),
    "the parts as a JSON array": _printed(json.dumps),
    "the parts as a compact JSON array": _printed(
        lambda parts: json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
    ),
}

# Recipes of other exchanges, and guesses: only some of the parts. Those that lack a single part are a
# mistake of that part.
PICKS: dict[str, Callable[[Parts], bytes]] = {
    "nothing at all": lambda _parts: b"",
    "the body alone": lambda parts: parts[4],
    "the path with its query alone": lambda parts: parts[2] + parts[3],
    "the query alone": lambda parts: parts[3].removeprefix(b"?"),
    "the query without ?, and the body": lambda parts: parts[3].removeprefix(b"?") + parts[4],
    "the timestamp alone": lambda parts: parts[0],
    "timestamp and method alone": lambda parts: parts[0] + parts[1],
    "timestamp and path with query alone": lambda parts: parts[0] + parts[2] + parts[3],
    "timestamp and query without ? alone": lambda parts: parts[0] + parts[3].removeprefix(b"?"),
    "timestamp and body alone": lambda parts: parts[0] + parts[4],
    "path with query and body alone": lambda parts: parts[2] + parts[3] + parts[4],
    "method and path with query alone": lambda parts: parts[1] + parts[2] + parts[3],
}
"""The joinings that leave out more than one part."""

PLAIN = Joining(b"".join, ())
"""The right way."""


def _once() -> Iterator[Joining]:
    straight = (0, 1, 2, 3)
    for name, (before, behind, reach) in _EDGES.items():
        yield Joining(_within(before, behind), (Mistake(name, _ENDS, reach),))
    for name, (change, reach) in _TEXTS.items():
        yield Joining(_then(change), (Mistake(name, _WHOLE, reach),))
    for between, (separator, reach) in _SEPARATORS.items():
        name = f"{between} between the parts of the prehash"
        join = _in_order(straight, separator, skip_empty=False)
        yield Joining(join, (Mistake(name, _CORRECTION, reach),))
        # Where no part is empty this is the same, and where one is, the less usual.
        join = _in_order(straight, separator, skip_empty=True)
        rare = KNOWN if reach == USUAL else RARE
        yield Joining(join, (Mistake(name, _CORRECTION, rare),))
    for order in permutations(straight):
        if order != straight:
            join = _in_order(order, b"", skip_empty=False)
            yield Joining(join, (_permuted(order),))
    for name, join in _LISTS.items():
        yield Joining(join, (Mistake(name, _CORRECTION, RARE),))
    for name, pick in PICKS.items():
        yield Joining(pick, (Mistake(name, _CORRECTION, RARE),))
    log_in = Mistake("the prehash of the WebSocket log-in", LOGIN_CORRECTION)
    yield Joining(lambda parts: parts[0] + b"GET/users/self/verify", (log_in,))


# What guides for other exchanges have; then all that leave the body at the end.
_USUAL_ORDERS = ((1, 0, 2, 3), (1, 2, 0, 3), (2, 1, 0, 3), (0, 2, 1, 3), (0, 1, 3, 2), (1, 2, 3, 0))


def _permuted(order: tuple[int, ...]) -> Mistake:
    names = ", ".join(_NAMES[place] for place in order)
    reach = USUAL if order in _USUAL_ORDERS else KNOWN if order[-1] == 3 else RARE
    return Mistake(f"the parts in the order {names}", _CORRECTION, reach)


def _twice() -> Iterator[Joining]:
    straight = (0, 1, 2, 3)
    for order in permutations(straight):
        if order == straight:
            continue
        for between, (separator, reach) in _SEPARATORS.items():
            separated = Mistake(f"{between} between the parts of the prehash", _CORRECTION, reach)
            for skip_empty in (True, False):
                join = _in_order(order, separator, skip_empty=skip_empty)
                yield Joining(join, (_permuted(order), separated))


ONCE = tuple(_once())
TWICE = tuple(_twice())
