"""What the sandbox answers: OKX's envelopes, codes, texts and HTTP statuses.

Texts are those of the documented table (``knowledge.explain``) but for the few that OKX's servers word
differently.

Tested in ``tests/sandbox/test_sandbox_refusals.py``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from okx_magic.catalogue import explain
from okx_magic.sandbox.data import table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

Found = TypeVar("Found")

JSON = "application/json"
HTML = "text/html; charset=utf-8"

# How an answer is put on the wire: as it should be, byte by byte, twice, broken off, or not at all
# (then the connection stays open, is closed or is reset).
Wire = Literal["whole", "drip", "twice", "half", "nothing", "close", "reset"]

OK = "0"
_ALL_FAILED = "1"
_PARTLY_FAILED = "2"

# Those "seen" in live answers, blanks included (50104, 50106 and 50107 follow the pattern of 50103; 403
# and 50038 are the sandbox's own), and our "own" words where the documented table has none.
_TEXTS: Mapping[str, Mapping[str, str]] = table("texts.json")

# Refused by OKX's gateway, before any service saw the request, as are all codes of the group "auth".
_GATEWAY = frozenset({"403", "50011", "50115"})


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP status, the bytes of the body and ``headers`` beside the usual ones. It goes on the
    ``wire`` in some way, ``pause`` seconds from now; when it drips, those lie between two bytes.
    """

    status: int
    body: bytes
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    wire: Wire = "whole"
    pause: float = 0.0


class RefusalError(Exception):
    """The sandbox says no, with an OKX code; ``params`` fill the placeholders of its text."""

    def __init__(self, code: str, *params: str) -> None:
        self.code = code
        self.msg = text(code, *params)
        self.status = status(code)
        super().__init__(f"{code} {self.msg}")

    @property
    def reply(self) -> Reply:
        """``{"code":…,"data":[],"msg":…}`` as OKX's services refuse, or ``{"msg":…,"code":…}`` as
        its gateway does.
        """
        known = explain(self.code)
        if self.code in _GATEWAY or (known is not None and known.group == "auth"):
            return Reply(self.status, compact({"msg": self.msg, "code": self.code}))
        return envelope([], code=self.code, msg=self.msg, status=self.status)


def refuse_if(wrong: object, code: str, *params: str) -> None:
    """Says no with ``code`` where something is ``wrong``; ``params`` as of RefusalError."""
    if wrong:
        raise RefusalError(code, *params)


def there(found: Found | None, code: str, *params: str) -> Found:
    """What was ``found``; where there is nothing, a no with ``code`` as of ``refuse_if``."""
    if found is None:
        raise RefusalError(code, *params)
    return found


def text(code: str, *params: str) -> str:
    """OKX's message for ``code``, its placeholders filled with ``params`` in their order."""
    known = explain(code)
    documented = known.msg if known else ""
    template = _TEXTS["seen"].get(code) or documented or _TEXTS["own"].get(code, "")
    # The table writes {param0}, {0}, {min} and {max} and, where there is one only, {param}.
    for number, value in enumerate(params):
        bound = "{min}" if number == 0 else "{max}"
        for name in (f"{{param{number}}}", f"{{{number}}}", "{param}", bound):
            template = template.replace(name, value)
    return template


def status(code: str) -> int:
    """The HTTP status that comes with ``code``."""
    known = explain(code)
    if known is not None:
        return known.status or HTTPStatus.OK
    return int(code) if code in {"403", "404"} else HTTPStatus.OK


def envelope(data: Any, *, code: str = OK, msg: str = "", status: int = HTTPStatus.OK) -> Reply:
    """The envelope of the public, account and query services."""
    return Reply(status, compact({"code": code, "data": data, "msg": msg}))


def acknowledgement(
    acks: list[dict[str, str]], in_time: float, out_time: float, *, of_algos: bool = False
) -> Reply:
    """The envelope of the order services: code 0 when all orders were accepted, 1 when none, 2 when
    some. ``inTime`` and ``outTime`` (here in seconds) go out in microseconds, and all keys are in
    alphabetical order. That of algo orders has neither times nor ever a message.
    """
    refused = [ack for ack in acks if ack["sCode"] != OK]
    code = OK if not refused else _ALL_FAILED if len(refused) == len(acks) else _PARTLY_FAILED
    # A batch that fails in its parameters as a whole comes without a message.
    silent = code != _PARTLY_FAILED and all(
        is_parameter_check(ack["sCode"], ack["sMsg"]) for ack in refused
    )
    data = [dict(sorted(ack.items())) for ack in acks]
    if of_algos:
        return envelope(data, code=code)
    body = {
        "code": code,
        "data": data,
        "inTime": str(round(in_time * 1_000_000)),
        "msg": "" if silent else text(code),
        "outTime": str(round(out_time * 1_000_000)),
    }
    return Reply(HTTPStatus.OK, compact(body))


def is_parameter_check(code: str, msg: str) -> bool:
    """Whether OKX refuses so what is asked for, before it looks at the account."""
    # Whether posSide fits is judged with the account's mode, among the orders' own checks.
    return status(code) == HTTPStatus.BAD_REQUEST and "posSide" not in msg


def plain(number: Decimal) -> str:
    """``number`` without exponent and without trailing zeros."""
    digits = f"{number:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def compact(value: Any) -> bytes:
    """``value`` as JSON."""
    # Nothing here holds itself; to look for that takes time.
    text = json.dumps(
        value, ensure_ascii=False, check_circular=False, separators=(",", ":"), default=plain
    )
    # What a client sent may come back in it, lone surrogates included.
    return text.encode("utf-8", "replace")
