"""A note: a few lines for the output of a cell, as text in a terminal and as HTML in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from okx_magic.model import Environment

# Text besides colour, and colours that hold on light and dark themes.
_BADGE_COLOURS: dict[Environment, str] = {
    "sandbox": "#6b7280",
    "demo": "#b45309",
    "live": "#dc2626",
}
FONT = "font-family:var(--jp-code-font-family,monospace);font-size:var(--jp-code-font-size,13px)"


@dataclass(frozen=True, slots=True)
class Note:
    """Lines of text, the first behind a badge that says the environment, if there is one.

    All of it is escaped in HTML: notes carry text from servers.
    """

    lines: tuple[str, ...]
    environment: Environment | None = None

    def __repr__(self) -> str:
        badge = f"[{badge_text(self.environment)}] " if self.environment else ""
        return badge + "\n".join(self.lines)

    def _repr_html_(self) -> str:
        import html  # noqa: PLC0415  # its table of entities slows %load_ext

        badge = badge_html(self.environment) if self.environment else ""
        text = "\n".join(map(html.escape, self.lines))
        return f'<div style="{FONT};white-space:pre-wrap;line-height:1.4">{badge}{text}</div>'


def badge_text(environment: Environment) -> str:
    """The environment as a word; live is the one to see from across the room."""
    return "LIVE" if environment == "live" else environment


def badge_html(environment: Environment) -> str:
    """The word on its colour."""
    return (
        f'<span style="background:{_BADGE_COLOURS[environment]};color:#fff;border-radius:3px;'
        f'padding:0 5px;margin-right:6px">{badge_text(environment)}</span>'
    )
