"""An error as the few lines that a person sees, and how wide what they are shown on is.

Tested in ``tests/test_errors.py``.
"""

from __future__ import annotations

import sys
from typing import Final, NamedTuple

# A page does not say how wide it is; this much fits into Lab's and Notebook's at 1,000 pixels.
_PAGE: Final = 100


# A dataclass would take a twentieth of the time of %load_ext.
class Place(NamedTuple):
    """Where in a cell a request stood: ``request 2 of 3, line 4 · 1 sent``.

    ``sent`` of the cell's requests, this one apart unless it is known to be done; None where the
    whole cell was refused before anything was sent.
    ``rest`` says which part of the cell is left to run, "" where that does not matter.
    """

    number: int
    total: int
    line: int
    sent: int | None
    rest: str = ""

    def __str__(self) -> str:
        sent = "nothing" if self.sent is None else self.sent
        return f"request {self.number} of {self.total}, line {self.line} · {sent} sent"


class OneLineInterrupt(KeyboardInterrupt):
    """Ctrl-C that says what holds then: as for our errors, one line in place of a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"KeyboardInterrupt {self}"]


def to_do(remedy: str, place: Place | None) -> list[tuple[str, str]]:
    """What to try, and which part of the cell to run then, as further lines of a block."""
    lines = [("try", remedy)] if remedy else []
    return [*lines, ("then", place.rest)] if place and place.rest else lines


def block(head: str, details: list[tuple[str, str]]) -> list[str]:
    """The lines of an error. What is too long for the screen goes on under its own text: a page would
    begin it at the left edge, among the labels.
    """
    lines = [("", head), *((f"  {label:<7} ", text) for label, text in details)]
    in_page = type(sys.stdout).__module__.startswith("ipykernel.")
    width = _PAGE if in_page else terminal_width()
    if not width:
        return [label + text for label, text in lines]
    return [
        "\n".join(
            fitted(label if number == 0 else " " * len(label), each, len(label) or 2, width)
            for number, each in enumerate(text.split("\n"))
        )
        for label, text in lines
    ]


def fitted(label: str, text: str, hang: int, width: int) -> str:
    """A text behind its label in lines of at most ``width``, but for longer words; each but the first is
    indented by ``hang``.
    """
    import textwrap  # noqa: PLC0415  # only where it is shown

    return textwrap.fill(
        text,
        width,
        initial_indent=label,
        subsequent_indent=" " * hang,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )


def terminal_width() -> int:
    """The columns of the terminal; 0 where there is none, such as in a log or a page."""
    if sys.stdout is None or not sys.stdout.isatty():
        return 0
    import shutil  # noqa: PLC0415  # only where it is shown

    return shutil.get_terminal_size().columns
