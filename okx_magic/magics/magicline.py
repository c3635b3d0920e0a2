"""Reads a magic line: its options, its help, and never a secret."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, NoReturn

from IPython.core.error import UsageError
from IPython.core.magic_arguments import parse_argstring

from okx_magic.errors import CellError, CredentialsError
from okx_magic.ui.console import tell

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    from okx_magic.credentials.credentials import Credentials
    from okx_magic.errors import OkxMagicError

# Patterns as text, which ``re`` compiles on first use and keeps: %load_ext compiles none.

# The first word of a request on a %okx line; everything before it are options. A method that OKX
# does not have begins one too: the grammar explains that error.
_REQUEST = (
    r"(?s)(?:^|\s)((?:[^\W\d]\w*\s*=\s*)?"
    r"(?:(?:GET|POST|SUBSCRIBE|curl|(?i:get|post|put|patch|delete|head|options)(?=\s+/))\s.*"
    r"|(?:https?://|/api/v5/)\S.*))"
)

# What must never be on a magic line, because it would stay in the notebook and in the history: secrets
# and keys by their form, and everything after one of their names.
_BY_FORM = (
    r"(?i)\b[0-9a-f]{32}\b"  # a secret
    r"|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"  # a key
)
_BY_NAME = (
    r"(?i)(?:^|\s)--?\w*(?:secret|pass|key)"  # --secret, -passphrase, --api_key
    r"|ok-access-|\b(?:secret|passphrase|password|api_?key)\w*\s*[=:]"
)
# A signature that is an MD5 looks as a secret does, but in small letters, in which OKX gives out none.
_MD5 = r"(?<=--check )\s*[0-9a-f]{32}(?!\S)"
# An expression may have such a name: {{ headers["OK-ACCESS-SIGN"] }}.
_EXPRESSION = r"\{\{.*?\}\}"

# The header with its value, to the end of the line; not one that a variable fills.
_PASTED = r"(?i)ok-access-passphrase\b(?!\W*\{\{)[^\r\n]*[^\r\n\s]"

# Stands for a variable while the options of the line are parsed.
_NUMBERED = "\0(\\d+)\0"

# The one magic whose words may be credentials, whatever they look like.
_LOGIN = "okx_login"


def examples_first(magic: Any) -> Any:
    """A decorator for help as ``%magic?`` and --help show it: examples, then what it does, then the
    options.
    """
    about, _, rest = inspect.cleandoc(magic.parser.description).partition("Examples::\n")
    # The examples are what is indented below their title.
    examples = re.match(r"(?:(?: +.*)?\n?)+", rest)[0]  # type: ignore[index]  # it matches anything
    told = f"{about.rstrip()}\n\n{rest[len(examples) :]}".rstrip()
    # The docstring is argparse's: usage, then the description, then the lists of what the magic takes.
    listed = magic.__doc__
    places = (listed.find(title) for title in ("positional arguments:", "options:"))
    first = min(place for place in places if place >= 0)
    shown = inspect.cleandoc(examples).strip("\n")
    magic.__doc__ = _plain(f"{shown}\n\n%{magic.__name__}: {told}\n\n{listed[first:].rstrip()}")
    return magic


def _plain(text: str) -> str:
    """Help as a person reads it: without the marks of reStructuredText, nor IPython's around a value that
    may be left out.
    """
    text = text.replace("``", "").replace("<[", "[").replace("]>", "]")
    return re.sub(r"(?m)::$", ":", text)


def overview() -> tuple[str, ...]:
    """The magics by what a person wants to do, a line each."""
    from pkgutil import get_data  # noqa: PLC0415  # on first use

    data = get_data("okx_magic.magics", "overview.txt")
    assert data is not None  # noqa: S101  # only a loader without files gives none
    return tuple(data.decode("utf-8").rstrip("\n").split("\n"))


def split(line: str) -> tuple[str, str]:
    """Options and request of a %okx line."""
    found = re.search(_REQUEST, line)
    return (line[: found.start()], found[1]) if found else (line, "")


def options(shell: InteractiveShell, magic: Callable[..., Any], line: str) -> Namespace | None:
    """The parsed options; None when only help was asked for, which is shown.

    Raises CellError for what the magic does not take, and CredentialsError for a line with a secret,
    which is removed from the shell's history.
    """
    if re.search(_BY_FORM, re.sub(_MD5, "", line)) or re.search(
        _BY_NAME, re.sub(_EXPRESSION, "", line)
    ):
        _refuse_secret(shell, line)
    reason = near = ""
    masked, variables = _set_aside(line)
    try:
        arguments: Namespace = parse_argstring(magic, masked)
    except (UsageError, ValueError) as error:
        # UsageError alone would neither mark the cell as failed nor stop Run All.
        reason = str(error)
        near = _misspelled(magic, reason)
    else:
        if arguments.help:
            tell((magic.__doc__ or "",))
            return None
        for name, word in vars(arguments).items():
            if isinstance(word, str):
                value = _without_quotes(word)
                setattr(arguments, name, re.sub(_NUMBERED, lambda n: variables[int(n[1])], value))
        return arguments
    # More words than the magic takes may be credentials: do not repeat them, and keep none.
    if magic.__name__ == _LOGIN and not near:
        _refuse_secret(shell, line)
    asked = f"did you mean {near}? · " if near else ""
    raise CellError(reason, remedy=f"{asked}%{magic.__name__} --help")


def words(shell: InteractiveShell, magic: Callable[..., Any], line: str) -> str | None:
    """The line of a magic that takes words as a person says them, apostrophes and all; None when only
    help was asked for, which is shown. Raises as ``options`` does.
    """
    said = _without_quotes(line.strip())
    if said.startswith("-") or not said:
        return "" if options(shell, magic, said) is not None else None
    # Words such as "passphrase" are what people ask about; values are refused as in any line.
    if re.search(_BY_FORM, said):
        _refuse_secret(shell, line)
    return said


def forget_secret(shell: InteractiveShell, text: str) -> None:
    """Remove a text that names a secret, or has something like one, from the shell's history."""
    if re.search(_BY_FORM, text) or re.search(_BY_NAME, text):
        from okx_magic.ui.history import forget  # noqa: PLC0415  # sqlite, on first use

        forget(shell, text.strip())


def forget_passphrases(shell: InteractiveShell, cell: str) -> None:
    """Remove OK-ACCESS-PASSPHRASE lines that were pasted with a request from the shell's history."""
    for header in re.findall(_PASTED, cell):
        from okx_magic.ui.history import forget  # noqa: PLC0415  # sqlite, on first use

        forget(shell, header)


def forget_login(shell: InteractiveShell, cell: str) -> None:
    """Remove a cell with a pasted WebSocket log-in, which has a passphrase, from the history."""
    if '"login"' in cell and '"op"' in cell:
        from okx_magic.ui.history import forget  # noqa: PLC0415  # sqlite, on first use

        forget(shell, cell.strip())


def hide_secrets(
    shell: InteractiveShell, text: str, error: OkxMagicError, credentials: Credentials | None
) -> None:
    """Take out of an error what may not be shown. What is a secret of a cell that was not sent, by its
    name or its value, goes out of the shell's history.
    """
    if isinstance(error, CellError | CredentialsError):
        _forget_typed_secrets(shell, text, credentials)
    if credentials is not None:
        credentials.clean(error)


def _forget_typed_secrets(
    shell: InteractiveShell, text: str, credentials: Credentials | None
) -> None:
    from okx_magic.cell.check import typed_secrets  # noqa: PLC0415  # on first use

    for pair in typed_secrets(text, credentials):
        from okx_magic.ui.history import forget  # noqa: PLC0415  # sqlite, on first use

        forget(shell, pair)


def _misspelled(magic: Any, reason: str) -> str:
    """The options meant by the words that argparse did not know; "" if one of them is near none."""
    from difflib import get_close_matches  # noqa: PLC0415  # only for an error

    _, _, unknown = reason.partition("unrecognized arguments: ")
    # argparse keeps no public list of its options.
    known = [name for action in magic.parser._actions for name in action.option_strings]  # noqa: SLF001  # see above
    near = [get_close_matches(word, known, n=1, cutoff=0.75) for word in unknown.split()]
    return ", ".join(found for each in near for found in each) if all(near) else ""


# IPython leaves the quotes of a word on.
def _without_quotes(word: str) -> str:
    quoted = len(word) > 1 and word[0] == word[-1] and word[0] in "\"'"
    return word[1:-1] if quoted else word


def _set_aside(line: str) -> tuple[str, list[str]]:
    """The line with a numbered mark for each ``{{ … }}``, whose spaces and quotes do not count."""
    if "{{" not in line:
        return line, []
    from okx_magic.cell.template import MARK, mask  # noqa: PLC0415  # on first use

    masked, variables = mask(line, line=None, place="value")
    first, *rest = masked.split(MARK)
    numbered = (f"{MARK}{number}{MARK}{text}" for number, text in enumerate(rest))
    return first + "".join(numbered), [variable.source for variable in variables]


def _refuse_secret(shell: InteractiveShell, line: str) -> NoReturn:
    from okx_magic.ui.history import forget  # noqa: PLC0415  # sqlite, on first use

    forgotten = forget(shell, line)
    shell.set_next_input(f"%{_LOGIN}", replace=True)
    kept = "" if forgotten else "; it also stays in IPython's history file, which is locked"
    raise CredentialsError(
        f"credentials do not belong on a magic line: it is saved with the notebook{kept}",
        remedy="clear this cell, make a new key at OKX if the secret was real, and use"
        " %okx_login --prompt, the environment or ~/.okx/config.toml",
    )
