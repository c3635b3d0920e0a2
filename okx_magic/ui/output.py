"""The way into a notebook's output and namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.display import display

if TYPE_CHECKING:
    from collections.abc import Iterable

    from IPython.core.interactiveshell import InteractiveShell


def show(value: Any) -> None:
    """Show a value under the cell that runs."""
    display(value)


def tell(lines: Iterable[str]) -> None:
    """Show lines of text as a note."""
    from okx_magic.ui.notes import Note  # noqa: PLC0415  # slows %load_ext, on first use

    show(Note(tuple(lines)))


class CellOutput:
    """Puts values into the user's namespace, and shows the rest under the cell.

    ``said`` holds what the kernel's session was told already.
    """

    def __init__(self, shell: InteractiveShell, *, shows_values: bool, said: set[str]) -> None:
        self._shell = shell
        self._shows_values = shows_values
        self._said = said

    def deliver(self, name: str | None, value: Any) -> None:
        """Assign a value to its name, or show it when it has none."""
        if name is not None:
            self._shell.push({name: value})
        elif self._shows_values:
            self.note(value)

    def note(self, note: Any) -> None:
        """Show a receipt or a notice."""
        show(note)

    def note_once(self, key: str, note: Any) -> None:
        """Show a notice, if none of the same key was shown in this kernel before."""
        if key not in self._said:
            self._said.add(key)
            self.note(note)
