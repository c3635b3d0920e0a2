"""The frames of OKX's WebSocket, as text and back. Pure.

OKX docs, Overview, WebSocket: Subscribe, Unsubscribe, Login, Notification.

Tested in ``tests/streams/test_keeping_connected.py``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from okx_magic import catalogue
from okx_magic.catalogue.channels import Channel, channel
from okx_magic.servertext import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

PING: Final = "ping"
PONG: Final = b"pong"
# OKX docs, Subscribe: the args of one request together; a few bytes are left for what is around them.
_LARGEST_BYTES: Final = 64 * 1024 - 256
# Log-ins that failed at OKX's side or came too often are tried again; the others would fail again.
LOGIN_AGAIN: Final = frozenset({"63999", "64007", "60014", "50001", "50011", "50013", "50026"})


@dataclass(frozen=True, slots=True)
class Arg:
    """What is subscribed to: a channel and its keys."""

    channel: Channel
    items: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, name: str, keys: Mapping[str, str]) -> Arg:
        """The arg of a channel that the catalogue knows."""
        known = channel(name)
        if known is None:
            raise KeyError(name)
        return cls(known, tuple(sorted(keys.items())))

    @property
    def keys(self) -> dict[str, str]:
        """Its keys and values."""
        return dict(self.items)

    def as_dict(self) -> dict[str, str]:
        """As it stands in a frame."""
        return {"channel": self.channel.name, **self.keys}

    def matches(self, echoed: Mapping[str, Any]) -> bool:
        """Whether this is the arg that OKX echoes; it adds a ``uid`` to private ones."""
        mine = self.as_dict()
        return mine == {
            name: value for name, value in echoed.items() if name in mine or name != "uid"
        }

    def __str__(self) -> str:
        return " ".join([self.channel.name, *(value for _, value in self.items)])


class Push(msgspec.Struct, gc=False):
    """A message of OKX's: a push has ``data``, all others an ``event``. Its parts stay bytes."""

    arg: msgspec.Raw = msgspec.Raw()
    data: msgspec.Raw = msgspec.Raw()
    action: str = ""
    event: str = ""


class Event(msgspec.Struct):
    """An answer or a notice."""

    event: str = ""
    code: str = ""
    msg: str = ""
    arg: dict[str, Any] = {}
    id: str = ""
    channel: str = ""
    connCount: str = ""  # noqa: N815  # OKX's name

    def __post_init__(self) -> None:
        self.code, self.msg = printable(self.code), printable(self.msg)


PUSH: Final = msgspec.json.Decoder(Push)
EVENT: Final = msgspec.json.Decoder(Event, strict=False)
_ROWS: Final = msgspec.json.Decoder(list[msgspec.Raw])


def rows_in(data: bytes) -> list[bytes]:
    """The rows of a push, each as the bytes that came. Raises ``msgspec.DecodeError``."""
    return [bytes(row) for row in _ROWS.decode(data)]


def batches(args: Iterable[Arg]) -> Iterator[list[Arg]]:
    """The args, so many together as fit into one request."""
    batch: list[Arg] = []
    size = 0
    for arg in args:
        bytes_of_it = len(compact(arg.as_dict()).encode()) + 1
        if batch and size + bytes_of_it > _LARGEST_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(arg)
        size += bytes_of_it
    if batch:
        yield batch


def request(op: str, args: Sequence[Arg], number: int = 0) -> str:
    """The frame that subscribes or unsubscribes."""
    tag = {"id": str(number)} if number else {}
    return compact({**tag, "op": op, "args": [arg.as_dict() for arg in args]})


def compact(value: Any) -> str:
    """JSON as okx_magic writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def explained(code: str) -> tuple[str, str]:
    """What a code means, and what to do."""
    known = catalogue.explain(code)
    return (known.meaning or known.msg, known.remedy) if known else ("", "")
