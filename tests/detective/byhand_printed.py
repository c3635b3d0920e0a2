"""What the printers of many languages make of a body, by hand; numbers and words as well."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from decimal import Decimal
from pprint import pformat
from typing import TYPE_CHECKING, Any

from byhand import Signing, pattern, register
from byhand_body import value_of
from byhand_texts import MORE, ORDERS

if TYPE_CHECKING:
    from collections.abc import Callable


# What people call an order's class.
TYPES = (
    *("Order", "OrderRequest", "PlaceOrderRequest", "OrderReq", "PlaceOrder", "NewOrder", "Ord"),
    *("Request", "OrderParams", "Params", "Payload", "Body"),
)


def word(value: Any, yes: str, no: str, nothing: str) -> str:
    if value is None:
        return nothing
    return (yes if value else no) if isinstance(value, bool) else ""


def plain(value: Any, nothing: str = "null", inner: str = ", ") -> str:
    """As toString of Java, %v of Go and the like print it, with lists in brackets."""
    if isinstance(value, list):
        return "[" + inner.join(plain(each, nothing, inner) for each in value) + "]"
    return word(value, "true", "false", nothing) or str(value)


def short(value: Any) -> Any:
    """JavaScript and Go know no difference between 100 and 100.0."""
    if isinstance(value, list):
        return [short(each) for each in value]
    if isinstance(value, dict):
        return {key: short(member) for key, member in value.items()}
    return int(value) if isinstance(value, float) and value == int(value) else value


def go(value: Any, start: str, named: Callable[[str], str] | None) -> str:
    value = short(value)
    if isinstance(value, dict):
        members = (
            (named(key) + ":" if named else "") + go(member, start, named)
            for key, member in value.items()
        )
        return start + " ".join(members) + "}"
    if isinstance(value, list):
        return "[" + " ".join(go(each, start, named) for each in value) + "]"
    return plain(value, "<nil>")


def field(name: str) -> str:
    return name[0].upper() + name[1:]


def initials(name: str) -> str:
    return re.sub("Id(?![a-z])", "ID", field(name))


def quoted(value: Any, members: str, around: str, **words: str) -> str:
    """Texts in JSON's quotes; ``members`` is one of an object, with % for name and value."""
    if isinstance(value, dict):
        inner = ", ".join(
            members.replace("%k", key)
            .replace("%q", json.dumps(key))
            .replace("%v", quoted(each, members, around, **words))
            for key, each in value.items()
        )
        return around[: len(around) // 2] + inner + around[len(around) // 2 :]
    if isinstance(value, list):
        return "[" + ", ".join(quoted(each, members, around, **words) for each in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return word(value, "true", "false", words.get("nothing", "null")) or str(value)


def java(value: Any, left: str, right: str) -> str:
    if isinstance(value, dict):
        return left + ", ".join(f"{k}={java(v, left, right)}" for k, v in value.items()) + right
    if isinstance(value, list):
        return "[" + ", ".join(java(each, left, right) for each in value) + "]"
    return plain(value)


def only(value: Any, what: str) -> str:
    """The names, or the values, of maps in brackets."""
    if isinstance(value, dict):
        return (
            "[" + ", ".join(k if what == "names" else only(v, what) for k, v in value.items()) + "]"
        )
    if isinstance(value, list):
        return "[" + ", ".join(only(each, what) for each in value) + "]"
    return plain(value)


def print_r(value: Any, pad: str = "") -> str:
    value = short(value)
    if not isinstance(value, dict | list):
        return (
            word(value, "1", "", "")
            if (value in (True, False, None) and not isinstance(value, int | float))
            or isinstance(value, bool)
            else str(value)
        )
    rows = value.items() if isinstance(value, dict) else enumerate(value)
    text = f"Array\n{pad}(\n"
    for key, each in rows:
        text += f"{pad}    [{key}] => {print_r(each, pad + ' ' * 8)}\n"
    return f"{text}{pad})\n"


def serialize(value: Any) -> str:  # noqa: PLR0911 - one for each type
    match value:
        case None:
            return "N;"
        case bool():
            return f"b:{int(value)};"
        case int():
            return f"i:{value};"
        case float():
            return f"d:{short(value)};"
        case str():
            return f's:{len(value.encode())}:"{value}";'
        case list():
            return serialize(dict(enumerate(value)))
    inner = "".join(serialize(key) + serialize(each) for key, each in value.items())
    return f"a:{len(value)}:{{{inner}}}"


FLAT: dict[str, Callable[[dict[str, Any]], str]] = {
    "what node's util.inspect prints": lambda v: (
        "{ " + ", ".join(f"{k}: {inspect(each)}" for k, each in v.items()) + " }"
    ),
    "what node's util.inspect prints, a member in each line": lambda v: (
        "{\n  " + ",\n  ".join(f"{k}: {inspect(each)}" for k, each in v.items()) + "\n}"
    ),
    "what PHP's var_export prints": lambda v: (
        "array (\n" + "".join(f"  '{k}' => {exported(each)},\n" for k, each in v.items()) + ")"
    ),
    "what Perl's Data::Dumper prints": lambda v: (
        "$VAR1 = {\n"
        + ",\n".join(f"          '{k}' => {exported(each)}" for k, each in v.items())
        + "\n        };\n"
    ),
    "JavaScript's entries, printed": lambda v: ",".join(f"{k},{each}" for k, each in v.items()),
    "JavaScript's values, printed": lambda v: ",".join(v.values()),
    "JavaScript's names, printed": ",".join,
    "the values as a JSON array": lambda v: json.dumps(
        [*v.values()], separators=(",", ":"), ensure_ascii=False
    ),
    "the values without marks": lambda v: "".join(v.values()),
    "names and values in lines": lambda v: "\n".join(f"{k}: {each}" for k, each in v.items()),
    "names and values in lines with =": lambda v: "\n".join(f"{k}={each}" for k, each in v.items()),
    "names and values with commas": lambda v: ",".join(f"{k}={each}" for k, each in v.items()),
    "names and values with = and blanks": lambda v: " ".join(
        f"{k}={each}" for k, each in v.items()
    ),
    "JSON with single quotes": lambda v: (
        "{" + ",".join(f"'{k}':{exported(each)}" for k, each in v.items()) + "}"
    ),
    "a JavaScript object without quotes around its names": lambda v: (
        "{" + ",".join(f"{k}:{quoted(each, '', '')}" for k, each in v.items()) + "}"
    ),
    "JSON without its quotes, with blanks": lambda v: (
        "{" + ", ".join(f"{k}: {each}" for k, each in v.items()) + "}"
    ),
    "a deparsed R list": lambda v: (
        "list(" + ", ".join(f"{k} = {quoted(each, '', '')}" for k, each in v.items()) + ")"
    ),
    "what serde_json's Value prints for debugging": lambda v: (
        "Object {" + ", ".join(f'"{k}": String({quoted(s, "", "")})' for k, s in v.items()) + "}"
    ),
    "PowerShell's hashtable, printed by its members": lambda v: " ".join(
        f"[{k}, {each}]" for k, each in v.items()
    ),
    "what PHP's var_dump prints": lambda v: (
        f"array({len(v)}) {{\n"
        + "".join(f'  ["{k}"]=>\n  string({len(s.encode())}) "{s}"\n' for k, s in v.items())
        + "}\n"
    ),
}
"""Of objects whose members are all texts."""


def inspect(text: str) -> str:
    return f"'{text}'" if "'" not in text else f'"{text}"'


def exported(text: str) -> str:
    return "'" + re.sub(r"([\\'])", r"\\\1", text) + "'"


def _python(value: Any, make: Callable[[Any], Any]) -> str:
    """Only the outermost object is of another kind."""
    return repr(make(value)) if isinstance(value, dict) else repr(value)


ANY: dict[str, Callable[[Any], str]] = {
    "a printed Go struct": lambda v: go(v, "{", None),
    "a printed pointer to a Go struct": lambda v: go(v, "&{", None),
    "a printed Go struct with its names": lambda v: go(v, "{", field),
    "a printed Go struct with its names, ID in capitals": lambda v: go(v, "{", initials),
    "a printed pointer to a Go struct with its names": lambda v: go(v, "&{", field),
    "a printed pointer to a Go struct with its names, ID in capitals": lambda v: go(
        v, "&{", initials
    ),
    "a printed Ruby hash, as Ruby 3.4 has it": lambda v: quoted(v, "%q => %v", "{}", nothing="nil"),
    "a printed Ruby hash of symbols": lambda v: quoted(v, ":%k=>%v", "{}", nothing="nil"),
    "a printed Ruby hash of symbols, as Ruby 3.4 has it": lambda v: quoted(
        v, "%k: %v", "{}", nothing="nil"
    ),
    "a printed Ruby array of pairs": lambda v: quoted(v, "[%q, %v]", "[]", nothing="nil"),
    "a printed Swift dictionary": lambda v: quoted(v, "%q: %v", "[]"),
    "the values of a Java map": lambda v: only(v, "values"),
    "the names of a Java map": lambda v: only(v, "names"),
    **{
        f"a printed Java or Kotlin object, {name}{marks[0]}…{marks[1]}": (
            lambda v, left=name + marks[0], right=marks[1]: java(v, left, right)
        )
        for name in TYPES
        for marks in ("[]", "()", "{}")
    },
    "what PHP's print_r prints": print_r,
    "what PHP's serialize writes": serialize,
    "what Python's pprint prints": pformat,
    "what Python's pprint prints, unsorted": lambda v: pformat(v, sort_dicts=False),
}
NAMES = "|".join(sorted(map(re.escape, (*ANY, *FLAT)), key=len, reverse=True))
GO = "a Go (?:struct|map|map of any values) in Go's syntax.*?"
PYTHON = (
    "a printed Python OrderedDict(?:, as 3.12 has it)?|printed (?:values|items) of a Python dict"
)


def _flat(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


@pattern(
    rf"the body as (?P<name>{NAMES}|{GO}|{PYTHON})(?P<order>|, keys sorted|, keys in reverse)",
    "body",
    lambda sent: (
        []
        if value_of(sent) is None
        else [f"the body as {name}" for name in (*ANY, *_OTHERS)]
        + [f"the body as {name}" for name in FLAT if _flat(value_of(sent))]
    ),
)
def _printed(signing: Signing, name: str, order: str) -> None:
    value = ORDERS[order](value_of(signing.sent))
    if name in FLAT and not _flat(value):
        raise ValueError(name)
    if name in _OTHERS and not isinstance(value, dict):
        raise ValueError(name)
    write = ANY.get(name) or FLAT.get(name) or _OTHERS[name]
    signing.body = write(value).encode()


def _syntax(value: Any, start: str, key: Callable[[str], str]) -> str:
    if not _flat(value):
        raise ValueError(start)
    members = (f"{key(k)}:{quoted(each, '', '')}" for k, each in value.items())
    return start + "{" + ", ".join(members) + "}"


_OTHERS: dict[str, Callable[[Any], str]] = {
    **{
        f"a Go struct in Go's syntax, {name}": lambda v, name=name: _syntax(v, name, field)
        for name in (f"main.{each}" for each in TYPES)
    },
    "a Go map in Go's syntax": lambda v: _syntax(v, "map[string]string", json.dumps),
    "a Go map of any values in Go's syntax": lambda v: _syntax(
        v, "map[string]interface {}", json.dumps
    ),
    "a printed Python OrderedDict": lambda v: f"OrderedDict({[*v.items()]})",
    "a printed Python OrderedDict, as 3.12 has it": lambda v: f"OrderedDict({dict(v)})",
    "printed values of a Python dict": lambda v: repr(v.values()),
    "printed items of a Python dict": lambda v: repr(OrderedDict(v).items()).replace(
        "odict", "dict"
    ),
}


def _of_fitting(name: str, write: Callable[[Any], str]) -> Callable[[Any], str]:
    def checked(value: Any) -> str:
        fits = name in ANY or (_flat(value) if name in FLAT else isinstance(value, dict))
        if not fits:
            raise ValueError(name)
        return write(value)

    return checked


MORE |= {name: _of_fitting(name, write) for name, write in (ANY | FLAT | _OTHERS).items()}


# ---- numbers and words ----------------------------------------------------------------------------

_NUMBER = re.compile(r'("(?:[^"\\]|\\.)*")|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?')


def _numbers(write: Callable[[str], str]) -> Callable[[str], str]:
    return lambda body: _NUMBER.sub(lambda found: found[1] or write(found[0]), body)


def _script(number: str) -> str:
    """As JSON.stringify writes it."""
    value = float(number)
    if value == int(value):
        return str(int(value))
    small = abs(value) < 1e-6
    return re.sub("e-0", "e-", repr(value)) if small else format(Decimal(repr(value)), "f")


def _trimmed(number: str) -> str:
    return re.sub(r"\.?0+$", "", number) if "." in number and "e" not in number else number


REWRITTEN: dict[str, Callable[[str], str]] = {
    "the body's numbers as JavaScript and Go's JSON write them": _numbers(_script),
    "the body's numbers as Python writes floats": _numbers(lambda text: str(float(text))),
    "the body's numbers as Go prints floats": _numbers(lambda text: str(short(float(text)))),
    "the body's numbers with six decimals": _numbers(lambda text: f"{float(text):.6f}"),
    "the body's numbers with two decimals": _numbers(lambda text: f"{float(text):.2f}"),
    "the body's numbers with eight decimals": _numbers(lambda text: f"{float(text):.8f}"),
    "the body's numbers without zeros at their end": _numbers(_trimmed),
    "the body's numbers in quotes without zeros at their end": lambda body: re.sub(
        r'"(-?\d+\.\d+)"', lambda found: f'"{_trimmed(found[1])}"', body
    ),
    "the body's numbers in quotes with two decimals": lambda body: re.sub(
        r'"(-?\d+\.\d+)"', lambda found: f'"{float(found[1]):.2f}"', body
    ),
    "the body's numbers in quotes as floats print themselves": lambda body: re.sub(
        r'"(-?\d+\.\d+)"', lambda found: f'"{float(found[1])}"', body
    ),
    "the body's true, false and null as Python's words": lambda body: re.sub(
        r'("(?:[^"\\]|\\.)*")|true|false|null',
        lambda found: found[1] or str(json.loads(found[0])),
        body,
    ),
    "the body's true and false as 1 and 0": lambda body: re.sub(
        r'("(?:[^"\\]|\\.)*")|true|false',
        lambda found: found[1] or str(int(json.loads(found[0]))),
        body,
    ),
}
for _name, _change in REWRITTEN.items():
    register(
        _name,
        "content",
        lambda s, change=_change: setattr(s, "body", change(s.body.decode()).encode()),
    )


# ---- the whole ------------------------------------------------------------------------------------

for _word in ("$BODY", "$body", "${BODY}", "${body}", "$data", "$DATA", "%BODY%", "#{body}", "%s"):
    register(
        f"{_word} itself in place of the body",
        "whole",
        lambda s, word=_word: setattr(
            s, "whole", lambda text: text[: len(text) - len(s.body)] + word.encode()
        ),
    )
for _name, _write in {
    "the parts as a printed Java list": lambda parts: "[" + ", ".join(parts) + "]",
    "the parts as a printed Go slice": lambda parts: "[" + " ".join(parts) + "]",
    "the parts as a printed array of node": lambda parts: (
        "[ " + ", ".join(repr(each) for each in parts) + " ]"
    ),
    "the parts in a printed Java Optional": lambda parts: "Optional[" + "".join(parts) + "]",
}.items():
    register(
        _name,
        "whole",
        lambda s, write=_write: setattr(
            s,
            "whole",
            lambda _text: write(
                [
                    s.timestamp.decode(),
                    s.method.decode(),
                    (s.path + s.query).decode(),
                    s.body.decode(),
                ]
            ).encode(),
        ),
    )
