"""The texts of a value, by hand."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LAYOUTS: dict[str, dict[str, Any]] = {
    "compact JSON": {"separators": (",", ":")},
    "JSON with blanks, as json.dumps writes it": {},
    "JSON indented by 2": {"indent": 2},
    "JSON indented by 4": {"indent": 4},
    "JSON with blanks behind its commas only": {"separators": (", ", ":")},
    "JSON with blanks behind its colons only": {"separators": (",", ": ")},
    "JSON indented by tabs": {"indent": "\t"},
    "JSON in lines without indentation": {"indent": 0},
    "JSON indented by 3": {"indent": 3},
    "JSON indented by 1": {"indent": 1},
    "JSON with blanks around its colons": {"separators": (", ", " : ")},
    "JSON indented by 2 with Windows line breaks": {"indent": 2},
    "JSON indented by 2 with blanks around its colons": {"indent": 2, "separators": (",", " : ")},
    "JSON indented by 4 as PowerShell 5 writes it": {"indent": 4, "separators": (",", ":  ")},
    "JSON as Perl's pretty JSON::PP writes it": {"indent": 3, "separators": (",", " : ")},
}


def _go(text: str) -> str:
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _gson(text: str) -> str:
    return _go(text).replace("'", "\\u0027").replace("=", "\\u003d")


def _upper(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: "\\u" + found[1].upper(), text)


def _dotnet(text: str) -> str:
    text = text.replace('\\"', "\\u0022").replace("'", "\\u0027")
    return _upper(_go(text).replace("+", "\\u002b").replace("`", "\\u0060"))


STYLES: dict[str, tuple[bool, Callable[[str], str]]] = {
    "non-ASCII as \\u escapes": (True, str),
    "non-ASCII kept": (False, str),
    "\\/ for each /": (True, lambda text: text.replace("/", "\\/")),
    "non-ASCII kept and \\/ for each /": (False, lambda text: text.replace("/", "\\/")),
    "<, > and & escaped": (False, _go),
    "<, >, &, ' and = escaped, as Gson does": (False, _gson),
    "escapes as .NET writes them": (True, _dotnet),
    "\\u escapes in capitals": (True, _upper),
}


def _sorted(value: Any) -> Any:
    return json.loads(json.dumps(value, sort_keys=True))


def _reversed(value: Any) -> Any:
    if isinstance(value, list):
        return [_reversed(each) for each in value]
    if isinstance(value, dict):
        return {key: _reversed(value[key]) for key in list(value)[::-1]}
    return value


ORDERS: dict[str, Callable[[Any], Any]] = {
    "": lambda value: value,
    ", keys sorted": _sorted,
    ", keys in reverse": _reversed,
}
WORDS = {True: "true", False: "false"}


def _word(member: Any, nothing: str) -> str:
    if member is None:
        return nothing
    return WORDS[member] if isinstance(member, bool) else str(member)


def _inside(
    value: Any,
    left: str,
    member: str,
    between: str,
    right: str,
    *,
    nothing: str = "null",
    python: bool = False,
    quoted: bool = False,
    comma: str = ", ",
) -> str:
    """A value as it is printed, each object in it alike."""

    def text(each: Any) -> str:
        if isinstance(each, dict):
            pairs = (member.replace("%k", key).replace("%v", text(v)) for key, v in each.items())
            return left + between.join(pairs) + right
        if isinstance(each, list):
            return "[" + comma.join(map(text, each)) + "]"
        if isinstance(each, str):
            return json.dumps(each, ensure_ascii=False) if quoted else each
        if nothing == "<nil>" and isinstance(each, float) and each == int(each):
            return str(int(each))  # Go knows no difference between 100 and 100.0
        return str(each) if python else _word(each, nothing)

    return text(value)


PRINTED: dict[str, Callable[[Any], str]] = {
    "a printed Python object, as str() writes it": str,
    "a printed Python object with double quotes put in": lambda value: str(value).replace("'", '"'),
    "a printed Python object without blanks": lambda value: "".join(str(value).split(" ")),
    "a printed Python object with double quotes put in and without blanks": lambda value: "".join(
        str(value).split(" ")
    ).replace("'", '"'),
    "a printed JavaScript array": lambda value: ",".join("[object Object]" for _ in value),
    "a printed list of Python's items": lambda value: str([*value.items()]),
    "a printed Java map": lambda value: _inside(value, "{", "%k=%v", ", ", "}"),
    "a printed C# object": lambda value: _inside(value, "{ ", "%k = %v", ", ", " }", python=True),
    "a printed PowerShell object": lambda value: _inside(
        value, "@{", "%k=%v", "; ", "}", python=True
    ),
    "a printed Ruby hash": lambda value: _inside(
        value, "{", '"%k"=>%v', ", ", "}", nothing="nil", quoted=True
    ),
    "a printed Go map": lambda value: _inside(
        value, "map[", "%k:%v", " ", "]", nothing="<nil>", comma=" "
    ),
    "keys and values without marks": lambda value: _inside(value, "", "%k%v", "", "", python=True),
}
MORE: dict[str, Callable[[Any], str]] = {}
"""Printers of other languages, of objects alone."""
FORMS: dict[str, Callable[[dict[str, Any]], str]] = {
    "a form, as urlencode writes it": urlencode,
    "a form with %20 for blanks": lambda value: urlencode(value, quote_via=quote, safe="/"),
    "a form with true, false and null in small letters": lambda value: urlencode(
        {k: _word(v, "null") for k, v in value.items()}
    ),
    "a form without any encoding": lambda value: "&".join(f"{k}={v}" for k, v in value.items()),
}


def text_of(name: str, value: Any) -> str:
    """The text that a form of this name makes of the value."""
    behind_mark = name.endswith(", behind a ?")
    name = name.removesuffix(", behind a ?")
    order = next(each for each in (", keys in reverse", ", keys sorted", "") if name.endswith(each))
    name, value = name.removesuffix(order), ORDERS[order](value)
    if write := PRINTED.get(name) or MORE.get(name):
        return write(value)
    if name in FORMS:
        return "?" * behind_mark + FORMS[name](value)
    layout = max((each for each in LAYOUTS if name.startswith(each)), key=len)
    style = name.removeprefix(layout).removeprefix(", ") or "non-ASCII as \\u escapes"
    ascii_only, change = STYLES[style]
    text = change(json.dumps(value, ensure_ascii=ascii_only, **LAYOUTS[layout]))
    if "Perl" in layout:
        text += "\n"
    windows = "Windows" in layout or "PowerShell" in layout
    return text.replace("\n", "\r\n") if windows else text


def forms_of(value: Any, *, as_form: bool) -> Iterator[str]:
    """The names of all texts of the value; of several that make the same of it the plainest."""
    seen: set[str] = set()
    for order in ORDERS:
        for layout, options in LAYOUTS.items():
            plain, kept = (
                json.dumps(value, ensure_ascii=each, **options) for each in (True, False)
            )
            for style in STYLES:
                name = f"{layout}, {style}"
                if style == "non-ASCII as \\u escapes" and plain == kept:
                    name = layout
                yield from _unseen(name + order, value, seen)
        for name in PRINTED:
            python = "Python object" in name
            array = isinstance(value, list)
            if not python and array != (name == "a printed JavaScript array"):
                continue
            yield from _unseen(name + order, value, seen)
    if as_form and isinstance(value, dict):
        for order in ORDERS:
            for name in FORMS:
                yield from _unseen(name + order, value, seen)
                yield from _unseen(f"{name}{order}, behind a ?", value, seen)


def _unseen(name: str, value: Any, seen: set[str]) -> Iterator[str]:
    text = text_of(name, value)
    if text not in seen:
        seen.add(text)
        yield name
