"""Method and path in wrong forms: more than the path, less of it, or another one.

Tested in ``tests/detective/test_detective_suite.py``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from okx_magic import catalogue
from okx_magic.credentials.account import OFFICIAL_HOSTS
from okx_magic.credentials.changes import (
    ALONE,
    KNOWN,
    RARE,
    SELDOM,
    USUAL,
    Mistake,
    Wrong,
    changes,
    rows,
)
from okx_magic.credentials.websocket import LOGIN_PATH
from okx_magic.detective.grammar import Stage, touching

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMON: Final = ("www.okx.com", "openapi.okx.com")
# Older names; none of them answers any more.
_OLD_HOSTS: Final = ("www.okex.com", "okex.com", "okx.com", "api.okx.com")
_FAMILY: Final = re.compile(r"(/api/v5/[^/]*)(/.*)", re.DOTALL)


def method_stages() -> tuple[Stage, ...]:
    """How a method is made: its text alone."""
    return (touching((*rows("method"), *changes("m"))),)


def path_stages(host: str) -> tuple[Stage, ...]:
    """How a path is made, for a request to this host ("" where it is unknown): which path, its text."""

    def other(path: str, most: int) -> Iterator[tuple[str, Mistake]]:
        sections = ("path", "log-in") if path == LOGIN_PATH else ("path",)
        in_rows = ((str(of(path)), told) for each in sections for told, of, _ in rows(each))
        for text, mistake in (*_within(path), *in_rows, *_with_host(path, host)):
            if mistake.cost <= most:
                yield text, mistake

    return Stage(other), touching(changes("p"))


def _with_host(path: str, host: str) -> Iterator[tuple[str, Mistake]]:
    ports = (f"{each}:443" for each in _COMMON)
    for other in dict.fromkeys((host, *sorted(OFFICIAL_HOSTS), *_OLD_HOSTS, *ports)):
        if not other:
            continue
        cost = USUAL if other == (host or "www.okx.com") else KNOWN if other in _COMMON else ALONE
        for before, least in (("https://", 0), ("", KNOWN), ("http://", RARE), ("//", RARE)):
            url = f"the full URL {before}{other}… for a path"
            name = url if ":" in before else f"the host {other} before the path"
            told = Mistake.of(name, "host", max(cost, least))
            yield f"{before}{other}{path}", told
            if before == "https://":
                yield f"{before}{other}/{path}", told._replace(cost=max(cost, RARE))


def _within(path: str) -> Iterator[tuple[str, Mistake]]:
    """Something between its segments, or the first of them left off."""
    for mark in re.finditer("/", path[1:]):
        start, rest = path[: mark.start() + 1], path[mark.start() + 1 :]
        cost = KNOWN if start == "/api/v5" else RARE
        doubled = f"a second / behind {start} in the path"
        yield f"{start}/{rest}", Mistake.of(doubled, "slash", cost)
        yield f"{start}/.{rest}", Mistake.of(f"a /. behind {start} in the path", "p", RARE)
    if match := _FAMILY.fullmatch(path):
        yield match[2], Mistake.of(f"{match[1]} left off the path", "base", RARE)


def other_paths(path: str) -> Iterator[Wrong[bytes]]:
    """The paths of all other endpoints: a signature of another request."""
    for other in dict.fromkeys(other for _, other in catalogue.endpoints() if other != path):
        name = f"the path of another request, {other}"
        yield Wrong(other.encode(), (Mistake.of(name, "endpoint", SELDOM),))
