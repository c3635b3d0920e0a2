"""What a parameter takes in plain words, when it is needed, and with what it goes.

The docs say these in prose; the commonest of them are in ``data/parameter_rules.json``. Used before
sending, and after OKX named a parameter in a refusal.

Tested in ``tests/catalogue/test_texts.py``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

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
    say), ``look`` which request shows the right value. It goes with one of its ``partners``, but not for
    the paths in ``alone``.
    """

    takes: str
    needed: str = ""
    look: str = ""
    partners: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()


@cache
def parameter_rules() -> Mapping[str, ParameterRule]:
    """The rules of parameters, by their names."""
    return {
        name: ParameterRule(
            record["is"],
            record.get("when", ""),
            record.get("look", ""),
            tuple(record.get("with", ())),
            tuple(record.get("alone", ())),
        )
        for name, record in json.loads(read_text("parameter_rules.json")).items()
    }


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
    rule = parameter_rules().get(name)
    params = list(_named(name, endpoint.params)) if endpoint else _anywhere(name)
    lines = []
    if rule:
        lines.append(f"{name} is {rule.takes}")
    values = list(dict.fromkeys(value for param in params for value in param.values))
    if values:
        more = f" and {len(values) - _VALUES_SHOWN} more" if len(values) > _VALUES_SHOWN else ""
        lines.append(f"documented values: {', '.join(values[:_VALUES_SHOWN])}{more}")
    if endpoint and any(param.required == "yes" for param in params):
        lines.append(f"{endpoint.method} {endpoint.path} always needs it")
    elif rule and rule.needed:
        lines.append(f"needed {rule.needed}")
    if rule and rule.partners and not (endpoint and endpoint.path in rule.alone):
        lines.append(f"goes with {' or '.join(rule.partners)}")
    if rule and rule.look:
        lines.append(rule.look)
    if endpoint and not params:
        lines.append(f"the docs of {endpoint.method} {endpoint.path} do not list {name}")
    return tuple(lines)


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
