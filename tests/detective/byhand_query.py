"""Wrong queries, by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus, urlencode

from byhand import Sent, Signing, pattern, register, rotated
from byhand_texts import forms_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MARKED: dict[str, Callable[[str], str]] = {
    "the query left out": lambda _: "",
    "the ? before the query left out": lambda query: query[1:],
    "an & in place of the ?": lambda query: "&" + query[1:],
    "an & behind the query": lambda query: (query or "?") + "&",
    "a second ? before the query": lambda query: "??" + query[1:],
    "an & behind the ?": lambda query: "?&" + query[1:],
    "a / before the ?": lambda query: "/?" + query[1:],
    "a / behind the query": lambda query: query + "/",
    "the ? before the query as %3F": lambda query: "%3F" + query[1:],
    "the query encoded as a whole, its ? with it": lambda query: quote(query or "?", safe=""),
    "the query without &": lambda query: "".join(query.split("&")),
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


def _values(query: str, change: Callable[[str], str]) -> str:
    halves = (pair.partition("=") for pair in query.split("&"))
    return "&".join(name + mark + change(value) for name, mark, value in halves)


REWRITTEN: dict[str, Callable[[str], str]] = {
    "the query decoded": unquote,
    "the query decoded, + as blanks": unquote_plus,
    "the query encoded twice": lambda query: (
        quote(query, safe="=&") if re.search("%[0-9A-F]{2}", query) else query
    ),
    "the query with its commas as %2C": lambda query: "%2C".join(query.split(",")),
    "the query with + for %20": lambda query: query.replace("%20", "+"),
    "the query with %20 for +": lambda query: query.replace("+", "%20"),
    "the query with its + encoded": lambda query: query.replace("+", "%2B"),
    "the query with its ~ encoded": lambda query: query.replace("~", "%7E"),
    "the query with its escapes in small letters, as %2c": lambda query: re.sub(
        "%..", lambda found: found[0].lower(), query
    ),
    "the query encoded as a whole, & and = with it": lambda query: quote(query, safe=""),
    "the query decoded and encoded again": lambda query: quote(unquote(query), safe="=&"),
    "the query in lower case": str.lower,
    "the query in capitals": str.upper,
    "the query's values in lower case": lambda query: _values(query, str.lower),
    "the query's values in capitals": lambda query: _values(query, str.upper),
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
    "a list in the query as numbered parameters": lambda pairs: "&".join(
        f"{k}[{at}]={each}" if "," in v else f"{k}={v}"
        for k, v in pairs
        for at, each in enumerate(v.split(","))
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
        ["the query in the order " + ", ".join(rotated(_parameters(sent)))]
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
