"""The sessions that are open, by the exact name of their account; the shell's one registry."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from okx_magic.errors import CredentialsError
from okx_magic.session import Session
from okx_magic.wire.account import Account
from okx_magic.wire.credentials import Credentials
from okx_magic.wire.offers import (
    Offer,
    entered_account,
    entered_url,
    offered_account,
    offers,
    sites,
    unread_offers,
)
from okx_magic.wire.pacing import Pacer
from okx_magic.wire.probe import PROOF, ask, elsewhere
from okx_magic.wire.sources import SANDBOX, Seams, find_account, typed_account

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from okx_magic.model import Environment, Exchange
    from okx_magic.wire.external import Prompt
    from okx_magic.wire.pacing import OnWait
    from okx_magic.wire.probe import Asked


class Accounts:
    """Opens and closes sessions. ``current`` is the name of the one that was opened last.

    All of them keep to OKX's limits together; ``on_wait`` is told the seconds and the limit when one
    makes a request wait. A panel may log in from a thread of its own while cells run. ``refused`` is
    the session of the last log-in that failed, closed, for its log and its account; None after one
    that succeeded.
    """

    def __init__(
        self,
        *,
        environ: Mapping[str, str] | None = None,
        home: Path | None = None,
        on_wait: OnWait | None = None,
    ) -> None:
        self._environ = os.environ if environ is None else environ
        self._home = home or Path.home()
        self._seams = Seams()
        self._pacer = Pacer(on_wait=on_wait)
        self._lock = threading.RLock()
        self._ended = False
        self._sessions: dict[str, Session] = {}
        self.current: str | None = None
        self.refused: Session | None = None

    def session(self, name: str | None = None) -> Session:
        """The open session of that name, or the current one; opened first if there is none."""
        with self._lock:
            wanted = name or self.current
            if wanted in self._sessions:
                return self._sessions[wanted]
        return self.open(name)

    def open(self, name: str | None = None) -> Session:
        """Find the credentials, open their session unproved, and make it the current one.

        Without a name the first source that has credentials wins; with nothing set up the sandbox
        starts. Raises CredentialsError.
        """
        account = find_account(name, environ=self._environ, home=self._home)
        return self._adopt(_session(account, self._pacer))

    def login(
        self, name: str | None = None, *, prompt: Prompt | None = None, typed: bool = False
    ) -> tuple[Session, Mapping[str, Any]]:
        """As ``open``, but proved by one signed request; returns its answer too, the one row of
        GET /api/v5/account/config. An account that is refused is not logged in; it is kept aside as
        ``refused`` until the next log-in or log-out.

        ``prompt`` is asked when no source has credentials, or with ``typed`` at once; no key typed
        means the sandbox.
        """
        if typed and prompt is not None:
            account = typed_account(prompt, environ=self._environ)
        else:
            account = find_account(name, environ=self._environ, home=self._home, prompt=prompt)
        session = self._proved(account)
        return session, session.config

    def offers(self) -> tuple[Offer, ...]:
        """The sources of credentials that can be logged in with, in the order they are searched."""
        return offers(self._environ, self._home)

    def unread_offers(self) -> tuple[Offer, ...]:
        """Those that are read only when chosen; finding them may take a tenth of a second."""
        return unread_offers(self._seams)

    def sites(self) -> tuple[tuple[str, str], ...]:
        """Key and host of each site that typed credentials may belong to, the likely one first."""
        return sites(self._environ)

    def login_with(self, offer: str) -> Session:
        """As ``login``, with the offered source of this key."""
        account = offered_account(offer, environ=self._environ, home=self._home, seams=self._seams)
        return self._proved(account)

    def login_typed(self, credentials: Credentials, environment: Environment, site: str) -> Session:
        """As ``login``, with credentials that the person typed into a form.

        Those for the sandbox go to the one in this kernel, and the site does not matter.
        """
        if environment == SANDBOX:
            base_url = self.session(SANDBOX).account.base_url
        else:
            base_url = entered_url(site, self._environ)
        account = entered_account(
            credentials, environment, base_url, environ=self._environ, seams=self._seams
        )
        return self._proved(account)

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

    def _proved(self, account: Account | None) -> Session:
        session = _session(account, self._pacer)
        try:
            session.config = session.request("GET", PROOF).data[0]
        except BaseException:
            session.close()
            self.refused = session
            raise
        self.refused = None
        return self._adopt(session)

    def _adopt(self, session: Session) -> Session:
        name = session.account.name
        with self._lock:
            if self._ended:
                session.close()
                raise CredentialsError("okx_magic was unloaded meanwhile")
            if name in self._sessions:
                session.succeed(self._sessions.pop(name))
            self._sessions[name] = session
            self.current = name
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


def open_session(name: str | None = None) -> Session:
    """A session of the named account; without a name, of the first credentials found or the sandbox."""
    return _session(find_account(name, environ=os.environ, home=Path.home()), Pacer())


def _session(account: Account | None, pacer: Pacer) -> Session:
    return _sandbox_session(pacer) if account is None else Session(account, pacer=pacer)


def _sandbox_session(pacer: Pacer) -> Session:
    from okx_magic.sandbox import Sandbox  # noqa: PLC0415  # tornado, on first use

    sandbox = Sandbox.start()
    keys = sandbox.demo
    account = Account(
        name=SANDBOX,
        environment="sandbox",
        credentials=Credentials(keys.key, keys.secret, keys.passphrase),
        base_url=sandbox.url,
        source="this kernel",
    )
    return Session(account, pacer=pacer, on_close=sandbox.stop)
