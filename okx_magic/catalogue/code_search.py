"""Finds OKX's codes by what OKX said with them: "Invalid Sign", "timestamp expired".

Tested in ``tests/catalogue/test_texts.py``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from okx_magic import catalogue
from okx_magic.catalogue.topics import topics, words_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from okx_magic.catalogue import Code

# How much a word counts in OKX's own text, in an answer as seen, and in the meaning.
_MSG, _SEEN, _MEANING = 8, 6, 2
# Most people ask about requests and orders, fewer about WebSockets (60…) and single products (52…, 58…).
_EVERYDAY = {"50": 1.3, "51": 1.1, "60": 1.0}
_RARE = 0.8
_FILLED_IN = re.compile(r"\\\{\w+\\\}")


def search_codes(text: str) -> tuple[Code, ...]:
    """The codes that OKX says this very text with, then those whose texts have its words, best first;
    none where no text has any.
    """
    asked = set(words_of(text)) - topics().filler
    rated = [(_points(code, asked), code) for code in catalogue.codes().values()]
    found = [(points, code) for points, code in rated if points]
    found.sort(key=lambda each: (-each[0], len(each[1].msg), each[1].code))
    return tuple(dict.fromkeys((*_said_with(text), *(code for _, code in found))))


def _said_with(text: str) -> list[Code]:
    """The codes of a text as it stands, the everyday ones first. What an answer says as a whole stands
    beside the code of each item, too, and is the whole's.
    """
    wanted = _plain(text)
    found = [code for code in catalogue.codes().values() if _says(code, wanted)]
    found.sort(key=lambda code: (code.group != "envelope", -_everyday(code)))
    return found


def _says(code: Code, wanted: str) -> bool:
    if re.fullmatch(_pattern(code.msg), wanted):
        return True
    # An answer as seen is a sentence or JSON, with OKX's text in quotes. A single word is a name in it.
    return " " in wanted and wanted in map(_plain, code.seen.split('"'))


@cache
def _pattern(msg: str) -> re.Pattern[str]:
    """A documented text, in which OKX fills in names and numbers."""
    return re.compile(_FILLED_IN.sub(".+", re.escape(_plain(msg))))


def _plain(text: str) -> str:
    """The text without what nobody types alike: case, a full stop at the end, blanks."""
    return " ".join(text.lower().split()).strip(" .")


def _everyday(code: Code) -> float:
    return _EVERYDAY.get(code.code[:2], _RARE)


def _points(code: Code, asked: Collection[str]) -> float:
    words = _words()[code.code]
    points = [words.get(word, 0) for word in asked]
    if not any(points):
        return 0
    # A word that a code does not have speaks against it: most questions quote OKX.
    share = sum(map(bool, points)) / len(asked)
    return sum(points) / len(asked) * share * _everyday(code)


@cache
def _words() -> Mapping[str, Mapping[str, int]]:
    """What each word of a code's texts counts, by code."""
    return {
        code.code: {
            **dict.fromkeys(words_of(code.meaning), _MEANING),
            **dict.fromkeys(words_of(code.seen), _SEEN),
            **dict.fromkeys(words_of(code.msg), _MSG),
        }
        for code in catalogue.codes().values()
    }
