"""The lines under a cell that subscribes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.ui.notes import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okx_magic.credentials.account import Account
    from okx_magic.streams.stream import Stream


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
