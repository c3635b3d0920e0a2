"""Checks values with what OKX documents. A mistake is certain only for closed lists and fixed
forms; all other documented values are hints (OKX adds new ones), so another value gives a notice.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from okx_magic.catalogue.near_names import foreign_value, near_value
from okx_magic.catalogue.parameter_rules import parameter_rule
from okx_magic.catalogue.siblings import sibling
from okx_magic.cell.findings import WELL_KNOWN, Finding, groups, several

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.catalogue import Endpoint, Param
    from okx_magic.cell.findings import Group
    from okx_magic.model import Request

# A list that fits into a line hides nothing: all bars do.
_LISTED_WHOLE = 160
_CLOSED_LISTS = frozenset({"bar", "side", "tdMode", "ordType", "posSide"})
# OKX docs, Place order: case-sensitive letters and digits, up to 32.
_CLIENT_IDS = frozenset({"clOrdId", "algoClOrdId", "attachAlgoClOrdId"})
_CLIENT_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_NO_ID_CHARACTER = re.compile(r"[^A-Za-z0-9]+")


def values(request: Request, endpoint: Endpoint) -> Iterator[Finding]:
    """A finding for each value that the docs do not have."""
    for group in groups(request, endpoint):
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
    if (
        param.name in _CLIENT_IDS
        and endpoint.status == WELL_KNOWN
        and not isinstance(value, list | dict)
    ):
        yield from _client_id(param.name, str(value), group)
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


def _client_id(name: str, value: str, group: Group) -> Iterator[Finding]:
    if _CLIENT_ID.fullmatch(value):
        return
    near = _NO_ID_CHARACTER.sub("", value)[:32]
    remedy = f"for example {near}" if near else ""
    rule = "1 to 32 letters and digits"
    yield Finding(
        f"{name}{group.where} has {rule}, which {value[:60]!r} does not", remedy, certain=True
    )


def _partners(group: Group, endpoint: Endpoint) -> Iterator[Finding]:
    """What goes with another parameter that is not there."""
    names = {param.name for param in group.params}
    for name, value in group.given.items():
        rule = parameter_rule(name)
        if rule is None or endpoint.path in rule.alone:
            continue
        partners = [each for each in rule.partners if each in names]
        given = any(group.given.get(each) not in (None, "") for each in partners)
        if partners and value not in (None, "") and not given:
            yield Finding(
                f"{name}{group.where} goes with {' or '.join(partners)}, which is missing"
            )


def _listed(values: tuple[str, ...]) -> str:
    whole = ", ".join(values)
    if len(whole) <= _LISTED_WHOLE:
        return whole
    more = f" and {len(values) - 12} more" if len(values) > 12 else ""
    return ", ".join(values[:12]) + more
