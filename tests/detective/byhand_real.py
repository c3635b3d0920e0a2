"""What real programs in thirteen languages were seen to sign, by hand."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from byhand import Sent, Signing, pattern, register
from byhand_body import _of_a_body, _of_a_value, _own_text, value_of
from byhand_printed import ANY, FLAT, TYPES, _flat
from byhand_query import _of_a_query
from byhand_secret import HASHES, _set
from byhand_texts import LAYOUTS, MORE, ORDERS

if TYPE_CHECKING:
    from collections.abc import Callable

# ---- method, path and query -----------------------------------------------------------------------


def _of(part: str, change: Callable[[str], str]) -> Callable[[Signing], None]:
    return lambda signing: setattr(signing, part, change(getattr(signing.sent, part)).encode())


def _capitals(path: str) -> str:
    before, mark, behind = path.partition("/v5/")
    return before + mark + re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), behind)


LINE = {
    "a : before the method in lower case": ("method", lambda text: ":" + text.lower()),
    "-X before the method": ("method", lambda text: "-X" + text),
    "the path with capitals behind /api/v5": ("path", _capitals),
    "a # behind the query": ("query", lambda text: text + "#"),
    "HTTP/1.1 behind the query": ("query", lambda text: text + " HTTP/1.1"),
}
for _name, (_part, _change) in LINE.items():
    register(_name, _part, _of(_part, _change))


def _pairs(query: str) -> list[list[str]]:
    return [pair.split("=", 1) for pair in query.split("&")]


def _url_values(query: str) -> str:
    pairs = (pair.split("=", 1) for pair in sorted(unquote_plus(query).split("&")))
    return "map[" + " ".join(f"{pair[0]}:[{pair[-1]}]" for pair in pairs) + "]"


QUERY: dict[str, Callable[[str], str]] = {
    "the query's names and values joined by commas": lambda q: ",".join(chain(*_pairs(q))),
    "the query's names and values joined by blanks": lambda q: " ".join(chain(*_pairs(q))),
    "the query in Some(…) of Rust": lambda q: f'Some("{q}")',
    "the query as Rust prints pairs": lambda q: (
        "[" + ", ".join(f'("{name}", "{value}")' for name, value in _pairs(q)) + "]"
    ),
    "the query as Go prints url.Values": _url_values,
}
for _name, _change in QUERY.items():
    register(_name, "query", _of_a_query(_change))


def _backslash(signing: Signing) -> None:
    if signing.sent.query:
        signing.query = b"\\" + signing.sent.query.encode()


register("a backslash before the ?", "query", _backslash)

# ---- the body -------------------------------------------------------------------------------------


def _in_quotes(change: Callable[[str], str]) -> Callable[[str], str]:
    """Of numbers with a point in quotes."""
    return lambda body: re.sub(r'"(-?\d+\.\d+)"', lambda found: f'"{change(found[1])}"', body)


def _names(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda body: re.sub(r'"(\w+)"(?=\s*:)', lambda found: f'"{change(found[1])}"', body)


def snake(name: str) -> str:
    return re.sub("(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


BODY: dict[str, Callable[[str], str]] = {
    **{
        f"only the first {most} characters of the body": lambda body, most=most: body[:most]
        for most in (63, 127, 255)
    },
    "the body as the list of its bytes, as Java and Rust print it,": lambda b: str([*b.encode()]),
    "the body in Some(…) of Rust": lambda body: f"Some({json.dumps(body, ensure_ascii=False)})",
    "the body with a comma before its last brace": lambda body: (
        body.rstrip()[:-1] + ",}" if body.rstrip().endswith("}") else body
    ),
    "the body's numbers in quotes with six decimals": _in_quotes(lambda text: f"{float(text):.6f}"),
    "the body's whole numbers in quotes with .0": lambda body: re.sub(
        r'"(-?\d+)"(?!\s*:)', lambda found: f'"{found[1]}.0"', body
    ),
    "the body's numbers in quotes with a comma for their point": _in_quotes(
        lambda text: text.replace(".", ",")
    ),
    "the body's names with a capital": _names(lambda name: name[0].upper() + name[1:]),
    "the body's names in snake_case": _names(snake),
}
for _name, _change in BODY.items():
    register(_name, "body", _of_a_body(_change))
register("(null) for a body", "body", lambda signing: setattr(signing, "body", b"(null)"))


def _hash_of(key: str, size: int) -> int:
    """As String.hashCode and HashMap.hash of Java have it."""
    code = sum(ord(each) * 31 ** (len(key) - 1 - at) for at, each in enumerate(key)) & 0xFFFFFFFF
    return (code ^ (code >> 16)) & (size - 1)


def _in_hash_order(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_hash_order(each) for each in value]
    if not isinstance(value, dict):
        return value
    size = next(each for each in (16, 32, 64, 128) if len(value) <= 0.75 * each)
    keys = sorted(value, key=lambda key: _hash_of(key, size))
    return {key: _in_hash_order(value[key]) for key in keys}


def _hashed(signing: Signing) -> None:
    value = value_of(signing.sent)
    if value is not None:
        signing.body = _own_text(signing.sent, _in_hash_order(value)).encode()


register("the body with its keys as Java's HashMap orders them", "content", _hashed)
register(
    "the body's array as an object, its places for names",
    "content",
    _of_a_value(
        lambda v: {str(at): each for at, each in enumerate(v)} if isinstance(v, list) else v
    ),
)


@pattern(
    r"the parameter (?P<key>\w+), (?P<word>null|empty), in the body",
    "content",
    lambda sent: (
        [f"the parameter tag, {word}, in the body" for word in ("null", "empty")]
        if sent.path == "/api/v5/trade/order" and '"tag"' not in sent.body and sent.body != "{}"
        else []
    ),
)
def _absent(signing: Signing, key: str, word: str) -> None:
    value = value_of(signing.sent)
    if not isinstance(value, dict):
        raise ValueError(key)  # noqa: TRY004 - what cannot be made is one kind of error
    more = {**value, key: None if word == "null" else ""}
    signing.body = _own_text(signing.sent, more).encode()


def _struct(value: Any, name: str) -> str:
    members = (
        f"{snake(key)}: {json.dumps(each, ensure_ascii=False)}" for key, each in value.items()
    )
    return f"{name} {{ " + ", ".join(members) + " }"


def _lines(value: Any, name: str) -> str:
    """The members of a flat struct, each in a line of its own with a comma."""
    inner = _struct(value, name).removeprefix(f"{name} {{ ").removesuffix(" }")
    parts = re.split(r", (?=[a-z_]+: )", inner)
    return f"{name} {{\n" + "".join(f"    {part},\n" for part in parts) + "}"


def _in_a_column(value: Any) -> str:
    names = [json.dumps(key) for key in value]
    rows = (
        f"    {name:{max(map(len, names))}} : {json.dumps(each, ensure_ascii=False)}"
        for name, each in zip(names, value.values(), strict=True)
    )
    return "{\n" + ",\n".join(rows) + "\n}"


REAL: dict[str, Callable[[Any], str]] = {
    "names and values with colons and blanks": lambda v: " ".join(f"{k}:{m}" for k, m in v.items()),
    "a printed Tcl dict": lambda v: " ".join(f"{k} {m}" for k, m in v.items()),
    ".NET's pairs of names and values, joined by commas": lambda v: ",".join(
        f"[{k}, {m}]" for k, m in v.items()
    ),
    "JSON with its colons in one column, as Tcl's json::write has it": _in_a_column,
    **{f"a printed Rust struct, {name}": partial(_struct, name=name) for name in TYPES},
    **{f"a printed Rust struct in lines, {name}": partial(_lines, name=name) for name in TYPES},
}


@pattern(
    rf"the body as (?P<name>{'|'.join(map(re.escape, sorted(REAL, key=len, reverse=True)))})"
    r"(?P<order>|, keys sorted|, keys in reverse)",
    "body",
    lambda sent: [f"the body as {name}" for name in REAL if _flat(value_of(sent))],
)
def _printed(signing: Signing, name: str, order: str) -> None:
    value = ORDERS[order](value_of(signing.sent))
    if not _flat(value):
        raise ValueError(name)
    signing.body = REAL[name](value).encode()


def _of_flat(write: Callable[[Any], str]) -> Callable[[Any], str]:
    def checked(value: Any) -> str:
        if not _flat(value):
            raise ValueError(value)
        return write(value)

    return checked


assert not REAL.keys() & (ANY.keys() | FLAT.keys())
MORE |= {name: _of_flat(write) for name, write in REAL.items()}
LAYOUTS |= {
    "JSON with blanks around its colons alone": {"separators": (",", " : ")},
    "JSON indented by 4 with blanks around its colons": {"indent": 4, "separators": (",", " : ")},
}

# ---- the secret, the digest and the whole ---------------------------------------------------------


def _hex(sent: Sent) -> bytes:
    return bytes.fromhex("00" + sent.secret)


SECRETS: dict[str, Callable[[Sent], str | bytes]] = {
    "the secret filled up with blanks to 40 characters": lambda s: (
        s.secret + " " * (40 - len(s.secret))
    ),
    "the secret filled up with blanks to 64 characters": lambda s: (
        s.secret + " " * (64 - len(s.secret))
    ),
    "the word nil for a secret": lambda _: "nil",
    "key: before the secret": lambda s: f"key:{s.secret}",
    "the secret read as a BigInteger of hexadecimal, a zero byte before it": _hex,
    "the secret encoded in Base64 first, a line break behind it": lambda s: (
        base64.b64encode(s.secret.encode()) + b"\n"
    ),
    "the secret in Some(…) of Rust": lambda s: f"Some({json.dumps(s.secret)})",
    **{
        f"the placeholder {word} for a secret": lambda _, word=word: word
        for word in ("$SECRET", "${SECRET}", "$secret")
    },
}
for _name, _form in SECRETS.items():
    register(_name, "secret", _set(_form))


def _of_base64(made: Any) -> Callable[[bytes, bytes], bytes]:
    def digest(key: bytes, text: bytes) -> bytes:
        once = base64.b64encode(hmac.new(key, text, made).digest())
        return hmac.new(key, once, made).digest()

    return digest


for _name, _made in HASHES.items():
    try:
        _made()
    except ValueError:  # this OpenSSL does not have it
        continue
    register(
        f"HMAC-{_name} of the Base64 of the HMAC",
        "digest",
        lambda signing, made=_made: setattr(signing, "digest", _of_base64(made)),
    )


def _around(signing: Signing) -> None:
    signing.digest = lambda key, text: hashlib.sha256(key + text + key).digest()


register("plain SHA-256 of the prehash with the secret before and behind it", "recipe", _around)
register(
    "a NUL byte behind the digest",
    "wrapping",
    lambda signing: setattr(
        signing, "written", lambda digest: base64.b64encode(digest + b"\0").decode()
    ),
)


def _object(signing: Signing) -> None:
    parts = (signing.timestamp, signing.method, signing.path + signing.query, signing.body)
    names = ("timestamp", "method", "requestPath", "body")
    texts = [part.decode("utf-8", "replace") for part in parts]
    text = json.dumps(
        dict(zip(names, texts, strict=True)), ensure_ascii=False, separators=(",", ":")
    )
    signing.whole = lambda _: text.encode()


register("the parts as a JSON object", "whole", _object)
register(
    "the name of .NET's String[] for a prehash",
    "whole",
    lambda signing: setattr(signing, "whole", lambda _: b"System.String[]"),
)


def _ticks(signing: Signing) -> None:
    if not signing.sent.timestamp.endswith("Z"):
        raise ValueError(signing.sent.timestamp)
    moment = datetime.fromisoformat(signing.sent.timestamp)
    far = moment - datetime(1, 1, 1, tzinfo=UTC)
    ticks = (far.days * 86_400 + far.seconds) * 10**7 + far.microseconds * 10
    signing.timestamp = str(ticks + 1234).encode()


register("the timestamp as .NET's ticks", "clock", _ticks)
