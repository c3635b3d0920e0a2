"""Candidates for what is being typed in a cell: from the catalogue and from the names of the session.

``cursor_context`` says what is being typed; this says what it could become. Pure: everything outside
of the text comes through ``Names``, and only when it is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from okx_magic import catalogue
from okx_magic.catalogue import Param
from okx_magic.catalogue.channels import channel, channels
from okx_magic.ui.cursor_context import Spot, SpotKind, spot_at
from okx_magic.ui.function_names import function_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from okx_magic.catalogue import Endpoint

# Documented ones first; retired ones are not offered.
_OFFERED: Final = ("documented", "newer_than_docs_copy", "broker_docs", "agent_kit_only")
_REQUIRED_FIRST: Final = ("yes", "conditional", "no")
_BOOLEANS: Final = ("true", "false")
_INSTRUMENT: Final = "instId"
_SUBSCRIBE: Final = "SUBSCRIBE"


class Names(Protocol):
    """Names that are not in the catalogue. None of the methods raises; each result may be empty."""

    def options(self, magic: str) -> Iterable[str]:
        """The options of a magic, as typed: ``--dry-run``."""

    def accounts(self) -> Iterable[str]:
        """The names that ``%okx_login`` would take."""

    def instruments(self, inst_type: str) -> Iterable[str]:
        """The account's ``instId`` of that ``instType``."""

    def variables(self, owner: str) -> Iterable[str]:
        """The names in the user's namespace, or the attributes of one of them."""


@dataclass(frozen=True, slots=True)
class Completion:
    """``candidates``, best first, each a replacement for ``typed``, the text left of the
    cursor. ``label`` says what they are.
    """

    typed: str
    label: str
    candidates: tuple[str, ...]


def complete(text: str, line: int, column: int, names: Names) -> Completion | None:
    """The candidates at the cursor of a cell; None in cells that are not ours."""
    spot = spot_at(text, line, column)
    if spot is None:
        return None
    candidates = _CANDIDATES[spot.kind](spot, names)
    if spot.kind == "variable":
        candidates = _with_function(spot, candidates, function_names(text, line))
    found = _matching(spot.typed, candidates)
    return Completion(spot.typed, spot.kind, tuple(_dressed(spot, found)))


def _matching(typed: str, candidates: Iterable[str]) -> Iterator[str]:
    """Those that begin with the typed text, then those that contain it."""
    wanted = typed.lower()
    inside = []
    for candidate in dict.fromkeys(candidates):
        if candidate.lower().startswith(wanted):
            yield candidate
        elif wanted in candidate.lower():
            inside.append(candidate)
    yield from inside


def _dressed(spot: Spot, candidates: Iterable[str]) -> Iterator[str]:
    for candidate in candidates:
        bare = spot.kind == "value" and candidate in _BOOLEANS
        opening, closing = ("", "") if bare else (spot.opening, spot.closing)
        yield opening + candidate + closing


def _with_function(spot: Spot, notebook: Iterable[str], function: tuple[str, ...]) -> Iterable[str]:
    """The names of the function before the notebook's. What one of them holds, nobody knows yet."""
    if spot.owner:
        return () if spot.owner in function else notebook
    return (*function, *notebook)


def _methods(spot: Spot, _: Names) -> Iterable[str]:
    return ("GET", "POST", "SUBSCRIBE") if spot.kind == "method" else ()


def _paths(spot: Spot, _: Names) -> Iterable[str]:
    if spot.method == _SUBSCRIBE:
        return channels()
    offered = [
        endpoint
        for endpoint in catalogue.endpoints().values()
        if endpoint.method == (spot.method or endpoint.method) and endpoint.status in _OFFERED
    ]
    offered.sort(key=lambda endpoint: (_OFFERED.index(endpoint.status), endpoint.path))
    return [endpoint.path for endpoint in offered]


def _parameters(spot: Spot, _: Names) -> Iterable[str]:
    fresh = [param for param in _params(spot) if param.name not in spot.given]
    fresh.sort(key=lambda param: _REQUIRED_FIRST.index(param.required))
    return [param.name for param in fresh]


def _values(spot: Spot, names: Names) -> Iterable[str]:
    param = next((param for param in _params(spot) if param.name == spot.owner), None)
    if param is not None and param.type == "boolean":
        return _BOOLEANS
    if param is not None and param.values:
        return param.values
    if spot.owner == _INSTRUMENT:
        return names.instruments(_inst_type(spot))
    return ()


def _inst_type(spot: Spot) -> str:
    """The type of instrument: the one given, else what the endpoint takes."""
    param = next((param for param in _params(spot) if param.name == "instType"), None)
    values = param.values if param and param.values else ("SPOT",)
    given = spot.given.get("instType")
    if given in values:
        return given
    # BTC-USDT is a spot pair; an id with a third part is mostly a swap.
    if spot.typed.count("-") > 1:
        return "SWAP"
    return "SPOT" if "SPOT" in values else values[0]


def _params(spot: Spot) -> tuple[Param, ...]:
    """The parameters of the query, or of the JSON object around the cursor."""
    if spot.method == _SUBSCRIBE:
        return _keys(spot.path)
    endpoint: Endpoint | None = catalogue.endpoint(spot.method, spot.path)
    params = endpoint.params if endpoint else ()
    for parent in spot.parents:
        params = next((param.fields for param in params if param.name == parent), ())
    return params


def _keys(name: str) -> tuple[Param, ...]:
    """The keys of a channel, with the values that the GET of the same rows takes."""
    known = channel(name)
    if known is None:
        return ()
    values = {
        param.name: param.values
        for path in (known.twin, known.again)
        if (twin := catalogue.endpoint("GET", path)) is not None
        for param in twin.params
    }
    if known.login:
        values["instType"] = ("ANY", *values.get("instType", ()))
    return tuple(
        Param(name, needed, "string", values.get(name, ())) for name, needed in known.args.items()
    )


_CANDIDATES: Mapping[SpotKind, Callable[[Spot, Names], Iterable[str]]] = {
    "nothing": lambda _spot, _names: (),
    "option": lambda spot, names: names.options(spot.owner),
    "account": lambda _spot, names: names.accounts(),
    "variable": lambda spot, names: names.variables(spot.owner),
    "method": _methods,
    "path": _paths,
    "parameter": _parameters,
    "key": _parameters,
    "value": _values,
}
