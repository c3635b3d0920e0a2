"""A connection from nothing to ready: opened, and logged in where that is needed.

OKX docs, Overview, WebSocket, Login: the answer is waited for before anything else is sent, and there is
no second log-in on a connection.

Tested in ``tests/streams/test_logging_in.py``.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from okx_magic.errors import CredentialsError, OkxMagicError
from okx_magic.streams import socket
from okx_magic.streams.link import Hearer, Link
from okx_magic.streams.protocol import LOGIN_AGAIN

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from okx_magic.credentials.account import Account
    from okx_magic.streams.access import Access, Timing

    Call = Callable[..., Awaitable[Any]]


class LoginRefusedError(Exception):
    """A log-in was refused for good."""

    def __init__(self, error: OkxMagicError) -> None:
        super().__init__()
        self.error = error


class AgainError(Exception):
    """It did not work, and is tried again."""


# An answer that does not come in time is an OSError, too.
FAILED: Final = (AgainError, *socket.FAILED)


async def connected(  # noqa: PLR0913, PLR0917  # what a connection is made of
    account: Account,
    url: str,
    hearer: Hearer,
    timing: Timing,
    login: Access | None,
    call: Call,
) -> Link:
    """A connection that is being read, logged in by ``login`` if there is one. Raises LoginRefusedError
    and those of ``FAILED``.
    """
    link = Link(hearer, timing)
    opened = await socket.opened(
        url,
        link.hear,
        headers={} if account.environment == "live" else {"x-simulated-trading": "1"},
        proxy=account.proxy,
        ca_bundle=account.ca_bundle,
        timeout=timing.answer,
    )
    link.start(opened)
    if login is not None:
        try:
            await _log_in(link, login, timing, call)
        except BaseException:
            link.abort("not logged in")
            raise
    return link


async def _log_in(link: Link, access: Access, timing: Timing, call: Call) -> None:
    link.login = asyncio.get_running_loop().create_future()
    try:
        login = await call(access.login)
    except CredentialsError as error:
        raise LoginRefusedError(error) from None
    except OkxMagicError:
        raise AgainError from None
    await link.send(login.frame)
    try:
        event = await asyncio.wait_for(link.login, timing.answer)
    except asyncio.CancelledError:
        if not link.ended.done():
            raise
        raise AgainError from None
    refusal = await call(access.answered, login, event.code, event.msg)
    if refusal is not None and event.code in LOGIN_AGAIN:
        raise AgainError
    if refusal is not None:
        raise LoginRefusedError(refusal)
