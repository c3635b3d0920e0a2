"""Values whose form OKX does not take: a time in seconds, Python's None, a number with a comma, one
object in place of a list, an instrument as another exchange writes it. Each gives a notice with the
right form; OKX decides. Only the size of an order that is no number at all is certain to be refused: it
is off the lot of every instrument.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from okx_magic.catalogue import field_types
from okx_magic.cell.check_parameters import WELL_KNOWN, Finding, several

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from okx_magic.catalogue import Endpoint, Param
    from okx_magic.cell.check_parameters import Group
    from okx_magic.model import Request

_PYTHON_LIST = re.compile(r"\s*[\[({].*[\])}]\s*|.*'.*'.*", re.DOTALL)
# What str() and f"{…}" make of values that are none.
_PYTHON_NOTHING = frozenset({"None", "nan", "NaN", "NaT", "<NA>", "True", "False"})
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
# What some reader of numbers takes, in whatever digits: OKX may, too.
_READABLE = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*")
_BOOLEANS = frozenset({"true", "false"})
_YES = frozenset({"1", "yes", "y", "on", "true", "t"})
# Times have 13 digits in milliseconds since 2001; in seconds 10, in microseconds 16, in nanoseconds 19.
_SECONDS = re.compile(r"1[0-9]{9}(?:\.[0-9]+)?")
_TIME = re.compile(r"1[0-9]{9}(?:\.[0-9]+)?|1[0-9]{12}|1[0-9]{15}|1[0-9]{18}")
_CURSORS = frozenset({"after", "before"})
_TIMES = frozenset({"begin", "end", "ts", "validUntil", "expTime"})
_INSTANTS = _CURSORS | {"begin", "end"}
_ONE_NAME = frozenset({"instId", "instFamily", "uly", "sprdId"})
_ONE_A_REQUEST = ("/api/v5/market/", "/api/v5/public/")
_PRICED = frozenset({"limit", "post_only", "fok", "ioc"})
_PRICES = ("px", "pxUsd", "pxVol")
# ccxt's symbols, base/quote[:settle[-date]]; and ids without a hyphen, or with another sign.
_UNIFIED = re.compile(
    r"(?P<base>[A-Z0-9]+)/(?P<quote>[A-Z0-9]+)(?P<settle>:[A-Z0-9]+)?(?:-(?P<date>[0-9]{6}))?"
)
_JOINED = re.compile(r"(?P<base>[A-Z0-9]{2,10}?)_?(?P<quote>USDT|USDC|USD|EUR|BTC|ETH)")


def forms(request: Request, endpoint: Endpoint, given: Iterable[Group]) -> Iterator[Finding]:
    """A finding for each value whose form is another than the documented one."""
    if endpoint.status == WELL_KNOWN and request.method == "POST":
        yield from _body(request.json, endpoint)
    for group in given:
        for param in group.params:
            if param.name not in group.given:
                continue
            value = group.given[param.name]
            if value in (None, ""):
                if param.required == "yes" and group.outermost and group.where:
                    yield Finding(f"{param.name}{group.where} is empty", "OKX always needs it")
            else:
                yield from _value(param, value, group, endpoint)
        if request.effect == "order" and group.outermost:
            yield from _price(group)


def _body(body: Any, endpoint: Endpoint) -> Iterator[Finding]:
    path = endpoint.path
    if endpoint.array_body and isinstance(body, dict):
        yield Finding(f"{path} takes an array, not one object", "put it in brackets: [{…}]")
    elif endpoint.array_body and isinstance(body, list) and len(body) > (endpoint.array_max or 999):
        yield Finding(f"{path} takes at most {endpoint.array_max} items, not {len(body)}")
    elif endpoint.params and not endpoint.array_body and isinstance(body, list):
        yield Finding(f"{path} takes one object, not an array")


def _value(param: Param, value: Any, group: Group, endpoint: Endpoint) -> Iterator[Finding]:
    name = f"{param.name}{group.where}"
    if param.type.startswith("array") and not isinstance(value, list) and group.where:
        yield Finding(f"{name} is a list", f'"{param.name}": […]')
    if param.type == "boolean" and str(value).lower() not in _BOOLEANS:
        meant = str(str(value).lower() in _YES).lower()
        yield Finding(f"{param.name}={value}{group.where} is not true or false", f"{meant}?")
    if not isinstance(value, str):
        return
    pythons = tuple(_pythons(param, value, group, endpoint))
    if pythons:
        yield from pythons
    elif param.name == "limit":
        yield from _rows(value, endpoint)
    elif param.name in _INSTANTS or param.name in _TIMES:
        yield from _time(param.name, value, group, endpoint)
    elif group.where and _is_decimal(param) and not _NUMBER.fullmatch(value):
        text = f"{param.name}={value[:40]}{group.where} is not a number"
        yield Finding(text, _digits(value), _is_size(param, group, endpoint, value))
    elif "," in value and not group.where and _takes_one(param, endpoint):
        text = f"OKX takes one {param.name} here, not {value[:60]}"
        yield Finding(text, several(endpoint))
    elif near := _near_ids(param.name, value):
        yield Finding(
            f"{param.name}={value[:60]}{group.where} is not how OKX writes it",
            f"{near} in place of {value[:60]}?",
        )


def _is_size(param: Param, group: Group, endpoint: Endpoint, value: str) -> bool:
    """Whether it is the size of an order, and no number to any reader."""
    sized = param.name == "sz" and group.outermost and endpoint.effect == "order"
    return sized and endpoint.status == WELL_KNOWN and not _READABLE.fullmatch(value)


def _is_decimal(param: Param) -> bool:
    return field_types("", "").get(param.name) == "decimal"


def _pythons(param: Param, value: str, group: Group, endpoint: Endpoint) -> Iterator[Finding]:
    if _PYTHON_LIST.fullmatch(value) and not group.where:
        plain = re.sub(r"[\[\](){}'\"\s]", "", value)
        yield Finding(
            f"{param.name}={value[:60]} is a list as Python prints it",
            f"OKX takes {param.name}={plain}",
        )
    elif value in _PYTHON_NOTHING and param.type != "boolean":
        text = f"{param.name}={value}{group.where} is a value as Python prints it"
        certain = _is_size(param, group, endpoint, value)
        yield Finding(text, f"leave {param.name} out where there is none", certain)


def _takes_one(param: Param, endpoint: Endpoint) -> bool:
    """Whether a list of such names is none to OKX; of the account's endpoints some take it."""
    return param.name in _ONE_NAME and (
        bool(endpoint.paging)
        or (endpoint.path.startswith(_ONE_A_REQUEST) and not endpoint.path.endswith("-tiers"))
    )


def _rows(value: str, endpoint: Endpoint) -> Iterator[Finding]:
    most = (endpoint.paging or {}).get("limit_max")
    if not value.isdecimal() or int(value) == 0:
        yield Finding(f"limit={value[:40]} is not a number of rows")
    elif most and int(value) > most:
        text = f"limit={value[:40]} is more than a page has: {most} rows"
        yield Finding(text, "--pages N and --all bring more of them")


def _time(name: str, value: str, group: Group, endpoint: Endpoint) -> Iterator[Finding]:
    paging = endpoint.paging or {}
    style, cursor = str(paging.get("style", "")), str(paging.get("cursor_field", "id"))
    meant = _milliseconds(value)
    if name not in _CURSORS or "ts" in style:
        if meant and meant != value:
            unit = "in seconds" if _SECONDS.fullmatch(value) else "in another form"
            yield Finding(f"{name}={value[:40]} is a time {unit}", f"in milliseconds: {meant}")
        elif not meant and name in _INSTANTS and not value.isdecimal():
            yield Finding(f"{name}={value[:40]} is not a time in milliseconds")
    # A trade's id may have as many digits as a time; type=2 takes times.
    elif "by id" in style and meant and cursor != "tradeId" and group.given.get("type") != "2":
        bounds = " and ".join(paging.get("time_filter", ())) or "--since and --until"
        yield Finding(f"{name}={value[:40]} is a time, and OKX takes a {cursor}", f"use {bounds}")


def _milliseconds(value: str) -> str:
    """A time as OKX takes it; "" for what is none."""
    if _TIME.fullmatch(value):
        digits = len(value.partition(".")[0])
        return f"{int(Decimal(value).scaleb(13 - digits)):d}"
    try:
        moment = datetime.fromisoformat(value) if "-" in value else None
    except ValueError:
        return ""
    if moment is None:
        return ""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return f"{aware.timestamp() * 1000:.0f}"


def _digits(value: str) -> str:
    """The number that is meant, in digits; "" where it is not known."""
    plain = re.sub(r"[\s_+]", "", value)
    if re.fullmatch(r"[0-9]+,[0-9]+", plain):
        plain = plain.replace(",", ".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return ""
    small = number.is_finite() and abs(number.adjusted()) < 40
    return f"{number:f} in place of {value[:40]}?" if small else ""


def _near_ids(name: str, value: str) -> str:
    if name == "instId":
        nears = [near_instrument(each) or each for each in value.split(",")]
    elif name == "ccy" or name.endswith("Ccy"):
        nears = [near_currency(name, each) or each for each in value.split(",")]
    else:
        return ""
    near = ",".join(nears)
    return near if near != value else ""


def near_instrument(text: str) -> str:
    """The ``instId`` that is meant by another way to write it: ``btc-usdt``, ``BTC/USDT:USDT``,
    ``BTCUSDT``. "" for one that may be OKX's own.
    """
    typed = text.strip()
    upper = typed.upper()
    if unified := _UNIFIED.fullmatch(upper):
        kind = unified["date"] or ("SWAP" if unified["settle"] else "")
        return "-".join(filter(None, (unified["base"], unified["quote"], kind)))
    if joined := _JOINED.fullmatch(upper):
        return f"{joined['base']}-{joined['quote']}"
    if upper.endswith("-PERP"):
        return f"{upper.removesuffix('PERP')}SWAP"
    return upper if typed == typed.lower() and upper != text else ""


def near_currency(name: str, text: str) -> str:
    """The currency that is meant by its name in small letters; "" for one that may be OKX's own."""
    typed = text.strip()
    codes = typed.isascii() and typed.isalnum() and typed == typed.lower() and name != "tgtCcy"
    return typed.upper() if codes and typed.upper() != text else ""


def _price(group: Group) -> Iterator[Finding]:
    """OKX docs, Place order, px: for limit, post_only, fok and ioc; a market order ignores it."""
    kind = group.given.get("ordType")
    given = [name for name in _PRICES if group.given.get(name) not in (None, "")]
    needs = {param.name: param.required for param in group.params}.get("px", "yes")
    # Of a spread's orders each has a price.
    if needs == "yes":
        return
    if kind == "market" and given:
        text = f"{given[0]}{group.where} does nothing: a market order takes any price"
        yield Finding(text, "ordType limit keeps to the price")
    elif kind in _PRICED and not given:
        yield Finding(f"px{group.where} is missing: ordType {kind} needs it")
