"""Judges a filled request by the catalogue, before it is sent.

check ─► check_names, check_values, check_forms ─► catalogue    what OKX documents
      └► check_account                             what the session knows

Strategy: a request that can only fail, or that would do what nobody meant, is refused if its docs
are known well. Anything else that differs from the docs is a notice, and OKX decides: a path or a
value may be newer than the catalogue.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from okx_magic.catalogue.bar_names import opens_by_hong_kong
from okx_magic.catalogue.endpoint_search import exactly, nearest_paths
from okx_magic.cell.account_facts import AccountFacts
from okx_magic.cell.check_account import account_findings
from okx_magic.cell.check_forms import forms
from okx_magic.cell.check_names import missing_names, repeated_names, unknown_names
from okx_magic.cell.check_values import values
from okx_magic.cell.findings import WELL_KNOWN, Finding
from okx_magic.cell.values import UnfitValueError, as_json
from okx_magic.errors import CellError, RequestWarning
from okx_magic.model import Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from okx_magic.model import Method

_FORCE = "--force sends it anyway"
_SHOWN = 3
_NOTHING_KNOWN = AccountFacts()


def check(request: Request, facts: AccountFacts = _NOTHING_KNOWN) -> tuple[str, ...]:
    """Notices on a request. Raises CellError for one that cannot succeed, or that OKX would take for
    another one than was meant.
    """
    found = findings(request, facts)
    certain = [each for each in found if each.certain]
    if not certain:
        return tuple(map(str, found))
    more = f" · and {len(certain) - _SHOWN} more" if len(certain) > _SHOWN else ""
    # A missing name and an extra one are mostly the same mistake, so the notices help, too.
    remedies = dict.fromkeys(filter(None, map(_remedy, found)))
    about = next((f"{each.about}: " for each in certain if each.about), "")
    raise CellError(
        about + "; ".join(each.sentence for each in certain[:_SHOWN]) + more,
        line=request.line,
        remedy=" · ".join((*[*remedies][:_SHOWN], _FORCE)),
    )


def _remedy(finding: Finding) -> str:
    # The sentence of a certain one says what to write.
    unsaid = finding.instead and not finding.certain
    return f"write {finding.instead}" if unsaid else finding.remedy


def findings(request: Request, facts: AccountFacts = _NOTHING_KNOWN) -> tuple[Finding, ...]:
    """All findings on a request, names first."""
    endpoint = request.endpoint
    if endpoint is None:
        return tuple(_unknown_path(request))
    return tuple(
        chain(
            unknown_names(request, endpoint),
            missing_names(request, endpoint),
            repeated_names(request),
            values(request, endpoint),
            forms(request, endpoint),
            account_findings(request, endpoint, facts),
        )
    )


def warn(request: Request, facts: AccountFacts) -> None:
    """Warn of all findings on a request, at the line of the program that called the caller."""
    for finding in findings(request, facts):
        # A program has no magics to be sent to.
        told = replace(finding, remedy="") if finding.remedy.startswith("%") else finding
        warnings.warn(str(told), RequestWarning, stacklevel=3)


def program_request(
    method: str,
    target: str,
    body: str | Mapping[str, Any] | Sequence[Any] = "",
    headers: Mapping[str, str] | None = None,
) -> Request:
    """A request from a program's own values: a body that is no text becomes compact JSON, its numbers
    exact and in digits. Raises CellError for a number that is not.
    """
    if not isinstance(body, str):
        try:
            body = as_json(dict(body) if isinstance(body, Mapping) else list(body), null=True)
        except UnfitValueError as problem:
            raise CellError(f"the body: {problem}", remedy=problem.remedy) from None
    # Else "get" would be signed, and the HTTP library would send GET.
    return Request(cast("Method", method.upper()), target, body, tuple((headers or {}).items()))


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


def _unknown_path(request: Request) -> Iterator[Finding]:
    others = exactly(request.path)
    if not others:
        near = ", ".join(nearest_paths(request.method, request.path))
        hint = f"near it: {near}" if near else ""
        yield Finding(f"the catalogue does not know {request}: OKX decides", hint)
    elif others[0].status == WELL_KNOWN:
        right = f"{others[0].method} {request.path}"
        yield Finding(
            f"{request.path} is a {others[0].method}, not a {request.method}",
            f"{right} · %okx_find {request.path} shows it",
            certain=True,
        )
    else:
        yield Finding(
            f"the catalogue knows {request.path} as a {others[0].method} only: OKX decides"
        )
