"""Other content than the body had: members left out, numbers for text, another shape.

Tested in ``tests/detective/test_detective_suite.py``.
"""

from __future__ import annotations

import re
from functools import partial
from types import NoneType
from typing import TYPE_CHECKING, Any, Final

from okx_magic.credentials.changes import FUNCTIONS, Cost, Mistake, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# More would make more signatures than there is time for.
_MOST_MEMBERS: Final = 40
_MOST_DIGITS: Final = 300  # a float can't hold more
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
_BOOLEANS: Final = {"true": True, "false": False, "True": True, "False": False}


def mapped(
    value: Any,
    change: Callable[[Any], Any] = lambda each: each,
    members: Callable[[dict[str, Any]], Iterable[str]] = list,
) -> Any:
    """The value with each text, number and word in it changed, and these members of its objects."""
    if isinstance(value, dict):
        return {key: mapped(value[key], change, members) for key in members(value)}
    if isinstance(value, list):
        return [mapped(item, change, members) for item in value]
    return change(value)


def contents(value: Any, most: int) -> Iterator[tuple[Any, Mistake]]:
    """Other values that the body could have been signed as, by a mistake of at most this cost."""
    # 1 == 1.0 == True, so the texts are compared.
    unchanged = repr(value)
    for found, kind in ((_shapes(value), "shape"), (_changed(value, most), "content")):
        for name, changed, cost in found:
            if cost <= most and repr(changed) != unchanged:
                yield changed, Mistake.of(name, kind, cost)


def hashed(value: Any, most: int) -> Iterator[tuple[Any, Mistake]]:
    """The same with the keys in the order of Java's HashMap."""
    changed = mapped(value, members=_in_hash_order)
    if most >= Cost.KNOWN and repr(changed) != repr(value):
        name = "the body with its keys as Java's HashMap orders them"
        yield changed, Mistake.of(name, "keys", Cost.KNOWN)


def _in_hash_order(members: dict[str, Any]) -> list[str]:
    """Java's HashMap goes by String.hashCode, whose halves are mixed, in a table of a power of two."""
    size = 16
    while len(members) > size * 3 // 4:
        size *= 2

    def place(key: str) -> int:
        code = 0
        for character in key:
            code = (31 * code + ord(character)) % 2**32
        return (code ^ code >> 16) % size

    return sorted(members, key=place)


def _shapes(value: Any) -> Iterator[tuple[str, Any, int]]:
    """The same values within more or less around them."""
    if isinstance(value, dict):
        yield "the body in an array of its own", [value], Cost.USUAL
        if len(value) == 1 and isinstance(member := next(iter(value.values())), dict | list):
            yield "the body's only member alone", member, Cost.RARE
    elif len(value) == 1:
        yield "the body's array left off", value[0], Cost.USUAL
    elif value:
        yield "only the first item of the body's array", value[0], Cost.KNOWN
    if isinstance(value, list):
        numbered = {str(place): item for place, item in enumerate(value)}
        yield "the body's array as an object, its places for names", numbered, Cost.RARE
    for name in ("data", "body", "params"):
        yield f"the body inside of {name}", {name: value}, Cost.RARE


def _changed(value: Any, most: int) -> Iterator[tuple[str, Any, int]]:
    """Other values in the same shape."""
    for mistake, change, _ in rows("contents"):
        if mistake.cost <= most:
            yield mistake.name, mapped(value, change), mistake.cost
    for name, left_out in (("null", [None]), ("empty", [None, ""])):
        kept = partial(_without, left_out)
        yield f"the body without its {name} members", mapped(value, members=kept), Cost.KNOWN
    objects = [
        row for row in (value if isinstance(value, list) else [value]) if isinstance(row, dict)
    ]
    for key in list(dict.fromkeys(key for row in objects for key in row))[:_MOST_MEMBERS]:
        yield f"the body without its {key}", _in_rows(value, key, None), Cost.KNOWN
        yield f"the body's {key} as a number", _in_rows(value, key, _as_number), Cost.KNOWN
        if most >= Cost.RARE:
            yield f"the body's {key} as text", _in_rows(value, key, _as_text), Cost.RARE


def _without(left_out: list[Any], members: dict[str, Any]) -> Iterator[str]:
    # 0 and false are in no list of texts and nulls.
    return (key for key, member in members.items() if member not in left_out)


def _in_rows(value: Any, key: str, change: Callable[[Any], Any] | None) -> Any:
    """The object, or each object of an array, with this member changed, or without it."""
    if isinstance(value, list):
        return [_in_rows(row, key, change) if isinstance(row, dict) else row for row in value]
    return {
        name: change(member) if change and name == key else member
        for name, member in value.items()
        if change or name != key
    }


def _of(*kinds: type, to: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What is made of values of these types; bool is a type of its own here."""
    return lambda member: to(member) if type(member) in kinds else member


def _number(text: str, whole: Callable[[str], Any] = int) -> Any:
    if len(text) > _MOST_DIGITS or not _DECIMAL.fullmatch(text):
        return text
    return float(text) if "." in text else whole(text)


def _lower(value: object) -> str:
    return str(value).lower()


_as_text: Final = _of(int, float, to=str)
_as_number: Final = _of(str, to=_number)
# Of numbers or booleans alone that both are text is a plainer mistake.
FUNCTIONS.update(
    {
        "numbers as text": _as_text,
        "text as numbers": _as_number,
        "text as floats": _of(str, to=partial(_number, whole=float)),
        "whole floats": _of(float, to=lambda each: int(each) if each.is_integer() else each),
        "integers as floats": _of(int, to=lambda each: float(each) if abs(each) < 10**15 else each),
        "booleans as text": _of(bool, to=_lower),
        "booleans printed": _of(bool, to=str),
        "text as booleans": _of(str, to=lambda each: _BOOLEANS.get(each, each)),
        "all as text": _of(int, float, bool, to=_lower),
        "all printed": _of(int, float, bool, to=str),
        "text read": _of(str, to=lambda each: _BOOLEANS.get(each, _number(each))),
        "in an array": lambda each: [each],
        "null as text": _of(NoneType, to=lambda _: ""),
        "empty as null": _of(str, to=lambda each: each or None),
        "stripped": _of(str, to=str.strip),
    }
)
