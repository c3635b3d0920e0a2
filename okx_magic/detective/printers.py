"""What programs print for an object in place of its JSON: each language's printer as one row.

A row says what stands around and between the members, how a text is quoted, and the words for true,
false and nothing; one function writes any value by it.

Tested in ``tests/detective/test_detective_suite.py``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, partial
from pprint import pformat
from typing import TYPE_CHECKING, Any, Final

from okx_magic.credentials.changes import COSTS, FUNCTIONS, Cost, operation, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _single(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _double(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _short(value: float) -> str:
    """JavaScript, Go and PHP write 100.0 as 100; the others have it as Python does."""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole and abs(value) < 1e21 else str(value)


_WAYS: Final[dict[str, Callable[[Any], str]]] = {
    "plain": str,
    "double": _double,
    "single": _single,
    # The quotes of util.inspect: the first kind that the text does not hold.
    "node": lambda text: next((m + text + m for m in "'\"`" if m not in text), f"'{text}'"),
    "python": repr,
    "serde": lambda text: f"String({_double(text)})",
    "capital": _capital,
    # A field as linters of Go want it: InstID.
    "initials": lambda name: re.sub(r"Id(?=$|[A-Z])", "ID", _capital(name)),
    "short": _short,
    "snake": FUNCTIONS["snake"],
}


@dataclass(frozen=True, slots=True)
class _Printer:
    """One printer. ``pair`` has {key} and {value}; ``items`` are what is around and between those of a
    list, none where its places are keys; ``text``, ``key`` and ``number`` are ways to write, by name
    or as a template. {pad} is as often ``pad`` as the value lies deep; before one that lies deeper
    stands ``nested``. ``aligned`` are names filled up to the longest.
    """

    usual: str
    name: str
    around: tuple[str, str]
    pair: str
    between: str
    text: str = "plain"
    words: tuple[str, str, str] = ("true", "false", "null")
    items: tuple[str, str, str] | None = ("[", ", ", "]")
    key: str = "plain"
    number: Any = "plain"
    index: str = "{}"
    pad: str = ""
    nested: str = ""
    aligned: bool = False

    def write(self, value: Any, depth: int = 0) -> str:
        """The value as it is printed."""
        if isinstance(value, list) and self.items:
            left, between, right = self.items
            return left + between.join(self.write(each) for each in value) + right
        if isinstance(value, dict | list):
            return self._members(value, depth)
        if isinstance(value, str):
            return _text(self.text, value)
        if value is None or isinstance(value, bool):
            return self.words[2 if value is None else int(not value)]
        if isinstance(self.number, list):
            return str(self.number[isinstance(value, float)]).replace("{}", _short(value))
        return _WAYS[self.number](value)

    def _members(self, value: Any, depth: int) -> str:
        pad = self.pad * depth
        rows = []
        members = {
            self.index.format(key) if isinstance(key, int) else _text(self.key, key): member
            for key, member in (value.items() if isinstance(value, dict) else enumerate(value))
        }
        width = max(map(len, members), default=0) if self.aligned else 0
        for name, member in members.items():
            before = self.nested if isinstance(member, dict | list) else ""
            row = self.pair.replace("{key}", name.ljust(width)).replace("{pad}", pad)
            rows.append(
                row.replace("{value}", before.replace("{pad}", pad) + self.write(member, depth + 1))
            )
        left, right = (
            each.replace("{count}", str(len(value))).replace("{pad}", pad) for each in self.around
        )
        return left + self.between.join(rows) + right


def _text(way: str, text: str) -> str:
    if "{" not in way:
        return _WAYS[way](text)
    size = len(text.encode("utf-8", "surrogatepass"))
    return way.replace("{bytes}", str(size)).replace("{text}", text)


serialisers: Final = partial(table, "detective/serialisers.json")


@cache
def _printers() -> tuple[_Printer, ...]:
    """One of each row; of a row with {type} one for each name that people give to an order."""
    made = []
    for row in serialisers()["printers"]:
        for usual, name in serialisers()["types"] if "{type}" in row["name"] else [("S", "")]:
            left, right = row["around"]
            own = {
                "usual": max(row["usual"], usual, key=COSTS.__getitem__) if name else row["usual"],
                "name": row["name"].replace("{type}", name),
                "around": (left.replace("{type}", name), right),
            }
            made.append(_Printer(**{**row, **own}))
    return tuple(made)


def _dumper(value: Any, depth: int = 10) -> str:
    """Perl's Data::Dumper, which indents by the length of a name."""
    if not isinstance(value, dict | list):
        return (
            "undef" if value is None else _single(value) if isinstance(value, str) else str(value)
        )
    pad, (left, right) = " " * depth, "{}" if isinstance(value, dict) else "[]"
    rows = []
    for key, member in value.items() if isinstance(value, dict) else enumerate(value):
        name = f"'{key}' => " if isinstance(key, str) else ""
        rows.append(f"{pad}{name}{_dumper(member, depth + len(name) + 2)}")
    inner = ",\n".join(rows)
    return f"{left}\n{inner}\n{' ' * (depth - 2)}{right}" if rows else left + right


FUNCTIONS.update({"str": str, "pprint": lambda value, order=True: pformat(value, sort_dicts=order)})
FUNCTIONS["dumper"] = _dumper


@cache
def _functions() -> tuple[tuple[str, Callable[[Any], Any], int], ...]:
    """Printers that are no templates: name, function and cost."""
    return tuple(
        (name, operation(row), COSTS[usual]) for usual, name, row in serialisers()["functions"]
    )


def printed(value: Any, most: int) -> Iterator[tuple[str, str, int]]:
    """What each language prints for the value: name, text and cost."""
    if isinstance(value, list):
        yield "a printed JavaScript array", ",".join(["[object Object]"] * len(value)), Cost.RARE
    elif isinstance(value, dict):
        yield "a printed list of Python's items", str(list(value.items())), Cost.RARE
    for name, write, cost in _functions():
        if cost <= most:
            yield name, write(value), cost
    least = Cost.SELDOM if isinstance(value, list) else 0
    for printer in _printers():
        cost = max(COSTS[printer.usual], least)
        if cost <= most:
            yield printer.name, printer.write(value), cost
