"""The one table of what happens to a text on its way into a signature, whichever text it is.

A row says what a change makes of a text, what it is called, and to which texts it happens: the
timestamp, the method, the path, the query, the body, the whole prehash, the secret; for each how usual
it is. The rows are the same for all: a quote that stays around a secret stays around a body, too.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import unicodedata
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from urllib.parse import quote, unquote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    _Rows = tuple[tuple[str, Callable[[str], str | bytes], str], ...]

# In the company of how many mistakes, itself included, one is looked for.
USUAL: Final = 3
KNOWN: Final = 2
RARE: Final = 1
ALONE: Final = 0
_REACHES: Final = {"U": USUAL, "K": KNOWN, "R": RARE, "A": ALONE}

SUBJECTS: Final = {
    "t": "the timestamp",
    "m": "the method",
    "p": "the path",
    "q": "the query",
    "b": "the body",
    "w": "the prehash",
    "s": "the secret",
}
"""The letters of the table: which text a change is made to."""


Kind = Literal["around", "case", "text", "coded", "slip"]


class Change(NamedTuple):
    """One change to a text; ``of`` makes it, of the text, and gives the text itself where it makes none.

    ``reach`` is the number of mistakes in whose company it is looked for: 3 usual, 2 known, 1 rare.
    ``edges`` are what it puts before and behind the text, where it does no more than that.
    """

    name: str
    of: Callable[[str], str | bytes]
    reach: int
    kind: Kind
    edges: tuple[str, str] | None = None


# What copying, shells and files leave at an end of a text: its name, the text, where it is looked for
# behind the text and before it.
ENDS: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("a line break", "\n", "tK mR pK qR wU sU", "bR wR sK"),
    ("a Windows line break (CR LF)", "\r\n", "tR bR wK sU", "sK"),
    ("a carriage return", "\r", "wR sR", "sR"),
    ("a blank", " ", "tK mK pK qR bR wK sU", "tR pK bK wK sU"),
    ("two blanks", "  ", "sR", "sR"),
    ("a tab", "\t", "pR sK", "sK"),
    ("a byte order mark", "\ufeff", "sK", "tR wK sU"),
    ("a byte order mark read as latin-1", "\u00ef\u00bb\u00bf", "sK", "sK"),
    ("a no-break space", "\u00a0", "sK", "sK"),
    ("a zero-width space", "\u200b", "pR sK", "pR sK"),
    ("a double quote", '"', "sK", "sK"),
    ("a single quote", "'", "sK", "sK"),
    ("a comma", ",", "sR", "sR"),
    ("a semicolon", ";", "bR wR sR", "sR"),
    ("an equals sign", "=", "sR", "sR"),
    ("a backslash and an n", "\\n", "bR wK sK", "sR"),
    ("a full stop", ".", "pR sR", "sR"),
    ("a backslash", "\\", "sR", "sR"),
    ("a # sign", "#", "sR", "sR"),
    ("a blank and a line break", " \n", "wR sR", "sR"),
    ("two line breaks", "\n\n", "wR sR", "sR"),
    ("a blank and a Windows line break", " \r\n", "wR", ""),
    ("a blank and a dash", " -", "wR", ""),
    ("a NUL character", "\0", "wK", ""),
    ("a ?", "?", "", "bK"),
    ("-n and a blank, as an echo prints that does not know it,", "-n ", "", "wK"),
    ("-n and a blank", "-n ", "", "sR"),
    ("-e and a blank", "-e ", "", "wR"),
)
AROUND: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("double quotes", '"', '"', "tK mR pR qR bK wK sU"),
    ("double quotes with a comma", '"', '",', "sK"),
    ("single quotes", "'", "'", "tR mR bK wK sU"),
    ("blanks", " ", " ", "mR sK"),
    ("line breaks", "\n", "\n", "sR"),
    ("typographic quotes", "\u201c", "\u201d", "wR sR"),
    ("typographic single quotes", "\u2018", "\u2019", "sR"),
    ("backticks", "`", "`", "wR sR"),
    ("angle brackets", "<", ">", "sK"),
    ("square brackets", "[", "]", "wR sR"),
    ("braces", "{", "}", "bR sR"),
    ("parentheses", "(", ")", "bR sR"),
    ("b'…' of a Python repr", "b'", "'", "sK"),
    ("escaped quotes", '\\"', '\\"', "bR sR"),
)


def _coded(coding: str) -> Callable[[str], bytes]:
    # What a coding does not have becomes a ?, as most languages do it.
    return lambda text: text.encode(coding, "replace")


def _low_bytes(text: str) -> bytes:
    """Of each UTF-16 unit the low byte: Node's ``latin1`` and ``binary``."""
    return text.encode("utf-16-le", "surrogatepass")[::2]


def _plain(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogatepass")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")


def _hashed(hash_name: str, *, as_text: bool) -> Callable[[str], str | bytes]:
    def change(text: str) -> str | bytes:
        digest = hashlib.new(hash_name, _plain(text), usedforsecurity=False)
        return digest.hexdigest() if as_text else digest.digest()

    return change


def _printed_bytes(text: str) -> str:
    """``[]byte`` as Go's ``%v`` prints it."""
    return f"[{' '.join(map(str, _plain(text)))}]"


def _quoted_by_go(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


# What is done to the text: name, with {} for whose text it is, the function, and where.
_CASES: Final[_Rows] = (
    ("{} in lower case", str.lower, "mU pK qR bR wK sU"),
    ("{} with a small t and z", str.lower, "tR"),
    ("{} in capitals", str.upper, "mK pR qR bR wK"),
    ("{} in upper case", str.upper, "sU"),
    ("{} with one capital", str.title, "mK"),
)
_TEXTS: Final[_Rows] = (
    ("{} twice", lambda text: text * 2, "tR mR pR bK wR"),
    ("{} in reverse", lambda text: text[::-1], "wR"),
    ("{} as b'…'", lambda text: repr(_plain(text)), "tR mR bU wK"),
    ("{} as the list of its bytes, as Go prints []byte,", _printed_bytes, "bK wR sR"),
    ("{} as a JSON string", json.dumps, "wR"),
    ("{} encoded as JSON a second time", json.dumps, "bU"),
    (
        "{} as a JSON string of its Base64, as Go marshals []byte,",
        lambda text: f'"{base64.b64encode(_plain(text)).decode()}"',
        "bK",
    ),
    ("{} with escaped quotes", lambda text: text.replace('"', '\\"'), "bK"),
    ("{} without its quotes, as a shell takes them", lambda text: text.replace('"', ""), "bK"),
    ("{} with single quotes", lambda text: text.replace('"', "'"), "bK"),
    ("{} with double quotes", lambda text: text.replace("'", '"'), "bK"),
    ("{} without blanks at its ends", str.strip, "bK"),
    ("{} without all blanks and line breaks", lambda text: re.sub(r"\s", "", text), "bK"),
    ("{} without all blanks", lambda text: text.replace(" ", ""), "bK"),
    ("{} without its line breaks", lambda text: re.sub(r"[\r\n]+", "", text), "bK"),
    ("{}'s lines joined by blanks", lambda text: re.sub(r"\s*\n\s*", " ", text), "bR"),
    ("{} with Windows line breaks", lambda text: text.replace("\n", "\r\n"), "bK"),
    ("{} with plain line breaks", lambda text: text.replace("\r\n", "\n"), "bK"),
    ("{} with its line breaks as backslash and n", lambda text: text.replace("\n", "\\n"), "bR"),
    ("{} without its braces", lambda text: text.strip().removeprefix("{").removesuffix("}"), "bR"),
    (
        "{} without its brackets",
        lambda text: text.strip().removeprefix("[").removesuffix("]"),
        "bR",
    ),
    ("{} escaped for HTML", html.escape, "bR wR"),
    ("the length of {} in its place", lambda text: str(len(_plain(text))), "bR"),
    ("{} in Unicode's composed form", lambda text: unicodedata.normalize("NFC", text), "bR"),
    ("{} in Unicode's decomposed form", lambda text: unicodedata.normalize("NFD", text), "bR"),
)
_CODED: Final[_Rows] = (
    ("{}'s UTF-8 read as latin-1", lambda text: _plain(text).decode("latin-1"), "bK"),
    ("{} with ? for all non-ASCII", lambda text: text.encode("ascii", "replace").decode(), "bK"),
    ("{} without its non-ASCII", lambda text: text.encode("ascii", "ignore").decode(), "bK"),
    ("{} percent-encoded", lambda text: quote(_plain(text), safe=""), "tK pK bK wK"),
    ("{} percent-encoded but for its slashes", lambda text: quote(_plain(text)), "bR wR"),
    (
        "{} as encodeURI writes it",
        lambda text: quote(_plain(text), safe=";,/?:@&=+$-_.!~*'()#"),
        "bK wK",
    ),
    (
        "{} as encodeURIComponent writes it",
        lambda text: quote(_plain(text), safe="-_.!~*'()"),
        "wR",
    ),
    ("{} percent-decoded", unquote_plus, "bK wR"),
    ("{} in Base64", lambda text: base64.b64encode(_plain(text)), "bK wK"),
    ("{} in hexadecimal", lambda text: _plain(text).hex(), "bR wK"),
    ("the SHA-256 of {} in its place", _hashed("sha256", as_text=True), "bK"),
    ("the SHA-512 of {} in its place", _hashed("sha512", as_text=True), "bR"),
    ("the MD5 of {} in its place", _hashed("md5", as_text=True), "bR"),
    ("the SHA-256 of {} in its place", _hashed("sha256", as_text=False), "wK"),
    ("the SHA-256 of {} in hexadecimal in its place", _hashed("sha256", as_text=True), "wK"),
    ("the SHA-512 of {} in its place", _hashed("sha512", as_text=False), "wR"),
    ("the SHA-512 of {} in hexadecimal in its place", _hashed("sha512", as_text=True), "wR"),
    ("the MD5 of {} in hexadecimal in its place", _hashed("md5", as_text=True), "wR"),
    ("{} as UTF-16", _coded("utf-16-le"), "wK sK"),
    ("{} as UTF-16 with a byte order mark", _coded("utf-16"), "wR sR"),
    ("{} as big-endian UTF-16", _coded("utf-16-be"), "wK sR"),
    ("{} as UTF-32", _coded("utf-32-le"), "sR"),
    *(
        (f"{{}} in the encoding {coding}", _coded(coding), spec)
        for coding, spec in (
            ("latin-1", "bK wR"),
            ("cp1252", "bK"),
            ("gb18030", "bK wR"),
            ("shift_jis", "bK"),
            ("utf-16-le", "bK"),
            ("utf-16", "bK"),
            ("utf-16-be", "bR"),
            ("utf-8-sig", "bK"),
        )
    ),
    (
        "{} with only the low byte of each character, as Node's latin1 keeps it,",
        _low_bytes,
        "bK wR",
    ),
)
# What eyes take for each other.
_SLIPS: Final[_Rows] = (
    ("{} with the letter O for each 0", lambda text: text.replace("0", "O"), "sK"),
    ("{} with a 0 for each letter O", lambda text: text.replace("O", "0"), "sK"),
    ("{} with a small l for each 1", lambda text: text.replace("1", "l"), "sK"),
    ("{} with a capital I for each 1", lambda text: text.replace("1", "I"), "sK"),
    (
        "{} with a 1 for each small l and capital I",
        lambda text: text.replace("l", "1").replace("I", "1"),
        "sK",
    ),
)
_OTHER: Final[dict[Kind, _Rows]] = {
    "case": _CASES,
    "text": _TEXTS,
    "coded": _CODED,
    "slip": _SLIPS,
}
# The name that stands before a value in a .env file, copied with it.
_VARIABLES: Final = (
    *("OKX_SECRET_KEY", "OKX_API_SECRET", "OKX_SECRET", "SECRET_KEY", "API_SECRET", "SECRET"),
    *("secret", "secretKey", "secret_key", "apiSecret", "api_secret", "API_SECRET_KEY"),
)


def _rows(letter: str) -> Iterator[tuple[str, str, Change]]:
    """Name and places of each row, and the change but for these."""
    whole = letter == "w"
    for noun, text, behind, before in ENDS:
        told = noun.removesuffix(" (CR LF)") if whole else noun
        yield f"{told} {'at the end of' if whole else 'behind'} {{}}", behind, _within("", text)
        at_the_start = whole and noun in ("a blank", "a line break")
        yield (
            f"{told} {'at the start of' if at_the_start else 'before'} {{}}",
            before,
            _within(text),
        )
    for noun, left, right, spec in AROUND:
        around = letter == "s" or noun == "blanks"
        yield f"{noun} around {{}}" if around else f"{{}} in {noun}", spec, _within(left, right)
    yield "-n before {} and a line break behind it", "wR", _within("-n ", "\n")
    yield "-e before {} and a line break behind it", "wR", _within("-e ", "\n")
    for variable in _VARIABLES:
        yield f"{variable}= before {{}}", "sR", _within(f"{variable}=")
    for kind, rows in _OTHER.items():
        for name, change, spec in rows:
            yield name, spec, Change("", change, 0, kind)


def _within(left: str, right: str = "") -> Change:
    return Change("", lambda text: left + text + right, 0, "around", (left, right))


def _table(letter: str) -> Iterator[Change]:
    for name, spec, change in _rows(letter):
        for place in spec.split():
            if place[0] == letter:
                told = name.format(SUBJECTS[letter])
                yield change._replace(name=told, reach=_REACHES[place[1]])


CHANGES: Final = {letter: tuple(_table(letter)) for letter in SUBJECTS}
"""The changes of each text, by its letter."""
