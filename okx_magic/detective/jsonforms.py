r"""The texts that serialisers make of one value: every product of key order, layout and escapes.

What one program writes as ``{"a":"é"}`` another writes as ``{"a": "\u00e9"}``, and a signature over
one does not fit the other.

Tested in ``tests/detective/test_detective_suite.py``.
"""

from __future__ import annotations

import re
from functools import cache
from json import JSONEncoder
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, quote_plus

from okx_magic.credentials.changes import COSTS, Cost, operation
from okx_magic.detective.contents import mapped
from okx_magic.detective.printers import printed, serialisers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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
    return tuple(_Layout(*row) for row in serialisers()["layouts"])


@cache
def _styles() -> tuple[_Style, ...]:
    return tuple(_Style(*row[:3], *map(operation, row[3:])) for row in serialisers()["styles"])


class Writer(NamedTuple):
    """One serialiser of JSON, without a say in the order of keys."""

    layout: _Layout
    style: _Style

    def write(self, value: Any) -> str:
        """The JSON text of the value."""
        return str(self.style.change(_dumper(value, ascii_only=self.style.ascii_only)(self.layout)))


def usual_writers() -> tuple[Writer, Writer]:
    """The two commonest: compact, and Python's default."""
    compact, default, *_ = (Writer(layout, _styles()[0]) for layout in _layouts())
    return compact, default


def _dumper(value: Any, *, ascii_only: bool) -> Callable[[_Layout], str]:
    """A function that writes the value in any layout."""

    # json.dumps indents in Python, ten times as slow as it does the rest: so it does it once, by 1, and
    # the lines are then widened. No string of JSON holds a line break, so each begins with its blanks.
    @cache
    def narrow(colon: str) -> str:
        return _encoder(ascii_only, ",", colon, 1).encode(value)

    def write(layout: _Layout) -> str:
        _, _, comma, colon, indent, line_break, end = layout
        if indent is None:
            return _encoder(ascii_only, comma, colon).encode(value)
        text = _INDENTATION.sub(lambda blanks: indent * len(blanks[0]), narrow(colon))
        return text.replace("\n", line_break) + end

    return write


_INDENTATION: Final = re.compile("^ +", re.MULTILINE)


# json.dumps makes a new one for each text, which takes as long as a short text does.
@cache
def _encoder(ascii_only: bool, comma: str, colon: str, indent: int | None = None) -> JSONEncoder:  # noqa: FBT001 - one of the two kinds
    return JSONEncoder(ensure_ascii=ascii_only, separators=(comma, colon), indent=indent)


def _ordered(value: Any) -> Iterator[tuple[str, Any, int]]:
    """The value in each order of keys that differs from those before: its name, the value, its cost."""
    seen = set()
    orders = (
        ("", list, Cost.USUAL),
        (", keys sorted", sorted, Cost.USUAL),
        (", keys in reverse", reversed, Cost.KNOWN),
    )
    for name, arrange, cost in orders:
        changed = mapped(value, members=arrange)
        text = _encoder(ascii_only=True, comma=",", colon=":").encode(changed)
        if text not in seen:
            seen.add(text)
            yield name, changed, cost


def json_forms(value: Any, most: int) -> Iterator[Form]:
    """The JSON texts of the value, and what people take for JSON. The first is compact."""
    layouts = [layout for layout in _layouts() if COSTS[layout.usual] <= most]
    for order, ordered, cost in _ordered(value):
        in_ascii, in_full = (
            _dumper(ordered, ascii_only=ascii_only) for ascii_only in (True, False)
        )
        # Without a \u there is nothing to keep: half of the time saved.
        several = bool(layouts) and "\\u" in in_ascii(layouts[0])
        for layout in layouts:
            plain = in_ascii(layout)
            for form in _styled(layout, plain, in_full(layout) if several else plain, order, cost):
                if form.cost <= most:
                    yield form
        for name, text, dear in printed(ordered, most):
            both = _together(dear, cost)
            if both <= most:
                yield Form(name + order, text, both)


# What some style escapes.
_ESCAPED: Final = re.compile(r"[/<>&'+`=]|\\\"")


def _styled(layout: _Layout, plain: str, kept: str, order: str, cost: int) -> Iterator[Form]:
    """The layout in each style that makes a difference; the name of one that makes none is left out."""
    several = plain != kept or _ESCAPED.search(plain)
    seen = set()
    for style in _styles() if several else _styles()[:1]:
        text = str(style.change(plain if style.ascii_only else kept))
        if text not in seen:
            seen.add(text)
            unmarked = style is _styles()[0] and plain == kept
            name = layout.name + ("" if unmarked else f", {style.name}") + order
            both = _together(COSTS[layout.usual], COSTS[style.usual], cost)
            yield Form(name, text, both, Writer(layout, style))


def _together(*costs: int) -> int:
    """Of things in one mistake: two that are not usual are rare together."""
    unusual = sum(cost > Cost.USUAL for cost in costs)
    return max(*costs, Cost.RARE if unusual > 1 else Cost.USUAL)


def _lower_form(member: Any) -> str:
    words = {"True": "true", "False": "false", "None": "null"}
    return (
        words[str(member)]
        if member is None or isinstance(member, bool)
        else quote_plus(str(member))
    )


_FORMS: Final[tuple[tuple[str, Callable[[Any], str], int], ...]] = (
    ("a form, as urlencode writes it", lambda each: quote_plus(str(each)), Cost.USUAL),
    ("a form with %20 for blanks", lambda each: quote(str(each)), Cost.KNOWN),
    ("a form without any encoding", str, Cost.KNOWN),
    ("a form with true, false and null in small letters", _lower_form, Cost.KNOWN),
)


def form_texts(members: dict[str, Any], most: int) -> Iterator[Form]:
    """The members as a form or a query has them."""
    for order, ordered, dear in _ordered(members):
        for name, encode, usual in _FORMS:
            pairs = "&".join(f"{encode(key)}={encode(each)}" for key, each in ordered.items())
            title, cost = name + order, _together(usual, dear)
            forms = (
                Form(title, pairs, cost),
                Form(f"{title}, behind a ?", f"?{pairs}", max(cost, Cost.KNOWN)),
            )
            yield from (form for form in forms if form.cost <= most)
