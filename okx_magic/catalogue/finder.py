"""What ``%okx_find`` says: endpoints and channels found by words, and the card of one of them.

Tested in ``tests/catalogue/test_texts.py``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from okx_magic import catalogue
from okx_magic.catalogue.answer_columns import columns_said
from okx_magic.catalogue.channel_search import (
    channel_card,
    channel_row,
    live,
    named_channel,
    search_channels,
)
from okx_magic.catalogue.endpoint_search import exactly, search
from okx_magic.catalogue.parameter_rules import parameter_spelled
from okx_magic.catalogue.recipes import recipe
from okx_magic.catalogue.texts import card
from okx_magic.catalogue.topics import SUBSCRIBE, topics, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from okx_magic.catalogue import Endpoint

# OKX docs, Error Code: the shortest of those that people look up have five digits.
_CODE = re.compile(r"[0-9]{5,}")
_ARTICLES = frozenset({"a", "an", "the"})
_ROWS_SHOWN = 15
_STREAMS_SHOWN = 5
_COLUMNS_SHOWN = 3
_TITLE_WIDTH = 46
_ELSEWHERE = "  the sandbox does not offer it: this cell needs an OKX account"


def find(text: str, serves: Callable[[str, str], bool] | None = None) -> tuple[str, ...]:
    """The lines for a path or a channel, or for the words of a question. ``serves`` says whether the
    sandbox has an endpoint, by method and path, or a channel, by SUBSCRIBE and name: the card of one
    that it has not says so.
    """
    if (stream := named_channel(text)) is not None:
        here = serves is None or serves(SUBSCRIBE, stream.name)
        return channel_card(stream) if here else (*channel_card(stream), _ELSEWHERE)
    if known := exactly(text):
        cards = [list(card(endpoint)) for endpoint in known]
        for endpoint, lines in zip(known, cards, strict=True):
            if serves is not None and not serves(endpoint.method, endpoint.path):
                lines.append(_ELSEWHERE)
        return tuple("\n\n".join(map("\n".join, cards)).split("\n"))
    magics = _magics(text)
    if (magics and topics().alone.issuperset(magics)) or _only_codes(text):
        return tuple(magics)
    columns = columns_said(text)
    found, streams = search(text), search_channels(text)
    if columns and columns[0].name.lower() == text.lower() and not parameter_spelled(text):
        # Nothing but a column has this name: who has it, then what else has such a word.
        found = (*columns[0].of, *(each for each in found if each not in columns[0].of))
    if not found and not streams and not magics:
        return (f"nothing in the catalogue matches {text!r}",)
    asked_live = live(text)
    shown = found[: _ROWS_SHOWN - _STREAMS_SHOWN if asked_live else _ROWS_SHOWN]
    rows = [_row(endpoint) for endpoint in shown]
    if asked_live:
        rows[:0] = map(channel_row, streams[:_STREAMS_SHOWN])
    else:
        # What is asked for can be followed live, too.
        firsts = [each.path for each in found[:2]]
        rows += [channel_row(each) for each in streams[:1] if each.twin in firsts]
    lines = [*magics, *_aligned(rows), *(each.line() for each in columns[:_COLUMNS_SHOWN])]
    more = len(found) - len(shown)
    if more > 0:
        lines.append(f"… and {more} more: add a word to narrow it down")
    names = "%okx_find /api/v5/… or SUBSCRIBE … shows one of them with its parameters and a cell"
    return (*lines, names, *recipe(text))


def _magics(text: str) -> list[str]:
    """What of this project itself answers: only for a wording as it stands, and for a code."""
    words = words_of(text)
    told = [f"%okx_explain {code} says what it means and what to do" for code in _codes(words)]
    # "record a stream to a file" is "record stream".
    bare = (word for word in words if word not in _ARTICLES)
    asked = f" {' '.join(words)} | {' '.join(bare)} "
    said = [words for words in topics().magics if f" {' '.join(words)} " in asked]
    # Who says "log in" does not mean the log.
    whole = [words for words in said if not any({*words} < {*more} for more in said)]
    return told or list(dict.fromkeys(topics().magics[words] for words in whole))


def _codes(words: Sequence[str]) -> list[str]:
    return [word for word in words if _CODE.fullmatch(word) and catalogue.explain(word)]


def _only_codes(text: str) -> bool:
    """Whether nothing else is asked: "what is 50113"."""
    words = words_of(text)
    codes = _codes(words)
    return bool(codes) and topics().filler.union(codes, ("code", "error", "mean")).issuperset(words)


def _row(endpoint: Endpoint) -> tuple[str, ...]:
    title = endpoint.title
    if len(title) > _TITLE_WIDTH:
        title = title[: _TITLE_WIDTH - 1] + "…"
    access = "private" if endpoint.private else "public"
    limit = endpoint.limit
    pace = f"{limit.requests} in {limit.seconds:g} s" if limit else ""
    return endpoint.method, endpoint.path, access, pace, title


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
