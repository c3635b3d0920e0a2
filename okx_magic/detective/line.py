"""The request line in wrong forms: the method, the path, and the query.

A query here is all that stands behind the path, its ``?`` with it; "" when there is none.

Tested in ``tests/detective/test_detective_suite.py``.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import islice, permutations
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qsl, quote, quote_plus, unquote

from okx_magic import catalogue
from okx_magic.credentials.account import OFFICIAL_HOSTS
from okx_magic.credentials.changes import Cost, Mistake, Wrong, changes, rows
from okx_magic.credentials.websocket import LOGIN_PATH
from okx_magic.detective.grammar import Stage, touching
from okx_magic.detective.jsonforms import json_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_COMMON: Final = ("www.okx.com", "openapi.okx.com")
# Older names; none of them answers any more.
_OLD_HOSTS: Final = ("www.okex.com", "okex.com", "okx.com", "api.okx.com")
_FAMILY: Final = re.compile(r"(/api/v5/[^/]*)(/.*)", re.DOTALL)


def method_stages() -> tuple[Stage, ...]:
    """How a method is made: its text alone."""
    return (touching((*rows("method"), *changes("m"))),)


def path_stages(host: str) -> tuple[Stage, ...]:
    """How a path is made, for a request to this host ("" where it is unknown): which path, its text."""

    def other(path: str, _most: int) -> Iterator[tuple[str, Mistake]]:
        sections = ("path", "log-in") if path == LOGIN_PATH else ("path",)
        in_rows = ((str(of(path)), told) for each in sections for told, of, _ in rows(each))
        yield from (*_within(path), *in_rows, *_with_host(path, host))

    return Stage(other), touching(changes("p"))


def _with_host(path: str, host: str) -> Iterator[tuple[str, Mistake]]:
    ports = (f"{each}:443" for each in _COMMON)
    for other in dict.fromkeys((host, *sorted(OFFICIAL_HOSTS), *_OLD_HOSTS, *ports)):
        if not other:
            continue
        cost = (
            Cost.USUAL
            if other == (host or "www.okx.com")
            else Cost.KNOWN
            if other in _COMMON
            else Cost.ALONE
        )
        for before, least in (
            ("https://", 0),
            ("", Cost.KNOWN),
            ("http://", Cost.RARE),
            ("//", Cost.RARE),
        ):
            url = f"the full URL {before}{other}… for a path"
            name = url if ":" in before else f"the host {other} before the path"
            told = Mistake.of(name, "host", max(cost, least))
            yield f"{before}{other}{path}", told
            if before == "https://":
                yield f"{before}{other}/{path}", told._replace(cost=max(cost, Cost.RARE))


def _within(path: str) -> Iterator[tuple[str, Mistake]]:
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


class Query(NamedTuple):
    """A query in the making: what stands behind the ?; ``whole`` is the one that was sent, as long as
    nothing is changed.
    """

    text: str
    whole: str | None = None


def query_stages(method: str, path: str, query: str) -> tuple[Stage, ...]:
    """How this query is made: its parameters, their writing, the mark before them, its text."""
    return (
        Stage(_parameters),
        Stage(_writings),
        Stage(partial(_marked, method, path), _whole),
        touching(changes("q") if len(query) > 1 else ()),
    )


def _whole(query: Query) -> Iterator[str]:
    yield query.whole if query.whole is not None else f"?{query.text}" if query.text else ""


_ORDERS: Final[dict[str, Callable[[list[str]], list[str]]]] = {
    "the query sorted by name": sorted,
    "the query in reverse order": lambda pairs: pairs[::-1],
    "the query sorted backwards": lambda pairs: sorted(pairs, reverse=True),
    "the query sorted without regard to case": lambda pairs: sorted(pairs, key=str.lower),
}


def _parameters(query: Query, _most: int) -> Iterator[tuple[Query, Mistake]]:
    if not query.text:
        return
    pairs = query.text.split("&")
    for name, order in _ORDERS.items():
        yield Query("&".join(order(pairs))), Mistake.of(name, "order", Cost.USUAL)
    for name, cost, left in _members(pairs):
        yield Query("&".join(left)), Mistake.of(name, "members", cost)


def _members(pairs: list[str]) -> Iterator[tuple[str, int, list[str]]]:
    """Some of the parameters left out: each alone, the empty ones, all but the first or the last."""
    names, values = zip(*(pair.partition("=")[::2] for pair in pairs), strict=True)
    yield (
        "empty parameters left out",
        Cost.USUAL,
        [pair for pair in pairs if pair.partition("=")[2]],
    )
    if 1 < len(pairs) <= _MOST_PARAMETERS:
        for at, name in enumerate(names):
            left = [*pairs[:at], *pairs[at + 1 :]]
            yield f"the parameter {unquote(name)} left out", Cost.KNOWN, left
        yield "only the first parameter", Cost.RARE, pairs[:1]
    yield "the query's values alone", Cost.RARE, list(values)
    yield "the query's names alone", Cost.RARE, list(names)
    yield "the query without its values", Cost.RARE, [f"{name}=" for name in names]


def orders(query: str) -> Iterator[Wrong[bytes]]:
    """Every order of a query's parameters, as long as they are few."""
    for order in permuted(query.removeprefix("?").split("&")):
        name = f"the query in the order {', '.join(pair.partition('=')[0] for pair in order)}"
        told = Mistake(name, "sign the parameters in the order in which they are sent", Cost.SELDOM)
        yield Wrong(("?" + "&".join(order)).encode("utf-8", "surrogatepass"), (told,))


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


def _writings(query: Query, _most: int) -> Iterator[tuple[Query, Mistake]]:
    if not query.text:
        return
    for mistake, of, _ in rows("writing"):
        yield Query(str(of(query.text))), mistake
    pairs = parse_qsl(query.text, keep_blank_values=True)
    for mistake, of, _ in rows("values"):
        yield Query(_written(pairs, of)), mistake
    if any("," in value for _, value in pairs):
        for name, cost, items in _lists(pairs):
            for write in (str, quote_plus, partial(quote, safe="")):
                yield Query(_written(items, write)), Mistake.of(name, "q", cost)


def _written(pairs: Sequence[tuple[str, str]], write: Callable[[str], object]) -> str:
    return "&".join(f"{write(key)}={write(value)}" for key, value in pairs)


def _lists(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, int, list[tuple[str, str]]]]:
    """A list of values, which OKX takes joined by commas, as libraries write lists."""
    several = [(name, value.split(",")) for name, value in pairs]
    for name, cost, write in (
        ("as a repeated parameter", Cost.KNOWN, "{}"),
        ("as a parameter with []", Cost.RARE, "{}[]"),
        ("as numbered parameters", Cost.RARE, "{}[{n}]"),
    ):
        yield (
            f"a list in the query {name}",
            cost,
            [
                (write.format(key, n=n) if len(values) > 1 else key, value)
                for key, values in several
                for n, value in enumerate(values)
            ],
        )
    printed = [(key, str(values) if len(values) > 1 else values[0]) for key, values in several]
    yield "a list in the query as Python prints it", Cost.KNOWN, printed
    spaced = [(key, ", ".join(values)) for key, values in several]
    yield "a list in the query with a blank behind each comma", Cost.KNOWN, spaced


def _marked(method: str, path: str, query: Query, most: int) -> Iterator[tuple[str, Mistake]]:
    (whole,) = _whole(query)
    # Without a query there is none that a word could stand for.
    behind = [row for row in rows("behind ?") if whole or "place of ? and" not in row.mistake.name]
    for text, made in ((whole, rows("query")), (query.text, behind)):
        for mistake, of, _ in made:
            yield str(of(text)), mistake
    if query.whole is None:
        return
    yield from _absent(method, path, whole, most)
    if not query.text:
        return
    for name, text, usual, _ in json_forms(
        dict(parse_qsl(query.text, keep_blank_values=True)), most
    ):
        cost = Cost.KNOWN if usual == Cost.USUAL else Cost.SELDOM
        told = f"the query's parameters as {name}"
        yield text, Mistake.of(f"{told}, in place of the query", "as body", cost)
        if cost < Cost.RARE <= most:
            yield f"?{text}", Mistake.of(f"{told}, behind the ?", "as body", Cost.RARE)


def _absent(method: str, path: str, query: str, most: int) -> Iterator[tuple[str, Mistake]]:
    """Documented parameters that were not sent, as a client writes them when they have no value."""
    endpoint = catalogue.endpoint(method.upper(), path)
    if endpoint is None or endpoint.method != "GET" or most < Cost.RARE:
        return
    given = {pair.partition("=")[0] for pair in query.removeprefix("?").split("&")}
    start = f"{query}&" if query not in ("", "?") else "?"
    for param in endpoint.params:
        if param.name not in given:
            name = f"the parameter {param.name}, empty, in the query"
            for value in ("", "None", "null", "undefined"):
                yield f"{start}{param.name}={value}", Mistake.of(name, "members", Cost.RARE)
