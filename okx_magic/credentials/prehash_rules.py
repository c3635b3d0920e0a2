"""The rule of each part of a prehash, and what breaks it: one statement for all who tell it.

OKX docs, Overview, REST Authentication, Signature: what is signed is ``timestamp + METHOD + target +
body``, each exactly as it travels; for a WebSocket's log-in the time in whole seconds, ``GET`` and
``/users/self/verify``.

Tested in ``tests/advice/test_trace.py``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from okx_magic import strictjson
from okx_magic.credentials.websocket import LOGIN_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PartName = Literal["timestamp", "method", "target", "body"]

WINDOW_SECONDS: Final = 30
ROOT: Final = "/api/v5/"
RULES: Final[Mapping[PartName, str]] = MappingProxyType(
    {
        "timestamp": "UTC as 2020-12-08T09:08:57.715Z: milliseconds and Z, 24 characters;"
        f" at most {WINDOW_SECONDS} s from the exchange's clock",
        "method": "in capitals, as in the request line",
        "target": f"path and query as they are sent: from {ROOT}, without the host; no spaces, no bare ?",
        "body": "the exact bytes that are sent, JSON in UTF-8; nothing for a GET",
    }
)
LOGIN_RULES: Final[Mapping[PartName, str]] = MappingProxyType(
    {
        **RULES,
        "timestamp": "whole seconds since 1970, 10 digits;"
        f" at most {WINDOW_SECONDS} s from the exchange's clock",
        "target": f"always {LOGIN_PATH} for a log-in over a WebSocket, whatever its URL",
    }
)
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
# Other lengths of the fraction are read, too: widely used clients send two digits.
_READ = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?Z", re.ASCII)
_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
# Who says so is certain.
REFUSED: Final = "timestamp is refused"
# As seconds since 1970 that is in the year 5138: no clock is so wrong, it is a count of something finer.
_NO_SECONDS: Final = 1e11
_READ_AT_LOG_IN = re.compile(r"\d{10}", re.ASCII)
# RFC 3986: characters that are allowed in a path or a query as they are, and escapes.
_URL = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")


def moment(timestamp: str) -> datetime | None:
    """The time that a timestamp of the documented form names; None for any other text."""
    if not (_TIMESTAMP.fullmatch(timestamp) and _is_time(timestamp)):
        return None
    return datetime.fromisoformat(timestamp)


def login_moment(timestamp: str) -> datetime | None:
    """The time of a WebSocket log-in; None for a text of another form."""
    if not _READ_AT_LOG_IN.fullmatch(timestamp):
        return None
    return datetime.fromtimestamp(int(timestamp), UTC)


def unreadable(timestamp: str, target: str) -> str:
    """What OKX makes of a timestamp in a form that it does not take; "" for one that it takes."""
    if target == LOGIN_PATH:
        if _READ_AT_LOG_IN.fullmatch(timestamp):
            return ""
        return f"a log-in with this {REFUSED} (60004): it takes whole epoch seconds"
    form = "send UTC as 2020-12-08T09:08:57.715Z"
    if _NUMBER.fullmatch(timestamp):
        # Seen live: milliseconds are refused as a time far from now, as if they were seconds. Whether
        # seconds pass is in no docs of v5.
        if float(timestamp) >= _NO_SECONDS:
            return f"this {REFUSED} as expired (50102), read as seconds: {form}"
        return (
            f"epoch seconds are documented for a log-in alone, and may be refused (50112): {form}"
        )
    if (match := _READ.fullmatch(timestamp)) and _is_time(match[1]):
        return ""
    return f"this {REFUSED} for its form (50112): {form}"


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:  # the 31st of February
        return False
    return True


def faults(timestamp: str, method: str, target: str, body: str) -> Iterator[tuple[PartName, str]]:
    """What breaks the rules in these texts of the parts, part by part."""
    if fault := unreadable(timestamp, target):
        yield "timestamp", fault
    if method != method.upper():
        yield "method", f"{method} is not in capitals"
    if target != LOGIN_PATH:
        for fault in faults_of_target(target):
            yield "target", fault
    for fault in faults_of_body(method.upper(), body.encode("utf-8", "surrogatepass")):
        yield "body", fault


def faults_of_target(text: str) -> Iterator[str]:
    """What breaks the rule of path and query."""
    if not text.startswith(ROOT):
        yield f"it does not begin with {ROOT}"
    if not _URL.fullmatch(text):
        end = _URL.match(text)
        assert end is not None  # noqa: S101  # it matches the empty text
        yield f"character {end.end() + 1} must be percent-encoded"
    path, question, query = text.partition("?")
    if question and not query:
        yield "a bare ? at the end, which HTTP libraries drop"
    if "//" in path or "/./" in path or "/../" in path:
        yield "the path has //, /./ or /../, which HTTP libraries may change"


def faults_of_body(method: str, body: bytes) -> Iterator[str]:
    """What breaks the rule of the body."""
    if not body:
        return
    if method == "GET":
        yield "a GET with a body: its parameters belong in the query"
    try:
        value = strictjson.loads(body)
    except ValueError as error:
        yield f"not JSON: {error}"
        return
    if not isinstance(value, dict | list):
        yield "JSON, but neither an object nor an array: encoded twice?"
