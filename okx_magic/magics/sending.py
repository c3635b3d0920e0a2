"""Log in, send, log out, and the settings that last.

%okx_login                   the panel: log in, see earlier requests and how they were signed
%okx_login NAME              log in without the panel
%%okx [NAME] [options]       send what the cell says
%okx METHOD /path            send one request and return its frame
%okx_logout [NAME]           forget credentials
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from traitlets import Bool

from okx_magic.errors import CellError, OkxError, OkxMagicError
from okx_magic.magics import magicline
from okx_magic.magics.place import names_here
from okx_magic.magics.shell_panel import ShellPanel, fits
from okx_magic.ui.console import CellOutput, show, tell

if TYPE_CHECKING:
    from argparse import Namespace

    from IPython.core.interactiveshell import InteractiveShell

    from okx_magic.accounts import Accounts
    from okx_magic.catalogue import Limit
    from okx_magic.session import Session


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
        self._said: set[str] = set()
        self._panel = ShellPanel(shell, lambda: self.accounts)

    @property
    def accounts(self) -> Accounts:
        """The sessions of this shell."""
        if self._opened is None:
            from okx_magic.accounts import Accounts  # noqa: PLC0415  # requests, on first use
            from okx_magic.ui import receipts  # noqa: PLC0415  # same
            from okx_magic.ui.console import say_yes  # noqa: PLC0415  # same

            def tell_wait(seconds: float, limit: Limit) -> None:
                # What another thread shows would appear under the cell that runs now.
                if threading.current_thread() is threading.main_thread():
                    show(receipts.waiting(seconds, limit))

            self._opened = Accounts(on_wait=tell_wait, confirm=say_yes)
        return self._opened

    def opened(self) -> Accounts | None:
        """The sessions, if there ever was one."""
        return self._opened

    def close(self) -> None:
        """Close the panel and log out of every account."""
        self._panel.close()
        if self._opened is not None:
            self._opened.end()

    @no_var_expand
    @line_cell_magic
    @magicline.examples_first
    @magic_arguments()
    @argument("name", nargs="?", help="name for the only request of the cell")
    @argument("-a", "--account", metavar="NAME", help="send as this account, logged in or not")
    @argument("--dry-run", action="store_true", help="show what would be sent; send nothing")
    @argument("--raw", action="store_true", help="OKX's envelope as a dict, not a frame")
    @argument("--decimal", action="store_true", help="exact decimals in place of float64")
    @argument("--pages", metavar="N", type=int, help="at most N pages, in one frame")
    @argument("--all", action="store_true", dest="everything", help="all pages, in one frame")
    @argument("--since", metavar="T", help="all rows from this time on: 2024-01-31, 90d, {{ t }}")
    @argument("--until", metavar="T", help="only rows before this time; times are UTC")
    @argument("--to", metavar="DIR", help="parquet files in this folder; goes on where it stopped")
    @argument("--executor", metavar="NAME", help="your cluster's client fetches candles, too")
    @argument("--as-typed", action="store_true", help="add no clOrdId to an order")
    @argument("--again", action="store_true", help="send an order once more, within a minute")
    @argument("--force", action="store_true", help="send what is refused for a wrong name or value")
    @argument("--chart", action="store_true", help="show each answer as a picture")
    @argument("--keep", metavar="N", type=int, help="a stream keeps N rows, 100,000 if left out")
    @argument("--record", metavar="FILE", help="write a stream's rows to this parquet file")
    @argument("--for", metavar="T", dest="duration", help="end a stream after 90s, 5m, 24h")
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

            %%okx --since 2024-01-01 --until 2024-02-01
            hours = GET /api/v5/market/candles?instId=BTC-USDT&bar=1H

            %%okx --to data/ --since 30d
            GET /api/v5/market/candles?instId=BTC-USDT,ETH-USDT&bar=1H

            %%okx
            ticks = SUBSCRIBE tickers?instId=BTC-USDT

            %%okx --chart
            GET /api/v5/market/books?instId=BTC-USDT&sz=400

        A request with a name is assigned to it, one without is shown. ``{{ expression }}`` is Python.
        Lines that begin with ``?`` or ``&`` add to the query; ``#`` or ``//`` begins a comment line.
        A time is a date, an ISO time (UTC if it names no zone), milliseconds since 1970, or how long
        ago: 90d, 36h, 2y, "2 years ago". Rows are those with since ≤ time < until.
        """
        if cell is None and not line.strip():
            tell(magicline.overview())
            return None
        options, request = magicline.split(line)
        arguments = magicline.options(self.shell, self.okx, options)
        if arguments is None:
            return None
        if cell is not None:
            magicline.forget_passphrases(self.shell, cell)
            magicline.forget_login(self.shell, cell)
        if cell is None and not request:
            raise CellError("no request on the line", remedy="%okx GET /api/v5/public/time")
        if cell is not None and request:
            magicline.forget_secret(self.shell, line)
            raise CellError(
                "in a cell the request begins on the line below %%okx",
                remedy="a line break between the options and the request",
            )

        from okx_magic.commands.pipeline import run_cell  # noqa: PLC0415  # on first use
        from okx_magic.commands.whole_cell import Options  # noqa: PLC0415  # same

        session = self._session(arguments.account)
        text = request if cell is None else cell
        try:
            value = run_cell(
                text,
                session,
                names_here(self.shell),
                CellOutput(self.shell, shows_values=cell is not None, said=self._said),
                Options(**self._asked(arguments)),
            )
        except OkxMagicError as error:
            magicline.hide_secrets(self.shell, text, error, session.account.credentials)
            raise
        return value if cell is None else None

    def _asked(self, arguments: Namespace) -> dict[str, Any]:
        """What the line asks of the cell, with the settings that last."""
        asked = vars(arguments) | {
            "quiet": arguments.quiet or self.quiet,
            "decimal": arguments.decimal or self.decimal,
        }
        # These are of the line, not of its cell.
        del asked["account"], asked["help"]
        return asked

    @no_var_expand
    @line_magic
    @magicline.examples_first
    @magic_arguments()
    @argument("name", nargs="?", help="sandbox, demo, live, or a profile of ~/.okx/config.toml")
    @argument("--prompt", action="store_true", help="ask for the credentials, whatever is set up")
    @argument(
        "--unset-env", action="store_true", help="afterwards unset the variables of the credentials"
    )
    @argument("--faults", metavar="RULES", default="", help="what goes wrong in the sandbox")
    @argument("-h", "--help", action="store_true", help="show this")
    def okx_login(self, line: str) -> None:
        """Log in; the account of the last log-in is the one that cells use.

        Examples::

            %okx_login               the panel; in a terminal the first credentials found, and where
                                     there are none you are asked: Enter is the sandbox
            %okx_login sandbox       the built-in exchange: no account, no network
            %okx_login demo          OKX_API_KEY, OKX_SECRET_KEY and OKX_PASSPHRASE, demo trading
            %okx_login main          the profile main of ~/.okx/config.toml
            %okx_login --unset-env   so that %env and !env do not show the credentials afterwards
            %okx_login sandbox --faults lose-answer
                                     the next order is placed, and its answer lost

        Credentials come from the first of these that has all three; two are never mixed::

            1  the variables OKX_API_KEY, OKX_SECRET_KEY (or OKX_API_SECRET) and OKX_PASSPHRASE (or
               OKX_API_PASSPHRASE), with OKX_DEMO=0 for live, OKX_SITE (global, eea, us),
               OKX_API_BASE_URL and OKX_TIMEOUT_MS
            2  ~/.okx/config.toml: default_profile = "NAME", and [profiles.NAME] with api_key,
               secret_key, passphrase, demo, site, base_url, timeout_ms, proxy_url, ca_bundle,
               created, allow
            3  the system's keyring: service okx_magic, user names as the variables
            4  Colab's secrets, under the names of the variables
            5  you are asked, where you can type; --prompt asks at once

        A profile, and the name that %okx_login takes for it::

            [profiles.main]
            api_key = "…"
            secret_key = "…"
            passphrase = "…"
            demo = true

        allow = ["transfer"] lets a live account do more than trade, each kind by its name: withdraw,
        transfer, subaccount, key, earn, loan, unknown. A key that may withdraw needs withdraw.
        On a Binder only the sandbox is used, unless OKX_KEYS_ON_BINDER=1.
        Never type a secret here: it would stay in the notebook.
        """
        arguments = magicline.options(self.shell, self.okx_login, line)
        if arguments is None:
            return
        if not line.strip() and fits(self.shell):
            self._panel.show()
            return
        from okx_magic.ui import receipts  # noqa: PLC0415  # on first use

        try:
            session = self._log_in(arguments)
        except OkxMagicError:
            # A person who reads on would take the next cell to be of the account that was refused.
            if self.accounts.current:
                now = self.accounts.current
                show(receipts.notices([f"not logged in: cells use {now} as before"]))
            raise
        show(receipts.login(session))
        if arguments.unset_env:
            show(receipts.unset(self.accounts.unset_variables()))

    @no_var_expand
    @line_magic
    @magicline.examples_first
    @magic_arguments()
    @argument("name", nargs="?", help="the account; all of them if left out")
    @argument("-h", "--help", action="store_true", help="show this")
    def okx_logout(self, line: str) -> None:
        """Forget credentials and close connections.

        Examples::

            %okx_logout demo
            %okx_logout
        """
        arguments = magicline.options(self.shell, self.okx_logout, line)
        if arguments is None:
            return
        killed = [
            each.account.name
            for each in self.accounts.open_sessions()
            if each.account.environment == "sandbox" and each.gate.latched
        ]
        closed = self.accounts.close(arguments.name)
        current = self.accounts.current
        now = f" · cells use {current} now" if current else ""
        # A kill switch is never lifted without a word.
        ended = " · its kill switch ended with it" if {*killed} & {*closed} else ""
        tell([f"logged out: {', '.join(closed) or 'nobody was logged in'}{ended}{now}"])

    def _log_in(self, arguments: Any) -> Session:
        from okx_magic.ui.console import ask, ask_if_anybody, confirm  # noqa: PLC0415  # on first use

        try:
            return self.accounts.login(
                arguments.name,
                prompt=ask if arguments.prompt else ask_if_anybody,
                typed=arguments.prompt,
                faults=arguments.faults,
            )
        except OkxError:
            from okx_magic.commands.diagnosis import found_elsewhere  # noqa: PLC0415  # only for a refusal

            found = found_elsewhere(self.accounts, confirm, show)
            if found is None:
                raise
            return found

    def _session(self, name: str | None) -> Session:
        nobody = self.accounts.current is None
        session = self.accounts.session(name)
        if nobody and name is None:
            from okx_magic.ui import receipts  # noqa: PLC0415  # on first use

            account = session.account
            found = f"nobody was logged in: this is {account.name}, from {account.source}"
            none = "no credentials found, so this is the built-in sandbox"
            show(receipts.notices([none if account.environment == "sandbox" else found]))
        return session
