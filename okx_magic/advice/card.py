"""An endpoint on one card: what it takes, how often it may be asked, and a cell to paste."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from okx_magic.catalogue import Effect, Endpoint, Limit, Param

# What a first try of any endpoint could use. Any other value is the person's own, so the example
# has a variable in its place.
_EXAMPLES = {
    "instId": "BTC-USDT",
    "instFamily": "BTC-USD",
    "uly": "BTC-USD",
    "ccy": "USDT",
    "baseCcy": "BTC",
    "quoteCcy": "USDT",
    "fromCcy": "USDT",
    "toCcy": "BTC",
    "sz": "100",
    "amt": "1",
    "lever": "3",
}
_SWAP = "BTC-USDT-SWAP"
_VALUES_SHOWN = 8
_EFFECTS: Mapping[Effect, str] = {
    "order": "trades: moves money",
    "cancel": "takes back what is not carried out yet",
    "setting": "changes how the account trades",
    "transfer": "transfers: moves money",
    "withdrawal": "withdraws: moves money out of OKX",
    "subaccount": "manages sub-accounts",
    "key": "manages API keys",
    "loan": "borrows or repays: moves money",
    "earn": "puts money to work or takes it back: moves money",
}
_STATUS = {
    "newer_than_docs_copy": "newer than the catalogue's docs: its parameters may be incomplete",
    "broker_docs": "for brokers",
    "agent_kit_only": "undocumented, known from OKX's own tools",
    "retired_or_undocumented": "retired or undocumented: OKX may refuse it",
}


def card(endpoint: Endpoint) -> tuple[str, ...]:
    """The lines of the card."""
    access = "private" if endpoint.private else "public"
    lines = [f"{endpoint.method} {endpoint.path} · {endpoint.title}"]
    facts = [access]
    if endpoint.permission:
        facts.append(f"permission {endpoint.permission}")
    facts.append(_limit(endpoint.limit))
    if endpoint.effect is not None:
        facts.append(_EFFECTS[endpoint.effect])
    lines.append("  " + " · ".join(facts))
    if endpoint.status in _STATUS:
        lines.append(f"  {_STATUS[endpoint.status]}")
    if endpoint.array_body:
        most = f", at most {endpoint.array_max}" if endpoint.array_max else ""
        lines.append(f"  the body is an array of objects{most}")
    lines += _parameters(endpoint)
    if endpoint.paging:
        lines.append(f"  paging  {_paging(endpoint)}")
    return (*lines, "", "%%okx", *example(endpoint))


def example(endpoint: Endpoint) -> tuple[str, ...]:
    """The lines of a request with all that is required: it parses, and passes the check."""
    values = [
        (param, _value(param, endpoint)) for param in endpoint.params if param.required == "yes"
    ]
    request = f"{endpoint.method} {endpoint.path}"
    if endpoint.method == "GET":
        pairs = [f"{param.name}={value}" for param, value in values]
        query = "?" + "&".join(pairs) if pairs else ""
        return (request + query,)
    members = ", ".join(f'"{param.name}": {_json(param, value)}' for param, value in values)
    body = f"{{{members}}}"
    return (request, f"[{body}]" if endpoint.array_body else body)


def _limit(limit: Limit | None) -> str:
    if limit is None:
        return "limit not documented"
    scope = f" per {limit.scope}" if limit.scope else ""
    unit = limit.unit.removesuffix("s") if limit.requests == 1 else limit.unit
    return f"{limit.requests} {unit} in {limit.seconds:g} s{scope}"


def _parameters(endpoint: Endpoint) -> Iterator[str]:
    if not endpoint.params:
        yield "  no parameters"
        return
    width = max(len(param.name) for param in endpoint.params)
    for param in endpoint.params:
        required = {"yes": "required", "no": "optional", "conditional": "depends"}[param.required]
        yield f"  {param.name:<{width}}  {required}  {param.type:<8}  {_values(param)}".rstrip()


def _values(param: Param) -> str:
    if param.fields:
        return "of " + ", ".join(field.name for field in param.fields)
    more = len(param.values) - _VALUES_SHOWN
    shown = ", ".join(param.values[:_VALUES_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


def _paging(endpoint: Endpoint) -> str:
    paging = endpoint.paging or {}
    parts = [paging["style"]]
    if "limit_max" in paging:
        parts.append(f"at most {paging['limit_max']} rows a request")
    if "limit_default" in paging:
        parts.append(f"{paging['limit_default']} if limit is left out")
    return " · ".join(parts)


def _value(param: Param, endpoint: Endpoint) -> str:
    if param.name == "instId" and not _takes_spot(endpoint):
        return _SWAP
    if "SPOT" in param.values:
        return "SPOT"
    if param.values:
        return param.values[0]
    return _EXAMPLES.get(param.name) or f"{{{{ {param.name} }}}}"


def _takes_spot(endpoint: Endpoint) -> bool:
    types = next((param.values for param in endpoint.params if param.name == "instType"), ())
    return not types or "SPOT" in types


def _json(param: Param, value: str) -> str:
    if param.type == "boolean":
        return "true"
    # A list or an object cannot stand between quotes.
    if value.startswith("{{") and param.type not in ("string", "integer"):
        return value
    return json.dumps(value)
