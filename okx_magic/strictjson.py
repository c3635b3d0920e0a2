"""JSON read strictly: what two readers could understand differently is refused.

Python's own reader keeps the last of two equal keys, reads ``NaN``, accepts half a surrogate pair
and rounds decimals. A signed request and a judged reply allow none of that.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec
from msgspec.structs import astuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_CONTAINERS = (dict, list)
_COLON = ord(":")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def loads(text: str | bytes, *, max_depth: int = 64) -> Any:
    """The value of a JSON text: ``int`` for whole numbers, ``Decimal`` for all others.

    Raises ``ValueError`` with a short reason for invalid UTF-8, broken syntax (then a
    ``json.JSONDecodeError``, which knows the place), a key given twice in one object, NaN and
    Infinity, half a surrogate pair, a number of more than 4,300 digits, and more than
    ``max_depth`` levels of brackets.
    """
    try:
        data = text.encode() if isinstance(text, str) else text
        value = _DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        # It knows at most the byte. Python's own reader, at half the speed, knows the reason.
        return _loads_slowly(text, max_depth)
    # Every member has its colon. If there are more colons than members, some are in strings, or
    # a key is given twice, of which only the other reader is told.
    objects, lists = data.count(b"{"), data.count(b"[")
    # If each list is a member's value, a list holds no list: below the last object nothing is deep, and
    # what is in its lists need not be looked at.
    shallow = _each_list_is_a_value(data)
    members = _count_members(value, max_depth, objects=objects, lists=0 if shallow else lists)
    return value if members == data.count(b":") else _loads_slowly(text, max_depth)


def record(names: Sequence[str], value: Any) -> type[msgspec.Struct]:
    """The type of objects with exactly these names and values of such a type, for msgspec's decoders.

    Of fixed places, they cost half of dicts. No cycle goes through JSON, so that Python's collector need
    not look at them.
    """
    places = {f"at{place}": name for place, name in enumerate(names)}
    return msgspec.defstruct(
        "Record",
        [(place, value) for place in places],
        rename=places,
        forbid_unknown_fields=True,
        gc=False,
    )


def cells(records: Iterable[msgspec.Struct]) -> list[Any]:
    """The values of records, one record after the other."""
    return list(chain.from_iterable(map(astuple, records)))


def _each_list_is_a_value(data: bytes) -> bool:
    """Whether each opening bracket of a list follows a colon; one in a string makes it False as well."""
    at = data.find(b"[")
    while at > 0 and data[at - 1] == _COLON:
        at = data.find(b"[", at + 1)
    return at < 0


def _loads_slowly(text: str | bytes, max_depth: int) -> Any:
    if isinstance(text, bytes):
        text = _decoded(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_decimal,
        )
    except RecursionError:  # at about a thousand levels, before the C stack is in danger
        raise ValueError(f"nested deeper than {max_depth} levels") from None
    _count_members(value, max_depth, objects=text.count("{"), lists=text.count("["))
    _check_surrogates(value)
    return value


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise ValueError(f"not UTF-8 at byte {problem.start}") from None


def _count_members(value: Any, max_depth: int, *, objects: int, lists: int) -> int:
    """The members of all objects in ``value``. Raises ValueError where it is too deep.

    Level by level, so that it takes no recursion; and no further than all opening brackets of the
    text have been met, so that the innermost members, which are most of an answer, are not looked at.
    """
    members = 0
    level = [value] if type(value) in _CONTAINERS else []
    for depth in range(max_depth):
        dicts = [container for container in level if type(container) is dict]
        members += sum(map(len, dicts))
        objects -= len(dicts)
        lists -= len(level) - len(dicts)
        # On the last level a list inside would be one too many.
        if not level or (objects <= 0 and lists <= 0 and depth < max_depth - 1):
            return members
        level = [
            member
            for container in level
            for member in (container.values() if type(container) is dict else container)
            if type(member) in _CONTAINERS
        ]
    if level:
        raise ValueError(f"nested deeper than {max_depth} levels")
    return members


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        left = iter(members)
        # Members are in the order in which their keys came first: one out of step is a repeat.
        twice = next(name for name, _ in pairs if next(left, None) != name)
        raise ValueError(f"the key {json.dumps(twice)} is given twice")
    return members


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _integer(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:  # sys.get_int_max_str_digits(): longer ones take quadratic time
        raise ValueError(f"a number of {len(digits)} digits") from None


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise ValueError("a number with too large an exponent") from None


def _check_surrogates(value: Any) -> None:
    if isinstance(value, str):
        if _SURROGATE.search(value):
            raise ValueError("half a surrogate pair is not text")
    elif isinstance(value, dict):
        for key, member in value.items():
            _check_surrogates(key)
            _check_surrogates(member)
    elif isinstance(value, list):
        for item in value:
            _check_surrogates(item)


_DECODER = msgspec.json.Decoder(float_hook=_decimal)
