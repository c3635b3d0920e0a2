"""Secrets that were typed into a query, where they would travel, be logged and be shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from okx_magic import catalogue
from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from okx_magic.model import Request

# A name that says what it is, in any way to write it: secret, api_secret, OKX-SECRET-KEY, passphrase …
_SECRET_NAME = re.compile(
    r"secret|passphrase|passwd|password|private_?key|access_?(?:key|sign)|(?:^|_)api_?key|^sign(?:ature)?$"
)
# A pair of a query as typed, on the line of the request or on one of its own; not one that a variable
# fills.
_PAIR = re.compile(r"[?&]\s*(?P<name>[\w.-]+)\s*=\s*(?!\{\{)[^&\s]+")


def refuse_secrets(request: Request) -> None:
    """Raises CredentialsError for a query with a name of a secret that the endpoint does not have.

    The error repeats no value. A body is left alone: a few endpoints take a new key's passphrase in it.
    """
    for name, _ in request.query:
        if _is_secret(name) and not _belongs(request, name):
            raise CredentialsError(
                f"{name} in the query of {request} is a secret: it would be logged on its way",
                remedy="take it out: requests are signed without it; make a new key if it was real",
            )


def typed_secrets(text: str) -> tuple[str, ...]:
    """The pairs of queries in a text that give a secret by its name, as typed."""
    return tuple(
        pair[0].lstrip("?& \t") for pair in _PAIR.finditer(text) if _is_secret(pair["name"])
    )


def _is_secret(name: str) -> bool:
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])|[.-]", "_", name).lower()
    return _SECRET_NAME.search(snake) is not None


def _belongs(request: Request, name: str) -> bool:
    endpoint = catalogue.endpoint(request.method, request.path)
    return endpoint is not None and any(param.name == name for param in endpoint.params)
