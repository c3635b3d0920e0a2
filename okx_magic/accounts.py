"""The sessions that are open, by the exact name of their account."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from okx_magic.credentials.checks import key_warnings, on_binder, refuse_on_binder
from okx_magic.credentials.choices import Choices
from okx_magic.credentials.source_values import unset
from okx_magic.credentials.sources import SANDBOX, Ports, find_account, typed_account
from okx_magic.errors import CellError, CredentialsError
from okx_magic.opening import Opener
from okx_magic.orders.latch import FOLDER
from okx_magic.orders.ledger_file import folder_warnings
from okx_magic.orders.open_outcomes import tell_open_outcomes
from okx_magic.wire.pacing import Pacer
from okx_magic.wire.probe import PROOF, ask, config_in, elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping

    from okx_magic.credentials.account import Account
    from okx_magic.credentials.credentials import Credentials
    from okx_magic.credentials.external import Prompt
    from okx_magic.model import Environment, Exchange
    from okx_magic.orders.gate import Confirm
    from okx_magic.session import Session
    from okx_magic.wire.pacing import OnWait
    from okx_magic.wire.probe import Asked

_NEW_SANDBOX: Final = (
    "this sandbox is a new one: positions, orders and the kill switch of the one before are gone"
)


class Accounts:
    """Opens and closes sessions. ``current`` is the name of the one that cells use: that of the last
    log-in, or the first that was opened without a name.

    All of them keep to OKX's limits together; ``on_wait`` is told the seconds and the limit when one
    makes a request wait, ``confirm`` the question before each write of a live account. ``refused`` is
    the session of the last log-in that failed, closed, for its log and its account; None after one
    that succeeded. ``choices`` is what there is to log in with. A panel may log in from a thread of its
    own while cells run.
    """

    def __init__(
        self,
        *,
        environ: MutableMapping[str, str] | None = None,
        home: Path | None = None,
        on_wait: OnWait | None = None,
        confirm: Confirm | None = None,
    ) -> None:
        self._environ = os.environ if environ is None else environ
        self._home = home or Path.home()
        self._opener = Opener(self._environ, self._home, Pacer(on_wait=on_wait), confirm)
        self.choices = Choices(self._environ, self._home, Ports())
        self._lock = threading.RLock()
        self._ended = False
        self._told_anew = False
        self._sessions: dict[str, Session] = {}
        self.current: str | None = None
        self.refused: Session | None = None

    def session(self, name: str | None = None) -> Session:
        """The open session of that name, or the current one; opened first, unproved, if there is none.

        Without a name and a current one the first source that has credentials wins; with nothing set
        up the sandbox starts. To name one does not make it the current one. Raises CredentialsError.
        """
        with self._lock:
            wanted = name or self.current
            if wanted in self._sessions:
                return self._sessions[wanted]
        account = find_account(name, environ=self._environ, home=self._home)
        with self._lock:
            # What was found without a name may be open by its name.
            session = self._sessions.get(account.name if account else SANDBOX)
            if session is None:
                session = self._adopt(self._opener.open(account))
            if name is None:
                self.current = session.account.name
        return session

    def login(
        self,
        name: str | None = None,
        *,
        prompt: Prompt | None = None,
        typed: bool = False,
        faults: str = "",
    ) -> Session:
        """Open a session, prove it by one signed request, and make it the current one; its ``config`` is
        the answer, the one row of GET /api/v5/account/config. An account that is refused is not logged
        in; it is kept aside as ``refused`` until the next log-in or log-out.

        ``prompt`` is asked when no source has credentials, or with ``typed`` at once; no key typed
        means the sandbox. ``faults`` are for the sandbox: what goes wrong there, to practise.
        """
        if typed and prompt is not None:
            # Before a key is typed, not after.
            refuse_on_binder(self._environ)
            account = typed_account(prompt, environ=self._environ)
        else:
            asked = None if on_binder(self._environ) else prompt
            account = find_account(name, environ=self._environ, home=self._home, prompt=asked)
        if faults and account is not None:
            raise CellError("--faults is for the sandbox", remedy="%okx_login sandbox --faults …")
        return self._proved(account, faults)

    def login_with(self, choice: str) -> Session:
        """As ``login``, with the source of this key among the ``choices``."""
        return self._proved(self.choices.account(choice))

    def login_typed(self, credentials: Credentials, environment: Environment, site: str) -> Session:
        """As ``login``, with credentials that the person typed into a form.

        Those for the sandbox go to the one in this kernel, and the site does not matter.
        """
        if environment == SANDBOX:
            base_url = self.session(SANDBOX).account.base_url
        else:
            base_url = self.choices.base_url(site)
        return self._proved(self.choices.entered(credentials, environment, base_url))

    def unset_variables(self) -> tuple[str, ...]:
        """Take key, secret and passphrase out of this process's environment variables, where every
        cell and every program that it starts could read them; returns the names of those there were.
        """
        return unset(self._environ)

    def elsewhere(self) -> tuple[Account, ...]:
        """Where ``ask_elsewhere`` would ask; none where the refusal leaves no doubt of the place."""
        if self.refused is None or not self.refused.log:
            return ()
        return elsewhere(self.refused.account, self.refused.log[-1].code)

    def ask_elsewhere(self) -> tuple[Asked, ...]:
        """Ask the other sites, or in the other environment, for the key of the refused log-in: one
        signed GET /api/v5/account/config each. Only for a person who agreed to it.
        """
        return tuple(map(ask, self.elsewhere()))

    def login_elsewhere(self, account: Account) -> Session:
        """Log in where ``ask_elsewhere`` found the key to be accepted."""
        return self._proved(account)

    def _proved(self, account: Account | None, faults: str = "") -> Session:
        session = self._opener.open(account, faults=faults)
        try:
            session.config = config_in(session.request("GET", PROOF))
            if session.gate.latch is not None:
                session.gate.latch.know(str(session.config.get("uid") or ""))
            session.warnings += key_warnings(session.config, session.account)
            session.warnings += folder_warnings(self._home / FOLDER)
            gate, look = session.gate, session.connection.look
            told = tell_open_outcomes(look, gate.ledger, gate.key_hash, time.time())
            session.warnings += tuple(told)
        except BaseException:
            session.close()
            self.refused = session
            raise
        self.refused = None
        with self._lock:
            self.current = self._adopt(session).account.name
        return session

    def _adopt(self, session: Session) -> Session:
        name = session.account.name
        with self._lock:
            if self._ended:
                session.close()
                raise CredentialsError("okx_magic was unloaded meanwhile")
            if name in self._sessions:
                earlier = self._sessions.pop(name)
                session.succeed(earlier)
                anew = session.account.base_url != earlier.account.base_url
                if name == SANDBOX and anew and not self._told_anew:
                    # Once: whoever has read it logs in again on purpose.
                    self._told_anew = True
                    session.warnings += (_NEW_SANDBOX,)
            self._sessions[name] = session
        return session

    def close(self, name: str | None = None) -> list[str]:
        """Close the session of that name, or all; returns the names that were closed."""
        with self._lock:
            if name is not None and name not in self._sessions:
                known = ", ".join(self._sessions) or "none"
                raise CredentialsError(
                    f"no account {name!r} is logged in", remedy=f"logged in: {known}"
                )
            names = [name] if name is not None else list(self._sessions)
            for each in names:
                self._sessions.pop(each).close()
            if self.current in names:
                self.current = next(reversed(self._sessions), None)
            self.refused = None
        return names

    def end(self) -> None:
        """Close all for good: a log-in that is still under way comes to nothing."""
        with self._lock:
            self._ended = True
            self.close()

    def open_sessions(self) -> tuple[Session, ...]:
        """All open sessions, in the order of their log-in."""
        with self._lock:
            return tuple(self._sessions.values())

    def exchanges(self, name: str | None = None) -> Iterator[tuple[Exchange, Session]]:
        """All exchanges with their sessions, those of a refused log-in too; of one account if named."""
        refused = self.refused
        for session in (*self.open_sessions(), *((refused,) if refused else ())):
            if name in (None, session.account.name):
                yield from ((exchange, session) for exchange in session.log)
