"""Wrong bodies, by hand."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_plus

from byhand import Sent, Signing, pattern, register, rotated
from byhand_texts import LAYOUTS, forms_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable


def value_of(sent: Sent) -> Any:
    """What the body holds, if it is an object or an array."""
    try:
        value = json.loads(sent.body)
    except ValueError:
        return None
    return value if isinstance(value, dict | list) else None


WORDS = {
    "{} for a body": "{}",
    "the word None for a body": "None",
    "the word null for a body": "null",
    "[] for a body": "[]",
    'two double quotes ("") for a body': '""',
    "the word undefined for a body": "undefined",
    "two single quotes ('') for a body": "''",
    "[{}] for a body": "[{}]",
    "[object Object] for a body": "[object Object]",
    "the word Array for a body": "Array",
    "the word nil for a body": "nil",
    "b'' for a body": "b''",
    "{ } for a body": "{ }",
    '"{}" for a body': '"{}"',
    "the word NULL for a body": "NULL",
    "<nil> for a body": "<nil>",
    "map[] for a body": "map[]",
    "a blank for a body": " ",
    "the word false for a body": "false",
    "the word False for a body": str(False),
    "the name of .NET's Hashtable for a body": "System.Collections.Hashtable",
    "the name of .NET's Generic.Dictionary`2[System.String,System.String] for a body": (
        "System.Collections.Generic.Dictionary`2[System.String,System.String]"
    ),
    "the name of .NET's Generic.Dictionary`2[System.String,System.Object] for a body": (
        "System.Collections.Generic.Dictionary`2[System.String,System.Object]"
    ),
    "a 0 for a body": "0",
    "the placeholder {{body}} itself": "{{body}}",
    "the placeholder {body} itself": "{body}",
    "the body left out": "",
}
for _name, _word in WORDS.items():
    register(_name, "body", lambda s, word=_word: setattr(s, "body", word.encode()))

TEXTS: dict[str, Callable[[str], str]] = {
    "the body without blanks at its ends": str.strip,
    "the body without all blanks and line breaks": lambda body: "".join(body.split()),
    "the body without all blanks": lambda body: body.replace(" ", ""),
    "the body without its line breaks": lambda body: "".join(body.splitlines()),
    "the body's lines joined by blanks": lambda body: " ".join(map(str.strip, body.split("\n"))),
    "the body with Windows line breaks": lambda body: body.replace("\n", "\r\n"),
    "the body with single quotes": lambda body: body.replace('"', "'"),
    "the body with escaped quotes": lambda body: body.replace('"', '\\"'),
    "the body encoded as JSON a second time": json.dumps,
    "the body as b'…'": lambda body: str(body.encode()),
    "the body without its quotes, as a shell takes them": lambda body: "".join(body.split('"')),
    "the body in single quotes": lambda body: f"'{body}'",
    "the body in double quotes": lambda body: f'"{body}"',
    "a ? before the body": lambda body: f"?{body}",
    "a blank before the body": lambda body: f" {body}",
    "the body without its braces": lambda body: re.sub(r"^\{|\}$", "", body.strip()),
    "the body without its brackets": lambda body: re.sub(r"^\[|\]$", "", body.strip()),
    "the body escaped for HTML": html.escape,
    "the body's numbers without exponents": lambda body: body.replace("1e-05", "0.00001"),
    "the body in lower case": str.lower,
    "the body in capitals": str.upper,
    "the body twice": lambda body: body + body,
    "the length of the body in its place": lambda body: str(len(body.encode())),
    "the body in Unicode's composed form": lambda body: unicodedata.normalize("NFC", body),
    "the body in Unicode's decomposed form": lambda body: unicodedata.normalize("NFD", body),
    "the body's UTF-8 read as latin-1": lambda body: body.encode().decode("latin-1"),
    "the body with ? for all non-ASCII": lambda body: re.sub(r"[^\x00-\x7f]", "?", body),
    "the body without its non-ASCII": lambda body: re.sub(r"[^\x00-\x7f]", "", body),
    "the body percent-encoded": lambda body: quote(body, safe=""),
    "the body percent-encoded but for its slashes": quote,
    "the body percent-decoded": unquote_plus,
    "the body in Base64": lambda body: base64.b64encode(body.encode()).decode(),
    "the body in hexadecimal": lambda body: body.encode().hex(),
    "the SHA-256 of the body in its place": lambda body: hashlib.sha256(body.encode()).hexdigest(),
    "the SHA-512 of the body in its place": lambda body: hashlib.sha512(body.encode()).hexdigest(),
    "the MD5 of the body in its place": lambda body: hashlib.md5(
        body.encode(), usedforsecurity=False
    ).hexdigest(),
}


def _of_a_body(change: Callable[[str], str]) -> Callable[[Signing], None]:
    def apply(signing: Signing) -> None:
        if signing.sent.body:
            signing.body = change(signing.sent.body).encode()

    return apply


for _name, _change in TEXTS.items():
    register(_name, "body", _of_a_body(_change))


CODINGS = ("latin-1", "cp1252", "gb18030", "shift_jis", "utf-16-le", "utf-16", "utf-8-sig")


@pattern(
    r"the body in the encoding (?P<coding>\S+)",
    "body",
    lambda sent: [f"the body in the encoding {coding}" for coding in CODINGS if sent.body],
)
def _encoded(signing: Signing, coding: str) -> None:
    signing.body = signing.sent.body.encode(coding, "replace")


def _own_text(sent: Sent, value: Any) -> str:
    """The value as the body's own serialiser writes it, whichever that was; else compact."""
    known = value_of(sent)
    for options in LAYOUTS.values():
        for ascii_only in (True, False):
            if json.dumps(known, ensure_ascii=ascii_only, **options) == sent.body:
                return json.dumps(value, ensure_ascii=ascii_only, **options)
    return json.dumps(value, separators=(",", ":"))


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _each(member, change) for key, member in value.items()}
    return [_each(item, change) for item in value] if isinstance(value, list) else change(value)


def _is_number(member: Any) -> bool:
    return type(member) in (int, float)


def _digits(member: Any) -> bool:
    return isinstance(member, str) and re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", member) is not None


VALUES: dict[str, Callable[[Any], Any]] = {
    "the body in an array of its own": lambda value: [value] if isinstance(value, dict) else value,
    "the body's array left off": lambda value: (
        value[0] if isinstance(value, list) and len(value) == 1 else value
    ),
    "only the first item of the body's array": lambda value: (
        value[0] if isinstance(value, list) and len(value) > 1 else value
    ),
    "the body's numbers as text": lambda value: _each(
        value, lambda m: str(m) if _is_number(m) else m
    ),
    "the body's text as numbers, where it is digits": lambda value: _each(
        value, lambda m: json.loads(m) if _digits(m) else m
    ),
    "the body's text as floats, where it is digits": lambda value: _each(
        value, lambda m: float(m) if _digits(m) else m
    ),
    "the body's whole floats as integers": lambda value: _each(
        value, lambda m: int(m) if type(m) is float and m == int(m) else m
    ),
    "the body's integers as floats": lambda value: _each(
        value, lambda m: float(m) if type(m) is int else m
    ),
    "the body's true and false as text": lambda value: _each(
        value, lambda m: json.dumps(m) if isinstance(m, bool) else m
    ),
    "the body's true and false as Python's words in text": lambda value: _each(
        value, lambda m: repr(m) if isinstance(m, bool) else m
    ),
    "the body's texts true and false as booleans": lambda value: _each(
        value, lambda m: m.lower() == "true" if m in ("true", "false", "True", "False") else m
    ),
    "the body's numbers, true and false as text": lambda value: _of_both(
        value, lambda m: json.dumps(m) if isinstance(m, bool) else str(m)
    ),
    "the body's numbers, true and false as Python's text of them": lambda value: _of_both(
        value, str
    ),
    "the body's text as numbers, true and false, where it reads so": lambda value: _each(
        value, _read
    ),
    "each of the body's values in an array, as R's jsonlite does": lambda value: _each(
        value, lambda m: [m]
    ),
    "the body inside of data": lambda value: {"data": value},
    "the body inside of body": lambda value: {"body": value},
    "the body inside of params": lambda value: {"params": value},
    "the body's null as empty text": lambda value: _each(value, lambda m: "" if m is None else m),
    "the body's empty text as null": lambda value: _each(value, lambda m: None if m == "" else m),
    "the body's text without blanks at its ends": lambda value: _each(
        value, lambda m: m.strip() if isinstance(m, str) else m
    ),
    "the body without its null members": lambda value: _pruned(value, lambda m: m is None),
    "the body without its empty members": lambda value: _pruned(
        value, lambda m: m is None or m == ""
    ),
}


def _of_both(value: Any, change: Callable[[Any], str]) -> Any:
    """Numbers and booleans changed; of one kind alone it would be another, plainer mistake."""
    text = json.dumps(value)
    if not re.search("true|false", text) or not re.search(r"[\s:\[]\d", text):
        raise ValueError
    return _each(value, lambda m: change(m) if isinstance(m, int | float) else m)


def _read(member: Any) -> Any:
    if member in ("true", "false", "True", "False"):
        return member.lower() == "true"
    return json.loads(member) if _digits(member) else member


def _pruned(value: Any, unwanted: Callable[[Any], bool]) -> Any:
    if isinstance(value, dict):
        return {k: _pruned(m, unwanted) for k, m in value.items() if not unwanted(m)}
    return [_pruned(each, unwanted) for each in value] if isinstance(value, list) else value


def _of_a_value(change: Callable[[Any], Any]) -> Callable[[Signing], None]:
    def apply(signing: Signing) -> None:
        value = value_of(signing.sent)
        if value is not None and repr(change(value)) != repr(value):
            signing.body = _own_text(signing.sent, change(value)).encode()

    return apply


for _name, _change in VALUES.items():
    register(_name, "content", _of_a_value(_change))


def _lone(sent: Sent) -> Any:
    """The one member of an object that has no other, if it is an object or an array."""
    value = value_of(sent)
    if isinstance(value, dict) and len(value) == 1:
        return next(each if isinstance(each, dict | list) else None for each in value.values())
    return None


@pattern(
    "the body's only member alone",
    "content",
    lambda sent: ["the body's only member alone"] if _lone(sent) is not None else [],
)
def _alone(signing: Signing) -> None:
    signing.body = _own_text(signing.sent, _lone(signing.sent)).encode()


@pattern(
    r"the body without its (?P<key>\w+)",
    "content",
    lambda sent: [f"the body without its {key}" for key in _keys(sent)],
)
def _without_key(signing: Signing, key: str) -> None:
    value = value_of(signing.sent)
    rows = [{k: m for k, m in row.items() if k != key} for row in _rows(value)]
    signing.body = _own_text(signing.sent, rows if isinstance(value, list) else rows[0]).encode()


@pattern(
    r"the body's (?P<key>\w+) as (?P<what>a number|text)",
    "content",
    lambda sent: [
        f"the body's {key} as {what}"
        for key in _keys(sent)
        for what in ("a number", "text")
        if any(_recast(row.get(key), what) is not row.get(key) for row in _rows(value_of(sent)))
    ],
)
def _one_recast(signing: Signing, key: str, what: str) -> None:
    value = value_of(signing.sent)
    rows = [
        {k: _recast(m, what) if k == key else m for k, m in row.items()} for row in _rows(value)
    ]
    signing.body = _own_text(signing.sent, rows if isinstance(value, list) else rows[0]).encode()


def _recast(member: Any, what: str) -> Any:
    if what == "text":
        return str(member) if _is_number(member) else member
    return json.loads(member) if _digits(member) else member


def _rows(value: Any) -> list[dict[str, Any]]:
    return value if isinstance(value, list) else [value]


def _keys(sent: Sent) -> list[str]:
    value = value_of(sent)
    rows = _rows(value) if value else []
    return list(dict.fromkeys(key for row in rows for key in row if key.isalnum()))


@pattern(
    r"the body with its keys in the order (?P<keys>[\w, ]+)",
    "key order",
    lambda sent: (
        ["the body with its keys in the order " + ", ".join(rotated(_keys(sent)))]
        if len(_keys(sent)) > 2
        else []
    ),
)
def _key_order(signing: Signing, keys: str) -> None:
    value = value_of(signing.sent)
    if value is not None:
        rows = [{key: row[key] for key in keys.split(", ") if key in row} for row in _rows(value)]
        ordered = rows if isinstance(value, list) else rows[0]
        signing.body = _own_text(signing.sent, ordered).encode()


@pattern(
    r"the body as (?P<layout>compact JSON|JSON with blanks), encoded as JSON a second time"
    r"(?P<bare>, without quotes)?",
    "body",
    lambda sent: [
        f"the body as {layout}, encoded as JSON a second time{bare}"
        for layout in ("compact JSON", "JSON with blanks")
        for bare in ("", ", without quotes")
        if value_of(sent) is not None
    ],
)
def _encoded_twice(signing: Signing, layout: str, bare: str | None) -> None:
    options: dict[str, Any] = {"separators": (",", ":")} if layout == "compact JSON" else {}
    text = json.dumps(json.dumps(value_of(signing.sent), **options))
    signing.body = (text[1:-1] if bare else text).encode()


@pattern(
    r"the body as (?P<form>(?:compact JSON|JSON|a form|a printed|keys and).*)",
    "body",
    lambda sent: (
        []
        if value_of(sent) is None
        else [f"the body as {name}" for name in forms_of(value_of(sent), as_form=True)]
    ),
)
def _form(signing: Signing, form: str) -> None:
    signing.body = text_of(form, value_of(signing.sent)).encode()
