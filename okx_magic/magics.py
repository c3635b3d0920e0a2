"""The magics, a thin skin: options in, the pipeline, results out. Only this module knows the shell.

%okx_login [NAME]            log in; with nothing set up, to the built-in sandbox
%%okx [NAME] [options]       send what the cell says
%okx METHOD /path            send one request and return its frame
%okx_explain CODE            what an OKX code means
%okx_log                     this session's exchanges as a DataFrame
%okx_logout [NAME]           forget credentials
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring
from traitlets import Bool

from okx_magic.errors import CellError, CredentialsError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    from okx_magic.accounts import Accounts
    from okx_magic.session import Session
    from okx_magic.ui.notes import Note

# The first word of a request on a %okx line; what stands before it are options.
_REQUEST = re.compile(r"(?:^|\s)((?:[^\W\d]\w*\s*=\s*)?(?:GET|POST|curl)\s.*)", re.DOTALL)

# What must never stand on a magic line: it would stay in the notebook and in the history.
_SECRET = re.compile(
    r"(?i)(?:^|\s)--?\w*(?:secret|pass|key)"  # --secret, -passphrase, --api_key
    r"|ok-access-|\b(?:secret|passphrase|password|api_?key)\w*\s*[=:]"
    r"|\b[0-9a-f]{32}\b"  # a secret
    r"|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"  # a key
)


def register(shell: InteractiveShell) -> None:
    """Add the magics to a shell, with their settings under ``%config OkxMagic``."""
    # A Magics puts itself among the shell's configurables, which is what %config looks through.
    shell.register_magics(OkxMagic(shell))


def unregister(shell: InteractiveShell) -> None:
    """Remove all that ``register`` added, and log out of every account."""
    magics = shell.magics_manager.registry.pop(OkxMagic.__name__, None)
    if magics is None:
        return
    for kind, names in magics.magics.items():
        for name in names:
            shell.magics_manager.magics[kind].pop(name, None)
    shell.configurables.remove(magics)
    magics.close()


@magics_class
class OkxMagic(Magics):
    """Settings of okx_magic: ``%config OkxMagic.quiet = True``."""

    quiet = Bool(default_value=False, help="No receipt under a cell, as -q does.").tag(config=True)
    decimal = Bool(
        default_value=False, help="Exact decimals in place of float64, as --decimal does."
    ).tag(config=True)

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._opened: Accounts | None = None

    @property
    def accounts(self) -> Accounts:
        """The sessions of this shell."""
        if self._opened is None:
            from okx_magic.accounts import Accounts  # noqa: PLC0415  # requests, on first use

            self._opened = Accounts()
        return self._opened

    def close(self) -> None:
        """Log out of every account."""
        if self._opened is not None:
            self._opened.close()

    @no_var_expand
    @line_cell_magic
    @magic_arguments()
    @argument("name", nargs="?", help="name for the only request of the cell")
    @argument("-a", "--account", metavar="NAME", help="send as this account, logged in or not")
    @argument("--dry-run", action="store_true", help="show what would be sent; send nothing")
    @argument("--raw", action="store_true", help="OKX's envelope as a dict, not a frame")
    @argument("--decimal", action="store_true", help="exact decimals in place of float64")
    @argument("--as-typed", action="store_true", help="add no clOrdId to an order")
    @argument("-q", "--quiet", action="store_true", help="no receipt")
    @argument("-h", "--help", action="store_true", help="show this")
    def okx(self, line: str, cell: str | None = None) -> Any:
        """Send requests to OKX; each answer becomes a DataFrame.

        Examples::

            %%okx
            balance = GET /api/v5/account/balance?ccy=BTC,USDT
            order   = POST /api/v5/trade/order
            {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "10"}

            df = %okx GET /api/v5/market/tickers?instType=SPOT

        A request with a name is assigned to it, one without is shown. ``{{ expression }}`` is Python.
        Lines that begin with ``?`` or ``&`` add to the query; ``#`` and ``//`` begin a comment line.
        """
        options, text = _split(line) if cell is None else (line, cell)
        arguments = self._arguments(self.okx, options)
        if arguments is None:
            return None
        if cell is None and not text:
            raise CellError("no request on the line", remedy="%okx GET /api/v5/public/time")

        from okx_magic.pipeline import Options, run_cell  # noqa: PLC0415  # on first use

        session = self._session(arguments.account)
        value = run_cell(
            text,
            session,
            self.shell.user_ns,
            _CellOutput(self.shell, shows_values=cell is not None),
            Options(
                name=arguments.name,
                dry_run=arguments.dry_run,
                raw=arguments.raw,
                decimal=arguments.decimal or self.decimal,
                as_typed=arguments.as_typed,
                quiet=arguments.quiet or self.quiet,
            ),
        )
        return value if cell is None else None

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("name", nargs="?", help="sandbox, demo, live, or a profile of ~/.okx/config.toml")
    @argument("--prompt", action="store_true", help="ask for the credentials, whatever is set up")
    @argument("-h", "--help", action="store_true", help="show this")
    def okx_login(self, line: str) -> None:
        """Log in; the account of the last log-in is the one that cells use.

        Examples::

            %okx_login               the first credentials found; else asks; none: the sandbox
            %okx_login sandbox       the built-in exchange: no account, no network
            %okx_login demo          OKX_API_KEY, OKX_SECRET_KEY and OKX_PASSPHRASE, demo trading
            %okx_login main          the profile main of ~/.okx/config.toml

        Never type a secret here: it would stay in the notebook.
        """
        arguments = self._arguments(self.okx_login, line)
        if arguments is None:
            return
        from okx_magic.ui import receipts  # noqa: PLC0415  # on first use
        from okx_magic.ui.prompts import ask, ask_if_anybody  # noqa: PLC0415  # on first use

        session, config = self.accounts.login(
            arguments.name,
            prompt=ask if arguments.prompt else ask_if_anybody,
            typed=arguments.prompt,
        )
        self._show(receipts.login(session, config))

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("name", nargs="?", help="the account; all of them if left out")
    @argument("-h", "--help", action="store_true", help="show this")
    def okx_logout(self, line: str) -> None:
        """Forget credentials and close connections.

        Examples::

            %okx_logout demo
            %okx_logout
        """
        arguments = self._arguments(self.okx_logout, line)
        if arguments is None:
            return
        from okx_magic.ui.notes import Note  # noqa: PLC0415  # on first use

        closed = self.accounts.close(arguments.name)
        self._show(Note((f"logged out: {', '.join(closed) or 'nobody was logged in'}",)))

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("code", nargs="?", help="an OKX code, such as 50113")
    @argument("-h", "--help", action="store_true", help="show this")
    def okx_explain(self, line: str) -> None:
        """Say what an OKX code means, its usual causes, and what to do.

        Examples::

            %okx_explain 50113
        """
        arguments = self._arguments(self.okx_explain, line)
        if arguments is None:
            return
        if not arguments.code:
            raise CellError("which code?", remedy="%okx_explain 50113")
        from okx_magic.debug.explain import explain  # noqa: PLC0415  # on first use
        from okx_magic.ui.notes import Note  # noqa: PLC0415  # on first use

        self._show(Note(explain(arguments.code)))

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("-h", "--help", action="store_true", help="show this")
    def okx_log(self, line: str) -> Any:
        """This session's exchanges as a DataFrame, oldest first, without secrets.

        Examples::

            %okx_log
            log = %okx_log
        """
        if self._arguments(self.okx_log, line) is None:
            return None
        from okx_magic.tables.log import log_frame  # noqa: PLC0415  # pandas, on first use

        return log_frame(
            [exchange for session in self.accounts.open_sessions() for exchange in session.log]
        )

    def _arguments(self, magic: Callable[..., Any], line: str) -> Namespace | None:
        """The parsed options; None when only help was asked for, which is shown."""
        if _SECRET.search(line):
            self._refuse_secret(line)
        reason = ""
        try:
            arguments = parse_argstring(magic, line)
        except (UsageError, ValueError) as error:
            # UsageError alone would neither mark the cell as failed nor stop Run All.
            reason = str(error)
        else:
            if arguments.help:
                self._show(_help(magic))
                return None
            return arguments
        # More words than the magic takes may be credentials: do not repeat them, and keep none.
        if magic.__name__ == self.okx_login.__name__:
            self._refuse_secret(line)
        raise CellError(reason, remedy=f"%{magic.__name__} --help")

    def _refuse_secret(self, line: str) -> None:
        from okx_magic.ui.history import forget  # noqa: PLC0415  # on first use

        forgotten = forget(self.shell, line)
        self.shell.set_next_input("%okx_login", replace=True)
        kept = "" if forgotten else "; it also stays in IPython's history file, which is locked"
        raise CredentialsError(
            f"a magic line is no place for credentials: it is saved with the notebook{kept}",
            remedy="clear this cell, make a new key at OKX if the secret was real, and use"
            " %okx_login --prompt, the environment or ~/.okx/config.toml",
        )

    def _session(self, name: str | None) -> Session:
        nobody = self.accounts.current is None
        session = self.accounts.session(name)
        if nobody and name is None and session.account.environment == "sandbox":
            from okx_magic.ui import receipts  # noqa: PLC0415  # on first use

            self._show(receipts.notices(["no credentials found, so this is the built-in sandbox"]))
        return session

    def _show(self, note: Note) -> None:
        from IPython.display import display  # noqa: PLC0415  # on first use

        display(note)


class _CellOutput:
    """Puts values into the user's namespace, and shows the rest under the cell."""

    def __init__(self, shell: InteractiveShell, *, shows_values: bool) -> None:
        self._shell = shell
        self._shows_values = shows_values

    def deliver(self, name: str | None, value: Any) -> None:
        if name is not None:
            self._shell.push({name: value})
        elif self._shows_values:
            self.note(value)

    def note(self, note: Any) -> None:
        from IPython.display import display  # noqa: PLC0415  # on first use

        display(note)


def _split(line: str) -> tuple[str, str]:
    """Options and request of a %okx line."""
    found = _REQUEST.search(line)
    return (line[: found.start()], found[1]) if found else (line, "")


def _help(magic: Callable[..., Any]) -> Note:
    """Examples first, then the options."""
    import inspect  # noqa: PLC0415  # on first use

    from okx_magic.ui.notes import Note  # noqa: PLC0415  # on first use

    parser = magic.parser
    description = inspect.cleandoc(parser.description)
    usage = parser.format_help().replace(parser.description, "")
    return Note((f"%{magic.__name__}: {description}", usage.replace("::\n", "").strip()))
