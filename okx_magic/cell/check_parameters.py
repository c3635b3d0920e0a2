"""Checks the names and the values of a request with what OKX documents.

OKX ignores a name that it does not know: the order is placed without the stop. So a write with such
a name is refused, and a read gets a notice. A mistake of value is certain only for closed lists and
fixed forms; all other documented values are hints (OKX adds new ones), so another value gives a notice.

Tested in ``tests/cell/test_check_names.py`` and ``tests/cell/test_check_values.py``.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from okx_magic.catalogue.near_names import (
    elsewhere,
    foreign_value,
    near_header,
    near_parameter,
    near_value,
    sibling,
)
from okx_magic.catalogue.parameter_rules import parameter_rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from okx_magic.catalogue import Endpoint, Param
    from okx_magic.model import Request

# Of these the docs were read; of the others only clients, or nothing, tell the parameters.
WELL_KNOWN = "documented"
_SHOWN = 12
_LINE = 160
_IN_BODY = " in its body"
_CLOSED_LISTS = frozenset({"bar", "side", "tdMode", "ordType", "posSide"})
# OKX docs, Place order: case-sensitive letters and digits, up to 32.
_CLIENT_IDS = frozenset({"clOrdId", "algoClOrdId", "attachAlgoClOrdId"})
_CLIENT_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_NO_ID_CHARACTER = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem of a request, in one clause. ``certain``: it can only fail, or do what nobody
    meant, so it is refused; otherwise it is a notice. ``remedy`` is what to write, "" where the
    text says it. ``instead`` is the name to write, if one is near; ``about`` the request, which an
    error names once for all that it says. ``unknown`` is the name that the endpoint does not have,
    ``missing`` are those that it needs, in the query, the body or the object that ``where`` says.
    """

    text: str
    remedy: str = ""
    certain: bool = False
    instead: str = ""
    about: str = ""
    unknown: str = ""
    missing: tuple[str, ...] = ()
    where: str = ""

    @property
    def sentence(self) -> str:
        """The problem, with the name to write."""
        return f"{self.text}: write {self.instead}" if self.instead else self.text

    def __str__(self) -> str:
        said = f"{self.about}: {self.sentence}" if self.about else self.sentence
        return f"{said} · {self.remedy}" if self.remedy else said


@dataclass(frozen=True, slots=True)
class Group:
    """Names and values that stand together: a query, an object of a body, or one inside of it."""

    where: str
    given: Mapping[str, Any]
    params: tuple[Param, ...]
    outermost: bool = True


def groups(request: Request, endpoint: Endpoint) -> Iterator[Group]:
    """All names and values of a request, each group with the parameters that may stand in it."""
    if request.query or request.method == "GET":
        yield Group("", dict(request.query), endpoint.params)
    several = isinstance(request.json, list)
    for number, item in enumerate(request.items, start=1):
        where = f" in item {number} of its body" if several else " in its body"
        yield Group(where, item, endpoint.params)
        yield from _inside(item, endpoint.params, where)


def _inside(given: Mapping[str, Any], params: tuple[Param, ...], where: str) -> Iterator[Group]:
    for param in params:
        value = given.get(param.name)
        objects = value if isinstance(value, list) else [value]
        for each in objects:
            # Of an object whose fields are not documented nothing is known.
            if isinstance(each, dict) and param.fields:
                inside = f" in {param.name}{where}"
                yield Group(inside, each, param.fields, outermost=False)
                yield from _inside(each, param.fields, inside)


def several(endpoint: Endpoint) -> str:
    """What to do with a list of values where OKX takes one."""
    way = "a request for each"
    return f"several only with --to, or {way}" if endpoint.paging else way


def unknown_names(
    request: Request, endpoint: Endpoint, given: Iterable[Group]
) -> Iterator[Finding]:
    """A finding for each name that the endpoint does not have, with the one that is meant."""
    sure = endpoint.status == WELL_KNOWN
    for group in given:
        known = {param.name for param in group.params}
        for name in group.given:
            if name in known:
                continue
            if group.outermost and name in endpoint.also:
                yield Finding(f"OKX's docs do not list {name} for {request}: it may do nothing")
                continue
            instead, remedy = _remedy(name, group, endpoint)
            if sure and request.effect != "read":
                text, about = no_such_names([name], group.where), str(request)
                certain = True
            else:
                effect = " and has no effect" if sure else ", as far as the catalogue knows"
                text, about = f"{name}{group.where} is unknown to {request}{effect}", ""
                certain = False
            yield Finding(text, remedy, certain, instead, about, unknown=name, where=group.where)


def no_such_names(names: Sequence[str], where: str) -> str:
    """That the endpoint does not have them, in one clause."""
    parameters = "parameter" if len(names) == 1 else "parameters"
    place = " here" if where in {"", _IN_BODY} else where
    return f"OKX has no {parameters} {', '.join(names)}{place}"


def repeated_names(request: Request) -> Iterator[Finding]:
    """A finding for each name that stands twice in the query: OKX takes one of the values."""
    for name, times in Counter(name for name, _ in request.query).items():
        if times > 1:
            joined = ",".join(value for each, value in request.query if each == name)
            yield Finding(
                f"{name} appears {times} times in the query", f"one list is {name}={joined}"
            )


def missing_names(request: Request, endpoint: Endpoint) -> Iterator[Finding]:
    """A finding for each place that lacks a required parameter, or all of those of which one is."""
    if endpoint.status != WELL_KNOWN:
        return
    required = [(param.name,) for param in endpoint.params if param.required == "yes"]
    for where, group in _outermost(request, endpoint):
        missing = [
            " or ".join(names) for names in (*required, *endpoint.one_of) if not group & {*names}
        ]
        if missing:
            shows = f"%okx_find {request.path} shows its parameters"
            text = f"OKX needs {', '.join(missing)}{where}"
            lacks, about = tuple(missing), str(request)
            yield Finding(text, shows, certain=True, about=about, missing=lacks, where=where)


def _outermost(request: Request, endpoint: Endpoint) -> Iterator[tuple[str, set[str]]]:
    """The names given in each place that needs them: the query, the body, each item of an array."""
    query = {name for name, _ in request.query}
    if request.method == "GET":
        yield "", query
    elif isinstance(request.json, list):
        for number, item in enumerate(request.json, start=1):
            yield f" in item {number} of its body", {*item} if isinstance(item, dict) else set()
    elif isinstance(request.json, dict) or endpoint.params:
        # A few of OKX's POSTs also read their query.
        yield _IN_BODY, query | {*(request.json or {})}


def _remedy(name: str, group: Group, endpoint: Endpoint) -> tuple[str, str]:
    """The name to write in place of this one, or, where none is near, what else to do."""
    if header := near_header(name, endpoint.headers):
        return "", f"{header} is a header: write {header}: … above the body"
    # A name that OKX has elsewhere is not a typo.
    other = sibling(endpoint, name) if group.outermost else ""
    hint = elsewhere(name) or (f"{endpoint.method} {other} has {name}" if other else "")
    near = near_parameter(name, group.params, slips=not hint)
    if near.endswith(f"[].{name}"):
        outer = near.removesuffix(f"[].{name}")
        return "", f'it belongs in {outer}: "{outer}": [{{"{name}": …}}]'
    if near in ("before", "begin") and endpoint.paging:
        return near, "--since brings all rows from a time on"
    if near:
        return near, ""
    return "", hint or _listed_of(group)


def _listed_of(group: Group) -> str:
    names = [param.name for param in group.params]
    return f"it has {_listed(names)}" if names else "it takes none"


def _listed(words: Sequence[str]) -> str:
    whole = ", ".join(words)
    # What fits into a line hides nothing: all bars do.
    if len(words) <= _SHOWN or len(whole) <= _LINE:
        return whole
    return f"{', '.join(words[:_SHOWN])} and {len(words) - _SHOWN} more"


def values(request: Request, endpoint: Endpoint, given: Iterable[Group]) -> Iterator[Finding]:
    """A finding for each value that the docs do not have."""
    for group in given:
        for param in group.params:
            # An empty value is left out, as OKX's own examples have it.
            if group.given.get(param.name) not in (None, ""):
                yield from _value(request, endpoint, group, param)
        yield from _partners(group, endpoint)
        if request.method == "GET" and endpoint.paging and group.given.get("before"):
            yield from _before_alone(group)


def _before_alone(group: Group) -> Iterator[Finding]:
    """OKX docs: ``before`` by itself returns the newest rows, not those that follow its cursor."""
    if not any(group.given.get(name) for name in ("after", "begin", "end")):
        text = (
            f"before={group.given['before']} alone brings the newest rows, not those right after it"
        )
        yield Finding(text, "--since brings all rows from a time on")


def _value(request: Request, endpoint: Endpoint, group: Group, param: Param) -> Iterator[Finding]:
    value = group.given[param.name]
    # Where the docs were not read, an id may have another form: OKX's loans take hyphens.
    if param.name in _CLIENT_IDS and endpoint.status == WELL_KNOWN:
        yield from _client_id(param.name, value, group)
    elif param.values and param.type != "boolean":
        sure = endpoint.status == WELL_KNOWN and param.name in _CLOSED_LISTS
        if param.name == "bar" and isinstance(value, str) and "," in value:
            yield Finding(f"OKX takes one bar, not {value[:60]}", several(endpoint), sure)
            return
        for each in _each(value, request):
            if each not in param.values:
                text = f"{param.name}={each}{group.where} is not documented"
                yield Finding(text, _meant(param, each, endpoint), sure)


def _meant(param: Param, value: str, endpoint: Endpoint) -> str:
    near = near_value(param.name, value, param.values, slips=False)
    if not near:
        for same in (value, foreign_value(param.name, value)):
            if same and (other := sibling(endpoint, param.name, same)):
                return f"{endpoint.method} {other} takes {param.name}={same}"
        near = near_value(param.name, value, param.values)
    return f"{near} in place of {value}?" if near else f"documented: {_listed(param.values)}"


def _each(value: Any, request: Request) -> list[str]:
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, str) and request.method == "GET":
        several = value.split(",")
        return [each.strip() for each in several] if len(several) > 1 else several
    return [str(value)] if isinstance(value, str | int) else []


def _client_id(name: str, value: Any, group: Group) -> Iterator[Finding]:
    typed = value if isinstance(value, str) else str(value)
    near = _NO_ID_CHARACTER.sub("", typed)[:32]
    rule = f"{name}{group.where} has 1 to 32 letters and digits, which {typed[:60]!r} does not"
    # What is no text comes back as one, and its order would not be known again.
    if not isinstance(value, str):
        rule = f"{name}{group.where} is a text in quotes, which {typed[:60]} is not"
    elif _CLIENT_ID.fullmatch(value):
        return
    yield Finding(rule, f"for example {near}" if near else "", certain=True)


def _partners(group: Group, endpoint: Endpoint) -> Iterator[Finding]:
    """What goes with another parameter that is not there."""
    params = {param.name: param for param in group.params}
    for name, value in group.given.items():
        if name not in params or (rule := parameter_rule(params[name], endpoint)) is None:
            continue
        partners = [each for each in rule.partners if each in params]
        given = any(group.given.get(each) not in (None, "") for each in partners)
        if partners and value not in (None, "") and not given:
            yield Finding(
                f"{name}{group.where} goes with {' or '.join(partners)}, which is missing"
            )
