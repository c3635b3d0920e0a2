"""The nouns that travel between the rooms: frozen, plain, free of secrets.

    text ─► Template ─► Request ─► Sent ─► Envelope ─► DataFrame
            (cell/)     (cell/)    (wire/)  (wire/)     (tables/)

Names follow OKX (``code``, ``msg``, ``data``) and HTTP (``method``, ``target``, ``status``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Method = Literal["GET", "POST"]
Environment = Literal["sandbox", "demo", "live"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request, complete but not yet signed.

    ``target`` is the path with its query as it will stand in the request line; ``body`` is the text
    whose UTF-8 bytes will travel ("" for none). ``line`` is the line of the cell it began on, from 1.
    """

    method: Method
    target: str
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    name: str | None = None
    line: int = 1

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Sent:
    """What left for the exchange: the signed parts, never the secret, the passphrase or the key.

    ``prehash`` is ``timestamp + METHOD + target + body`` (OKX docs: Overview, REST Authentication,
    Signature), "" for a request that was not signed.
    """

    method: str
    target: str
    body: bytes
    timestamp: str
    signature: str

    @property
    def prehash(self) -> str:
        """The text that was signed."""
        if not self.timestamp:
            return ""
        return self.timestamp + self.method + self.target + self.body.decode("utf-8")


@dataclass(frozen=True, slots=True)
class Envelope:
    """OKX's answer as it came: ``{"code": "0", "msg": "", "data": [...]}`` and what stands beside it.

    ``data`` keeps every number as the text that OKX sent; ``extra`` holds ``inTime``, ``outTime`` and
    the like.
    """

    code: str
    msg: str
    data: Any
    extra: dict[str, Any] = field(default_factory=dict)
    status: int = 200

    def as_dict(self) -> dict[str, Any]:
        """The JSON object that OKX sent, as ``--raw`` shows it."""
        return {"code": self.code, "msg": self.msg, "data": self.data, **self.extra}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, for the log: what was asked, by whom, and how it ended.

    ``code`` is OKX's code, or "" when no judged answer came; ``outcome`` says in one word or line how
    it ended. Times: ``sent_at`` in seconds since 1970, ``milliseconds`` on a monotonic clock.
    ``offset`` is the exchange's clock less ours in milliseconds, as it was known when the request was
    sent. ``answered`` holds those headers of a failure that tell who answered, and when.
    """

    request: Request
    account: str
    environment: Environment
    sent: Sent | None
    status: int | None
    code: str
    outcome: str
    sent_at: float
    milliseconds: float
    offset: int | None = None
    answered: tuple[tuple[str, str], ...] = ()
