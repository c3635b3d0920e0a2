"""Other content than the body had: members left out, numbers for text, another shape."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from okx_magic.credentials.changes import KNOWN, RARE, USUAL, Mistake, instead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# More would make more signatures than there is time for.
_MOST_MEMBERS: Final = 40
_MOST_DIGITS: Final = 300  # a float can't hold more
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
_BOOLEANS: Final = {"true": True, "false": False, "True": True, "False": False}


class Content(NamedTuple):
    """Another value in the body's place."""

    value: Any
    mistake: Mistake


def contents(value: Any, most: int) -> Iterator[Content]:
    """Other values that the body could have been signed as, by a mistake of at most this cost."""
    # 1 == 1.0 == True, so the texts are compared.
    unchanged = repr(value)
    for found, kind in ((_shapes(value), "shape"), (_changed(value), "content")):
        for name, changed, cost in found:
            if cost <= most and repr(changed) != unchanged:
                yield Content(changed, Mistake(name, instead(kind), cost))


def _shapes(value: Any) -> Iterator[tuple[str, Any, int]]:
    """The same values within more or less around them."""
    if isinstance(value, dict):
        yield "the body in an array of its own", [value], USUAL
        if len(value) == 1 and isinstance(member := next(iter(value.values())), dict | list):
            yield "the body's only member alone", member, RARE
    elif len(value) == 1:
        yield "the body's array left off", value[0], USUAL
    elif value:
        yield "only the first item of the body's array", value[0], KNOWN
    for name in ("data", "body", "params"):
        yield f"the body inside of {name}", {name: value}, RARE


def _changed(value: Any) -> Iterator[tuple[str, Any, int]]:
    """Other values in the same shape."""
    for name, change, cost in _CHANGES:
        yield name, _everywhere(value, change), cost
    yield "the body without its null members", _without(value, (None,)), KNOWN
    yield "the body without its empty members", _without(value, (None, "")), KNOWN
    rows = [value] if isinstance(value, dict) else [row for row in value if isinstance(row, dict)]
    for key in list(dict.fromkeys(key for row in rows for key in row))[:_MOST_MEMBERS]:
        yield f"the body without its {key}", _in_rows(value, key, None), KNOWN
        yield f"the body's {key} as a number", _in_rows(value, key, _as_number), KNOWN
        yield f"the body's {key} as text", _in_rows(value, key, _as_text), RARE


def _in_rows(value: Any, key: str, change: Callable[[Any], Any] | None) -> Any:
    """The object, or each object of an array, with this member changed, or without it."""
    if isinstance(value, list):
        return [_in_rows(row, key, change) if isinstance(row, dict) else row for row in value]
    return {
        name: change(member) if change and name == key else member
        for name, member in value.items()
        if change or name != key
    }


# ---- each of its values ---------------------------------------------------------------------------


def _is_number(member: Any) -> bool:
    return isinstance(member, int | float) and not isinstance(member, bool)


def _as_text(member: Any) -> Any:
    return str(member) if _is_number(member) else member


def _number(member: Any, whole: Callable[[str], Any]) -> Any:
    if not isinstance(member, str) or len(member) > _MOST_DIGITS or not _DECIMAL.fullmatch(member):
        return member
    return float(member) if "." in member else whole(member)


def _as_number(member: Any) -> Any:
    return _number(member, int)


def _read(member: Any) -> Any:
    return _BOOLEANS.get(member, _as_number(member)) if isinstance(member, str) else member


def _of_booleans(change: Callable[[bool], Any]) -> Callable[[Any], Any]:
    return lambda member: change(member) if isinstance(member, bool) else member


def _of_both(change: Callable[[bool], str]) -> Callable[[Any], Any]:
    """Numbers and booleans as text, if there are both kinds: of one alone it is a plainer mistake."""
    return lambda member: change(member) if isinstance(member, bool) else _as_text(member)


def _of_text(change: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda member: change(member) if isinstance(member, str) else member


def _lower(value: bool) -> str:  # noqa: FBT001 - a value of the body
    return str(value).lower()


_CHANGES: Final[tuple[tuple[str, Callable[[Any], Any], int], ...]] = (
    ("the body's numbers as text", _as_text, USUAL),
    ("the body's text as numbers, where it is digits", _as_number, USUAL),
    ("the body's text as floats, where it is digits", lambda each: _number(each, float), KNOWN),
    (
        "the body's whole floats as integers",
        lambda each: int(each) if isinstance(each, float) and each.is_integer() else each,
        RARE,
    ),
    (
        "the body's integers as floats",
        lambda each: float(each) if _is_number(each) and abs(each) < 10**15 else each,
        RARE,
    ),
    ("the body's true and false as text", _of_booleans(_lower), KNOWN),
    ("the body's true and false as Python's words in text", _of_booleans(str), KNOWN),
    ("the body's texts true and false as booleans", _of_text(lambda t: _BOOLEANS.get(t, t)), KNOWN),
    ("the body's numbers, true and false as text", _of_both(_lower), KNOWN),
    ("the body's numbers, true and false as Python's text of them", _of_both(str), KNOWN),
    ("the body's text as numbers, true and false, where it reads so", _read, KNOWN),
    ("each of the body's values in an array, as R's jsonlite does", lambda each: [each], RARE),
    ("the body's null as empty text", lambda each: "" if each is None else each, RARE),
    ("the body's empty text as null", lambda each: None if each == "" else each, RARE),
    ("the body's text without blanks at its ends", _of_text(str.strip), RARE),
)


def _everywhere(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _everywhere(member, change) for key, member in value.items()}
    return (
        [_everywhere(item, change) for item in value] if isinstance(value, list) else change(value)
    )


def _without(value: Any, left_out: tuple[Any, ...]) -> Any:
    if isinstance(value, dict):
        return {
            key: _without(member, left_out)
            for key, member in value.items()
            if not (member is None or isinstance(member, str)) or member not in left_out
        }
    return [_without(item, left_out) for item in value] if isinstance(value, list) else value
