"""What a parameter takes in plain words, when it is needed, and with what it goes.

The docs say these in prose; the commonest of them are in ``data/parameter_rules.json``. Used before
sending, and after OKX named a parameter in a refusal.

Tested in ``tests/catalogue/test_texts.py``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from okx_magic.catalogue.reader import endpoints, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from okx_magic.catalogue.reader import Endpoint, Param

# The codes whose text names a parameter, and how: "Parameter posSide  error", "… can not be empty."
NAMING_CODES = frozenset({"50014", "50015", "50024", "51000", "50016"})
_NAMED = re.compile(r"[Pp]arameters?\s+\{?([A-Za-z]\w*(?:\[\]|\.\w+|/\w+)*)\}?")
_VALUES_SHOWN = 12
_BEST_KNOWN = (
    "/api/v5/trade/order",
    "/api/v5/trade/",
    "/api/v5/market/",
    "/api/v5/account/",
    "/api/v5/",
)


@dataclass(frozen=True, slots=True)
class ParameterRule:
    """``takes`` says what its values are, ``needed`` when it has to be given ("" where the docs do not
    say), ``look`` which request shows the right value. It goes with one of its ``partners``. ``at`` has
    other rules for the endpoints whose paths begin like that: one name can mean several things.
    """

    takes: str
    needed: str = ""
    look: str = ""
    partners: tuple[str, ...] = ()
    at: Mapping[str, ParameterRule] = field(default_factory=dict)


@cache
def parameter_rules() -> Mapping[str, ParameterRule]:
    """The rules of parameters where most people meet them, by their names."""
    records = json.loads(read_text("parameter_rules.json"))
    return {name: _rule(record) for name, record in records.items()}


def _rule(record: Mapping[str, Any]) -> ParameterRule:
    return ParameterRule(
        record["is"],
        record.get("when", ""),
        record.get("look", ""),
        tuple(record.get("with", ())),
        {path: _rule(other) for path, other in record.get("at", {}).items()},
    )


def parameter_rule(param: Param, endpoint: Endpoint) -> ParameterRule | None:
    """The rule of a parameter of this endpoint; None where nothing is known beyond its values."""
    rule = parameter_rules().get(param.name)
    if rule is None:
        return None
    path = endpoint.path.removeprefix("/api/v5/")
    near = next((other for start, other in rule.at.items() if path.startswith(start)), rule)
    # A rule that tells values which are none here is about another endpoint.
    if param.values and not _listed(param.name, near.takes) <= {*param.values}:
        return replace(near, takes="")
    return near


def _listed(name: str, text: str) -> set[str]:
    """The values in a text that are documented for the parameter anywhere."""
    return set(re.findall(r"\w+", text)) & _documented().get(name, set())


@cache
def _documented() -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for endpoint in endpoints().values():
        for param in _all(endpoint.params):
            found.setdefault(param.name, set()).update(param.values)
    return found


def parameter_spelled(text: str) -> str:
    """The parameter that a text is the name of, as OKX writes it; "" where it is none."""
    return _spelled().get(text.lower(), "")


@cache
def _spelled() -> Mapping[str, str]:
    names = (param.name for each in endpoints().values() for param in _all(each.params))
    return {name.lower(): name for name in names}


def _all(params: Sequence[Param]) -> Iterator[Param]:
    for param in params:
        yield param
        yield from _all(param.fields)


def named_parameter(msg: str) -> str:
    """The parameter that a refusal of OKX names: ``Parameter posSide  error``; "" for none."""
    found = _NAMED.search(msg)
    return re.split(r"[./\[]", found[1])[-1 if "." in found[1] else 0] if found else ""


def parameter_advice(name: str, endpoint: Endpoint | None = None) -> tuple[str, ...]:
    """What to know of a parameter that OKX refused, a line each; of that endpoint where it is known."""
    params = list(_named(name, endpoint.params)) if endpoint else _anywhere(name)
    rule = parameter_rules().get(name)
    if endpoint and params:
        rule = parameter_rule(params[0], endpoint)
    lines = []
    if rule and rule.takes:
        lines.append(f"{name} is {rule.takes}")
    values = list(dict.fromkeys(value for param in params for value in param.values))
    if values:
        more = f" and {len(values) - _VALUES_SHOWN} more" if len(values) > _VALUES_SHOWN else ""
        lines.append(f"documented values: {', '.join(values[:_VALUES_SHOWN])}{more}")
    if endpoint and any(param.required == "yes" for param in params):
        lines.append(f"{endpoint.method} {endpoint.path} always needs it")
    elif rule and rule.needed and _can_be_needed(params, endpoint):
        lines.append(f"needed {rule.needed}")
    if rule and rule.partners:
        lines.append(f"goes with {' or '.join(rule.partners)}")
    if rule and rule.look:
        lines.append(rule.look)
    if endpoint and not params:
        lines.append(f"the docs of {endpoint.method} {endpoint.path} do not list {name}")
    return tuple(lines)


def _can_be_needed(params: Sequence[Param], endpoint: Endpoint | None) -> bool:
    return endpoint is None or any(param.required != "no" for param in params)


def _named(name: str, params: Sequence[Param]) -> Iterator[Param]:
    for param in params:
        if param.name == name:
            yield param
        yield from _named(name, param.fields)


def _anywhere(name: str) -> list[Param]:
    """The parameters of that name where they are best known from: orders, then all else."""
    for prefix in _BEST_KNOWN:
        offered = (each for each in endpoints().values() if each.path.startswith(prefix))
        if found := [param for each in offered for param in _named(name, each.params)]:
            return found
    return []
