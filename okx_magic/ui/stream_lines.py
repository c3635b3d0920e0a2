"""The lines under a cell that subscribes; that of a stream at its end keeps up with the stream."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from okx_magic.ui.console import Note, show, show_live

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from okx_magic.credentials.account import Account
    from okx_magic.streams.stream import Stream

# Seconds between two changes of the line.
_EACH: Final = 0.5


def streaming(stream: Stream, told: str) -> Note:
    """One line for a stream, and how it ends."""
    args = ", ".join(str(arg).partition(" ")[2] for arg in stream.args)
    account = stream.access.account
    parts = [stream.name, f"{stream.channel} {args}".strip(), stream.state, told]
    if account.name != account.environment:
        parts.insert(2, account.name)
    return Note((" · ".join(parts),), account.environment)


def dry_run(url: str, frames: Sequence[str], prehash: str, account: Account) -> Note:
    """What would be sent, to the byte; secrets hidden."""
    lines = [f"dry run · nothing sent · {account.name}", f"  connect   {url}"]
    if prehash:
        hint = account.credentials.hint if account.credentials else ""
        lines += [
            f"  log in    as {hint}, passphrase and signature hidden",
            f"  prehash   {prehash}",
        ]
    for frame in frames:
        lines.append(f"  send      {len(frame.encode())} bytes: {frame}")
    return Note(tuple(lines), account.environment)


def show_line(stream: Stream, prompt: Any = None) -> None:
    """Show it under the cell that runs; it follows the stream until that ends.

    ``prompt`` is a terminal's, of prompt_toolkit: what is shown above it scrolls away, so the line that
    follows stands below it.
    """
    if prompt is None:
        update = show_live(_note(stream))
    else:
        show(_note(stream))
        update = below(prompt, stream.name)
    shown_at = 0.0

    def follow(row: dict[str, Any]) -> None:
        nonlocal shown_at
        now = time.monotonic()
        if row and now - shown_at < _EACH:
            return
        shown_at = now
        update(_note(stream) if stream.running or prompt is None else None)
        if not stream.running:
            leave()

    leave = stream.watch(follow)


def below(prompt: Any, name: str) -> Callable[[Note | None], None]:
    """What puts a note below a terminal's prompt, in the place of the last of that name; None takes it
    away.
    """
    bar = prompt.bottom_toolbar
    if not isinstance(bar, _Bar):
        bar = prompt.bottom_toolbar = _Bar(bar)

    def update(note: Note | None) -> None:
        if note is not None:
            bar.notes[name] = note
        else:
            bar.notes.pop(name, None)
            if not bar.notes and prompt.bottom_toolbar is bar:
                prompt.bottom_toolbar = bar.before
        prompt.app.invalidate()

    return update


class _Bar:
    """The lines below the prompt; ``before`` is what stood there."""

    def __init__(self, before: Any) -> None:
        self.before = before
        self.notes: dict[str, Note] = {}

    def __call__(self) -> str:
        return "\n".join(str(note) for note in self.notes.copy().values())


def _note(stream: Stream) -> Note:
    last = stream.last or {}
    names = ("last", "px", "c", "markPx", "idxPx", "fundingRate", "state")
    shown = next((f"{name} {last[name]}" for name in names if last.get(name)), "")
    end = f"%okx_streams stop {stream.name}" if stream.running else ""
    return Note((" · ".join(filter(None, (repr(stream), shown, end))),))
