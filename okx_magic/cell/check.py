"""Judges a filled request by the catalogue, before it is sent.

Strategy: only what OKX documents plainly is held against a person. An unknown path may be new, so
it is sent with a notice; a required parameter that is missing, and a method that the path does not
have, can only fail, and are refused where the docs are known well.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from okx_magic.catalogue.bar_names import opens_by_hong_kong
from okx_magic.catalogue.endpoint_search import exactly, nearest_paths
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from okx_magic.catalogue import Endpoint
    from okx_magic.model import Request


_FORCE = "--force sends it all the same"
_WELL_KNOWN = "documented"


def check(request: Request) -> tuple[str, ...]:
    """Notices on a request. Raises CellError for one that cannot succeed, with what is missing."""
    endpoint = request.endpoint
    if endpoint is None:
        return _unknown(request)
    if endpoint.status == _WELL_KNOWN:
        _require_parameters(request, endpoint)
    return ()


def day_of_bars(request: Request) -> str:
    """A notice on bars that open by the day of Hong Kong, which is rarely meant; "" for others."""
    if not request.path.endswith("candles"):
        return ""
    bar = dict(request.query).get("bar", "")
    if not opens_by_hong_kong(bar):
        return ""
    return (
        f"bar={bar} counts from 00:00 in Hong Kong (UTC+8), which is 16:00 UTC;"
        f" bar={bar}utc counts from 00:00 UTC"
    )


def _unknown(request: Request) -> tuple[str, ...]:
    others = exactly(request.path)
    if not others:
        near = ", ".join(nearest_paths(request.method, request.path))
        return (
            f"the catalogue does not know {request}: OKX decides"
            + (f" · near it: {near}" if near else ""),
        )
    right = others[0].method
    if others[0].status == _WELL_KNOWN:
        raise CellError(
            f"{request.path} is a {right}, not a {request.method}",
            line=request.line,
            remedy=f"{right} {request.path} · %okx_find {request.path} shows it · {_FORCE}",
        )
    return (f"the catalogue knows {request.path} as a {right} only: OKX decides",)


def _require_parameters(request: Request, endpoint: Endpoint) -> None:
    required = [param.name for param in endpoint.params if param.required == "yes"]
    for where, given in _given(request):
        missing = [name for name in required if name not in given]
        if missing:
            names = ", ".join(missing)
            unknown = set(given) - {param.name for param in endpoint.params}
            near = get_close_matches(missing[0], unknown, n=1)
            meant = f"{missing[0]} in place of {near[0]}? · " if near else ""
            raise CellError(
                f"{request} needs {names}{where}",
                line=request.line,
                remedy=f"{meant}%okx_find {request.path} shows its parameters · {_FORCE}",
            )


def _given(request: Request) -> Iterator[tuple[str, Collection[str]]]:
    """The names given in each place that needs them: the query, the body, each item of an array."""
    in_query = {name for name, _ in request.query}
    body: Any = {} if request.json is None else request.json
    if request.method == "GET":
        yield "", in_query
    elif isinstance(body, list):
        for number, item in enumerate(body, start=1):
            yield f" in item {number} of its body", item if isinstance(item, dict) else ()
    else:
        # A few of OKX's POSTs also read their query.
        yield " in its body", in_query | body.keys()
