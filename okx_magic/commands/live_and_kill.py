"""What %okx_live and %okx_kill do; their magics only read the line.

Tested in ``tests/reliability/test_live_rails.py`` and ``tests/reliability/test_kill.py``.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from okx_magic.errors import KillIncomplete, OkxMagicError, OneLineInterrupt, RefusedError
from okx_magic.model import Request
from okx_magic.orders.kill import Killer
from okx_magic.ui.console import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from okx_magic.credentials.account import Account
    from okx_magic.session import Session

    # Asks a person for a line; raises RefusedError where nobody can be asked.
    Ask = Callable[[str], str]

_RELEASE = "release"
_POSITIONS = "/api/v5/account/positions"
_SECONDS = 3.0
# What makes an algo order one that stops a loss, or may.
_STOPS = ("slTriggerPx", "triggerPx", "callbackRatio", "callbackSpread")


def switch_on(session: Session, ask: Ask) -> Note:
    """Orders on for 15 minutes, if the person types the sentence. Raises RefusedError."""
    account, arming = session.account, session.gate.arming
    _check_live(account)
    if not session.config:
        raise RefusedError(
            "the permissions of the key are not known yet",
            remedy=f"%okx_login {account.name}",
            account=account.name,
        )
    if session.gate.latched:
        raise RefusedError(
            "the kill switch is on", remedy="%okx_kill --release lifts it", account=account.name
        )
    key = account.credentials.hint if account.credentials else "none"
    typed = ask(
        f"Real orders with {account.name} (key {key}) for 15 minutes. Type: {arming.sentence}\n"
    )
    if not arming.arm(typed):
        raise RefusedError(
            "that was not the sentence: orders stay off",
            remedy=f"%okx_live {account.name}, and type it exactly",
            account=account.name,
        )
    until = datetime.now(UTC) + timedelta(seconds=arming.seconds_left)
    line = f"{account.name} · orders are on until {until:%H:%M} UTC, each asks · %okx_live --off"
    return Note((line,), account.environment)


def switch_off(session: Session) -> Note:
    """Orders off. Raises RefusedError for accounts without a switch: orders would still be sent."""
    _check_live(session.account)
    session.gate.arming.disarm()
    return Note((f"{session.account.name} · read-only",), session.account.environment)


def _check_live(account: Account) -> None:
    if account.environment != "live":
        raise RefusedError(
            f"{account.name} is not a live account: its orders need no switch", account=account.name
        )


class KillInterrupted(OneLineInterrupt):
    """Ctrl-C while the kill switch cancels; the latch stays on."""


def kill(session: Session, show: Callable[[Note], None]) -> None:
    """The latch first, then all open orders; each step is shown. Raises KillIncomplete."""
    account = session.account

    # The badge before it says the environment already.
    name = "" if account.name == account.environment else f"{account.name} · "

    def tell(line: str) -> None:
        show(Note((f"{name}{line}",), account.environment))

    on_disk = session.gate.kill()
    if session.gate.latch is not None and not session.gate.latch.knows:
        # For all keys of the account, if it can be learnt which they are; its own obeys already.
        with suppress(RefusedError):
            session.orders.identify()
            on_disk = session.gate.kill()
    where = "" if on_disk else " in this kernel only: it could not be written to disk"
    tell(f"kill switch on{where} · only cancels are sent")
    if waiting := session.orders.waiting:
        tell(f"{waiting} waiting order{'s are' if waiting > 1 else ' is'} turned away")
    if writer := session.gate.await_writers():
        tell(f"not stopped in 2 s: {writer}; it may still be placed, and is looked for now")
    try:
        ended = Killer(session.connection.look, session.orders.cancel, tell).run()
    except KeyboardInterrupt:
        raise KillInterrupted(
            f"the kill switch of {account.name} is on, and orders may still be open:"
            " %okx_kill again cancels them"
        ) from None
    orders = f"{ended.found} order{'s were' if ended.found != 1 else ' was'} open"
    if not ended.done:
        left = (
            f"still open: {', '.join(ended.left)}" if ended.left else "it is not known what is open"
        )
        raise KillIncomplete(
            f"{orders}, after {ended.seconds:.0f} s {left}"
            + (f" · {ended.trouble}" if ended.trouble else ""),
            remedy="%okx_kill again, and look at OKX's own pages: the kill switch stays on",
            account=account.name,
        )
    for line in _positions(session, ended.algos):
        tell(line)
    tell(
        f"{orders}, none is now · {ended.seconds:.1f} s · bots are not touched"
        " · %okx_kill --release to send orders again"
    )


def _positions(session: Session, cancelled: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What stays open, and whether it still has a stop: the kill switch sells nothing."""
    try:
        rows = session.connection.look(Request("GET", _POSITIONS), _SECONDS).data
    except OkxMagicError as error:
        yield f"positions are not known ({error.message}): GET {_POSITIONS} shows them"
        return
    left = [row for row in rows if row.get("pos") not in (None, "", "0")]
    for row in left:
        side = f" {row['posSide']}" if row.get("posSide") not in (None, "", "net") else ""
        stop = _stop_of(row, cancelled)
        yield f"position stays open: {row.get('instId', '?')}{side} {row['pos']}, {stop}"


def _stop_of(position: Mapping[str, Any], cancelled: Sequence[Mapping[str, Any]]) -> str:
    """Whether a position has a stop: what closes it as a whole stands in its own row, and the rest was
    cancelled.
    """
    kept = [each.get("slTriggerPx") for each in position.get("closeOrderAlgo") or ()]
    if any(kept):
        return f"its stop at {', '.join(filter(None, kept))} stays, too"
    same = ("instId", "posSide")
    ended = [
        str(row.get("slTriggerPx") or row.get("triggerPx") or "a distance")
        for row in cancelled
        if all(row.get(name) == position.get(name) for name in same)
        and any(row.get(name) for name in _STOPS)
    ]
    # A trigger may have been to open more: it is named, not judged.
    gone = f": what waited at {', '.join(ended)} was cancelled" if ended else ""
    return f"without a stop{gone}"


def release(session: Session, ask: Ask) -> Note:
    """Orders are sent again, if the person types the word. Raises RefusedError."""
    account = session.account
    if not session.gate.latched:
        return Note((f"{account.name} · the kill switch is off",), account.environment)
    if ask(f"Send orders of {account.name} again? Type: {_RELEASE}\n").strip() != _RELEASE:
        raise RefusedError(
            "the kill switch stays on",
            remedy=f"it is lifted by typing {_RELEASE}",
            account=account.name,
        )
    try:
        session.gate.release()
    except OSError as error:
        raise RefusedError(
            f"the latch cannot be removed from disk ({error.strerror}): the kill switch stays on",
            remedy="make ~/.okx_magic writable, and release it again",
            account=account.name,
        ) from None
    return Note((f"{account.name} · kill switch off",), account.environment)
