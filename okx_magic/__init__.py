"""Signed OKX v5 requests in a notebook cell, answers as typed DataFrames.

In a notebook::

    %load_ext okx_magic
    %okx_login sandbox

In plain Python, ``connect`` gives the same operations:

    >>> import okx_magic
    >>> with okx_magic.connect("sandbox") as okx:
    ...     ticker = okx.frame("GET", "/api/v5/market/ticker?instId=BTC-USDT")
    >>> ticker["instId"][0], str(ticker["ts"].dtype)
    ('BTC-USDT', 'datetime64[ms, UTC]')

Public are:

- ``okx_magic.connect(name)``: a session of one account; ``help(okx_magic.session.Session)`` has its
  methods, and ``help`` of each of them has an example
- ``okx_magic.safe_csv(frame)``: a frame as CSV in which no text is a formula
- ``okx_magic.open_data(folder)``: the frames of a dataset that ``%%okx --to`` or ``download`` made
- ``okx_magic.open_recording(file)``: a stream's recording as a typed frame
- ``okx_magic.errors``: what requests raise
- ``frame.okx.chart()``: a picture of a frame that a session made
- ``okx_sandbox``: a pytest fixture, an exchange for the tests of a bot (``okx_magic.pytest_plugin``)
- ``python -m okx_magic.sandbox``: the same exchange for any program

Importing this is fast, prints nothing and uses no network. OKX's docs: https://www.okx.com/docs-v5/
"""

# Tested in ``tests/test_examples.py``.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

    from okx_magic.data import Dataset
    from okx_magic.opening import NameOrSandbox
    from okx_magic.session import Session

__all__ = [
    "__version__",
    "connect",
    "load_ipython_extension",
    "open_data",
    "open_recording",
    "safe_csv",
    "unload_ipython_extension",
]

__version__ = "0.2.0"


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magics; IPython calls this for ``%load_ext okx_magic``."""
    from okx_magic.magics import register  # noqa: PLC0415  # only a shell needs it

    register(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Remove the magics, log out and stop the sandbox; for ``%unload_ext okx_magic``."""
    from okx_magic.magics import unregister  # noqa: PLC0415  # only a shell needs it

    unregister(shell)


def connect(name: NameOrSandbox = None) -> Session:
    """Log in to an account; returns its session.

    ``name`` is ``sandbox`` (the built-in exchange, no account needed), ``demo`` or ``live`` (the
    ``OKX_…`` environment variables), or a profile of ``~/.okx/config.toml``, matched exactly; or a
    running ``okx_magic.sandbox.Sandbox``, such as the fixture ``okx_sandbox``. Without a name it is the
    first complete set of credentials: environment, default profile, keyring, Colab; with none, the
    sandbox. On a live account the session sends no orders: nobody is asked.

    Use the session as a context manager, or ``close`` it. A session is for one thread at a time.

    Raises ``okx_magic.errors.CredentialsError`` for missing, partial or contradicting credentials.
    With credentials OKX is asked nothing yet: the first request shows whether they are right.
    OKX docs: Overview, REST Authentication.

    Example:
        >>> import okx_magic
        >>> with okx_magic.connect("sandbox") as okx:
        ...     balance = okx.frame("GET", "/api/v5/account/balance?ccy=BTC,USDT")
        >>> sorted(balance["ccy"])
        ['BTC', 'USDT']
        >>> str(balance["cashBal"].dtype)
        'float64'
        >>> from okx_magic.sandbox import Sandbox
        >>> with Sandbox.start(seed=1) as running, okx_magic.connect(running) as okx:
        ...     okx.account.base_url == running.url
        True
    """
    from okx_magic.opening import open_session  # noqa: PLC0415  # heavy, on first use

    return open_session(name)


def open_data(path: str | PathLike[str]) -> Dataset:
    """Open the dataset that ``%%okx --to`` or a session's ``download`` made in a folder.

    ``frame(instId, bar=, since=, until=)`` of what it returns is a typed DataFrame, oldest row first;
    ``contents`` has one row a target: what is complete, and what OKX does not have.

    Raises ``okx_magic.errors.CellError`` for a folder without a dataset, and without pyarrow.
    OKX docs: the section of each endpoint.

    Example:
        >>> with okx_magic.connect("sandbox") as okx:
        ...     done = okx.download("/api/v5/market/candles?instId=BTC-USDT&bar=1H", to=folder,
        ...         since="2024-01-01", until="2024-02-01")
        >>> len(okx_magic.open_data(folder).frame("BTC-USDT", since="2024-01-31"))
        24
    """
    from okx_magic.data import open_data as opened  # noqa: PLC0415  # pandas, on first use

    return opened(path)


def open_recording(path: str | PathLike[str], *, decimal: bool = False) -> pd.DataFrame:
    """Open the file that a stream was recorded to (``--record FILE.parquet``, ``stream.record``).

    A typed DataFrame, one row for each that came, in the order of coming: times, numbers and texts as
    the stream's own ``frame`` has them. ``pandas.read_parquet`` and other programs read the same file,
    each field as OKX's text; there ``_more`` is JSON of what the first rows did not have.

    Raises ``okx_magic.errors.CellError`` for another file, one whose stream has not ended, and without
    pyarrow. OKX docs: the section of each channel.

    Example:
        >>> with okx_magic.connect("sandbox") as okx:
        ...     trades = okx.stream("trades", instId="BTC-USDT", record=f"{folder}/trades.parquet")
        ...     rows = trades.wait(rows=3, timeout=60)
        ...     trades.stop()
        >>> str(okx_magic.open_recording(f"{folder}/trades.parquet")["px"].dtype)
        'float64'
    """
    from okx_magic.data.recordings import open_recording as opened  # noqa: PLC0415  # on first use

    return opened(path, decimal=decimal)


def safe_csv(frame: pd.DataFrame, path: str | PathLike[str] | None = None, **options: Any) -> Any:
    """Write a frame as CSV in which no text is a formula for a spreadsheet.

    ``path`` and ``options`` are those of ``DataFrame.to_csv``; without a path the text is returned. A
    text that a spreadsheet would compute (it begins with ``=``, ``+``, ``-`` or ``@``) gets an
    apostrophe in front. Numbers and ids stay as they are. Raises what ``to_csv`` raises.

    Example:
        >>> import okx_magic, pandas
        >>> frame = pandas.DataFrame({"ccy": ["BTC"], "note": ["=1+1"]})
        >>> print(okx_magic.safe_csv(frame, index=False), end="")
        ccy,note
        BTC,'=1+1
    """
    from okx_magic.frames import safe_csv as write  # noqa: PLC0415  # pandas, on first use

    return write(frame, path, **options)
