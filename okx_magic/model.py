"""The nouns that travel between the rooms: frozen, plain, free of secrets.

    text ─► Template ─► Request ─► Sent ─► Envelope ─► DataFrame
            (cell/)     (cell/)    (wire/)  (wire/)     (frames/)

Names follow OKX (``code``, ``msg``, ``data``) and HTTP (``method``, ``target``, ``status``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Self
from urllib.parse import parse_qsl

from okx_magic import catalogue, strictjson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.catalogue import Effect, Endpoint

# SUBSCRIBE is no method of HTTP: its target is a channel with its keys, and a stream is what it gives.
Method = Literal["GET", "POST", "SUBSCRIBE"]
Environment = Literal["sandbox", "demo", "live"]

_FLOAT64: Final = 8
_CANCEL_ALL_AFTER: Final = "/cancel-all-after"


class _Parsed:
    """What method, target and body of a request say, under the names that Request has for it."""

    def __init__(self, method: Method, target: str, body: str) -> None:
        self.path, _, query = target.partition("?")
        self.query = tuple(parse_qsl(query, keep_blank_values=True)) if query else ()
        self.json = _json(body) if body else None
        values = self.json if isinstance(self.json, list) else [self.json]
        self.items: tuple[Mapping[str, Any], ...]
        self.items = tuple(value for value in values if isinstance(value, dict))
        self.endpoint = catalogue.endpoint(method, self.path)
        self.effect: Effect = "read"
        if method != "GET":
            self.effect = "unknown" if self.endpoint is None else self.endpoint.effect
            off = self.path.endswith(_CANCEL_ALL_AFTER) and not _arms_timer(self.json)
            if off and self.effect == "cancel":
                # It removes a safety net.
                self.effect = "setting"


# Without slots, so that what was parsed is kept: it stands in the request as a plain attribute.
@dataclass(frozen=True)
class Request:
    """One request, complete but not yet signed.

    ``target`` is the path with its query as it will stand in the request line; ``body`` is the text
    whose UTF-8 bytes will travel ("" for none). ``line`` is the line of the cell it began on, from 1.
    What these say is parsed once: a copy by ``dataclasses.replace`` has it, too, where method, target and
    body stay.
    """

    method: Method
    target: str
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    name: str | None = None
    line: int = 1
    path: str = field(init=False, repr=False, compare=False)
    """The target without its query."""
    query: tuple[tuple[str, str], ...] = field(init=False, repr=False, compare=False)
    """The names and values in its query, decoded, in the order written."""
    json: Any = field(init=False, repr=False, compare=False)
    """The value of its body, read strictly; None where there is none, or it is no JSON."""
    items: tuple[Mapping[str, Any], ...] = field(init=False, repr=False, compare=False)
    """The objects of its body: the orders of a batch, or the one that it is."""
    endpoint: Endpoint | None = field(init=False, repr=False, compare=False)
    """What the catalogue knows of its method and path; None where that is nothing."""
    effect: Effect = field(init=False, repr=False, compare=False)
    """What it changes, in the catalogue's word: "read" for nothing, "unknown" for the worst."""
    _parsed: tuple[tuple[str, str, str], _Parsed] | None = field(
        default=None, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        said, known = (self.method, self.target, self.body), self._parsed
        if known is None or known[0] != said:
            known = said, _Parsed(*said)
        self.__dict__.update(vars(known[1]), _parsed=known)

    def __reduce__(self) -> tuple[Any, ...]:
        made = self.method, self.target, self.body, self.headers, self.name, self.line
        return Request, made

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent to the exchange: the signed parts, never the secret, the passphrase or the key.

    ``prehash`` is ``timestamp + METHOD + target + body`` (OKX docs: Overview, REST Authentication,
    Signature), "" for a request that was not signed.
    """

    method: str
    target: str
    body: bytes
    timestamp: str
    # It is as good as a secret while it is valid, and a verbose traceback shows each repr.
    signature: str = field(repr=False)

    @property
    def prehash(self) -> str:
        """The text that was signed."""
        if not self.timestamp:
            return ""
        return self.timestamp + self.method + self.target + self.body.decode("utf-8")


# Without slots, so that the lists can be kept.
@dataclass(frozen=True)
class NumberRows:
    """Rows of ``width`` numbers each, such as candles. A slice of them is rows of numbers, too.

    ``packed`` has them row after row as float64 of this machine, each the nearest to its text ("nan"
    and "inf" included), and ``body`` is the answer that they came in, from its row ``first`` on. A long
    history is a frame sooner than it is Python's lists, so these are made only for those who ask.
    """

    packed: bytes = field(repr=False)
    width: int
    body: bytes = field(repr=False)
    first: int = 0

    def __len__(self) -> int:
        return len(self.packed) // (_FLOAT64 * self.width)

    def __getitem__(self, rows: slice) -> NumberRows:
        start, stop, _ = rows.indices(len(self))
        size = _FLOAT64 * self.width
        packed = self.packed[start * size : stop * size]
        return replace(self, packed=packed, first=self.first + start)

    def column(self, place: int) -> memoryview[float]:
        """The numbers at one place of each row."""
        return memoryview(self.packed).cast("d")[place :: self.width]

    @cached_property
    def lists(self) -> list[list[Any]]:
        """The rows as they came, as lists of text."""
        lists: list[list[Any]] = strictjson.loads(self.body)["data"]
        return lists[self.first : self.first + len(self)]


# Without slots, so that the objects can be kept.
@dataclass(frozen=True)
class ObjectRows:
    """Objects of the same ``names``, such as instruments: ``cells`` has the values of each in turn.
    A frame takes its columns from them; the objects themselves are made only for those who ask.
    """

    names: tuple[str, ...]
    cells: list[Any] = field(repr=False)

    def __len__(self) -> int:
        return len(self.cells) // len(self.names)

    @property
    def columns(self) -> dict[str, list[Any]]:
        """The values of each name."""
        return {name: self.cells[at :: len(self.names)] for at, name in enumerate(self.names)}

    @cached_property
    def objects(self) -> list[dict[str, Any]]:
        """The objects as they came."""
        values = zip(*[iter(self.cells)] * len(self.names), strict=True)
        return [dict(zip(self.names, each, strict=True)) for each in values]


# Without slots, so that the lists and objects of rows can come later.
@dataclass(frozen=True)
class Envelope:
    """OKX's answer as it came: ``{"code": "0", "msg": "", "data": [...]}`` and the other members.

    ``data`` keeps every number as the text that OKX sent. ``extra`` holds ``inTime``, ``outTime`` and the
    like. ``number_rows`` is the data as rows of numbers, ``object_rows`` as rows of objects, where it was
    read as such: ``data`` is made of them for those who ask.
    """

    code: str
    msg: str
    data: Any
    extra: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    number_rows: ClassVar[NumberRows | None] = None
    object_rows: ClassVar[ObjectRows | None] = None

    @classmethod
    def of_rows(
        cls, code: str, msg: str, rows: NumberRows | ObjectRows, extra: dict[str, Any], status: int
    ) -> Self:
        """An answer whose data are rows of numbers, or of objects."""
        envelope = cls(code, msg, None, extra, status)
        del envelope.__dict__["data"]
        kind = "number_rows" if isinstance(rows, NumberRows) else "object_rows"
        envelope.__dict__[kind] = rows
        return envelope

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name == "data" and self.number_rows is not None:
                return self.__dict__.setdefault("data", self.number_rows.lists)
            if name == "data" and self.object_rows is not None:
                return self.__dict__.setdefault("data", self.object_rows.objects)
            raise AttributeError(name)

    def as_dict(self) -> dict[str, Any]:
        """The JSON object that OKX sent, as ``--raw`` shows it."""
        return {"code": self.code, "msg": self.msg, "data": self.data, **self.extra}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, for the log: what was asked, by whom, and how it ended.

    ``code`` is OKX's code, or "" when no judged answer came; ``outcome`` says in one word or line how
    it ended. Times: ``sent_at`` in seconds since 1970, ``milliseconds`` on a monotonic clock.
    ``attempt`` counts those of one request, from 1. ``offset`` is the exchange's clock less ours in
    milliseconds, as it was known when the request was sent. ``answered`` holds those headers of a
    failure that tell who answered, and when; ``remedy`` is what it says to do next.
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
    attempt: int = 1
    remedy: str = ""


def _json(body: str) -> Any:
    try:
        return strictjson.loads(body)
    except ValueError:
        return None


def _arms_timer(body: Any) -> bool:
    """Whether ``timeOut`` is a number of seconds; OKX takes 0 for switching the timer off."""
    seconds = str(body.get("timeOut", "")) if isinstance(body, dict) else ""
    return seconds.isdecimal() and int(seconds) > 0
