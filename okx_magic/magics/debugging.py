"""The magics that look things up and say what went wrong; none of them sends an order.

%okx_debug [N]               how an exchange was signed, step by step, and what was checked
%okx_find WORDS              search the endpoints; a path shows its card
%okx_explain CODE            what an OKX code means
%okx_log                     this session's exchanges as a DataFrame; --open, --settle: open outcomes
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from okx_magic.errors import CellError
from okx_magic.magics import magicline
from okx_magic.magics.place import names_here
from okx_magic.ui.console import show, tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    from okx_magic.accounts import Accounts


@magics_class
class OkxDiagnosis(Magics):
    """%okx_debug, %okx_find, %okx_explain, %okx_log. ``accounts`` gives the shell's sessions, ``opened``
    the same if there are any yet.
    """

    def __init__(
        self,
        shell: InteractiveShell,
        accounts: Callable[[], Accounts],
        opened: Callable[[], Accounts | None],
    ) -> None:
        super().__init__(shell)
        self._accounts = accounts
        self._opened = opened
        # One for the kernel, so that its reports can be compared with each other.
        self._salt = os.urandom(16)

    @no_var_expand
    @line_cell_magic
    @magicline.examples_first
    @magic_arguments()
    @argument("number", metavar="N", nargs="?", type=int, default=1, help="1: the last exchange")
    @argument(
        "-a", "--account", metavar="NAME", help="use the exchanges and the secret of this account"
    )
    @argument("--curl", action="store_true", help="a script that signs it again, with openssl")
    @argument("--report", action="store_true", help="a bug report without anything private")
    @argument(
        "--check",
        metavar="SIGNATURE",
        nargs="?",
        const="",
        help="find the mistake in it",
    )
    @argument("--timestamp", metavar="T", default="", help="the timestamp that it was made with")
    @argument(
        "--compare",
        action="store_true",
        help="compare two prehashes in a cell, without a secret",
    )
    @argument("-h", "--help", action="store_true", help="show this")
    def okx_debug(self, line: str, cell: str | None = None) -> None:
        """Show how a request was signed, step by step, and what was checked if it was refused.

        Examples::

            %okx_debug               the last exchange
            %okx_debug 2             the one before it
            %okx_debug --curl        a script for bash, to compare outside of Python
            %okx_debug --report      everything about it, safe to post

            %okx_debug --check QzZ2…K5c=     a signature of the same request, made elsewhere

            %%okx_debug --check QzZ2…K5c= --timestamp 2020-12-08T09:08:57.715Z
            POST /api/v5/trade/order
            {"instId": "BTC-USDT", "sz": "1"}

            %%okx_debug --compare
            2020-12-08T09:08:57.715ZGET/api/v5/account/balance
            2020-12-08T09:08:57.715Zget/api/v5/account/balance

        Instead of the request the cell can have all headers as they were sent, or a prehash as it was
        printed; a request with its headers needs only --check. Of two prehashes the right one comes
        first, then the one that your program signed. ``{{ expression }}`` is Python: ``{{ sent.body }}``
        in place of the body is the very text (or bytes) that was sent.
        Nothing is sent. Never paste a secret: -a NAME says which account's secret is used.
        """
        arguments = magicline.options(self.shell, self.okx_debug, _with_one_signature(line))
        if arguments is None:
            return
        if cell is not None or arguments.compare or arguments.check is not None:
            self._investigate(arguments, cell)
            return
        from okx_magic.commands import diagnosis  # noqa: PLC0415  # on first use

        exchange, session = diagnosis.chosen(self._accounts(), arguments.number, arguments.account)
        if arguments.report:
            show(diagnosis.postable(exchange, session, salt=self._salt))
        elif arguments.curl:
            show(diagnosis.script(exchange, session))
        else:
            show(diagnosis.view(exchange, session))

    def _investigate(self, arguments: Any, cell: str | None) -> None:
        from okx_magic.commands.given import Question  # noqa: PLC0415  # on first use
        from okx_magic.commands.signature_check import (  # noqa: PLC0415  # same
            check_pasted,
            check_sent,
            compared,
        )

        names = names_here(self.shell)
        if arguments.compare and cell is not None:
            show(compared(cell, names))
            return
        if arguments.check is None:
            raise CellError(
                "a cell needs --check or --compare, and --compare needs a cell",
                remedy="%okx_debug --help shows examples",
            )
        question = Question(arguments.check, arguments.timestamp, arguments.account).filled(names)
        if cell is None:
            show(check_sent(self._accounts(), arguments.number, question))
            return
        try:
            show(check_pasted(cell, self._accounts(), question, names))
        except CellError:
            magicline.forget_secret(self.shell, cell)
            raise

    @no_var_expand
    @line_magic
    @magicline.examples_first
    @magic_arguments()
    @argument("words", nargs="*", help="words of paths, titles and parameters; or a whole path")
    @argument("-h", "--help", action="store_true", help="show this")
    def okx_find(self, line: str) -> None:
        """Search OKX's endpoints and channels; one of them shows what it takes and a cell to paste.

        Examples::

            %okx_find funding rate
            %okx_find how do I set a stop loss
            %okx_find live order book
            %okx_find /api/v5/market/candles
            %okx_find SUBSCRIBE tickers
        """
        words = magicline.words(self.shell, self.okx_find, line)
        if words is None:
            return
        if not words:
            raise CellError("find what?", remedy="%okx_find funding rate")
        from okx_magic.catalogue.finder import find  # noqa: PLC0415  # on first use
        from okx_magic.sandbox.routes.endpoints import serves  # noqa: PLC0415  # same
        from okx_magic.sandbox.streams.channels import pushes  # noqa: PLC0415  # same

        def has(method: str, name: str) -> bool:
            return pushes(name) if method == "SUBSCRIBE" else serves(method, name)

        tell(find(words, has))

    @no_var_expand
    @line_magic
    @magicline.examples_first
    @magic_arguments()
    @argument("code", nargs="*", help="an OKX code, what OKX said, a parameter or a column")
    @argument("-h", "--help", action="store_true", help="show this")
    def okx_explain(self, line: str) -> None:
        """Say what a code of OKX means and what to do; or what a parameter or a column is.

        After a log-in it also says which causes were checked.

        Examples::

            %okx_explain 50113
            %okx_explain Invalid Sign
            %okx_explain 51000 posSide
            %okx_explain sz
        """
        code = magicline.words(self.shell, self.okx_explain, line)
        if code is None:
            return
        if not code:
            raise CellError("which code?", remedy="%okx_explain 50113")
        from okx_magic.catalogue.texts import explain  # noqa: PLC0415  # on first use

        lines = explain(code)
        if (accounts := self._opened()) is not None:
            from okx_magic.commands.diagnosis import checked  # noqa: PLC0415  # on first use

            lines += tuple(
                f"  checked {cause}" for cause in checked(code.partition(" ")[0], accounts)
            )
        tell(lines)

    @no_var_expand
    @line_magic
    @magicline.examples_first
    @magic_arguments()
    @argument(
        "--open", action="store_true", help="what was sent, and nobody knows what became of it"
    )
    @argument("--settle", action="store_true", help="ask again, and close what can be closed")
    @argument("--failed", action="store_true", help="only what was not answered with the code 0")
    @argument("-h", "--help", action="store_true", help="show this")
    def okx_log(self, line: str) -> Any:
        """This session's exchanges as a DataFrame, oldest first, without secrets.

        Examples::

            %okx_log
            log = %okx_log
            %okx_log --failed        what OKX refused, and what had no answer
            %okx_log --open          orders and settings whose outcome is unknown, of earlier kernels too
            %okx_log --settle        ask what became of them, one line each

        ``--open`` and ``--settle`` are about the accounts that are logged in.
        """
        arguments = magicline.options(self.shell, self.okx_log, line)
        if arguments is None:
            return None
        if arguments.open or arguments.settle:
            from okx_magic.commands import open_log  # noqa: PLC0415  # on first use

            if arguments.settle:
                for text in open_log.settled(self._accounts()):
                    tell((text,))
            return open_log.frame(self._accounts()) if arguments.open else None
        from okx_magic.frames.frame import log_frame  # noqa: PLC0415  # pandas, on first use

        log = [exchange for exchange, _ in self._accounts().exchanges()]
        return log_frame([each for each in log if each.code != "0"] if arguments.failed else log)


# A signature in which each + became a blank, as a URL does it: 44 characters of Base64 in all.
_BROKEN = re.compile(
    r"(?<=--check )(?=[A-Za-z0-9+/ ]{43}=)([A-Za-z0-9+/]+(?: +[A-Za-z0-9+/]+)+ *=)"
)


def _with_one_signature(line: str) -> str:
    """The line with the blanks in a signature kept together by quotes."""
    return _BROKEN.sub(r'"\1"', line)
