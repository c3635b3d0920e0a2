"""okx_magic: signed OKX v5 requests in a notebook cell.

    %load_ext okx_magic

Loading imports nothing heavy, prints nothing and touches no network; ``connect`` gives the same
operations to plain Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

    from okx_magic.session import Session

__all__ = [
    "__version__",
    "connect",
    "load_ipython_extension",
    "safe_csv",
    "unload_ipython_extension",
]

__version__ = "0.1.0"


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magics: ``%load_ext okx_magic``."""
    from okx_magic.magics import register  # noqa: PLC0415  # only a shell needs it

    register(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Remove the magics, log out of all accounts and stop the sandbox: ``%unload_ext okx_magic``."""
    from okx_magic.magics import unregister  # noqa: PLC0415  # only a shell needs it

    unregister(shell)


def connect(name: str | None = None) -> Session:
    """A session of the named account: ``sandbox``, ``demo``, ``live`` or a profile.

    Without a name, of the first credentials found (environment, ``~/.okx/config.toml``, keyring,
    Colab), else of the sandbox. Raises ``okx_magic.errors.CredentialsError``.
    """
    from okx_magic.accounts import open_session  # noqa: PLC0415  # heavy, on first use

    return open_session(name)


def safe_csv(frame: pd.DataFrame, path: str | PathLike[str] | None = None, **options: Any) -> Any:
    """Write a frame as CSV in which no text is a formula to a spreadsheet.

    ``path`` and ``options`` are those of ``DataFrame.to_csv``; without a path the text is returned.
    A text that a spreadsheet would compute gets an apostrophe before it. Numbers and ids stay.
    """
    from okx_magic.frames import safe_csv as write  # noqa: PLC0415  # pandas, on first use

    return write(frame, path, **options)
