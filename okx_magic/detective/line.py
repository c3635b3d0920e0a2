"""The request line in wrong forms: the method, the path, and the query.

A query here is all that stands behind the path, its ``?`` with it; "" when there is none.

Tested in ``tests/detective/test_detective_suite.py``.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import islice, permutations
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, quote_plus, unquote

from okx_magic import catalogue
from okx_magic.credentials.account import OFFICIAL_HOSTS
from okx_magic.credentials.changes import Cost, Mistake, Wrong, changes, plain, rows
from okx_magic.credentials.websocket import LOGIN_PATH
from okx_magic.detective.grammar import Part, Stage, touching
from okx_magic.detective.jsonforms import json_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    # What a text becomes by a mistake.
    Changed = Iterator[tuple[str, Mistake]]

_COMMON: Final = ("www.okx.com", "openapi.okx.com")
# Older names; none of them answers any more.
_OLD_HOSTS: Final = ("www.okex.com", "okex.com", "okx.com", "api.okx.com")
_FAMILY: Final = re.compile(r"(/api/v5/[^/]*)(/.*)", re.DOTALL)
# What stands before a host in a URL, and what such a URL costs at least.
_SCHEMES: Final = {"https://": 0, "": Cost.KNOWN, "http://": Cost.RARE, "//": Cost.RARE}


def method_part(method: str) -> Part:
    """How a method is made: its text alone."""
    return Part.of(method, method, touching((*rows("method"), *changes("m"))))


def path_part(path: str, host: str) -> Part:
    """How a path is made, for a request to this host ("" where it is unknown): which path, its text."""
    known = rows("path") + (rows("log-in") if path == LOGIN_PATH else ())

    def other(path: str, most: int) -> Changed:
        yield from (*_within(path), *touching(known).change(path, most), *_with_host(path, host))

    return Part.of(path, path, Stage(other), touching(changes("p")))


def _with_host(path: str, host: str) -> Changed:
    ports = (f"{each}:443" for each in _COMMON)
    costs = dict.fromkeys((*sorted(OFFICIAL_HOSTS), *_OLD_HOSTS, *ports), Cost.ALONE)
    costs |= dict.fromkeys(_COMMON, Cost.KNOWN) | {host or "www.okx.com": Cost.USUAL}
    for other, cost in costs.items():
        for before, least in _SCHEMES.items():
            url = f"the full URL {before}{other}… for a path"
            name = url if ":" in before else f"the host {other} before the path"
            told = Mistake.of(name, "host", max(cost, least))
            yield f"{before}{other}{path}", told
            if before == "https://":
                yield f"{before}{other}/{path}", told._replace(cost=max(cost, Cost.RARE))


def _within(path: str) -> Changed:
    """Something between its segments, or the first of them left off."""
    for mark in re.finditer("/", path[1:]):
        start, rest = path[: mark.start() + 1], path[mark.start() + 1 :]
        cost = Cost.KNOWN if start == "/api/v5" else Cost.RARE
        doubled = f"a second / behind {start} in the path"
        yield f"{start}/{rest}", Mistake.of(doubled, "slash", cost)
        yield f"{start}/.{rest}", Mistake.of(f"a /. behind {start} in the path", "p", Cost.RARE)
    if match := _FAMILY.fullmatch(path):
        yield match[2], Mistake.of(f"{match[1]} left off the path", "base", Cost.RARE)


def other_paths(path: str) -> Iterator[Wrong[bytes]]:
    """The paths of all other endpoints: a signature of another request."""
    for other in dict.fromkeys(other for _, other in catalogue.endpoints() if other != path):
        name = f"the path of another request, {other}"
        yield Wrong(other.encode(), (Mistake.of(name, "endpoint", Cost.SELDOM),))


# ---- the query ------------------------------------------------------------------------------------

_MOST_PARAMETERS: Final = 40


def query_part(method: str, path: str, query: str) -> Part:
    """How this query is made: its parameters, their writing, both without the mark before them; the
    mark; its text.
    """
    own = query[1:]

    def whole(text: str) -> Iterator[str]:
        yield query if text == own else f"?{text}" if text else ""

    def marked(text: str, most: int) -> Changed:
        (asked,) = whole(text)
        yield from touching(rows("query")).change(asked, most)
        for mistake, of, _ in rows("behind ?"):
            # Without a query there is none that a word could stand for.
            if asked or "place of ? and" not in mistake.name:
                yield str(of(text)), mistake
        if text == own:
            yield from (*_absent(method, path, query, most), *_as_body(text, most))

    texts = touching(changes("q") if own else ())
    stages = (Stage(_parameters), Stage(_writings), Stage(marked, whole), texts)
    return Part.of(query, own, *stages, many=partial(_orders, query))


def _parameters(text: str, most: int) -> Changed:
    """Their order, and some of them left out."""
    yield from touching(rows("parameters") if text else ()).change(text, most)
    pairs = text.split("&")
    for at, pair in enumerate(pairs) if 1 < len(pairs) <= _MOST_PARAMETERS else ():
        name = f"the parameter {unquote(pair.partition('=')[0])} left out"
        left = "&".join((*pairs[:at], *pairs[at + 1 :]))
        yield left, Mistake.of(name, "members", Cost.KNOWN)


def _orders(query: str) -> Iterator[Wrong[bytes]]:
    """Every order of a query's parameters, as long as they are few."""
    for order in permuted(query.removeprefix("?").split("&")):
        name = f"the query in the order {', '.join(pair.partition('=')[0] for pair in order)}"
        yield Wrong(plain("?" + "&".join(order)), (Mistake.of(name, "order", Cost.SELDOM),))


MOST_PERMUTED: Final = 4


def permuted(items: list[str], most: int = MOST_PERMUTED) -> Iterator[Sequence[str]]:
    """All orders but the given one; of many items those in which one has moved or two have changed."""
    if len(items) <= most:
        yield from islice(permutations(items), 1, None)
        return
    for start in range(len(items)):
        for end in range(len(items)):
            if start != end:
                moved = items[:start] + items[start + 1 :]
                yield [*moved[:end], items[start], *moved[end:]]
        for end in range(start + 2, len(items)):
            changed = list(items)
            changed[start], changed[end] = changed[end], changed[start]
            yield changed


def _writings(text: str, most: int) -> Changed:
    if not text:
        return
    yield from touching(rows("writing")).change(text, most)
    pairs = parse_qsl(text, keep_blank_values=True)
    for mistake, of, _ in rows("values"):
        yield _written(pairs, of), mistake
    if any("," in value for _, value in pairs):
        for name, cost, items in _lists(pairs):
            for write in (str, quote_plus, partial(quote, safe="")):
                yield _written(items, write), Mistake.of(name, "q", cost)


def _written(pairs: Sequence[tuple[str, str]], write: Callable[[str], object]) -> str:
    return "&".join(f"{write(key)}={write(value)}" for key, value in pairs)


# How libraries write the name of a parameter that is a list.
_LISTS: Final = (
    ("as a repeated parameter", Cost.KNOWN, "{}"),
    ("as a parameter with []", Cost.RARE, "{}[]"),
    ("as numbered parameters", Cost.RARE, "{}[{n}]"),
)


def _lists(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, int, list[tuple[str, str]]]]:
    """A list of values, which OKX takes joined by commas, as libraries write lists."""
    several = [(name, value.split(",")) for name, value in pairs]
    for how, cost, write in _LISTS:
        items = [
            (write.format(key, n=n) if len(values) > 1 else key, value)
            for key, values in several
            for n, value in enumerate(values)
        ]
        yield f"a list in the query {how}", cost, items
    printed = [(key, str(values) if len(values) > 1 else values[0]) for key, values in several]
    yield "a list in the query as Python prints it", Cost.KNOWN, printed
    spaced = [(key, ", ".join(values)) for key, values in several]
    yield "a list in the query with a blank behind each comma", Cost.KNOWN, spaced


def _as_body(text: str, most: int) -> Changed:
    """The parameters as a body has them."""
    members = dict(parse_qsl(text, keep_blank_values=True))
    for name, form, usual, _ in json_forms(members, most) if text else ():
        cost = Cost.KNOWN if usual == Cost.USUAL else Cost.SELDOM
        told = f"the query's parameters as {name}"
        yield form, Mistake.of(f"{told}, in place of the query", "as body", cost)
        if cost < Cost.RARE <= most:
            yield f"?{form}", Mistake.of(f"{told}, behind the ?", "as body", Cost.RARE)


def _absent(method: str, path: str, query: str, most: int) -> Changed:
    """Documented parameters that were not sent, as a client writes them when they have no value."""
    endpoint = catalogue.endpoint(method.upper(), path)
    if endpoint is None or endpoint.method != "GET" or most < Cost.RARE:
        return
    given = {pair.partition("=")[0] for pair in query.removeprefix("?").split("&")}
    start = f"{query}&" if query not in ("", "?") else "?"
    for param in endpoint.params:
        name = f"the parameter {param.name}, empty, in the query"
        for value in ("", "None", "null", "undefined") if param.name not in given else ():
            yield f"{start}{param.name}={value}", Mistake.of(name, "members", Cost.RARE)
