"""What the panel shows and what its buttons do; ``ui/panel.py`` is the widget that draws it.

One panel a shell: however often it is shown, every place shows the one registry of accounts. What
has to ask the exchange is done in a thread, one thing at a time, so that cells can run meanwhile.
"""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, get_args

from okx_magic.errors import CredentialsError, OkxMagicError
from okx_magic.model import Environment, Exchange
from okx_magic.ui import panelstate
from okx_magic.wire.credentials import Credentials
from okx_magic.wire.offers import TYPED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from okx_magic.accounts import Accounts
    from okx_magic.wire.account import Account
    from okx_magic.wire.offers import Offer

_REQUESTS_SHOWN: Final = 25
_AT_ONCE: Final = "one thing at a time: the panel still waits for an answer"


class View(Protocol):
    """Where the panel is drawn."""

    def show(self, part: str, value: Any) -> None:
        """Draw one part of the state: ``account``, ``work``, ``requests`` or ``signature``. May be
        called from any thread.
        """


class Panel:
    """Connects the accounts and their logs with a view.

    ``today`` is what the age of a key is counted to.
    """

    def __init__(
        self,
        accounts: Accounts,
        view: View,
        *,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self._accounts = accounts
        self._view = view
        self._today = today
        self._unread: tuple[Offer, ...] = ()
        self._drawing = threading.Lock()
        self._working = threading.Lock()
        self._told = 0
        self._handlers: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "login": self._login,
            "logout": self._logout,
        }
        self.refresh()
        self._tell()
        # Not a daemon: an interpreter that ends while modules are being imported may crash.
        threading.Thread(target=self._look, name="okx-panel-sources").start()

    def refresh(self) -> None:
        """Draw what may have changed: called after each cell."""
        with self._drawing:
            self._view.show("account", self._account())
            self._view.show(
                "requests",
                [panelstate.exchange(_id(done), done) for done, _ in self._exchanges()],
            )

    def receive(self, message: Mapping[str, Any]) -> None:
        """Do what a button asks for. ``kind`` names the button; unknown ones do nothing.

        Credentials that come with it are made into an object that cannot tell them, and kept in no
        other form.
        """
        handler = self._handlers.get(_text(message, "kind"))
        if handler is None:
            return
        try:
            handler(message)
        except OkxMagicError as error:
            self._tell(error=error)

    def wait(self) -> None:
        """Until nothing is under way."""
        with self._working:
            pass

    def _login(self, message: Mapping[str, Any]) -> None:
        source = _text(message, "source")
        if source != TYPED:
            self._work("asking the exchange", lambda: self._accounts.login_with(source))
            return
        environment = _environment(_text(message, "environment"))
        site = _text(message, "site")
        credentials = Credentials(
            *(_text(message, field) for field in ("key", "secret", "passphrase"))
        )
        self._work(
            "asking the exchange",
            lambda: self._accounts.login_typed(credentials, environment, site),
        )

    def _logout(self, message: Mapping[str, Any]) -> None:
        del message
        if self._accounts.current is not None:
            names = self._accounts.close(self._accounts.current)
            self.refresh()
            self._tell(f"logged out: {', '.join(names)}; its credentials are forgotten")

    def _look(self) -> None:
        self._unread = self._accounts.unread_offers()
        if self._unread:
            self.refresh()

    def _work(self, label: str, job: Callable[[], object]) -> None:
        """Do a job in a thread; what it raises is shown."""
        if not self._working.acquire(blocking=False):
            raise CredentialsError(_AT_ONCE)
        self._tell(busy=label)
        threading.Thread(target=self._do, args=(job,), name="okx-panel", daemon=True).start()

    def _do(self, job: Callable[[], object]) -> None:
        said, failure = "it broke off; the kernel's log says why", None
        try:
            job()
            said = ""
        except OkxMagicError as error:
            said, failure = "", error
        finally:
            self._working.release()
            self.refresh()
            self._tell(said, error=failure)

    def _tell(self, text: str = "", *, busy: str = "", error: OkxMagicError | None = None) -> None:
        """Say what is under way or how it ended. Each time is new, also where the words are not."""
        with self._drawing:
            self._told += 1
            refusal = panelstate.refusal(error) if error else None
            self._view.show(
                "work", {"number": self._told, "busy": busy, "text": text, "refusal": refusal}
            )

    def _account(self) -> panelstate.Json:
        sources = panelstate.offered(self._accounts.offers(), self._unread, self._accounts.sites())
        sessions = self._accounts.open_sessions()
        name = self._accounts.current
        current = next((each for each in sessions if each.account.name == name), None)
        if current is None:
            return {**sources, "current": None}
        others = [session for session in sessions if session is not current]
        return {**sources, "current": panelstate.account(current, others, self._today())}

    def _exchanges(self) -> list[tuple[Exchange, Account]]:
        """The last exchanges and their accounts, newest first."""
        newest = sorted(self._logged(), key=lambda logged: logged[0].sent_at, reverse=True)
        return newest[:_REQUESTS_SHOWN]

    def _logged(self) -> Iterator[tuple[Exchange, Account]]:
        sessions = list(self._accounts.open_sessions())
        if self._accounts.refused is not None:
            sessions.append(self._accounts.refused)
        for session in sessions:
            for done in session.log[-_REQUESTS_SHOWN:]:
                yield done, session.account


def _id(exchange: Exchange) -> str:
    return f"{exchange.account} {exchange.sent_at!r}"


def _text(message: Mapping[str, Any], field: str) -> str:
    """A field of a message; anything but text counts as empty."""
    value = message.get(field)
    return value if isinstance(value, str) else ""


def _environment(name: str) -> Environment:
    for environment in get_args(Environment):
        if name == environment:
            return environment
    raise CredentialsError("choose an environment: sandbox, demo or live")
