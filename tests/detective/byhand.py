"""Signatures with mistakes, made by hand: a second implementation that shares nothing with the first.

Each mistake is a few lines on a :class:`Signing`, which holds the right parts until one is changed.
The detective's names are the keys.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True)
class Sent:
    """A request as it travelled, and the credentials it should have been signed with."""

    timestamp: str
    method: str
    path: str
    query: str
    body: str
    secret: str
    key: str = "985d5b66-57ce-40fb-b714-afc0b9787083"
    passphrase: str = "Correct-Horse-9!"
    host: str = ""


@dataclass
class Signing:
    """What goes into a signature; as it stands, the right one."""

    sent: Sent
    secret: bytes = b""
    timestamp: bytes = b""
    method: bytes = b""
    path: bytes = b""
    query: bytes = b""
    body: bytes = b""
    order: str = "tmpb"
    between: bytes = b""
    drop_empty: bool = False
    whole: Callable[[bytes], bytes] = field(default=lambda text: text)
    digest: Callable[[bytes, bytes], bytes] = field(
        default=lambda key, text: hmac.new(key, text, hashlib.sha256).digest()
    )
    written: Callable[[bytes], str] = field(
        default=lambda digest: base64.b64encode(digest).decode()
    )

    def __post_init__(self) -> None:
        sent = self.sent
        self.secret = sent.secret.encode()
        self.timestamp, self.method = sent.timestamp.encode(), sent.method.encode()
        self.path, self.query, self.body = (
            sent.path.encode(),
            sent.query.encode(),
            sent.body.encode(),
        )

    def signature(self) -> str:
        parts = {
            "t": self.timestamp,
            "m": self.method,
            "p": self.path + self.query,
            "b": self.body,
        }
        chosen = [parts[each] for each in self.order]
        if self.drop_empty:
            chosen = [each for each in chosen if each]
        return self.written(self.digest(self.secret, self.whole(self.between.join(chosen))))


Change = "Callable[..., None]"
_EXACT: dict[str, tuple[str, Callable[[Signing], None]]] = {}
_PATTERNS: list[tuple[re.Pattern[str], str, Callable[..., None]]] = []
_GENERATED: list[Callable[[Sent], Iterable[str]]] = []


def register(name: str, part: str, change: Callable[[Signing], None]) -> None:
    """A mistake of a fixed name."""
    assert name not in _EXACT, name
    _EXACT[name] = part, change


def pattern(text: str, part: str, names: Callable[[Sent], Iterable[str]]) -> Callable[..., object]:
    """A mistake whose name holds what differs from request to request; ``names`` gives some."""

    def remember(change: Callable[..., None]) -> Callable[..., None]:
        _PATTERNS.append((re.compile(text, re.DOTALL), part, change))
        _GENERATED.append(names)
        return change

    return remember


def names_for(sent: Sent) -> list[str]:
    """All mistakes that can be made with this request."""
    return [*_EXACT, *dict.fromkeys(name for names in _GENERATED for name in names(sent))]


def known(name: str) -> bool:
    return name in _EXACT or any(each.fullmatch(name) for each, _, _ in _PATTERNS)


def part_of(name: str) -> str:
    if name in _EXACT:
        return _EXACT[name][0]
    return next(part for each, part, _ in _PATTERNS if each.fullmatch(name))


def apply(name: str, signing: Signing) -> None:
    if name in _EXACT:
        _EXACT[name][1](signing)
        return
    for each, _, change in _PATTERNS:
        if match := each.fullmatch(name):
            change(signing, **match.groupdict())
            return
    raise AssertionError(f"no such mistake: {name}")


def signed_with(sent: Sent, *names: str) -> str:
    """The signature of a request under these mistakes."""
    signing = Signing(sent)
    for name in names:
        apply(name, signing)
    return signing.signature()


def rotated(items: list[str]) -> list[str]:
    """The first at the end."""
    return items[1:] + items[:1]


register("empty parts left out", "none", lambda signing: setattr(signing, "drop_empty", True))
