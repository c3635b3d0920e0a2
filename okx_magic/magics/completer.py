"""Completion in every front end, through IPython's own matchers: what ``ui.completion`` offers.

A matcher is part of the shell's completer, so JupyterLab, Notebook, terminals and editors need
nothing installed. It answers in our cells and lines only, and is the only one there.
(https://ipython.readthedocs.io/en/stable/api/generated/IPython.core.completer.html: Matchers, v2)
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from IPython.core.completer import SimpleCompletion, context_matcher

from okx_magic.errors import OkxMagicError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future

    from IPython.core.completer import CompletionContext, SimpleMatcherResult
    from IPython.core.interactiveshell import InteractiveShell

    from okx_magic.accounts import Accounts
    from okx_magic.credentials.account import Account
    from okx_magic.session import Session

_IDENTIFIER = "okx_magic"
_LONGEST_WAIT_SECONDS = 1.0
# Longer than any path.
_WHOLE = 200
_elided: WeakKeyDictionary[InteractiveShell, int] = WeakKeyDictionary()


def install(shell: InteractiveShell, opened: Callable[[], Accounts | None]) -> None:
    """Add the matcher; ``opened`` gives the shell's sessions, if there are any yet."""
    names = _ShellNames(shell, opened)

    # Before all others, which then have nothing to do: jedi may take seconds.
    @context_matcher(identifier=_IDENTIFIER, priority=1000)
    def okx_matcher(context: CompletionContext) -> SimpleMatcherResult:
        from okx_magic.ui.completion import complete  # noqa: PLC0415  # slows %load_ext, on first use

        found = complete(context.full_text, context.cursor_line, context.cursor_position, names)
        if found is None:
            return {"completions": []}
        # Suppression needs at least one answer: the typed text, when there is nothing better.
        return {
            "completions": [
                SimpleCompletion(text, type=found.label)
                for text in found.candidates or (found.typed,)
            ],
            "matched_fragment": found.typed,
            "suppress": True,
            "ordered": True,
        }

    shell.Completer.custom_matchers.append(okx_matcher)
    if getattr(shell, "min_elide", 0) > 0:
        # A terminal's menu cuts long ones in the middle: /api/v5/asset/balances and
        # /api/v5/account/subaccount/balances are both /a…t/balances.
        _elided[shell] = shell.min_elide
        shell.min_elide = max(shell.min_elide, _WHOLE)


def uninstall(shell: InteractiveShell) -> None:
    """Remove the matcher, and cut long candidates as before."""
    if (cut := _elided.pop(shell, None)) is not None:
        shell.min_elide = cut
    matchers = shell.Completer.custom_matchers
    matchers[:] = [
        matcher
        for matcher in matchers
        if getattr(matcher, "matcher_identifier", None) != _IDENTIFIER
    ]


class _ShellNames:
    """The names of one shell, for ``complete``."""

    def __init__(self, shell: InteractiveShell, opened: Callable[[], Accounts | None]) -> None:
        self._shell = shell
        self._opened = opened
        self._instruments = _Instruments()

    def options(self, magic: str) -> Iterable[str]:
        parser = getattr(self._shell.find_line_magic(magic), "parser", None)
        # argparse keeps no public list of its options.
        actions = parser._actions if parser else ()  # noqa: SLF001  # see above
        return [max(action.option_strings, key=len) for action in actions if action.option_strings]

    def accounts(self) -> Iterable[str]:
        from okx_magic.credentials.sources import account_names  # noqa: PLC0415  # on first use

        try:
            return account_names(os.environ, Path.home())
        except OkxMagicError:
            return ()

    def instruments(self, inst_type: str) -> Iterable[str]:
        accounts = self._opened()
        if accounts is None or accounts.current is None:
            return ()
        return self._instruments.ids(accounts.session(), inst_type)

    def variables(self, owner: str) -> Iterable[str]:
        namespace = self._shell.user_ns
        names: Iterable[str] = namespace.keys() - self._shell.user_ns_hidden.keys()
        if owner:
            names = dir(namespace[owner]) if owner in namespace else ()
        return sorted(name for name in names if not name.startswith("_"))


class _Instruments:
    """The instruments of each session, fetched once for each type."""

    def __init__(self) -> None:
        self._asked: WeakKeyDictionary[Session, dict[str, Future[list[str]]]] = WeakKeyDictionary()

    def ids(self, session: Session, inst_type: str) -> list[str]:
        """The ``instId`` of one type. Empty when OKX refuses, or takes longer than a person who is
        typing would wait; then they may be there the next time.
        """
        asked = self._asked.setdefault(session, {})
        if inst_type not in asked:
            from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # slows %load_ext

            # A thread of its own, which ends with the answer.
            with_one_thread = ThreadPoolExecutor(1, thread_name_prefix="okx_magic-instruments")
            asked[inst_type] = with_one_thread.submit(_fetch, session.account, inst_type)
            with_one_thread.shutdown(wait=False)
        try:
            return asked[inst_type].result(_LONGEST_WAIT_SECONDS)
        except TimeoutError:
            return []
        except OkxMagicError:
            del asked[inst_type]
            return []


# Not through the session: it may be sending for a cell, and its log has only what a person sent.
def _fetch(account: Account, inst_type: str) -> list[str]:
    from okx_magic.session import Session  # noqa: PLC0415  # requests, on first use

    target = f"/api/v5/account/instruments?instType={inst_type}"
    with Session(account) as session:
        rows: list[Any] = session.request("GET", target).data
    # What completion offers goes into the cell.
    return [row["instId"] for row in rows if row["instId"].isprintable()]
