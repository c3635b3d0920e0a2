"""Secrets that were typed into a query or a body, where they would travel, be logged and be shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.credentials.credentials import Credentials
    from okx_magic.model import Request

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


def refuse_secrets(request: Request, credentials: Credentials | None = None) -> None:
    """Raises CredentialsError for a query or a body with a name of a secret that the endpoint does not
    have, or with the account's own secret or passphrase under any name. The error repeats no value.
    """
    for name, value, place in _pairs(request):
        named = _is_secret(name) and not _belongs(request, name)
        if named or (credentials is not None and credentials.owns(value)):
            raise CredentialsError(
                f"{name} in the {place} of {request} is a secret: it would be logged on its way",
                remedy="take it out: requests are signed without it; make a new key if it was real",
            )


def typed_secrets(text: str, credentials: Credentials | None = None) -> tuple[str, ...]:
    """The pairs of queries and of JSON in a text that give a secret by its name, as typed; and the
    account's own secret and passphrase, wherever they stand.
    """
    pairs = [*_PAIR.finditer(text), *_MEMBER.finditer(text)]
    named = [pair[0].lstrip("?& \t") for pair in pairs if _is_secret(unquote(pair["name"]))]
    if credentials is not None:
        named += filter(credentials.owns, dict.fromkeys(_VALUE.findall(text)))
    return tuple(named)


def _pairs(request: Request) -> Iterator[tuple[str, str, str]]:
    for name, value in request.query:
        yield name, value, "query"
    for item in request.items:
        for name, value in _members(item):
            yield name, value, "body"


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
