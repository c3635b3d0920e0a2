"""The query in wrong forms: left out, written another way, in another order, or as something else.

A query here is all that stands behind the path, its ``?`` with it; "" when there is none.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus

from okx_magic import catalogue
from okx_magic.detective.jsonforms import json_forms
from okx_magic.detective.mistakes import KNOWN, RARE, USUAL, Mistake, touched, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from okx_magic.detective.mistakes import Wrong

    Pairs = Sequence[tuple[str, str]]

_CORRECTION = "sign the query that is sent, with its ?, behind the path"
_WRITING = (
    "write the query once, sign that text and send that text: let no HTTP library encode it again"
)
_ORDER = "sign the parameters in the order in which they are sent; nothing is sorted"
_MEMBERS = "sign the very parameters that are sent: leave empty ones out of both, or of none"
_AS_BODY = "sign the parameters of a GET as the query that is sent: a GET has no body"

_MOST_PARAMETERS = 40


def once(method: str, path: str, query: str) -> Iterator[Wrong]:
    """The queries of one mistake, for a request with ``query``."""
    text = query.removeprefix("?")
    yield wrong("", Mistake("the query left out", _CORRECTION, USUAL))
    yield from _marks(query)
    yield from _words(query)
    if not text:
        yield from _absent(method, path, query)
        return
    yield from touched("q", query, _WRITING)
    yield from _writings(text)
    for name, order in _ORDERS.items():
        mistake = Mistake(name, _ORDER, USUAL)
        yield wrong("?" + "&".join(order(text.split("&"))), mistake)
    yield from _members(text)
    yield from _absent(method, path, query)
    yield from _as_json(text)


def twice(query: str, reach: int) -> Iterator[Wrong]:
    """The queries of two mistakes of this reach: other order or members, in another writing."""
    text = query.removeprefix("?")
    if not text:
        return
    pairs = text.split("&")
    for name, order in _ORDERS.items():
        mistake = Mistake(name, _ORDER, USUAL)
        unmarked = Mistake("the ? before the query left out", _CORRECTION)
        yield from _both(mistake, order(pairs), reach)
        yield wrong("&".join(order(pairs)), mistake, unmarked)
    for left in _members(text):
        if left.reach >= reach:
            yield from _both(left.mistakes[0], left.text.decode()[1:].split("&"), reach)


def _both(mistake: Mistake, pairs: list[str], reach: int) -> Iterator[Wrong]:
    for written in _writings("&".join(pairs)):
        if written.reach >= reach:
            yield written._replace(mistakes=(mistake, *written.mistakes))


def _marks(query: str) -> Iterator[Wrong]:
    text = query.removeprefix("?")
    for other, name, reach in (
        (text, "the ? before the query left out", KNOWN),
        (f"&{text}", "an & in place of the ?", KNOWN),
        (f"?{text}&", "an & behind the query", KNOWN),
        (f"??{text}", "a second ? before the query", KNOWN),
        (f"?&{text}", "an & behind the ?", KNOWN),
        (f"/?{text}", "a / before the ?", KNOWN),
        (f"{query}/", "a / behind the query", KNOWN),
        (f"%3F{text}", "the ? before the query as %3F", KNOWN),
        (f"%3F{quote(text, safe='')}", "the query encoded as a whole, its ? with it", RARE),
        (query.replace("&", ""), "the query without &", RARE),
        (query.replace("&", "&amp;"), "the query with &amp; for each &", RARE),
        (query.replace("&", ";"), "the query with ; for each &", RARE),
        (query.replace("&", ","), "the query with , for each &", RARE),
        (query.replace("&", ", "), "the query with a comma and a blank for each &", RARE),
        (query.replace("&", "\n"), "the query with a line break for each &", RARE),
        (query.replace("&", "").replace("=", ""), "the query without & and =", RARE),
        (text.replace("&", "").replace("=", ""), "the query without ?, & and =", RARE),
    ):
        yield wrong(other, Mistake(name, _CORRECTION, reach))
    bare = Mistake("a bare ? behind the path", _CORRECTION, USUAL)
    yield wrong("?", bare)
    if query.endswith(("?", "&")):
        ended = Mistake("the query without its last character", _CORRECTION)
        yield wrong(query[:-1], ended)


def _words(query: str) -> Iterator[Wrong]:
    for word in ("None", "null", "undefined", "{}", "[object Object]", "[]"):
        mistake = Mistake(f"{word} for a query", _MEMBERS, KNOWN if word in "None{}" else RARE)
        yield wrong(f"?{word}", mistake)
        if query:
            yield wrong(word, mistake._replace(name=f"{word} in place of ? and query"))


# ---- the same parameters, written otherwise -------------------------------------------------------


def _component(text: str) -> str:
    """``encodeURIComponent`` of JavaScript (ECMA-262, section 19.2.6.4)."""
    return quote(text, safe="!'()*~")


def _java(text: str) -> str:
    """``URLEncoder.encode`` of Java: a form's encoding, which keeps * and writes ~ as %7E."""
    return quote_plus(text, safe="*").replace("~", "%7E")


def _php(text: str) -> str:
    """``urlencode`` of PHP, which ``http_build_query`` uses."""
    return quote_plus(text).replace("~", "%7E")


_WRITERS: tuple[tuple[str, Callable[[str], str], int], ...] = (
    ("the query as urlencode writes it", quote_plus, USUAL),
    ("the query with %20 for blanks and all else encoded", partial(quote, safe=""), USUAL),
    ("the query encoded but for its commas", partial(quote_plus, safe=","), USUAL),
    ("the query encoded but for its commas, with %20 for blanks", partial(quote, safe=","), KNOWN),
    ("the query encoded but for its slashes", partial(quote, safe="/"), KNOWN),
    (
        "the query encoded but for slashes and with + for blanks",
        partial(quote_plus, safe="/"),
        RARE,
    ),
    ("the query as encodeURIComponent writes it", _component, KNOWN),
    ("the query encoded but for , and :", partial(quote, safe=",:"), KNOWN),
    ("the query encoded but for , : and /", partial(quote, safe=",:/"), KNOWN),
    ("the query as encodeURI writes it", partial(quote, safe=";,/?:@$!'()*~"), KNOWN),
    ("the query as requests writes it", partial(quote, safe="!#$%&'()*+,/:;=?@[]~"), KNOWN),
    ("the query with only blanks encoded", lambda text: text.replace(" ", "%20"), KNOWN),
    ("the query with + for blanks and nothing else encoded", lambda t: t.replace(" ", "+"), KNOWN),
    ("the query with * kept and ~ as %7E, as Java's URLEncoder writes it", _java, RARE),
    ("the query with ~ as %7E, as PHP's http_build_query writes it", _php, RARE),
)
_VALUE = re.compile("=[^&]*")
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")


def _writings(text: str) -> Iterator[Wrong]:
    yield from _whole_text(text)
    pairs = parse_qsl(text, keep_blank_values=True)
    for name, write, reach in _WRITERS:
        mistake = Mistake(name, _WRITING, reach)
        yield wrong("?" + _written(pairs, write), mistake)
    yield from _lists(pairs)


def _whole_text(text: str) -> Iterator[Wrong]:
    for other, name, reach in (
        (text.replace(",", "%2C"), "the query with its commas as %2C", USUAL),
        (unquote(text), "the query decoded", USUAL),
        (unquote_plus(text), "the query decoded, + as blanks", KNOWN),
        (_encoded_again(text) if "%" in text else text, "the query encoded twice", KNOWN),
        (text.replace("%20", "+"), "the query with + for %20", KNOWN),
        (text.replace("+", "%20"), "the query with %20 for +", KNOWN),
        (text.replace("+", "%2B"), "the query with its + encoded", KNOWN),
        (text.replace("~", "%7E"), "the query with its ~ encoded", KNOWN),
        (
            _ESCAPE.sub(lambda match: match[0].lower(), text),
            "the query with its escapes in small letters, as %2c",
            KNOWN,
        ),
        (
            _ESCAPE.sub(lambda match: match[0].upper(), text),
            "the query with its escapes in capitals, as %2C",
            KNOWN,
        ),
        (quote(text, safe=""), "the query encoded as a whole, & and = with it", KNOWN),
        (quote(unquote(text), safe="=&"), "the query decoded and encoded again", KNOWN),
        (
            _VALUE.sub(lambda match: match[0].lower(), text),
            "the query's values in lower case",
            RARE,
        ),
        (_VALUE.sub(lambda match: match[0].upper(), text), "the query's values in capitals", RARE),
        (text.replace(" ", ""), "the query without its blanks", RARE),
        (text.replace("%20", ""), "the query without its blanks", RARE),
    ):
        yield wrong(f"?{other}", Mistake(name, _WRITING, reach))


def _encoded_again(text: str) -> str:
    return "&".join(
        "=".join(quote(half, safe="") for half in pair.split("=", 1)) for pair in text.split("&")
    )


def _written(pairs: Pairs, write: Callable[[str], str]) -> str:
    return "&".join(f"{write(key)}={write(value)}" for key, value in pairs)


def _lists(pairs: Pairs) -> Iterator[Wrong]:
    """A list of values, which OKX takes joined by commas, as libraries write lists."""
    if not any("," in value for _, value in pairs):
        return
    items = [(key, each) for key, value in pairs for each in value.split(",")]
    repeated = Mistake("a list in the query as a repeated parameter", _WRITING)
    yield wrong("?" + _written(items, quote_plus), repeated)
    in_brackets = [(f"{key}[]" if "," in v else key, e) for key, v in pairs for e in v.split(",")]
    bracketed = Mistake("a list in the query as a parameter with []", _WRITING, RARE)
    yield wrong("?" + _written(in_brackets, str), bracketed)
    numbered = [
        (f"{key}[{at}]" if "," in value else key, each)
        for key, value in pairs
        for at, each in enumerate(value.split(","))
    ]
    counted = Mistake("a list in the query as numbered parameters", _WRITING, RARE)
    yield wrong("?" + _written(numbered, str), counted)
    yield wrong("?" + _written(numbered, quote_plus), counted)
    as_python = [(key, str(v.split(",")) if "," in v else v) for key, v in pairs]
    printed = Mistake("a list in the query as Python prints it", _WRITING)
    yield wrong("?" + _written(as_python, quote_plus), printed)
    yield wrong("?" + _written(as_python, str), printed)
    spaced = [(key, v.replace(",", ", ")) for key, v in pairs]
    blanks = Mistake("a list in the query with a blank behind each comma", _WRITING)
    yield wrong("?" + _written(spaced, str), blanks)
    yield wrong("?" + _written(spaced, quote_plus), blanks)
    yield wrong("?" + _written(spaced, partial(quote, safe="")), blanks)


# ---- other parameters, or another order -----------------------------------------------------------

_ORDERS: dict[str, Callable[[list[str]], list[str]]] = {
    "the query sorted by name": sorted,
    "the query in reverse order": lambda pairs: pairs[::-1],
    "the query sorted backwards": lambda pairs: sorted(pairs, reverse=True),
    "the query sorted without regard to case": lambda pairs: sorted(pairs, key=str.lower),
}


def _members(text: str) -> Iterator[Wrong]:
    """Some of the parameters left out: each alone, the empty ones, all but the first or the last."""
    pairs = text.split("&")
    filled = [pair for pair in pairs if pair.partition("=")[2]]
    yield wrong(_query(filled), Mistake("empty parameters left out", _MEMBERS, USUAL))
    if 1 < len(pairs) <= _MOST_PARAMETERS:
        for at, pair in enumerate(pairs):
            name = f"the parameter {unquote(pair.partition('=')[0])} left out"
            yield wrong(_query(pairs[:at] + pairs[at + 1 :]), Mistake(name, _MEMBERS))
        yield wrong(_query(pairs[:1]), Mistake("only the first parameter", _MEMBERS, RARE))
    values = [pair.partition("=")[2] for pair in pairs]
    yield wrong(_query(values), Mistake("the query's values alone", _MEMBERS, RARE))
    keys = [pair.partition("=")[0] for pair in pairs]
    yield wrong(_query(keys), Mistake("the query's names alone", _MEMBERS, RARE))
    empty = [f"{key}=" for key in keys]
    yield wrong(_query(empty), Mistake("the query without its values", _MEMBERS, RARE))


def _query(pairs: Sequence[str]) -> str:
    return "?" + "&".join(pairs) if pairs else ""


def _absent(method: str, path: str, query: str) -> Iterator[Wrong]:
    """Documented parameters that were not sent, as a client writes them when they have no value."""
    endpoint = catalogue.endpoint(method.upper(), path)
    if endpoint is None or endpoint.method != "GET":
        return
    given = {pair.partition("=")[0] for pair in query.removeprefix("?").split("&")}
    start = query if query not in ("", "?") else ""
    for param in endpoint.params:
        if param.name not in given:
            name = f"the parameter {param.name}, empty, in the query"
            for value in ("", "None", "null", "undefined"):
                mark = "&" if start else "?"
                pair = f"{mark}{param.name}={value}"
                yield wrong(f"{start}{pair}", Mistake(name, _MEMBERS, RARE))


def _as_json(text: str) -> Iterator[Wrong]:
    """The parameters as a JSON text in the place of the query, as one signs a body."""
    for form in json_forms(dict(parse_qsl(text, keep_blank_values=True))):
        name = f"the query's parameters as {form.name}, in place of the query"
        reach = KNOWN if form.reach == USUAL else min(form.reach, RARE)
        yield wrong(form.text, Mistake(name, _AS_BODY, reach))
        if reach > RARE:
            name = f"the query's parameters as {form.name}, behind the ?"
            yield wrong(f"?{form.text}", Mistake(name, _AS_BODY, RARE))
