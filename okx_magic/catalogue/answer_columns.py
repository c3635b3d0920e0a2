"""The columns of answers: which endpoint has one, what it is, and which is meant by a trader's words.

endpoints.jsonl (who has it) ─┐
columns.txt (what it is) ─────┴─► columns_said ─► finder, texts

Tested in ``tests/catalogue/test_topics.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from okx_magic.catalogue.reader import endpoints, read_text
from okx_magic.catalogue.topics import topics, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from okx_magic.catalogue.reader import Endpoint
    from okx_magic.catalogue.topics import Words

_NAME = re.compile(r"[A-Za-z]\w*")
# A plain word may be a column's name by chance: "pos", "last", "fee". Written as OKX does, it is meant.
_OKX_NAME = re.compile(r"[a-z]+\d*[A-Z]\w*")
_BEST_KNOWN = ("account/", "trade/", "market/", "public/", "asset/")


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its ``name``: ``what`` it is ("" where nothing is noted), ``of`` which endpoints, the
    best known first.
    """

    name: str
    what: str
    of: tuple[Endpoint, ...]

    def line(self) -> str:
        """The column, where it stands and what it is, in a line."""
        best, *others = self.of
        where = f"{best.method} {best.path}"
        if others:
            where += f" (and of {len(others)} {'other' if len(others) == 1 else 'others'})"
        return f"column {self.name} of {where}{': ' if self.what else ''}{self.what}"


def column(name: str) -> Column | None:
    """The column of exactly this name, or None when no answer has one."""
    has = _has().get(name)
    if has is None:
        return None
    noted, what = _noted().get(name, ("", ""))
    return Column(name, what, tuple(sorted(has, key=lambda each: _known(each, noted))))


def column_spelled(text: str) -> str:
    """The column that a text is the name of, as OKX writes it; "" where it is none."""
    return text if text in _has() else _folded().get(text.lower(), "")


def columns_said(text: str) -> tuple[Column, ...]:
    """The columns that a question names, as OKX writes them or in a trader's words."""
    names = dict.fromkeys(_names(text))
    known = _wordings()
    for wording in topics().split(words_of(text), known)[0]:
        names.setdefault(known[wording])
    return tuple(found for name in names if (found := column(name)))


def _names(text: str) -> Iterator[str]:
    words = _NAME.findall(text)
    if len(words) == 1 and text.strip() == words[0]:
        # By itself a name is meant in whatever case.
        yield column_spelled(words[0])
        return
    yield from (word for word in words if _OKX_NAME.fullmatch(word))


def _known(endpoint: Endpoint, noted: str) -> tuple[bool, bool, int, int, str]:
    path = endpoint.path.removeprefix("/api/v5/")
    place = next((n for n, room in enumerate(_BEST_KNOWN) if path.startswith(room)), 9)
    first = f"{endpoint.method} {path}" != noted
    return first, endpoint.status != "documented", place, len(path), path


@cache
def _has() -> Mapping[str, list[Endpoint]]:
    found: dict[str, list[Endpoint]] = {}
    for each in endpoints().values():
        inner = (name for fields in each.nested.values() for name in fields)
        for name in {*each.fields, *each.columns, *inner}:
            found.setdefault(name, []).append(each)
    return found


@cache
def _folded() -> Mapping[str, str]:
    return {name.lower(): name for name in sorted(_has(), reverse=True)}


@cache
def _lines() -> tuple[tuple[str, ...], ...]:
    lines = read_text("columns.txt").split("\n")
    return tuple(
        tuple(part.strip() for part in line.split("|"))
        for line in lines
        if "|" in line and not line.startswith("#")
    )


@cache
def _noted() -> Mapping[str, tuple[str, str]]:
    return {name: (endpoint, what) for name, endpoint, what, _ in _lines()}


@cache
def _wordings() -> Mapping[Words, str]:
    return {
        tuple(words_of(wording)): name
        for name, _, _, wordings in _lines()
        for wording in wordings.split(",")
    }
