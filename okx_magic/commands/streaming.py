"""What a SUBSCRIBE in a cell does, and %okx_streams.

Tested in ``tests/streams/test_cells.py``.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from okx_magic.commands.whole_cell import seconds
from okx_magic.credentials.websocket import LOGIN_PATH, log_in, websocket_url
from okx_magic.errors import CellError, OkxError, OkxMagicError
from okx_magic.ui import receipts, stream_lines

if TYPE_CHECKING:
    from okx_magic.accounts import Accounts
    from okx_magic.commands.whole_cell import Options, Output
    from okx_magic.model import Request
    from okx_magic.session import Session
    from okx_magic.streams.protocol import Arg
    from okx_magic.streams.stream import Stream

# How long a cell waits for OKX to accept a subscription; afterwards it goes on trying by itself.
_PATIENCE: Final = 10.0
_UNKNOWN: Final = "60018"


def subscribe(
    request: Request,
    session: Session,
    held: tuple[Any, bool],
    output: Output,
    options: Options,
) -> Stream | None:
    """Begin a stream, wait until OKX has accepted it, and deliver it; None for a dry run.

    ``held`` is what its name has now, and whether the name was not typed but is a channel's. An equal
    stream under the same name goes on. Raises what OKX refused it with.
    """
    from okx_magic.streams.checked import checked  # noqa: PLC0415  # msgspec, on first use
    from okx_magic.streams.protocol import Arg  # noqa: PLC0415  # same

    channel, keys = checked(request)
    args = tuple(Arg.of(channel.name, each) for each in keys)
    if options.dry_run:
        output.note(_unsent(args, session))
        return None
    name = request.name or re.sub(r"\W", "_", channel.name)
    value, pasted = held
    before = _stream(value)
    if before and before.running and _same(before, session, args):
        _go_on(before, options)
        output.deliver(request.name, before)
        if not options.quiet:
            said = f"streams already; what it kept is kept · {_told(before, options, request)}"
            output.note(stream_lines.streaming(before, said))
        return before
    if pasted and value is not None and before is None:
        said = f"{name} had another value, and is the stream now"
        output.note(receipts.notices([said]))
    stream = _begun(request, session, args, options, name)
    if before and before.running:
        before.stop()
    output.deliver(request.name, stream)
    if not options.quiet:
        output.note(stream_lines.streaming(stream, _told(stream, options, request)))
    return stream


def _begun(
    request: Request, session: Session, args: tuple[Arg, ...], options: Options, name: str
) -> Stream:
    """A new stream that OKX has accepted, or has not refused so far."""
    keys = [arg.keys for arg in args]
    stream = session.stream(
        request.path,
        keep=options.keep or 100_000,
        name=name,
        record=options.record,
        **{each: ",".join(dict.fromkeys(arg[each] for arg in keys)) for each in keys[0]},
    )
    try:
        stream.decimal = options.decimal
        stream.settled(_PATIENCE)
    except BaseException as error:
        stream.stop()
        if isinstance(error, OkxError) and error.code == _UNKNOWN:
            _add_nearest(error, args, session)
        raise
    if options.duration:
        stream.end_after(seconds(options.duration))
    return stream


def _go_on(stream: Stream, options: Options) -> None:
    """What the cell asks for is done to the stream that is there: a cell that runs twice is the rule."""
    if options.record:
        stream.record(options.record)
    if options.duration:
        stream.end_after(seconds(options.duration))
    stream.decimal = options.decimal


def stop(accounts: Accounts, name: str | None, *, everything: bool = False) -> tuple[str, ...]:
    """End the streams of that name, or all; the names of those that ended. Raises CellError."""
    streams = running(accounts)
    chosen = [stream for stream in streams if everything or stream.name == name]
    if not chosen and not everything:
        known = ", ".join(stream.name for stream in streams) or "none"
        raise CellError(f"no stream {name!r}", remedy=f"streaming: {known}")
    for stream in chosen:
        stream.stop()
    return tuple(stream.name for stream in chosen)


def running(accounts: Accounts | None) -> tuple[Stream, ...]:
    """All streams of all sessions."""
    if accounts is None:
        return ()
    return tuple(
        stream for session in accounts.open_sessions() for stream in session.streaming.streams
    )


def _told(stream: Stream, options: Options, request: Request) -> str:
    parts = []
    if options.duration:
        parts.append(f"ends after {options.duration}")
    if options.record:
        parts.append(f"recorded to {options.record}, for okx_magic.open_recording")
    parts.append(f"%okx_streams stop {stream.name} ends it")
    if not request.name:
        parts.append(f"{stream.name} = SUBSCRIBE … gives it that name in Python, too")
    return " · ".join(parts)


def _stream(value: Any) -> Stream | None:
    """The value, if it is a stream."""
    from okx_magic.streams.stream import Stream  # noqa: PLC0415  # websockets, on first use

    return value if isinstance(value, Stream) else None


def _same(stream: Stream, session: Session, args: tuple[Arg, ...]) -> bool:
    return stream.args == args and stream.access is session.streaming


def _unsent(args: tuple[Arg, ...], session: Session) -> Any:
    from okx_magic.streams.protocol import batches, request  # noqa: PLC0415  # msgspec, on first use

    channel, account = args[0].channel, session.account
    prehash = ""
    if channel.login and account.credentials is not None:
        login = log_in(account.credentials, session.connection.clock.local_now())
        prehash = f"{login.timestamp}GET{LOGIN_PATH}"
    frames = [request("subscribe", batch, number) for number, batch in enumerate(batches(args), 1)]
    return stream_lines.dry_run(websocket_url(account, channel.url), frames, prehash, account)


def _add_nearest(error: OkxError, args: tuple[Arg, ...], session: Session) -> None:
    """Which instruments may have been meant."""
    from difflib import get_close_matches  # noqa: PLC0415  # only for an error

    typed = args[0].keys.get("instId", "")
    kind = args[0].keys.get("instType") or ("SWAP" if typed.count("-") > 1 else "SPOT")
    if not typed:
        return
    with suppress(OkxMagicError):
        found = []
        for each in dict.fromkeys((kind, "SPOT")):
            found += session.streaming.rest(f"/api/v5/public/instruments?instType={each}")
        known = [str(row["instId"]) for row in found]
        if near := get_close_matches(typed, known, n=3, cutoff=0.5):
            error.remedy = f"nearest instruments: {', '.join(near)}"
