"""An error as the few lines that a person sees, as wide as what they are shown on."""

from __future__ import annotations

import sys
from typing import Final

# A page does not say how wide it is; this much fits into Lab's and Notebook's at 1,000 pixels.
_PAGE: Final = 100


def block(head: str, details: list[tuple[str, str]]) -> list[str]:
    """The lines of an error. What is too long for the screen goes on under its own text: a page would
    begin it at the left edge, among the labels.
    """
    lines = [("", head), *((f"  {label:<7} ", text) for label, text in details)]
    width = _width()
    if not width:
        return [label + text for label, text in lines]
    import textwrap  # noqa: PLC0415  # only where it is shown

    return [
        "\n".join(
            textwrap.fill(
                each,
                width,
                initial_indent=label if number == 0 else " " * len(label),
                subsequent_indent=" " * (len(label) or 2),
                break_long_words=False,
                break_on_hyphens=False,
                replace_whitespace=False,
            )
            for number, each in enumerate(text.split("\n"))
        )
        for label, text in lines
    ]


def _width() -> int:
    """The columns of what an error is shown on; 0 where nobody looks, such as in a log."""
    if type(sys.stdout).__module__.startswith("ipykernel."):
        return _PAGE
    if sys.stdout is None or not sys.stdout.isatty():
        return 0
    import shutil  # noqa: PLC0415  # only where it is shown

    return shutil.get_terminal_size().columns
