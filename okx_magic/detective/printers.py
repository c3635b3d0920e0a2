"""What programs print for an object in place of its JSON: each language's printer as one row.

A row says what stands around and between the members, how a text is quoted, and the words for true,
false and nothing; one function writes any value by it.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from pprint import pformat
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _same(text: str) -> str:
    return text


def _double(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _single(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _node(text: str) -> str:
    """The quotes of util.inspect: the first kind that the text does not hold."""
    mark = next((mark for mark in "'\"`" if mark not in text), "'")
    return mark + text + mark


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _initials(name: str) -> str:
    """A field as linters of Go want it: InstID."""
    return re.sub(r"Id(?=$|[A-Z])", "ID", _capital(name))


class _Printer(NamedTuple):
    """One printer: ``pair`` has {key} and {value}; ``items`` are what is around and between those of a
    list, ``lines`` whether each member has a line of its own, indented by that.
    """

    name: str
    around: tuple[str, str]
    pair: str
    between: str
    text: Callable[[str], str] = _same
    words: tuple[str, str, str] = ("true", "false", "null")
    items: tuple[str, str, str] = ("[", ", ", "]")
    key: Callable[[str], str] = _same
    number: Callable[[float], str] = str

    def write(self, value: Any) -> str:
        """The value as it is printed."""
        if isinstance(value, dict):
            members = (
                self.pair.replace("{key}", self.key(key)).replace("{value}", self.write(member))
                for key, member in value.items()
            )
            return self.around[0] + self.between.join(members) + self.around[1]
        if isinstance(value, list):
            return self.items[0] + self.items[1].join(map(self.write, value)) + self.items[2]
        if isinstance(value, str):
            return self.text(value)
        yes, no, nothing = self.words
        return (
            {True: yes, False: no}[value]
            if isinstance(value, bool)
            else (nothing if value is None else self.number(value))
        )


def _number(value: float) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole and abs(value) < 1e21 else str(value)


_WAYS: Final[dict[str, Callable[[Any], str]]] = {
    "plain": _same,
    "double": _double,
    "single": _single,
    "node": _node,
    "python": repr,
    "serde": lambda text: f"String({_double(text)})",
    "capital": _capital,
    "initials": _initials,
    # JavaScript, Go and PHP write 100.0 as 100; the others have it as Python does.
    "short": _number,
}


def _printer(row: dict[str, Any]) -> _Printer:
    """A row of the table, the names of its functions replaced by them."""
    made: dict[str, Any] = {}
    for field, value in row.items():
        named = field in ("text", "key", "number")
        made[field] = tuple(value) if isinstance(value, list) else _WAYS[value] if named else value
    return _Printer(**made)


@cache
def _printers() -> tuple[_Printer, ...]:
    """The table beside this file, a row for each printer, read on first use."""
    text = resources.files(__package__).joinpath("printers.json").read_text("utf-8")
    return tuple(map(_printer, json.loads(text)))


# ---- PHP and Perl: by levels ----------------------------------------------------------------------


def _members(value: Any) -> list[tuple[Any, Any]]:
    return list(value.items() if isinstance(value, dict) else enumerate(value))


def _print_r(value: Any, depth: int = 0) -> str:
    if not isinstance(value, dict | list):
        return (
            {True: "1", False: "", None: ""}[value]
            if value is None or isinstance(value, bool)
            else _number(value)
            if not isinstance(value, str)
            else value
        )
    pad = " " * 8 * depth
    rows = "".join(
        f"{pad}    [{key}] => {_print_r(member, depth + 1)}\n" for key, member in _members(value)
    )
    return f"Array\n{pad}(\n{rows}{pad})\n"


def _var_export(value: Any, depth: int = 0) -> str:
    if isinstance(value, str):
        return _single(value)
    if not isinstance(value, dict | list):
        return "NULL" if value is None else str(value).lower()
    pad = "  " * depth
    rows = ""
    for key, member in _members(value):
        name = _single(key) if isinstance(key, str) else key
        start = f"\n{pad}  " if isinstance(member, dict | list) else ""
        rows += f"{pad}  {name} => {start}{_var_export(member, depth + 1)},\n"
    return f"array (\n{rows}{pad})"


def _serialize(value: Any) -> str:
    if isinstance(value, dict | list):
        inner = "".join(_serialize(key) + _serialize(member) for key, member in _members(value))
        return f"a:{len(value)}:{{{inner}}}"
    if isinstance(value, str):
        return f's:{len(value.encode("utf-8", "surrogatepass"))}:"{value}";'
    if value is None:
        return "N;"
    if isinstance(value, bool):
        return f"b:{value:d};"
    return f"i:{value};" if isinstance(value, int) else f"d:{_number(value)};"


def _var_dump(value: Any, depth: int = 0) -> str:
    pad = "  " * depth
    if isinstance(value, dict | list):
        rows = ""
        for key, member in _members(value):
            name = f'"{key}"' if isinstance(key, str) else key
            rows += f"{pad}  [{name}]=>\n{pad}  {_var_dump(member, depth + 1)}"
        return f"array({len(value)}) {{\n{rows}{pad}}}\n"
    if isinstance(value, str):
        return f'string({len(value.encode("utf-8", "surrogatepass"))}) "{value}"\n'
    if value is None:
        return "NULL\n"
    if isinstance(value, bool):
        return f"bool({str(value).lower()})\n"
    return f"{'int' if isinstance(value, int) else 'float'}({_number(value)})\n"


def _dumper(value: Any, depth: int = 10) -> str:
    if not isinstance(value, dict | list):
        return (
            "undef" if value is None else _single(value) if isinstance(value, str) else str(value)
        )
    pad, (left, right) = " " * depth, "{}" if isinstance(value, dict) else "[]"
    rows = []
    for key, member in _members(value):
        name = f"'{key}' => " if isinstance(key, str) else ""
        rows.append(f"{pad}{name}{_dumper(member, depth + len(name) + 2)}")
    inner = ",\n".join(rows)
    return f"{left}\n{inner}\n{' ' * (depth - 2)}{right}" if rows else left + right


_BY_LEVELS: Final[tuple[tuple[str, Callable[[Any], str]], ...]] = (
    ("what PHP's print_r prints", _print_r),
    ("what PHP's var_export prints", _var_export),
    ("what PHP's serialize writes", _serialize),
    ("what PHP's var_dump prints", _var_dump),
    ("what Perl's Data::Dumper prints", lambda value: f"$VAR1 = {_dumper(value)};\n"),
    ("what Python's pprint prints", pformat),
    ("what Python's pprint prints, unsorted", lambda value: pformat(value, sort_dicts=False)),
)


def printed(value: Any) -> Iterator[tuple[str, str]]:
    """What each language prints for the value, with its name."""
    for printer in _printers():
        yield printer.name, printer.write(value)
    for name, write in _BY_LEVELS:
        yield name, write(value)
