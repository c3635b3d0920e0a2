"""Secrets that were typed into a query or a body, where they would travel, be logged and be shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def refuse_secrets(request: Request) -> None:
    """Raises CredentialsError for a query or a body with a name of a secret that the endpoint does not
    have. The error repeats no value.
    """
    for name, place in _names(request):
        if _is_secret(name) and not _belongs(request, name):
            raise CredentialsError(
                f"{name} in the {place} of {request} is a secret: it would be logged on its way",
                remedy="take it out: requests are signed without it; make a new key if it was real",
            )


def typed_secrets(text: str) -> tuple[str, ...]:
    """The pairs of queries and of JSON in a text that give a secret by its name, as typed."""
    pairs = [*_PAIR.finditer(text), *_MEMBER.finditer(text)]
    return tuple(pair[0].lstrip("?& \t") for pair in pairs if _is_secret(unquote(pair["name"])))


def _names(request: Request) -> Iterator[tuple[str, str]]:
    for name, _ in request.query:
        yield name, "query"
    for item in request.items:
        for name in item:
            yield name, "body"


def _is_secret(name: str) -> bool:
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])|[.-]", "_", name).lower()
    return _SECRET_NAME.search(snake) is not None


def _belongs(request: Request, name: str) -> bool:
    endpoint = request.endpoint
    return endpoint is not None and any(param.name == name for param in endpoint.params)
