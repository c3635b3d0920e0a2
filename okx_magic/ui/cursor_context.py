r"""What is being typed at the cursor, in a cell that is still half-typed.

Strategy: only the lines of the request around the cursor matter, and a mark inserted at the cursor
shows which part of them it is in. Everything is read leniently: where the grammar of ``cell/``
would refuse, this answers "nothing", because a person is still typing.

Tested in ``tests/ui/test_completion.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from okx_magic.ui.json_context import MARK, JsonPlace, json_place

if TYPE_CHECKING:
    from collections.abc import Mapping

SpotKind = Literal[
    "nothing", "option", "account", "method", "path", "parameter", "value", "key", "variable"
]

_CELL = re.compile(r"\s*%%(okx(?:_debug)?)(?=\s)")
_LINE = re.compile(r"\s*(?:[^\W\d][\w.,\s\[\]]*=\s*)?%(okx\w*)(?=\s)")
_START = re.compile(r"\s*(?:[^\W\d]\w*\s*=\s*)?(GET|POST|SUBSCRIBE)\s+")
_LINE_START = re.compile(r"\s+(?:.*\s)?(?=(?:[^\W\d]\w*\s*=\s*)?(?:GET|POST|SUBSCRIBE)\s)")
_METHOD = re.compile(r"\s*(?:[^\W\d]\w*\s*=\s*)?(?P<typed>[A-Za-z]*)")
_VARIABLE = re.compile(r"\{\{.*?\}\}")
# The last name of an unfinished expression, with all that it is an attribute of.
_NAME = re.compile(r"(?P<owner>[^\s{(\[,=+*/<>-]*\.)?(?P<typed>\w*)$")


@dataclass(frozen=True, slots=True)
class Spot:
    """What is being typed: its ``kind`` and the ``typed`` part left of the cursor.

    ``owner`` is the magic of an option, the variable of an attribute, or the key of a value.
    ``parents`` are the keys around a place in a JSON body, ``given`` the other parameters of its
    request or object. A candidate is inserted between ``opening`` and ``closing``: quotes, ``=``.
    """

    kind: SpotKind
    typed: str = ""
    method: str = ""
    path: str = ""
    owner: str = ""
    parents: tuple[str, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)
    opening: str = ""
    closing: str = ""


class _Request(NamedTuple):
    """One request, variables masked and the mark in: its target, and the lines after the first."""

    method: str
    path: str
    query: str
    lines: list[str]


def spot_at(text: str, line: int, column: int) -> Spot | None:
    """The spot at the cursor (both counted from 0), or None outside of our cells and lines."""
    lines = text.split("\n")
    left, right = lines[line][:column], lines[line][column:]
    first = next((number for number, each in enumerate(lines) if each.strip()), len(lines))
    if first < line and _CELL.match(lines[first] + "\n"):
        return _in_request(lines[first + 1 :], line - first - 1, left, right)
    if first == line and (cell := _CELL.match(left)):
        return _in_options(cell[1], left[cell.end() :], otherwise="option")
    if (magic := _LINE.match(left)) is None:
        return None
    if magic[1] == "okx" and (start := _LINE_START.match(left, magic.end())):
        return _in_request([""], 0, left[start.end() :], right)
    return _in_options(magic[1], left[magic.end() :], otherwise=_POSITIONAL.get(magic[1], "option"))


# What a magic takes as its first word.
_POSITIONAL: Mapping[str, SpotKind] = {
    "okx": "method",
    "okx_login": "account",
    "okx_logout": "account",
    "okx_live": "account",
    "okx_kill": "account",
    "okx_find": "path",
}


def _in_options(magic: str, left: str, *, otherwise: SpotKind) -> Spot:
    *before, typed = re.split(r"\s+", left)
    if typed.startswith("-"):
        return Spot("option", typed, owner=magic)
    if before and before[-1] in ("-a", "--account"):
        return Spot("account", typed)
    if before and before[-1] == "--executor":
        return _variable(typed)
    if otherwise == "method":
        return Spot("method", typed, closing=" ")
    if any(before):
        return Spot("nothing", typed)
    return Spot(otherwise, typed, owner=magic)


def _variable(left: str) -> Spot:
    name = _NAME.search(left)
    assert name is not None  # noqa: S101  # it matches anything
    return Spot("variable", name["typed"], owner=(name["owner"] or "").removesuffix("."))


def _in_request(lines: list[str], at: int, left: str, right: str) -> Spot:
    if left.rfind("{{") > left.rfind("}}"):
        return _variable(left)
    spot = _in_masked(lines, at, _masked(left), right)
    # With its variables unmasked: the typed text is what will be replaced.
    typed = left[len(left) - len(spot.typed) :]
    return spot if typed == spot.typed else Spot("nothing", typed)


def _in_masked(lines: list[str], at: int, left: str, right: str) -> Spot:
    if left.lstrip().startswith(("#", "//")):
        return Spot("nothing")
    request = _request([*lines[:at], left + MARK + right, *lines[at + 1 :]], at)
    if request is not None:
        if MARK in request.path:
            typed = request.path.partition(MARK)[0]
            return Spot("path", typed, method=request.method)
        if MARK in request.query:
            return _in_query(request)
        if place := json_place(_body(request.lines)):
            return _in_body(request, place)
    if found := _METHOD.fullmatch(left):
        return Spot("method", found["typed"], closing="" if right.startswith(" ") else " ")
    return Spot("nothing")


def _request(lines: list[str], at: int) -> _Request | None:
    start = next((n for n in range(at, -1, -1) if _START.match(lines[n])), None)
    if start is None:
        return None
    end = next((n for n in range(at + 1, len(lines)) if _START.match(lines[n])), len(lines))
    own = [_without_comment(_masked(each)) for each in lines[start:end]]
    begin = _START.match(own[0])
    target = own[0][begin.end() if begin else 0 :].partition(" ")[0]
    path, _, query = target.partition("?")
    added = [each.strip()[1:] for each in own[1:] if each.strip().startswith(("?", "&"))]
    return _Request(begin[1] if begin else "", path, "&".join([query, *added]), own[1:])


def _in_query(request: _Request) -> Spot:
    pairs = request.query.split("&")
    left, _, right = next(pair for pair in pairs if MARK in pair).partition(MARK)
    others = (pair.partition("=") for pair in pairs if MARK not in pair)
    given = {name.strip(): value.strip() for name, _, value in others}
    name, equals, value = left.partition("=")
    if equals:
        typed = value.rpartition(",")[2].lstrip()
        return Spot("value", typed, request.method, request.path, name.strip(), given=given)
    closing = "" if right.startswith("=") else "="
    return Spot(
        "parameter", name.lstrip(), request.method, request.path, given=given, closing=closing
    )


def _body(lines: list[str]) -> str:
    begin = next((n for n, each in enumerate(lines) if each.lstrip()[:1] in ("{", "[")), len(lines))
    return "\n".join(lines[begin:])


def _in_body(request: _Request, place: JsonPlace) -> Spot:
    if place.at == "item":
        return Spot("nothing")
    return Spot(
        place.at,
        place.typed,
        request.method,
        request.path,
        owner=place.key,
        parents=place.parents,
        given=place.given,
        opening="" if place.in_string else '"',
        closing="" if place.closed else '"' if place.at == "value" else '": ',
    )


def _masked(line: str) -> str:
    return _VARIABLE.sub(lambda variable: "\x01" * len(variable[0]), line)


def _without_comment(line: str) -> str:
    return "" if line.lstrip().startswith(("#", "//")) else line
