"""Judges a filled request before it is sent: by the catalogue, and whether a secret was typed into it,
where it would travel, be logged and be shown.

check ─► check_parameters, check_forms ─► catalogue    what OKX documents
      └► check_account                                 what the session knows

Strategy: a request that can only fail, or that would do what nobody meant, is refused if its docs
are known well. Anything else that differs from the docs is a notice, and OKX decides: a path or a
value may be newer than the catalogue.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from okx_magic.catalogue.bar_names import opens_by_hong_kong
from okx_magic.catalogue.endpoint_search import exactly, nearest_paths
from okx_magic.cell.check_account import AccountFacts, account_findings
from okx_magic.cell.check_forms import forms
from okx_magic.cell.check_parameters import (
    WELL_KNOWN,
    Finding,
    Group,
    groups,
    missing_names,
    no_such_names,
    repeated_names,
    unknown_names,
    values,
)
from okx_magic.cell.values import UnfitValueError, as_json
from okx_magic.errors import CellError, CredentialsError, RequestWarning
from okx_magic.model import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from okx_magic.credentials.credentials import Credentials
    from okx_magic.model import Method

_FORCE = "--force sends it anyway"
_SHOWN = 3
_METHODS = ("GET", "POST")
_NOTHING_KNOWN = AccountFacts()

# A name that says what it is, however it is written: secret, api_secret, OKX-SECRET-KEY, passPhrase …
_SECRET_NAME = re.compile(
    r"secret|pass_?phrase|passwd|password|passcode|private_?key|access_?(?:key|sign|token)|(?:^|_)api_?key"
    r"|^sign(?:ature)?$|^(?:pass|pwd|sig|auth|authorization|bearer)$"
)
# A pair of a query as typed, on the line of the request or on one of its own, and one of a JSON body;
# not one that a variable fills.
_PAIR = re.compile(r"[?&]\s*(?P<name>[\w.%\[\]-]+)\s*=\s*(?!\{\{)[^&\s]+")
_MEMBER = re.compile(r'"(?P<name>[\w.-]+)"\s*:\s*"(?!\{\{)(?:\\.|[^"\\])+"')

# What may be a value of a query or of JSON: it ends at a quote, or at what separates values.
_VALUE = re.compile(r"[^\s\"'=&?,:{}\[\]]+")


def check(request: Request, facts: AccountFacts = _NOTHING_KNOWN) -> tuple[str, ...]:
    """Notices on a request. Raises CellError for one that cannot succeed, or that OKX would take for
    another one than was meant.
    """
    found = findings(request, facts)
    certain = [each for each in found if each.certain]
    if not certain:
        return tuple(map(str, found))
    # A missing name and an extra one are mostly the same mistake, so the names of notices are told, too.
    of_names = any(each.missing or each.unknown for each in certain)
    said = [*_names_in_words(found)] if of_names else []
    said += [each.sentence for each in certain if not (each.missing or each.unknown)]
    more = f" · and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
    remedies = dict.fromkeys(each.remedy for each in found if each.remedy)
    about = next((f"{each.about}: " for each in certain if each.about), "")
    raise CellError(
        about + "; ".join(said[:_SHOWN]) + more,
        line=request.line,
        remedy=" · ".join((*[*remedies][:_SHOWN], _FORCE)),
    )


def _names_in_words(found: Iterable[Finding]) -> Iterator[str]:
    """What is wrong with the names of a request, place by place: first those that are other ones, with
    the names to write, then those that are none, then what is missing still.
    """
    of_names = [each for each in found if each.unknown or each.missing]
    for where in dict.fromkeys(each.where for each in of_names):
        here = [each for each in of_names if each.where == where]
        renamed = {each.unknown: each.instead for each in here if each.instead}
        if renamed:
            yield f"{no_such_names([*renamed], where)}: write {', '.join(renamed.values())}"
        if none := [each.unknown for each in here if each.unknown and not each.instead]:
            yield no_such_names(none, where)
        missing = [name for each in here for name in each.missing]
        left = [name for name in missing if not {*name.split(" or ")} & {*renamed.values()}]
        if left:
            yield f"OKX needs {', '.join(left)}{where}"


def findings(request: Request, facts: AccountFacts = _NOTHING_KNOWN) -> tuple[Finding, ...]:
    """All findings on a request, names first."""
    endpoint = request.endpoint
    if endpoint is None:
        return tuple(_unknown_path(request))
    given = tuple(groups(request, endpoint))
    names = tuple(unknown_names(request, endpoint, given))
    meant = tuple(_renamed(given, names)) if names else given
    found = (*values(request, endpoint, meant), *forms(request, endpoint, meant))
    if names and request.effect == "read":
        # It is sent with the name as it is, which has no effect, and so has its value.
        sent = {*values(request, endpoint, given), *forms(request, endpoint, given)}
        found = tuple(each if each in sent else replace(each, certain=False) for each in found)
    return tuple(
        chain(
            names,
            missing_names(request, endpoint),
            repeated_names(request),
            found,
            account_findings(request, meant, facts) if request.method == "POST" else (),
        )
    )


def _renamed(given: Iterable[Group], found: Sequence[Finding]) -> Iterator[Group]:
    """The groups with the names that are meant, so that their values are judged in the same run."""
    for group in given:
        names = {each.unknown: each.instead for each in found if each.where == group.where}
        moved = {names[name]: value for name, value in group.given.items() if names.get(name)}
        yield replace(group, given={**moved, **group.given}) if moved else group


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
    exact and in digits. Raises CellError for a number that is not, a text that is no JSON, bytes, or
    another method.
    """
    if method.upper() not in _METHODS:
        raise CellError("the method is neither GET nor POST", remedy="OKX's API has no other")
    if isinstance(body, bytes | bytearray | memoryview):
        raise CellError("the body is bytes", remedy="body.decode(), or the dict itself")
    if not isinstance(body, str):
        try:
            body = as_json(dict(body) if isinstance(body, Mapping) else list(body), null=True)
        except UnfitValueError as problem:
            raise CellError(f"the body: {problem}", remedy=problem.remedy) from None
    # Else "get" would be signed, and the HTTP library would send GET.
    request = Request(cast("Method", method.upper()), target, body, tuple((headers or {}).items()))
    if request.json is None and body.strip() not in ("", "null"):
        raise CellError("the body is no JSON", remedy="a dict or a list becomes JSON")
    return request


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


def refuse_secrets(request: Request, credentials: Credentials | None = None) -> None:
    """Raises CredentialsError for a query or a body with a name of a secret that the endpoint does not
    have, or with the account's own secret or passphrase under any name, or as one, or in headers or
    path. The error repeats no value.
    """
    pairs = [*_pairs(request)]
    texts = chain.from_iterable((name, value, unquote(value)) for name, value, _ in pairs)
    own = credentials.owned(texts) if credentials is not None else ()
    for name, value, place in pairs:
        named = place != "headers" and _is_secret(name) and not _belongs(request, name)
        if named or name in own or value in own or unquote(value) in own:
            where = f"{name} in the {place} of {request}"
            shown = where if credentials is None else credentials.redact(where)
            raise CredentialsError(
                f"{shown} is a secret: it would be logged on its way",
                remedy="take it out: requests are signed without it; make a new key if it was real",
            )


def typed_secrets(text: str, credentials: Credentials | None = None) -> tuple[str, ...]:
    """The pairs of queries and of JSON in a text that give a secret by its name, as typed; and the
    account's own secret and passphrase, wherever they stand.
    """
    pairs = [*_PAIR.finditer(text), *_MEMBER.finditer(text)]
    named = [pair[0].lstrip("?& \t") for pair in pairs if _is_secret(unquote(pair["name"]))]
    if credentials is not None:
        named += credentials.owned(_VALUE.findall(text))
        rest = re.sub("|".join(map(re.escape, named)) or "$^", "", text)
        # Over several lines or escaped, no piece tells where it ends: all of it goes.
        if credentials.owns(rest):
            named.append(text.strip())
    return tuple(named)


def _pairs(request: Request) -> Iterator[tuple[str, str, str]]:
    for name, value in request.query:
        yield name, value, "query"
    for item in request.items:
        for name, value in _members(item):
            yield name, value, "body"
    for name, value in request.headers:
        yield name, value, "headers"
    # A path of the catalogue is OKX's own.
    if request.endpoint is None:
        yield "a name", request.path, "path"


def _members(value: Any) -> Iterator[tuple[str, str]]:
    """The names and texts of an object, and of those inside it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name, inner if isinstance(inner, str) else ""
            yield from _members(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from [("", inner)] if isinstance(inner, str) else _members(inner)


def _is_secret(name: str) -> bool:
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])|[.-]", "_", name).lower()
    return _SECRET_NAME.search(snake) is not None


def _belongs(request: Request, name: str) -> bool:
    endpoint = request.endpoint
    return endpoint is not None and any(param.name == name for param in endpoint.params)
