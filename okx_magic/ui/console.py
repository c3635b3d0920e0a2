"""The notebook's or terminal's output, and questions to the person."""

from __future__ import annotations

from dataclasses import dataclass
from getpass import getpass
from typing import TYPE_CHECKING, Any

from IPython.core.error import StdinNotImplementedError
from IPython.display import display

from okx_magic.errors import CredentialsError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from IPython.core.interactiveshell import InteractiveShell


def show(value: Any) -> None:
    """Show a value under the cell that runs."""
    display(value)


def show_live(value: Any) -> Callable[[Any], None]:
    """Show a value under the cell that runs; returns what puts another in its place, from any thread."""
    handle = display(value, display_id=True)

    def update(fresh: Any) -> None:
        if handle is not None:
            handle.update(fresh)

    return update


def tell(lines: Iterable[str]) -> None:
    """Show lines of text as a note."""
    from okx_magic.ui.notes import Note  # noqa: PLC0415  # slows %load_ext, on first use

    show(Note(tuple(lines)))


@dataclass(frozen=True, slots=True)
class CellOutput:
    """Puts values into the user's namespace, and shows the rest under the cell.

    ``said`` has the keys of the notices that this kernel has shown.
    """

    shell: InteractiveShell
    shows_values: bool
    said: set[str]

    def deliver(self, name: str | None, value: Any, picture: Any = None) -> None:
        """Assign a value to its name, or show it when it has none; a ``picture`` is shown in its place,
        under a name too.
        """
        if name is not None:
            self.shell.push({name: value})
        elif self.shows_values and picture is None:
            self.note(value)
        if picture is not None:
            self.note(picture)

    def note(self, note: Any) -> None:
        """Show a receipt or a notice."""
        show(note)

    def note_once(self, key: str, note: Any) -> None:
        """Show a notice, if none of the same key was shown in this kernel before."""
        if key not in self.said:
            self.said.add(key)
            self.note(note)


def ask(label: str, hidden: bool) -> str:  # noqa: FBT001  # the shape that the sources call
    """The answer to one question, not echoed when ``hidden``. Raises CredentialsError where nobody
    can be asked, such as under nbclient and papermill.
    """
    try:
        return getpass(label) if hidden else input(label)
    except (StdinNotImplementedError, EOFError):
        pass
    raise CredentialsError(
        "nobody can type credentials here",
        remedy="set OKX_API_KEY, OKX_SECRET_KEY and OKX_PASSPHRASE, or %okx_login sandbox",
    )


def confirm(question: str) -> bool:
    """Whether the answer to a question is yes; False where nobody can be asked."""
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except (StdinNotImplementedError, EOFError):
        return False


def ask_if_anybody(label: str, hidden: bool) -> str:  # noqa: FBT001  # the shape that the sources call
    """As ``ask``, but an empty answer where nobody can be asked."""
    try:
        return ask(label, hidden)
    except CredentialsError:
        return ""


def ask_person(label: str) -> str:
    """The answer of a person. Raises RefusedError where nobody can be asked: no default, no variable
    and no setting answers for them.
    """
    try:
        return input(label)
    except (StdinNotImplementedError, EOFError):
        pass
    raise RefusedError(
        "nobody can answer here",
        remedy="run the cell in a notebook or a terminal where a person can answer",
    )


def say_yes(question: str) -> bool:
    """Whether the person typed yes, the whole word. Raises RefusedError where nobody can be asked."""
    return ask_person(f"{question}\nType yes to send it: ").strip().lower() == "yes"
