"""What a person meant by a name or a value that an endpoint does not have.

Three ways, in this order: the same letters written otherwise (``inst_id``), the name that another
exchange or ccxt has for it (``data/foreign_names.json``), and a typo. Or it belongs to an endpoint of
the same things: ticker and tickers, trades and history-trades, order and order-algo.

Tested in ``tests/cell/test_check_names.py``.
"""

from __future__ import annotations

import json
import re
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

from okx_magic.catalogue.reader import endpoints, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from okx_magic.catalogue.reader import Endpoint, Param

_LEAST_ALIKE = 0.6
_DOCUMENTED = "documented"


def near_parameter(name: str, params: Sequence[Param], *, slips: bool = True) -> str:
    """The parameter that is meant, with its path where it lies inside of another one:
    ``attachAlgoOrds[].slTriggerPx``. "" where nothing is near. Without ``slips`` a name that is only
    alike is not taken.
    """
    return _near(name, _names(), dict(_places(params)), slips=slips)


def near_header(name: str, headers: Sequence[str]) -> str:
    """The documented header that is meant by a name in a query or a body; "" for none."""
    return _near(name, _names(), {each: each for each in headers}, slips=False)


def elsewhere(name: str) -> str:
    """Where OKX has what another exchange puts in a parameter of this name."""
    found: str = _data()["elsewhere"].get(_folded(name), "")
    return found


def near_value(name: str, value: str, values: Sequence[str], *, slips: bool = True) -> str:
    """The documented value of a parameter that is meant by another text; "" where nothing is near."""
    meant = {text: [known] for text, known in _values().get(name, {}).items()}
    return _near(value, meant, {each: each for each in values}, slips=slips)


def foreign_value(name: str, value: str) -> str:
    """What OKX calls a value that another exchange has for a parameter; "" for none."""
    return _values().get(name, {}).get(_folded(value), "")


def sibling(endpoint: Endpoint, name: str, value: str = "") -> str:
    """The path of the documented sibling nearest to an endpoint that has a parameter of exactly this
    name, and with ``value`` that takes this value; "" where there is none.
    """
    family, _, thing = endpoint.path.rpartition("/")
    having = [
        other.path
        for other in endpoints().values()
        if other.status == _DOCUMENTED
        and other is not endpoint
        and other.method == endpoint.method
        and other.path.startswith(f"{family}/")
        and _same_thing(thing, other.path.removeprefix(f"{family}/"))
        and any(p.name == name and (not value or value in p.values) for p in other.params)
    ]
    near = get_close_matches(endpoint.path, having, n=1, cutoff=0)
    return near[0] if near else ""


def _same_thing(one: str, other: str) -> bool:
    short, long = sorted((one.removesuffix("s"), other.removesuffix("s")), key=len)
    return short in long


def _places(params: Sequence[Param], inside: str = "") -> Iterator[tuple[str, str]]:
    """Each name once, the outermost first, with where it stands."""
    for param in params:
        yield param.name, inside + param.name
    for param in params:
        for name, place in _places(param.fields, f"{inside}{param.name}[]."):
            if all(name != known.name for known in params):
                yield name, place


def _near(
    text: str,
    foreign: Mapping[str, Sequence[str]],
    places: Mapping[str, str],
    *,
    slips: bool = True,
) -> str:
    folded = _folded(text)
    same = [name for name in places if _folded(name) == folded]
    called = [name for name in foreign.get(folded, ()) if name in places]
    alike = _alike(folded, places) if slips else []
    name = next(iter([*same, *called, *alike]), "")
    return places.get(name, "")


def _folded(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


def _alike(folded: str, names: Iterable[str]) -> list[str]:
    """The one name that this may be a typo of, if it is near enough."""
    rated = [(_likeness(folded, _folded(name)), name) for name in names]
    best, name = max(rated, default=(0.0, ""), key=lambda each: each[0])
    return [name] if best >= _LEAST_ALIKE else []


def _likeness(typed: str, name: str) -> float:
    likeness = SequenceMatcher(None, typed, name, autojunk=False).ratio()
    # Two letters swapped: in a short name that is much of it.
    return max(likeness, 0.9) if sorted(typed) == sorted(name) else likeness


@cache
def _names() -> Mapping[str, Sequence[str]]:
    names: dict[str, list[str]] = _data()["names"]
    return names


@cache
def _values() -> Mapping[str, Mapping[str, str]]:
    values: dict[str, dict[str, str]] = _data()["values"]
    return values


@cache
def _data() -> dict[str, dict[str, Any]]:
    """``names`` and ``values`` of others with OKX's own, and what stands ``elsewhere``."""
    data: dict[str, dict[str, Any]] = json.loads(read_text("foreign_names.json"))
    return data
