"""Asks the person where nothing of the answer is kept: not in the notebook, nor in the history."""

from __future__ import annotations

from getpass import getpass

from IPython.core.error import StdinNotImplementedError

from okx_magic.errors import CredentialsError, RefusedError


def ask(label: str, hidden: bool) -> str:  # noqa: FBT001  # the shape that the sources call
    """The answer to one question, not echoed when ``hidden``. Raises CredentialsError where nobody
    can be asked, as under nbclient and papermill.
    """
    try:
        return getpass(label) if hidden else input(label)
    except (StdinNotImplementedError, EOFError):
        pass
    raise CredentialsError(
        "nobody is here to type credentials",
        remedy="set OKX_API_KEY, OKX_SECRET_KEY and OKX_PASSPHRASE, or %okx_login sandbox",
    )


def confirm(question: str) -> bool:
    """Whether the answer to a question is yes; no where nobody can be asked."""
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
    and no setting answers in their place.
    """
    try:
        return input(label)
    except (StdinNotImplementedError, EOFError):
        pass
    raise RefusedError(
        "nobody is here to answer",
        remedy="run the cell in a notebook or a terminal with a person before it",
    )


def say_yes(question: str) -> bool:
    """Whether the person typed yes, the whole word. Raises RefusedError where nobody can be asked."""
    return ask_person(f"{question}\nType yes to send it: ").strip().lower() == "yes"
