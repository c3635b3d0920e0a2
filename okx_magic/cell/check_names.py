"""Checks the names of a request: those that the endpoint does not have, and those that it needs.

OKX ignores a name that it does not know: the order is placed without the stop. So a write with such
a name is refused, and a read gets a notice.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from okx_magic.catalogue.near_names import elsewhere, near_header, near_parameter
from okx_magic.catalogue.siblings import sibling
from okx_magic.cell.findings import WELL_KNOWN, Finding, groups

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.catalogue import Endpoint
    from okx_magic.cell.findings import Group
    from okx_magic.model import Request

_NAMES_SHOWN = 12
_IN_BODY = " in its body"


def unknown_names(request: Request, endpoint: Endpoint) -> Iterator[Finding]:
    """A finding for each name that the endpoint does not have, with the one that is meant."""
    sure = endpoint.status == WELL_KNOWN
    for group in groups(request, endpoint):
        known = {param.name for param in group.params}
        for name in group.given:
            if name in known:
                continue
            if group.outermost and name in endpoint.also:
                yield Finding(f"OKX's docs do not list {name} for {request}: it may do nothing")
                continue
            instead, remedy = _remedy(name, group, endpoint)
            if sure and request.effect != "read":
                where = " here" if group.where in {"", _IN_BODY} else group.where
                text, about = f"OKX has no parameter {name}{where}", str(request)
                yield Finding(text, remedy, certain=True, instead=instead, about=about)
            else:
                effect = " and has no effect" if sure else ", as far as the catalogue knows"
                text = f"{name}{group.where} is unknown to {request}{effect}"
                yield Finding(text, remedy, instead=instead, name=name)


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
            yield Finding(text, shows, certain=True, about=str(request))


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
        return f"{near}, or --since to bring all rows from a time on", ""
    if near:
        return near, ""
    return "", hint or _listed(group)


def _listed(group: Group) -> str:
    names = [param.name for param in group.params]
    if not names:
        return "it takes none"
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"it has {', '.join(names[:_NAMES_SHOWN])}{more}"
