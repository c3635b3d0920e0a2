"""The notebook's or terminal's output, and questions to the person. A note is a few lines, as text in a
terminal and as HTML in a notebook.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from getpass import getpass
from typing import TYPE_CHECKING, Any, Final

from IPython.core.error import StdinNotImplementedError
from IPython.display import display

from okx_magic.errorblock import fitted, terminal_width
from okx_magic.errors import CredentialsError, RefusedError
from okx_magic.servertext import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from IPython.core.interactiveshell import InteractiveShell

    from okx_magic.model import Environment

# Colours that are readable on light and dark themes; the environment is also written as text.
_BADGE_COLOURS: dict[Environment, str] = {
    "sandbox": "#6b7280",
    "demo": "#b45309",
    "live": "#dc2626",
}
# What aligns is <pre>: an untrusted notebook loses the fonts that a style names. A page of nbconvert has
# no font of its own for <pre>.
LINE: Final = (
    "margin:0;padding-top:0;padding-bottom:0;white-space:pre-wrap;"
    "font-family:var(--jp-code-font-family,monospace);word-break:normal;overflow-wrap:anywhere;line-height:1.4"
)
# A label and what follows it, the first column of a table, or an indent: a line that is too long goes on
# below its text.
_LABEL: Final = re.compile(r" {2,}\S+ {2,}(?=\S)|[A-Z]+ {2,}(?=\S)|\s*")


@dataclass(frozen=True, slots=True)
class Note:
    """Lines of text, the first after a badge that says the environment, if there is one.

    All of it is escaped in HTML: notes carry text from servers.
    """

    lines: tuple[str, ...]
    environment: Environment | None = None

    def __post_init__(self) -> None:
        # The last gate before a screen, whatever the lines were made of.
        object.__setattr__(self, "lines", tuple(plain(self.lines)))

    def __repr__(self) -> str:
        badge = f"[{badge_text(self.environment)}] " if self.environment else ""
        text = badge + "\n".join(self.lines)
        width = terminal_width()
        if not width:
            return text
        lines = (line.rstrip() for line in text.split("\n"))
        return "\n".join(
            fitted("", line, _hang(line), width) if len(line) > width else line for line in lines
        )

    def _repr_html_(self) -> str:
        import html  # noqa: PLC0415  # its table of entities slows %load_ext

        badge = badge_html(self.environment) if self.environment else ""
        lines = [html.escape(line) for text in self.lines for line in text.split("\n")]
        return "<div>" + "".join(map(line_html, [badge + lines[0], *lines[1:]])) + "</div>"


def seconds_text(milliseconds: int) -> str:
    """``+1.2 s``; what rounds to nothing is ``0.0 s``."""
    seconds = round(milliseconds / 1000, 1)
    return f"{seconds:+.1f} s" if seconds else "0.0 s"


def line_html(line: str) -> str:
    """A line of HTML text. Where it is too long for the page it goes on under its first word, or under
    what follows its label.
    """
    hang = _hang(line)
    hanging = f";padding-left:{hang}ch;text-indent:-{hang}ch" if hang else ""
    return f'<pre style="{LINE}{hanging}">{line or " "}</pre>'


def _hang(line: str) -> int:
    label = _LABEL.match(line)
    return label.end() if label else 0


def badge_text(environment: Environment) -> str:
    """The environment as a word; live is in capitals."""
    return "LIVE" if environment == "live" else environment


def badge_html(environment: Environment) -> str:
    """The word on its colour."""
    return (
        f'<span style="background:{_BADGE_COLOURS[environment]};color:#fff;border-radius:3px;'
        f'padding:0 5px;margin-right:6px">{badge_text(environment)}</span>'
    )


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
