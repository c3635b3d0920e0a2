"""Removes from a text everything that identifies a person or account, so that it can be posted.

Strategy: from the surest to the broadest. First the values that are known exactly (credentials, ids
of the account), then the fields that have such values, then everything that looks like one.
"""

from __future__ import annotations

import base64
import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from okx_magic.credentials.redaction import pseudonym

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from okx_magic.advice.case import Case

_ENVIRONMENTS: Final = frozenset({"sandbox", "demo", "live"})

# As JSON, where a text may hold escapes, and in a query.
_PERSONAL: Final = (
    "(?P<kind>apiKey|secretKey|passphrase|uid|mainUid|subUid|subAffiliateUid|subAcct|firstLvSubAcct"
    "|paymentAcctId|toAddr|addr|ctAddr|memo|pmtId|areaCode|label|email|phone|nickName|traderName"
    "|verifiedName|recipientName|coUserName|parUserName|bankName|ip)"
)
_FIELDS: Final = (
    re.compile(rf'"{_PERSONAL}"\s*:\s*"(?P<value>(?:[^"\\«]|\\.)+)(?=")'),
    re.compile(rf'"{_PERSONAL}"\s*:\s*(?P<value>-?\d+)'),
    re.compile(rf"(?<=[?&]){_PERSONAL}=(?P<value>[^&\s'\"«]+)"),
)
_LOOKS: Final[Mapping[str, re.Pattern[str]]] = {
    "key": re.compile(r"\b[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\b"),
    "secret": re.compile(r"\b[0-9A-Fa-f]{32}\b"),
    "mail": re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    "address": re.compile(r"(?<![\w.:])[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]*[0-9A-Fa-f](?![\w:])"),
    # uid, ordId and the like; a time in milliseconds has 13 digits.
    "id": re.compile(r"(?<![\w.])\d{15,20}(?![\w.])"),
}


def pseudonymize(text: str, case: Case, *, salt: bytes) -> str:
    """The text with a pseudonym for each private value of the case, and for everything that looks
    like one. The same value has the same pseudonym wherever the salt is the same.
    """
    credentials = case.account.credentials
    if credentials is not None:
        text = credentials.pseudonymize(text, salt)
    for kind, value in _exact(case):
        whole = re.compile(rf"(?<![\w«]){re.escape(value)}(?!\w)")
        text = whole.sub(pseudonym(kind, value, salt), text)
    for pattern in _FIELDS:
        text = pattern.sub(_renamed(salt), text)
    for kind, pattern in _LOOKS.items():
        text = pattern.sub(_replaced(kind, salt), text)
    return text


def _exact(case: Case) -> list[tuple[str, str]]:
    """Kind and text of each private value that is known, the longest first."""
    return sorted(((kind, value) for kind, value in _known(case) if value), key=_longest_first)


def _longest_first(each: tuple[str, str]) -> int:
    return -len(each[1])


def _known(case: Case) -> Iterator[tuple[str, str]]:
    config, account = case.known.config, case.account
    yield from (("uid", str(config.get(name, ""))) for name in ("uid", "mainUid"))
    yield from (("address", each.strip()) for each in str(config.get("ip", "")).split(","))
    yield "account", account.name if account.name not in _ENVIRONMENTS else ""
    yield "proxy", account.proxy_name or ""
    if case.exchange is not None and case.exchange.sent is not None:
        signature = case.exchange.sent.signature
        yield "signature", signature.rstrip("=")
        yield "digest", base64.b64decode(signature).hex()


def _renamed(salt: bytes) -> Callable[[re.Match[str]], str]:
    def rename(found: re.Match[str]) -> str:
        kind, value = found["kind"], found["value"]
        return found[0].removesuffix(value) + pseudonym(kind, value, salt)

    return rename


def _replaced(kind: str, salt: bytes) -> Callable[[re.Match[str]], str]:
    def replace(found: re.Match[str]) -> str:
        value = found[0]
        if kind == "address" and not _is_personal(value):
            return value
        return pseudonym(kind, value, salt)

    return replace


def _is_personal(text: str) -> bool:
    """Whether it is an IP address, and not a loopback one. It may have a port."""
    host = text.rpartition(":")[0] if text.count(":") == 1 else text
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return False
