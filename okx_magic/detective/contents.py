"""Other content than the body had: members left out, numbers for text, another shape."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

from okx_magic.detective.mistakes import KNOWN, RARE, USUAL, Mistake, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from okx_magic.detective.jsonforms import Writer
    from okx_magic.detective.mistakes import Wrong

_CONTENT = "sign the very values that are sent: change nothing between signing and sending"
_SHAPE = "send and sign the same shape: an object for one order, an array for a batch"

# More would make more signatures than there is time for.
_MOST_MEMBERS = 40


class Content(NamedTuple):
    """Another value in the body's place."""

    value: Any
    mistake: Mistake


def reshaped(value: Any, writers: Iterable[Writer]) -> Iterator[Wrong]:
    """The texts of other values than the body's, as these serialisers write them."""
    for content in chain(contents(value), leavings(value)):
        for writer in writers:
            yield wrong(writer.write(content.value), content.mistake)


def contents(value: Any) -> Iterator[Content]:
    """Other values that the whole body could have been signed as."""
    yield from _shapes(value)
    # 1 == 1.0 == True, so the texts are compared.
    unchanged = repr(value)
    for name, change, reach in _CHANGES:
        changed = _everywhere(value, change)
        if repr(changed) != unchanged:
            yield Content(changed, Mistake(name, _CONTENT, reach))
    for name, left_out in (
        ("the body without its null members", (None,)),
        ("the body without its empty members", (None, "")),
    ):
        less = _without(value, left_out)
        if repr(less) != unchanged:
            yield Content(less, Mistake(name, _CONTENT))
    yield from _recast(value)


def _shapes(value: Any) -> Iterator[Content]:
    """The same values within more or less around them."""
    if isinstance(value, dict):
        yield Content([value], Mistake("the body in an array of its own", _SHAPE, USUAL))
    elif len(value) == 1:
        yield Content(value[0], Mistake("the body's array left off", _SHAPE, USUAL))
    elif value:
        yield Content(value[0], Mistake("only the first item of the body's array", _SHAPE, KNOWN))
    for name in ("data", "body", "params"):
        yield Content({name: value}, Mistake(f"the body inside of {name}", _SHAPE, RARE))
    if isinstance(value, dict) and len(value) == 1:
        (member,) = value.values()
        if isinstance(member, dict | list):
            yield Content(member, Mistake("the body's only member alone", _SHAPE, RARE))


def leavings(value: Any) -> Iterator[Content]:
    """The object, or each object of an array, without one member."""
    rows = [value] if isinstance(value, dict) else value
    names = dict.fromkeys(key for row in rows if isinstance(row, dict) for key in row)
    for left in list(names)[:_MOST_MEMBERS]:
        less = [_less(row, left) if isinstance(row, dict) else row for row in rows]
        changed = less if isinstance(value, list) else less[0]
        yield Content(changed, Mistake(f"the body without its {left}", _CONTENT))


def _recast(value: Any) -> Iterator[Content]:
    """The object, or each object of an array, with one member as a number, or as text."""
    rows = [value] if isinstance(value, dict) else value
    members = [pair for row in rows if isinstance(row, dict) for pair in row.items()]
    for change, what, reach in (
        (_text_as_number, "a number", KNOWN),
        (_number_as_text, "text", RARE),
    ):
        names = dict.fromkeys(key for key, member in members if change(member) is not member)
        for name in list(names)[:_MOST_MEMBERS]:
            changed = [
                {key: change(each) if key == name else each for key, each in row.items()}
                if isinstance(row, dict)
                else row
                for row in rows
            ]
            mistake = Mistake(f"the body's {name} as {what}", _CONTENT, reach)
            yield Content(changed if isinstance(value, list) else changed[0], mistake)


def _less(members: dict[str, Any], left: str) -> dict[str, Any]:
    return {key: member for key, member in members.items() if key != left}


_INTEGER = re.compile(r"-?(?:0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_MOST_DIGITS = 300  # a float can't hold more


def _number_as_text(member: Any) -> Any:
    number = isinstance(member, int | float) and not isinstance(member, bool)
    return str(member) if number else member


def _as_text(member: Any, written: Callable[[str], str]) -> Any:
    return written(str(member)) if isinstance(member, int | float) else member


def _text_as_number(member: Any) -> Any:
    if not _is_digits(member):
        return member
    return int(member) if _INTEGER.fullmatch(member) else float(member)


def _text_as_float(member: Any) -> Any:
    return float(member) if _is_digits(member) else member


def _is_digits(member: Any) -> TypeGuard[str]:
    return (
        isinstance(member, str)
        and len(member) <= _MOST_DIGITS
        and _DECIMAL.fullmatch(member) is not None
    )


def _whole_as_integer(member: Any) -> Any:
    whole = isinstance(member, float) and member.is_integer()
    return int(member) if whole else member


def _integer_as_float(member: Any) -> Any:
    integer = isinstance(member, int) and not isinstance(member, bool)
    return float(member) if integer and abs(member) < 10**15 else member


_BOOLEANS = {"true": True, "false": False, "True": True, "False": False}

_CHANGES: tuple[tuple[str, Callable[[Any], Any], int], ...] = (
    ("the body's numbers as text", _number_as_text, USUAL),
    ("the body's text as numbers, where it is digits", _text_as_number, USUAL),
    ("the body's text as floats, where it is digits", _text_as_float, KNOWN),
    ("the body's whole floats as integers", _whole_as_integer, RARE),
    ("the body's integers as floats", _integer_as_float, RARE),
    (
        "the body's true and false as text",
        lambda member: str(member).lower() if isinstance(member, bool) else member,
        KNOWN,
    ),
    (
        "the body's true and false as Python's words in text",
        lambda member: str(member) if isinstance(member, bool) else member,
        KNOWN,
    ),
    (
        "the body's texts true and false as booleans",
        lambda member: _BOOLEANS.get(member, member) if isinstance(member, str) else member,
        KNOWN,
    ),
    (
        "the body's numbers, true and false as text",
        lambda member: _as_text(member, str.lower),
        KNOWN,
    ),
    (
        "the body's numbers, true and false as Python's text of them",
        lambda member: _as_text(member, str),
        KNOWN,
    ),
    (
        "the body's text as numbers, true and false, where it reads so",
        lambda member: (
            _BOOLEANS.get(member, _text_as_number(member)) if isinstance(member, str) else member
        ),
        KNOWN,
    ),
    ("each of the body's values in an array, as R's jsonlite does", lambda member: [member], RARE),
    ("the body's null as empty text", lambda member: "" if member is None else member, RARE),
    ("the body's empty text as null", lambda member: None if member == "" else member, RARE),
    (
        "the body's text without blanks at its ends",
        lambda member: member.strip() if isinstance(member, str) else member,
        RARE,
    ),
)


def _everywhere(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _everywhere(member, change) for key, member in value.items()}
    if isinstance(value, list):
        return [_everywhere(item, change) for item in value]
    return change(value)


def _without(value: Any, left_out: tuple[Any, ...]) -> Any:
    if isinstance(value, dict):
        return {
            key: _without(member, left_out)
            for key, member in value.items()
            if not (member is None or isinstance(member, str)) or member not in left_out
        }
    return [_without(item, left_out) for item in value] if isinstance(value, list) else value
