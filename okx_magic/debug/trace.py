"""How a request was signed, step by step: each part with the rule that it obeys and a check of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from okx_magic.debug.causes import Cause
    from okx_magic.model import Environment

PartName = Literal["timestamp", "method", "target", "body"]


@dataclass(frozen=True, slots=True)
class Part:
    """One of the four parts of a prehash, in their order.

    ``text`` is the part as it was signed, ``rule`` the rule that it obeys, and ``found`` what the
    check of that rule found. ``kept`` says whether the rule was kept; None where there was nothing
    to check, as for a request that was not signed.
    """

    name: PartName
    text: str
    rule: str
    kept: bool | None
    found: str


@dataclass(frozen=True, slots=True)
class Trace:
    """One exchange as it was signed, sent and answered, free of secrets.

    ``parts`` are the four of the prehash (OKX docs: Overview, REST Authentication, Signature) and
    ``size`` its bytes. ``digest`` is the HMAC-SHA256 as hexadecimal digits and ``signature`` the same
    as Base64, as it was sent; both are "" for a request that was not signed. ``headers`` are those
    that were sent, with secrets hidden; ``curl`` is the request as a command with placeholders for
    secrets. ``causes`` are those of a refusal that were checked.
    """

    title: str
    account: str
    environment: Environment
    parts: tuple[Part, ...]
    size: int
    digest: str
    signature: str
    headers: tuple[tuple[str, str], ...]
    curl: str
    causes: tuple[Cause, ...] = ()
