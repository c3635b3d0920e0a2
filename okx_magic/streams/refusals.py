"""What OKX refuses to stream, as errors with a way out. Pure.

Tested in ``tests/streams/test_cells.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from okx_magic.errors import OkxError, StreamError
from okx_magic.model import Envelope, Request
from okx_magic.streams.protocol import explained

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okx_magic.streams.protocol import Arg, Event

_UNKNOWN: Final = frozenset({"60018", "60008"})


def refusal_of(event: Event, arg: Arg, account: str) -> OkxError:
    """The error of a subscription that OKX refused."""
    means, remedy = explained(event.code)
    if event.code in _UNKNOWN:
        means = f"OKX has no {arg} at …/{arg.channel.url}"
        remedy = "check the values of its keys: Tab completes them"
    envelope = Envelope(event.code, event.msg, [])
    return OkxError(
        event.code,
        event.msg,
        envelope=envelope,
        means=means,
        remedy=remedy,
        request=request_of(arg),
        account=account,
    )


def request_of(arg: Arg) -> Request:
    """The subscription, as a request that errors name."""
    return Request("SUBSCRIBE", f"{arg.channel.name}?{urlencode(arg.keys)}")


def unanswered(arg: Arg, seconds: float, account: str) -> StreamError:
    """OKX said nothing to a subscription."""
    return StreamError(
        f"{arg}: OKX did not answer the subscription in {seconds:g} s",
        remedy="run the cell again",
        account=account,
    )


def too_many_connections(arg: Arg, count: str, account: str) -> StreamError:
    """OKX serves no more connections of this channel."""
    return StreamError(
        f"{arg}: the account has {count or 'as many'} connections for it, which is all that OKX serves",
        remedy="end other programs that listen to it, or use another sub-account",
        account=account,
    )


def blamed(msg: str, args: Sequence[Arg]) -> Arg | None:
    """Which of the args a message speaks of; None where that is not clear."""
    if len(args) == 1:
        return args[0]
    named = [
        arg
        for arg in args
        if f"channel:{arg.channel.name}," in f"{msg} ,".replace(" ", ",")
        and all(f"{name}:{value}," in msg.replace(" ", ",") + "," for name, value in arg.items)
    ]
    return named[0] if len(named) == 1 else None
