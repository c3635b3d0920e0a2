"""Wrong queries and bodies, by hand."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus, urlencode

from byhand import Sent, Signing, pattern, register
from byhand_parts import iso, moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# ---- texts of a value -----------------------------------------------------------------------------

LAYOUTS: dict[str, dict[str, Any]] = {
    "compact JSON": {"separators": (",", ":")},
    "JSON with blanks, as json.dumps writes it": {},
    "JSON indented by 2": {"indent": 2},
    "JSON indented by 4": {"indent": 4},
    "JSON with blanks behind its commas only": {"separators": (", ", ":")},
    "JSON with blanks behind its colons only": {"separators": (",", ": ")},
    "JSON indented by tabs": {"indent": "\t"},
    "JSON in lines without indentation": {"indent": 0},
    "JSON indented by 3": {"indent": 3},
    "JSON indented by 1": {"indent": 1},
    "JSON with blanks around its colons": {"separators": (", ", " : ")},
    "JSON indented by 2 with blanks around its colons": {"indent": 2, "separators": (",", " : ")},
}


def _go(text: str) -> str:
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _upper(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: "\\u" + found[1].upper(), text)


def _dotnet(text: str) -> str:
    text = text.replace('\\"', "\\u0022").replace("'", "\\u0027")
    return _upper(_go(text).replace("+", "\\u002b").replace("`", "\\u0060"))


STYLES: dict[str, tuple[bool, Callable[[str], str]]] = {
    "non-ASCII as \\u escapes": (True, str),
    "non-ASCII kept": (False, str),
    "\\/ for each /": (True, lambda text: text.replace("/", "\\/")),
    "non-ASCII kept and \\/ for each /": (False, lambda text: text.replace("/", "\\/")),
    "<, > and & escaped": (False, _go),
    "escapes as .NET writes them": (True, _dotnet),
    "\\u escapes in capitals": (True, _upper),
}


def _sorted(value: Any) -> Any:
    return json.loads(json.dumps(value, sort_keys=True))


def _reversed(value: Any) -> Any:
    if isinstance(value, list):
        return [_reversed(each) for each in value]
    if isinstance(value, dict):
        return {key: _reversed(value[key]) for key in list(value)[::-1]}
    return value


ORDERS: dict[str, Callable[[Any], Any]] = {
    "": lambda value: value,
    ", keys sorted": _sorted,
    ", keys in reverse": _reversed,
}
PRINTED: dict[str, Callable[[Any], str]] = {
    "a printed Python object": str,
    "a printed Python object with double quotes put in": lambda value: str(value).replace("'", '"'),
    "a printed Python object without blanks": lambda value: "".join(str(value).split(" ")),
    "a printed Python object with double quotes put in and without blanks": lambda value: "".join(
        str(value).split(" ")
    ).replace("'", '"'),
    "a printed list of Python's items": lambda value: str([*value.items()]),
    "a printed Java map": lambda value: "{" + ", ".join(f"{k}={v}" for k, v in value.items()) + "}",
    "a printed Ruby hash": lambda value: (
        "{" + ", ".join(f'"{k}"=>{json.dumps(v)}' for k, v in value.items()) + "}"
    ),
    "a printed Go map": lambda value: "map[" + " ".join(f"{k}:{v}" for k, v in value.items()) + "]",
    "keys and values without marks": lambda value: "".join(f"{k}{v}" for k, v in value.items()),
}
FORMS: dict[str, Callable[[dict[str, Any]], str]] = {
    "a form, as urlencode writes it": urlencode,
    "a form with %20 for blanks": lambda value: urlencode(value, quote_via=quote, safe="/"),
    "a form without any encoding": lambda value: "&".join(f"{k}={v}" for k, v in value.items()),
}


def text_of(name: str, value: Any) -> str:
    """The text that a form of this name makes of the value."""
    behind_mark = name.endswith(", behind a ?")
    name = name.removesuffix(", behind a ?")
    order = next(each for each in (", keys in reverse", ", keys sorted", "") if name.endswith(each))
    name, value = name.removesuffix(order), ORDERS[order](value)
    if name in PRINTED:
        return PRINTED[name](value)
    if name in FORMS:
        return "?" * behind_mark + FORMS[name](value)
    layout = max((each for each in LAYOUTS if name.startswith(each)), key=len)
    style = name.removeprefix(layout).removeprefix(", ") or "non-ASCII as \\u escapes"
    ascii_only, change = STYLES[style]
    return change(json.dumps(value, ensure_ascii=ascii_only, **LAYOUTS[layout]))


def forms_of(value: Any, *, as_form: bool) -> Iterator[str]:
    """The names of all texts of the value; of several that make the same of it the plainest."""
    seen: set[str] = set()
    for order in ORDERS:
        for layout, options in LAYOUTS.items():
            plain, kept = (
                json.dumps(value, ensure_ascii=each, **options) for each in (True, False)
            )
            for style in STYLES:
                name = f"{layout}, {style}"
                if style == "non-ASCII as \\u escapes" and plain == kept:
                    name = layout
                yield from _unseen(name + order, value, seen)
        printed = list(PRINTED)[: None if isinstance(value, dict) else 4]
        for name in printed:
            yield from _unseen(name + order, value, seen)
    if as_form and isinstance(value, dict):
        for order in ORDERS:
            for name in FORMS:
                yield from _unseen(name + order, value, seen)
                yield from _unseen(f"{name}{order}, behind a ?", value, seen)


def _unseen(name: str, value: Any, seen: set[str]) -> Iterator[str]:
    text = text_of(name, value)
    if text not in seen:
        seen.add(text)
        yield name


# ---- the body -------------------------------------------------------------------------------------


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
    "a blank for a body": " ",
    "the word false for a body": "false",
    "a 0 for a body": "0",
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
    "the body in single quotes": lambda body: f"'{body}'",
    "the body in double quotes": lambda body: f'"{body}"',
    "a ? before the body": lambda body: f"?{body}",
    "a blank before the body": lambda body: f" {body}",
    "the body without its braces": lambda body: re.sub(r"^\{|\}$", "", body),
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


@pattern(
    r"the body in the encoding (?P<coding>\S+)",
    "body",
    lambda sent: [
        f"the body in the encoding {coding}" for coding in _codings(sent.body) if sent.body
    ],
)
def _encoded(signing: Signing, coding: str) -> None:
    signing.body = signing.sent.body.encode(coding)


def _codings(body: str) -> Iterator[str]:
    for coding in ("latin-1", "cp1252", "gb18030", "shift_jis", "utf-16-le", "utf-16", "utf-8-sig"):
        try:
            body.encode(coding)
        except UnicodeEncodeError:
            continue
        yield coding


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


@pattern(
    r"the body without its (?P<key>\w+)",
    "content",
    lambda sent: [f"the body without its {key}" for key in _keys(sent)],
)
def _without_key(signing: Signing, key: str) -> None:
    value = value_of(signing.sent)
    rows = [{k: m for k, m in row.items() if k != key} for row in _rows(value)]
    signing.body = _own_text(signing.sent, rows if isinstance(value, list) else rows[0]).encode()


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
        ["the body with its keys in the order " + ", ".join(_rotated(_keys(sent)))]
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


def _rotated(items: list[str]) -> list[str]:
    return items[1:] + items[:1]


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


# ---- the query ------------------------------------------------------------------------------------

MARKED: dict[str, Callable[[str], str]] = {
    "the query left out": lambda _: "",
    "the ? before the query left out": lambda query: query[1:],
    "an & in place of the ?": lambda query: "&" + query[1:],
    "an & behind the query": lambda query: (query or "?") + "&",
    "a second ? before the query": lambda query: "??" + query[1:],
    "an & behind the ?": lambda query: "?&" + query[1:],
    "a / before the ?": lambda query: "/?" + query[1:],
    "the query with &amp; for each &": lambda query: query.replace("&", "&amp;"),
    "the query with ; for each &": lambda query: query.replace("&", ";"),
    "the query with , for each &": lambda query: query.replace("&", ","),
    "the query with a comma and a blank for each &": lambda query: query.replace("&", ", "),
    "the query with a line break for each &": lambda query: query.replace("&", "\n"),
    "the query without & and =": lambda query: query.replace("&", "").replace("=", ""),
    "the query without ?, & and =": lambda query: re.sub("[?&=]", "", query),
    "a bare ? behind the path": lambda _: "?",
}
for _word in ("None", "null", "undefined", "{}", "[object Object]", "[]"):
    MARKED[f"{_word} for a query"] = lambda _, word=_word: f"?{word}"
    MARKED[f"{_word} in place of ? and query"] = lambda query, word=_word: word if query else ""
for _name, _change in MARKED.items():
    register(
        _name, "query", lambda s, change=_change: setattr(s, "query", change(s.sent.query).encode())
    )

REWRITTEN: dict[str, Callable[[str], str]] = {
    "the query decoded": unquote,
    "the query decoded, + as blanks": unquote_plus,
    "the query encoded twice": lambda query: quote(query, safe="=&"),
    "the query with + for %20": lambda query: query.replace("%20", "+"),
    "the query with %20 for +": lambda query: query.replace("+", "%20"),
    "the query with its + encoded": lambda query: query.replace("+", "%2B"),
    "the query with its ~ encoded": lambda query: query.replace("~", "%7E"),
    "the query with small escapes": lambda query: re.sub(
        "%..", lambda found: found[0].lower(), query
    ),
    "the query encoded as a whole, & and = with it": lambda query: quote(query, safe=""),
    "the query decoded and encoded again": lambda query: quote(unquote(query), safe="=&"),
    "the query in lower case": str.lower,
    "the query in capitals": str.upper,
    "the query without its blanks": lambda query: query.replace("%20", ""),
    "the query sorted by name": lambda query: "&".join(sorted(query.split("&"))),
    "the query in reverse order": lambda query: "&".join(reversed(query.split("&"))),
    "the query sorted backwards": lambda query: "&".join(sorted(query.split("&"))[::-1]),
    "the query sorted without regard to case": lambda query: "&".join(
        sorted(query.split("&"), key=str.casefold)
    ),
}


def _of_a_query(change: Callable[[str], str]) -> Callable[[Signing], None]:
    def apply(signing: Signing) -> None:
        if len(signing.sent.query) > 1:
            signing.query = b"?" + change(signing.sent.query[1:]).encode()

    return apply


for _name, _change in REWRITTEN.items():
    register(_name, "query", _of_a_query(_change))

QUOTED: dict[str, Callable[[str], str]] = {
    "the query as urlencode writes it": quote_plus,
    "the query with %20 for blanks and all else encoded": lambda text: quote(text, safe=""),
    "the query encoded but for its commas": lambda text: quote_plus(text, ","),
    "the query encoded but for its commas, with %20 for blanks": lambda text: quote(text, ","),
    "the query encoded but for its slashes": quote,
    "the query encoded but for slashes and with + for blanks": lambda text: quote_plus(text, "/"),
    "the query as encodeURIComponent writes it": lambda text: quote(text, "!'()*~"),
    "the query encoded but for , and :": lambda text: quote(text, ",:"),
    "the query encoded but for , : and /": lambda text: quote(text, ",:/"),
    "the query as encodeURI writes it": lambda text: quote(text, ";,/?:@$!'()*~"),
    "the query as requests writes it": lambda text: quote(text, "!#$%&'()*+,/:;=?@[]~"),
    "the query with only blanks encoded": lambda text: "%20".join(text.split(" ")),
    "the query with + for blanks and nothing else encoded": lambda text: "+".join(text.split(" ")),
    "the query with * kept and ~ as %7E, as Java's URLEncoder writes it": lambda text: quote_plus(
        text, "*"
    ).replace("~", "%7E"),
    "the query with ~ as %7E, as PHP's http_build_query writes it": lambda text: quote_plus(
        text
    ).replace("~", "%7E"),
}


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


for _name, _write in QUOTED.items():
    register(
        _name,
        "query",
        _of_a_query(
            lambda query, write=_write: "&".join(
                f"{write(key)}={write(value)}" for key, value in _pairs(query)
            )
        ),
    )

LISTS: dict[str, Callable[[list[tuple[str, str]]], str]] = {
    "a list in the query as a repeated parameter": lambda pairs: urlencode(
        [(k, v.split(",")) for k, v in pairs], doseq=True
    ),
    "a list in the query as a parameter with []": lambda pairs: "&".join(
        f"{k}[]={each}" if "," in v else f"{k}={v}" for k, v in pairs for each in v.split(",")
    ),
    "a list in the query as Python prints it": lambda pairs: urlencode(
        [(k, str(v.split(",")) if "," in v else v) for k, v in pairs]
    ),
    "a list in the query with a blank behind each comma": lambda pairs: urlencode(
        [(k, ", ".join(v.split(","))) for k, v in pairs]
    ),
}
for _name, _change in LISTS.items():
    register(
        _name,
        "query",
        _of_a_query(
            lambda query, change=_change: (
                change(_pairs(query)) if any("," in v for _, v in _pairs(query)) else query
            )
        ),
    )


def _of_members(change: Callable[[list[str]], list[str]]) -> Callable[[Signing], None]:
    def apply(signing: Signing) -> None:
        if len(signing.sent.query) > 1:
            left = "&".join(change(signing.sent.query[1:].split("&")))
            signing.query = f"?{left}".encode() if left else b""

    return apply


MEMBERS: dict[str, Callable[[list[str]], list[str]]] = {
    "empty parameters left out": lambda pairs: [each for each in pairs if each.split("=")[1]],
    "only the first parameter": lambda pairs: pairs[:1],
    "the query's values alone": lambda pairs: [each.split("=")[1] for each in pairs],
    "the query's names alone": lambda pairs: [each.split("=")[0] for each in pairs],
    "the query without its values": lambda pairs: [each.split("=")[0] + "=" for each in pairs],
}
for _name, _change in MEMBERS.items():
    register(_name, "query", _of_members(_change))


def _parameters(sent: Sent) -> list[str]:
    return [each.split("=")[0] for each in sent.query[1:].split("&") if each]


@pattern(
    r"the parameter (?P<key>\w+) left out",
    "query",
    lambda sent: [
        f"the parameter {key} left out" for key in _parameters(sent) if len(_parameters(sent)) > 1
    ],
)
def _without_parameter(signing: Signing, key: str) -> None:
    _of_members(lambda pairs: [each for each in pairs if each.split("=")[0] != key])(signing)


@pattern(
    r"the parameter (?P<key>\w+), empty, in the query",
    "query",
    lambda sent: (
        ["the parameter ccy, empty, in the query"]
        if sent.path == "/api/v5/account/balance" and "ccy" not in sent.query
        else []
    ),
)
def _empty_parameter(signing: Signing, key: str) -> None:
    query = signing.sent.query
    signing.query = f"{query}{'&' if len(query) > 1 else '?'}{key}=".encode()


@pattern(
    r"the query in the order (?P<keys>[\w, ]+)",
    "query order",
    lambda sent: (
        ["the query in the order " + ", ".join(_rotated(_parameters(sent)))]
        if len(_parameters(sent)) > 2
        else []
    ),
)
def _query_order(signing: Signing, keys: str) -> None:
    pairs = {each.split("=")[0]: each for each in signing.sent.query[1:].split("&")}
    signing.query = ("?" + "&".join(pairs[key] for key in keys.split(", "))).encode()


def _query_forms(sent: Sent) -> Iterator[str]:
    if len(sent.query) > 1:
        yield from forms_of(dict(_pairs(sent.query[1:])), as_form=False)


@pattern(
    r"the query's parameters as (?P<form>.+), in place of the query",
    "query",
    lambda sent: [
        f"the query's parameters as {form}, in place of the query" for form in _query_forms(sent)
    ],
)
def _in_place(signing: Signing, form: str) -> None:
    signing.query = text_of(form, dict(_pairs(signing.sent.query[1:]))).encode()


@pattern(
    r"the query's parameters as (?P<form>.+), behind the \?",
    "query",
    lambda sent: [
        f"the query's parameters as {form}, behind the ?"
        for form in _query_forms(sent)
        if form in ("compact JSON", "JSON with blanks, as json.dumps writes it")
    ],
)
def _behind_mark(signing: Signing, form: str) -> None:
    signing.query = ("?" + text_of(form, dict(_pairs(signing.sent.query[1:])))).encode()


@pattern(
    r"the query's parameters once more, as (?P<form>.+), for a body",
    "body",
    lambda sent: [
        f"the query's parameters once more, as {form}, for a body" for form in _query_forms(sent)
    ],
)
def _once_more(signing: Signing, form: str) -> None:
    signing.body = text_of(form, dict(_pairs(signing.sent.query[1:]))).encode()


@pattern(
    "the query once more for a body",
    "body",
    lambda sent: ["the query once more for a body"] if len(sent.query) > 1 else [],
)
def _query_once_more(signing: Signing) -> None:
    signing.body = signing.sent.query[1:].encode()


# ---- the clock ------------------------------------------------------------------------------------


@pattern(
    r"a second reading of the clock, (?P<far>\d+) (?P<unit>ms|s) (?P<way>before|after) the header's",
    "clock",
    lambda sent: (
        []
        if sent.timestamp.isdigit()
        else [
            f"a second reading of the clock, {far} the header's"
            for far in (
                "1 ms after",
                "3 ms before",
                "1234 ms after",
                "29999 ms before",
                "7 s after",
            )
        ]
    ),
)
def _reread(signing: Signing, far: str, unit: str, way: str) -> None:
    gap = timedelta(milliseconds=int(far) * (1000 if unit == "s" else 1))
    at = moment(signing.sent)
    signing.timestamp = iso(at + gap if way == "after" else at - gap).encode()
