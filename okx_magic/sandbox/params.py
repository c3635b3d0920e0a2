"""Reading parameters: a missing one is refused with 50014, a bad one with 51000, both by name.

Tested in ``tests/sandbox/test_sandbox_documented.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import parse_qsl

from okx_magic.sandbox.replies import RefusalError, refuse_if

if TYPE_CHECKING:
    from okx_magic.catalogue import Endpoint

Params = Mapping[str, str]

# Above every id and time.
MOST = 10**19

# Required by the docs; but OKX answers without it where there is an instId.
_NOT_MISSED = frozenset({("/api/v5/public/mark-price", "instType")})

# Wide enough for every market here, and narrow enough for exact arithmetic in 50 digits.
_NUMBER = re.compile(r"\d{1,15}(\.\d{1,15})?", re.ASCII)
_INTEGER = re.compile(r"\d{1,19}", re.ASCII)


def from_query(query: str) -> Params:
    """The parameters of a query string, decoded; without those that are empty."""
    params = dict(parse_qsl(query))
    # uly is the retired name of instFamily that clients still send.
    return {"instFamily": params["uly"], **params} if "uly" in params else params


def check(params: Params, known: Endpoint) -> None:
    """Refuses parameters that lack what ``known`` requires, or have values that it does not list."""
    for param in known.params:
        if param.required == "yes" and (known.path, param.name) not in _NOT_MISSED:
            required(params, param.name)
        # Kinds of orders may be several.
        if param.values and param.name != "ordType":
            one_of(params, param.name, param.values)


def from_body(body: bytes, *, array: bool) -> list[Params]:
    """The JSON object (or, with ``array``, the objects) of a body; 50002 for anything else.

    Numbers keep their digits: they are read as text.
    """
    try:
        value = json.loads(body, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise RefusalError("50002") from None
    items = value if array else [value]
    good = isinstance(items, list) and all(isinstance(item, dict) for item in items)
    refuse_if(not good, "50002")
    return [{name: as_text(field) for name, field in item.items()} for item in items]


def required(params: Params, name: str) -> str:
    """The value of ``name``, which must not be empty."""
    value = params.get(name, "")
    refuse_if(not value, "50014", name)
    return value


def one_of(params: Params, name: str, values: Collection[str]) -> str:
    """The value of ``name`` if it is empty or among ``values``."""
    value = params.get(name, "")
    refuse_if(value and value not in values, "51000", name)
    return value


def matching(params: Params, name: str, pattern: re.Pattern[str]) -> str:
    """The value of ``name`` if it is empty or matches ``pattern`` as a whole."""
    value = params.get(name, "")
    refuse_if(value and pattern.fullmatch(value) is None, "51000", name)
    return value


def positive(params: Params, name: str, zero: str = "51000") -> Decimal:
    """The required decimal number ``name``, above zero (refused with the code ``zero``) and without an
    exponent.
    """
    required(params, name)
    value = Decimal(matching(params, name, _NUMBER))
    refuse_if(not value, zero, name)
    return value


def listed(params: Params, name: str, most: int = 20) -> list[str]:
    """The values of ``name``, which may hold several, at most ``most``, with commas between them."""
    values = [value for value in params.get(name, "").split(",") if value]
    refuse_if(len(values) > most, "50025", name, str(most))
    return values


def objects(params: Params, name: str, most: int) -> list[Params]:
    """The objects in the list ``name`` of a body: at least one, at most ``most``."""
    try:
        items = from_body(params[name].encode(), array=True)
    except RefusalError:
        items = []
    refuse_if(not items, "51000", name)
    refuse_if(len(items) > most, "50025", name, str(most))
    return items


def integer(params: Params, name: str, missing: int = 0) -> int:
    """The whole number ``name``, such as a time in milliseconds or an id; ``missing`` when empty."""
    return int(matching(params, name, _INTEGER) or missing)


def limit(params: Params, *, default: int, highest: int) -> int:
    """How many rows there will be: ``highest`` at most, whatever was asked for."""
    value = integer(params, "limit", default)
    refuse_if(not value, "51000", "limit")
    # More is no error: asked for 301 candles, OKX gives its 300.
    return min(value, highest)


def as_text(value: Any) -> str:
    """A value of a body as a parameter: null is "", a number has its digits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
