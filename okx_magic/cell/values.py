"""Python values as the text that stands for them: percent-encoded, inside JSON quotes, as JSON.

Strategy: every value becomes one atom of the place it stands in. What has a meaning there (a quote,
``&``, a line break) is escaped; what has no certain meaning (None, NaN, a time, half a surrogate
pair) is refused with a reason. numpy and pandas are never imported: their scalars are recognised by
the number types of the standard library and by ``dtype``.
"""

from __future__ import annotations

import json
import numbers
import re
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.cell.template import Place

# More digits than any amount needs, and few enough that 1E+999999999 does not fill the memory.
_MOST_DIGITS = 1000
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class UnfitValueError(ValueError):
    """A value that cannot stand where it was put; ``remedy`` says what can."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.remedy = remedy


def in_query(value: Any) -> str:
    """Percent-encoded; the items of a list or tuple joined by bare commas. An empty one is refused: it
    means none, and OKX takes a blank value for all.
    """
    if isinstance(value, list | tuple):
        if not value:
            raise UnfitValueError(
                f"an empty {type(value).__name__} cannot be used here: OKX would take it for all",
                "leave the parameter out to ask for all",
            )
        return ",".join(quote(plain_text(item), safe="") for item in value)
    return quote(plain_text(value), safe="")


def in_json_string(value: Any) -> str:
    """Escaped text, to stand between two quotes."""
    return json.dumps(plain_text(value), ensure_ascii=False)[1:-1]


def as_json(value: Any, *, null: bool = False) -> str:
    """A JSON value, compact. A Decimal becomes a string, so that no reader rounds it. None is refused
    but for a program, whose ``null`` it may be.
    """
    value = _unwrapped(value)
    if value is None and null:
        return "null"
    if isinstance(value, str | Decimal):
        return f'"{in_json_string(value)}"'
    if isinstance(value, list | tuple):
        return "[" + ",".join(as_json(each, null=null) for each in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(_member(*item, null=null) for item in value.items()) + "}"
    return plain_text(value)


def as_body(value: Any) -> str:
    """A JSON object, or an array of objects."""
    several = isinstance(value, list | tuple)
    for row in value if several else [value]:
        if isinstance(row, dict):
            continue
        raise UnfitValueError(
            f"a body is a dict or a list of dicts, not {'a list with ' * several}{_kind(row)}",
            'for example {{ {"instId": "BTC-USDT"} }}; of a DataFrame df: '
            '{{ df.to_dict("records") }}',
        )
    return as_json(value)


def plain_text(value: Any) -> str:
    """The text of a str, a number or a bool: digits without exponent, ``true`` and ``false``."""
    value = _unwrapped(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # The characters of the str itself: a subclass such as an Enum may show itself otherwise.
        return _whole(str.__str__(value))
    if isinstance(value, Decimal):
        return _digits(value)
    if isinstance(value, numbers.Integral):
        return _digits(Decimal(int(value)))
    if isinstance(value, numbers.Real):
        return _float(value)
    raise UnfitValueError(f"{_kind(value)} cannot be used here", _remedy(value))


WRITE: Mapping[Place, Callable[[Any], str]] = MappingProxyType(
    {
        "query": in_query,
        "string": in_json_string,
        "value": as_json,
        "body": as_body,
        "header": plain_text,
    }
)


def _member(key: Any, value: Any, *, null: bool) -> str:
    if not isinstance(key, str):
        raise UnfitValueError(f"a JSON key is a str, not {_kind(key)}")
    return f"{as_json(key)}:{as_json(value, null=null)}"


# numpy's bool and arrays without dimensions are no numbers by type; numpy's durations are, and must
# not pass as the count of some unit. ``dtype.kind`` tells them apart: "m" durations, "M" times.
def _unwrapped(value: Any) -> Any:
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    if kind is None or isinstance(value, str | float) or getattr(value, "ndim", None) != 0:
        return value
    if kind in ("m", "M"):
        raise UnfitValueError(f"{_kind(value)} cannot be used here", _TIME_REMEDY)
    return value.item() if kind in ("b", "U") else value[()]


def _float(value: Any) -> str:
    number = _decimal(value)
    whole = number.is_finite() and number == number.to_integral_value()
    if whole and abs(number) >= 2 ** _exact_bits(value):
        raise UnfitValueError(
            f"the float {number:f} is not exact as a whole number: its last digits may be lost",
            "keep ids as text and amounts as int, Decimal or text;"
            " a column with missing values as Int64 or str",
        )
    # What was typed or came from OKX has fewer: 0.1 + 0.2 is 0.30000000000000004, and 0.3 is meant.
    if not whole and len(number.as_tuple().digits) > _sure_digits(value):
        raise UnfitValueError(
            f"the float {number:f} has more digits than a float keeps: it was calculated, or cut off",
            "round it to the digits that count, such as round(x, 8), or calculate with Decimal",
        )
    # 100.0 is 100: OKX refuses some whole amounts with a point.
    return str(int(number)) if whole else _digits(number)


def _exact_bits(value: Any) -> int:
    """Whole numbers below two to this power are exact in a float of this kind."""
    return {2: 11, 4: 24}.get(_bytes_of(value), 53)


def _sure_digits(value: Any) -> int:
    """So many digits any number may have and come back from a float of this kind as it was; one less than
    C's FLT_DIG of the small kinds would refuse prices that do come back.
    """
    return {2: 4, 4: 7}.get(_bytes_of(value), 15)


def _bytes_of(value: Any) -> int:
    return getattr(getattr(value, "dtype", None), "itemsize", 8)


def _decimal(value: Any) -> Decimal:
    # repr: the shortest digits that give the same float; a numpy float32 has its own in str.
    digits = float.__repr__(value) if isinstance(value, float) else str(value)
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise UnfitValueError(f"{_kind(value)} cannot be used here", _remedy(value)) from None


def _digits(number: Decimal) -> str:
    if not number.is_finite():
        raise UnfitValueError(f"the value is {number}", "check the value before it is used here")
    if abs(number.adjusted()) > _MOST_DIGITS or len(number.as_tuple().digits) > _MOST_DIGITS:
        raise UnfitValueError(f"a number of more than {_MOST_DIGITS} digits")
    return format(number, "f")


def _whole(text: str) -> str:
    if _SURROGATE.search(text):
        raise UnfitValueError("the text has half a surrogate pair, which is not UTF-8")
    return text


def _kind(value: Any) -> str:
    return "None" if value is None else f"a value of type {type(value).__name__}"


_TIME_REMEDY = "OKX takes times as milliseconds since 1970: int(t.timestamp() * 1000)"
_DATE_REMEDY = "OKX takes times as milliseconds since 1970: int(pd.Timestamp(t).timestamp() * 1000)"


def _remedy(value: Any) -> str:
    if hasattr(value, "timestamp") or hasattr(value, "total_seconds"):
        return _TIME_REMEDY
    if hasattr(value, "isoformat"):
        return _DATE_REMEDY
    if hasattr(value, "tolist"):
        return "pick one value, such as x.iloc[0] or x[0]; several in a query: x.tolist()"
    return "give a str, an int, a float, a Decimal or a bool"
