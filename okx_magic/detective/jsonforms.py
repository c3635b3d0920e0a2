r"""The texts that serialisers make of one value: every product of key order, layout and escapes.

What one program writes as ``{"a":"é"}`` another writes as ``{"a": "\u00e9"}``, and a signature over
one does not fit the other.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, quote_plus

from okx_magic.credentials.changes import COSTS, KNOWN, RARE, USUAL, operation
from okx_magic.detective.printers import printed, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Form(NamedTuple):
    """One text of a value. ``name`` completes "the body as …"; ``writer`` wrote it, if JSON's did."""

    name: str
    text: str
    cost: int
    writer: Writer | None = None


class _Layout(NamedTuple):
    """How ``json.dumps`` is to set out the text."""

    usual: str
    name: str
    comma: str
    colon: str
    indent: str | None = None
    line_break: str = "\n"
    end: str = ""


class _Style(NamedTuple):
    """Which characters are escaped: first by ``json.dumps``, then by ``change``."""

    usual: str
    name: str
    ascii_only: bool
    change: Callable[[str], Any] = str


@cache
def _layouts() -> tuple[_Layout, ...]:
    # (",", ":") is JavaScript, orjson, httpx, Go and PHP; (", ", ": ") Python's own default.
    return tuple(_Layout(*row) for row in table("layouts"))


@cache
def _styles() -> tuple[_Style, ...]:
    return tuple(_Style(*row[:3], *map(operation, row[3:])) for row in table("styles"))


class Writer(NamedTuple):
    """One serialiser of JSON, without a say in the order of keys."""

    layout: _Layout
    style: _Style

    def write(self, value: Any) -> str:
        """The JSON text of the value."""
        text = _dumped(value, self.layout, ascii_only=self.style.ascii_only)
        return str(self.style.change(text))


def usual_writers() -> tuple[Writer, Writer]:
    """The two commonest: compact, and Python's default."""
    compact, default, *_ = (Writer(layout, _styles()[0]) for layout in _layouts())
    return compact, default


# json.dumps indents in Python, ten times as slow as it does the rest: so it does it once, by 1, and
# the lines are then widened. No string of JSON holds a line break, so each line begins with its blanks.
def _dumped(value: Any, layout: _Layout, *, ascii_only: bool, narrow: str | None = None) -> str:
    if layout.indent is None:
        return _encoder(ascii_only, layout.comma, layout.colon).encode(value)
    text = narrow or _encoder(ascii_only, layout.comma, layout.colon, 1).encode(value)
    text = _INDENTATION.sub(lambda blanks: (layout.indent or "") * len(blanks[0]), text)
    return text.replace("\n", layout.line_break) + layout.end


_INDENTATION: Final = re.compile("^ +", re.MULTILINE)


# json.dumps makes a new one for each text, which takes as long as a short text does.
@cache
def _encoder(
    ascii_only: bool,  # noqa: FBT001 - one of the two kinds
    comma: str,
    colon: str,
    indent: int | None = None,
) -> json.JSONEncoder:
    return json.JSONEncoder(ensure_ascii=ascii_only, separators=(comma, colon), indent=indent)


def _all_dumped(value: Any, layouts: Sequence[_Layout], *, ascii_only: bool) -> list[str]:
    """The value in each of the layouts."""
    narrow = {
        colon: _encoder(ascii_only, ",", colon, 1).encode(value)
        for colon in {layout.colon for layout in layouts if layout.indent is not None}
    }
    return [
        _dumped(value, layout, ascii_only=ascii_only, narrow=narrow.get(layout.colon))
        for layout in layouts
    ]


# ---- orders of keys -------------------------------------------------------------------------------


def _arranged(arrange: Callable[[dict[str, Any]], Any], value: Any) -> Any:
    """The value with the keys of all its objects in another order."""
    if isinstance(value, dict):
        return {key: _arranged(arrange, value[key]) for key in arrange(value)}
    return [_arranged(arrange, each) for each in value] if isinstance(value, list) else value


class _Ordered(NamedTuple):
    """The value in one order of keys, and what to call that."""

    name: str
    value: Any
    cost: int


def _ordered(value: Any) -> Iterator[_Ordered]:
    """The value in each order of keys that differs from those before."""
    seen = set()
    for name, arrange, cost in (
        ("", list, USUAL),
        (", keys sorted", sorted, USUAL),
        (", keys in reverse", reversed, KNOWN),
    ):
        changed = _arranged(arrange, value)
        text = _encoder(ascii_only=True, comma=",", colon=":").encode(changed)
        if text not in seen:
            seen.add(text)
            yield _Ordered(name, changed, cost)


# ---- the forms ------------------------------------------------------------------------------------


def json_forms(value: Any, most: int) -> Iterator[Form]:
    """The JSON texts of the value, and what people take for JSON. The first is compact."""
    layouts = [layout for layout in _layouts() if COSTS[layout.usual] <= most]
    for order in _ordered(value):
        plain = _all_dumped(order.value, layouts, ascii_only=True)
        # Without a \u there is nothing to keep: half of the time saved.
        several = bool(plain) and "\\u" in plain[0]
        kept = _all_dumped(order.value, layouts, ascii_only=False) if several else plain
        for layout, in_ascii, in_full in zip(layouts, plain, kept, strict=True):
            for form in _styled(layout, in_ascii, in_full, order):
                if form.cost <= most:
                    yield form
        for name, text, cost in printed(order.value, most):
            both = _together(cost, order.cost)
            if both <= most:
                yield Form(name + order.name, text, both)


# What some style escapes.
_ESCAPED: Final = re.compile(r"[/<>&'+`=]|\\\"")


def _styled(layout: _Layout, plain: str, kept: str, order: _Ordered) -> Iterator[Form]:
    """The layout in each style that makes a difference; the name of one that makes none is left out."""
    several = plain != kept or _ESCAPED.search(plain)
    seen = set()
    for style in _styles() if several else _styles()[:1]:
        text = str(style.change(plain if style.ascii_only else kept))
        if text in seen:
            continue
        seen.add(text)
        unmarked = style is _styles()[0] and plain == kept
        name = layout.name + ("" if unmarked else f", {style.name}") + order.name
        cost = _together(COSTS[layout.usual], COSTS[style.usual], order.cost)
        yield Form(name, text, cost, Writer(layout, style))


def _together(*costs: int) -> int:
    """Of things in one mistake: two that are not usual are rare together."""
    unusual = sum(cost > USUAL for cost in costs)
    return max(*costs, RARE if unusual > 1 else USUAL)


def form_texts(members: dict[str, Any], most: int) -> Iterator[Form]:
    """The members as a form or a query has them."""
    for order in _ordered(members):
        for name, encode, usual in (
            ("a form, as urlencode writes it", lambda each: quote_plus(str(each)), USUAL),
            ("a form with %20 for blanks", lambda each: quote(str(each)), KNOWN),
            ("a form without any encoding", str, KNOWN),
            ("a form with true, false and null in small letters", _lower_form, KNOWN),
        ):
            pairs = "&".join(f"{encode(key)}={encode(each)}" for key, each in order.value.items())
            title, cost = name + order.name, _together(usual, order.cost)
            for form in (
                Form(title, pairs, cost),
                Form(f"{title}, behind a ?", f"?{pairs}", max(cost, KNOWN)),
            ):
                if form.cost <= most:
                    yield form


def _lower_form(member: Any) -> str:
    if isinstance(member, bool):
        return str(member).lower()
    return "null" if member is None else quote_plus(str(member))
