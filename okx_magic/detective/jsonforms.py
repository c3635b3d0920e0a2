r"""The texts that serialisers make of one value: every product of key order, layout and escapes.

What one program writes as ``{"a":"é"}`` another writes as ``{"a": "\u00e9"}``, and a signature over
one does not fit the other.
"""

from __future__ import annotations

import json
import re
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, quote_plus

from okx_magic.detective.mistakes import ALONE, KNOWN, RARE, USUAL
from okx_magic.detective.printers import printed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Form(NamedTuple):
    """One text of a value. ``name`` completes "the body as …"; ``writer`` wrote it, if JSON's did."""

    name: str
    text: str
    reach: int
    writer: Writer | None = None


class _Layout(NamedTuple):
    """How ``json.dumps`` is to set out the text."""

    name: str
    reach: int
    separators: tuple[str, str]
    indent: int | str | None = None
    line_break: str = "\n"
    end: str = ""


# (",", ":") is JavaScript, orjson, httpx, Go and PHP; (", ", ": ") Python's own default. Jackson's and
# Gson's pretty printers are the last ones.
_LAYOUTS = (
    _Layout("compact JSON", USUAL, (",", ":")),
    _Layout("JSON with blanks, as json.dumps writes it", USUAL, (", ", ": ")),
    _Layout("JSON indented by 2", USUAL, (",", ": "), 2),
    _Layout("JSON indented by 4", KNOWN, (",", ": "), 4),
    _Layout("JSON with blanks behind its commas only", KNOWN, (", ", ":")),
    _Layout("JSON with blanks behind its colons only", KNOWN, (",", ": ")),
    _Layout("JSON indented by tabs", RARE, (",", ": "), "\t"),
    _Layout("JSON in lines without indentation", RARE, (",", ": "), 0),
    _Layout("JSON indented by 3", RARE, (",", ": "), 3),
    _Layout("JSON indented by 1", RARE, (",", ": "), 1),
    _Layout("JSON with blanks around its colons", RARE, (", ", " : ")),
    _Layout("JSON indented by 2 with Windows line breaks", RARE, (",", ": "), 2, "\r\n"),
    _Layout("JSON indented by 2 with blanks around its colons", RARE, (",", " : "), 2),
    _Layout("JSON indented by 4 as PowerShell 5 writes it", RARE, (",", ":  "), 4, "\r\n"),
    _Layout("JSON as Perl's pretty JSON::PP writes it", RARE, (",", " : "), 3, "\n", "\n"),
)


class _Style(NamedTuple):
    """Which characters are escaped: first ``json.dumps``, then ``change``."""

    name: str
    reach: int
    ascii_only: bool
    change: Callable[[str], str]


_HTML = re.compile("[<>&]")
_GSON = re.compile("[<>&'=]")
_DOTNET = re.compile("[<>&'+`]")
_HEX = re.compile(r"\\u[0-9a-f]{4}")

# What some style escapes.
_ESCAPED = re.compile(r"[/<>&'+`=]|\\\"")


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _large_hex(text: str) -> str:
    return _HEX.sub(lambda match: "\\u" + match[0][2:].upper(), text)


# System.Text.Json escapes more than JSON asks for, in capitals.
def _as_dotnet(text: str) -> str:
    return _large_hex(_DOTNET.sub(_escape, text).replace('\\"', "\\u0022"))


_STYLES = (
    _Style("non-ASCII as \\u escapes", USUAL, ascii_only=True, change=str),
    _Style("non-ASCII kept", USUAL, ascii_only=False, change=str),
    _Style("\\/ for each /", KNOWN, ascii_only=True, change=lambda text: text.replace("/", "\\/")),
    _Style(
        "non-ASCII kept and \\/ for each /",
        RARE,
        ascii_only=False,
        change=lambda text: text.replace("/", "\\/"),
    ),
    _Style(
        "<, > and & escaped", KNOWN, ascii_only=False, change=lambda text: _HTML.sub(_escape, text)
    ),
    _Style(
        "<, >, &, ' and = escaped, as Gson does",
        RARE,
        ascii_only=False,
        change=lambda text: _GSON.sub(_escape, text),
    ),
    _Style("escapes as .NET writes them", RARE, ascii_only=True, change=_as_dotnet),
    _Style("\\u escapes in capitals", RARE, ascii_only=True, change=_large_hex),
)


class Writer(NamedTuple):
    """One serialiser of JSON, without a say in the order of keys."""

    layout: _Layout
    style: _Style

    def write(self, value: Any) -> str:
        """The JSON text of the value."""
        return self.style.change(_dumped(value, self.layout, ascii_only=self.style.ascii_only))


COMPACT = Writer(_LAYOUTS[0], _STYLES[0])
DEFAULT = Writer(_LAYOUTS[1], _STYLES[0])


def _dumped(value: Any, layout: _Layout, *, ascii_only: bool) -> str:
    text = _encoder(layout, ascii_only).encode(value)
    return text if layout.indent is None else text.replace("\n", layout.line_break) + layout.end


# json.dumps makes a new one for each text, which takes as long as a short text does.
@cache
def _encoder(layout: _Layout, ascii_only: bool) -> json.JSONEncoder:  # noqa: FBT001 - of the two kinds
    return json.JSONEncoder(
        ensure_ascii=ascii_only, separators=layout.separators, indent=layout.indent
    )


# json.dumps indents in Python, ten times as slow as it does the rest: so it does it once, by 1, and
# the lines are then widened. No string of JSON holds a line break, so each line begins with its blanks.
def _all_dumped(value: Any, *, ascii_only: bool) -> Iterator[str]:
    """The value in each of the layouts."""
    by_one: dict[tuple[str, str], str] = {}
    for layout in _LAYOUTS:
        if layout.indent is None:
            yield _dumped(value, layout, ascii_only=ascii_only)
            continue
        if layout.separators not in by_one:
            narrow = layout._replace(indent=1, line_break="\n")
            by_one[layout.separators] = _dumped(value, narrow, ascii_only=ascii_only)
        unit = " " * layout.indent if isinstance(layout.indent, int) else layout.indent
        text = _INDENTATION.sub(partial(_widened, unit), by_one[layout.separators])
        yield text.replace("\n", layout.line_break) + layout.end


_INDENTATION = re.compile("^ +", re.MULTILINE)


def _widened(unit: str, blanks: re.Match[str]) -> str:
    return unit * len(blanks[0])


def sorted_keys(value: Any) -> Any:
    """The value with the keys of all its objects sorted."""
    if isinstance(value, dict):
        return {key: sorted_keys(value[key]) for key in sorted(value)}
    return [sorted_keys(item) for item in value] if isinstance(value, list) else value


def reversed_keys(value: Any) -> Any:
    """The value with the keys of all its objects in reverse order."""
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


_ORDERS: tuple[tuple[str, Callable[[Any], Any], int], ...] = (
    ("", lambda value: value, USUAL),
    (", keys sorted", sorted_keys, USUAL),
    (", keys in reverse", reversed_keys, KNOWN),
)


class _Ordered(NamedTuple):
    """The value in one order of keys, and what to call that."""

    name: str
    value: Any
    reach: int


def _ordered(value: Any) -> Iterator[_Ordered]:
    """The value in each order of keys that differs from those before."""
    seen = set()
    for name, order, reach in _ORDERS:
        changed = order(value)
        text = _dumped(changed, _LAYOUTS[0], ascii_only=True)
        if text not in seen:
            seen.add(text)
            yield _Ordered(name, changed, reach)


def json_forms(value: Any) -> Iterator[Form]:
    """The JSON texts of the value, and what people take for JSON. The first is compact."""
    for order in _ordered(value):
        plain = list(_all_dumped(order.value, ascii_only=True))
        # Without a \u there is nothing to keep: half of the time saved.
        several = "\\u" in plain[0]
        kept = list(_all_dumped(order.value, ascii_only=False)) if several else plain
        for layout, in_ascii, in_full in zip(_LAYOUTS, plain, kept, strict=True):
            yield from _styled(layout, in_ascii, in_full, order)
        for name, text, reach in _printed(order.value):
            yield Form(name + order.name, text, _together(reach, order.reach))
        for name, text in printed(order.value):
            yield Form(name + order.name, text, ALONE)


def form_texts(members: dict[str, Any]) -> Iterator[Form]:
    """The members as a form or a query has them."""
    for order in _ordered(members):
        for name, encode, reach in (
            ("a form, as urlencode writes it", lambda text: quote_plus(str(text)), USUAL),
            ("a form with %20 for blanks", lambda text: quote(str(text)), KNOWN),
            ("a form without any encoding", str, KNOWN),
            ("a form with true, false and null in small letters", _lower_form, KNOWN),
        ):
            pairs = "&".join(f"{encode(key)}={encode(v)}" for key, v in order.value.items())
            title, both = name + order.name, _together(reach, order.reach)
            yield Form(title, pairs, both)
            yield Form(f"{title}, behind a ?", f"?{pairs}", min(both, KNOWN))


def _lower_form(member: Any) -> str:
    return quote_plus(_lower_word(member, "null"))


def _together(one: int, other: int) -> int:
    """The reach of two things in one: two that are not usual are rare together."""
    return min(one, other, RARE if one < USUAL and other < USUAL else USUAL)


def _styled(layout: _Layout, plain: str, kept: str, order: _Ordered) -> Iterator[Form]:
    """The layout in each style that makes a difference; the name of one that makes none is left out."""
    several = plain != kept or _ESCAPED.search(plain)
    seen = set()
    for style in _STYLES if several else _STYLES[:1]:
        text = style.change(plain if style.ascii_only else kept)
        if text in seen:
            continue
        seen.add(text)
        unmarked = style is _STYLES[0] and plain == kept
        name = layout.name + ("" if unmarked else f", {style.name}") + order.name
        reach = _together(_together(layout.reach, style.reach), order.reach)
        yield Form(name, text, reach, Writer(layout, style))


def _lower_word(member: Any, nothing: str) -> str:
    """The member as languages print it that write true and false in small letters."""
    if isinstance(member, bool):
        return str(member).lower()
    return nothing if member is None else str(member)


def _printed(value: Any) -> Iterator[tuple[str, str, int]]:
    """What printing the object gives in Python and elsewhere: name, text and reach."""
    if not isinstance(value, dict | list):
        return
    printed = str(value)
    without_blanks = printed.replace(" ", "")
    name = "a printed Python object"
    yield (f"{name}, as str() writes it", printed, USUAL)
    yield (f"{name} with double quotes put in", printed.replace("'", '"'), KNOWN)
    yield (f"{name} without blanks", without_blanks, KNOWN)
    quoted = without_blanks.replace("'", '"')
    yield (f"{name} with double quotes put in and without blanks", quoted, KNOWN)
    if isinstance(value, list):
        yield ("a printed JavaScript array", ",".join(["[object Object]"] * len(value)), RARE)
    else:
        members = list(value.items())
        yield ("a printed list of Python's items", str(members), RARE)
        java = ", ".join(f"{key}={_lower_word(member, 'null')}" for key, member in members)
        yield ("a printed Java map", f"{{{java}}}", RARE)
        net = ", ".join(f"{key} = {member}" for key, member in members)
        yield ("a printed C# object", f"{{ {net} }}", RARE)
        shell = "; ".join(f"{key}={member}" for key, member in members)
        yield ("a printed PowerShell object", f"@{{{shell}}}", RARE)
        ruby = ", ".join(f'"{key}"=>{json.dumps(member)}' for key, member in members)
        yield ("a printed Ruby hash", f"{{{ruby}}}", RARE)
        go = " ".join(f"{key}:{_lower_word(member, '<nil>')}" for key, member in members)
        yield ("a printed Go map", f"map[{go}]", RARE)
        bare = "".join(f"{key}{member}" for key, member in members)
        yield ("keys and values without marks", bare, RARE)
