"""The magics that switch orders on a live account on, and that stop all orders.

%okx_live [NAME]             switch orders on a live account on, for 15 minutes
%okx_kill [NAME]             cancel all open orders; then only reads and cancels are sent
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from okx_magic.errors import CellError, CredentialsError
from okx_magic.magics import magicline
from okx_magic.ui.console import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    from okx_magic.accounts import Accounts

_INSTRUMENT: Final = re.compile(r"[A-Z0-9]{2,}-[A-Z0-9-]+")


@magics_class
class OkxMoney(Magics):
    """%okx_live and %okx_kill. ``accounts`` gives the shell's sessions."""

    def __init__(self, shell: InteractiveShell, accounts: Callable[[], Accounts]) -> None:
        super().__init__(shell)
        self._accounts = accounts

    @no_var_expand
    @line_magic
    @magicline.examples_first
    @magic_arguments()
    @argument("name", nargs="?", help="the account; the current one if left out")
    @argument("--off", action="store_true", help="switch orders off before the time is over")
    @argument("-h", "--help", action="store_true", help="show this")
    def okx_live(self, line: str) -> None:
        """Switch orders on a live account on, for 15 minutes, in this kernel only.

        A sentence has to be typed, and each order still asks. Where nobody can type, as under nbclient
        and papermill, a live account only reads. Cancels need neither.

        Examples::

            %okx_live
            %okx_live --off
        """
        arguments = magicline.options(self.shell, self.okx_live, line)
        if arguments is None:
            return
        from okx_magic.commands import live_and_kill  # noqa: PLC0415  # on first use
        from okx_magic.ui.console import ask_person  # noqa: PLC0415  # on first use

        session = self._accounts().session(arguments.name)
        if arguments.off:
            show(live_and_kill.switch_off(session))
        else:
            show(live_and_kill.switch_on(session, ask_person))

    @no_var_expand
    @line_magic
    @magicline.examples_first
    @magic_arguments()
    @argument("name", nargs="?", help="the account; the current one if left out")
    @argument("--release", action="store_true", help="send orders again; asks for a word")
    @argument("-h", "--help", action="store_true", help="show this")
    def okx_kill(self, line: str) -> None:
        """Cancel all open orders; then only reads and cancels are sent, until you release it.

        The kill switch is written to disk first. It holds for this account in every kernel, also after
        a restart. Orders, algo orders, spread orders, quotes and RFQs are cancelled, bots are not.

        Examples::

            %okx_kill
            %okx_kill --release
        """
        arguments = magicline.options(self.shell, self.okx_kill, line)
        if arguments is None:
            return
        from okx_magic.commands import live_and_kill  # noqa: PLC0415  # on first use
        from okx_magic.ui.console import ask_person  # noqa: PLC0415  # on first use

        try:
            session = self._accounts().session(arguments.name)
        except CredentialsError:
            if not _INSTRUMENT.fullmatch(arguments.name or ""):
                raise
            raise CellError(
                f"%okx_kill is for a whole account, and {arguments.name} is an instrument",
                remedy=f"%okx_find cancel all orders on {arguments.name} shows a cell for it",
            ) from None
        if arguments.release:
            show(live_and_kill.release(session, ask_person))
        else:
            live_and_kill.kill(session, show)
