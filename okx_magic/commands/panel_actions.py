"""What the panel shows and what its buttons do; ``ui/panel_widget.py`` is the widget that draws it.

One panel a shell: however often it is shown, every place shows the one registry of accounts. Requests
to the exchange run in a thread, one at a time, so that cells can run meanwhile.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, cast, get_args

from okx_magic.credentials.choices import TYPED
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import CredentialsError, OkxError, OkxMagicError
from okx_magic.model import Environment
from okx_magic.ui import panel_widget as panel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from okx_magic.accounts import Accounts
    from okx_magic.credentials.account import Account
    from okx_magic.credentials.choices import Choice
    from okx_magic.model import Exchange
    from okx_magic.session import Session
    from okx_magic.ui.console import Note

_ASKING: Final = "asking the exchange"
_EVIDENCE: Final = ("signature", "timestamp", "method", "target", "body")


class View(Protocol):
    """Where the panel is drawn."""

    def show(self, part: str, value: Any) -> None:
        """Draw one part of the state: ``account``, ``work``, ``requests``, ``signature`` or
        ``verdict``. May be called from any thread.
        """

    def tell(self, message: panel.Json) -> None:
        """Answer what was asked for by message: in no state, so in no saved notebook."""


class Panel:
    """Connects the accounts and their logs with a view.

    ``now`` gives the time that the age of a key is counted to.
    """

    def __init__(
        self,
        accounts: Accounts,
        view: View,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._accounts = accounts
        self._view = view
        self._now = now
        self._unread: tuple[Choice, ...] = ()
        self._drawing = threading.Lock()
        self._working = threading.Lock()
        self._said: panel.Json = {}
        self._told = 0
        self._chosen = ""
        self._traced = ""
        self._handlers: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "login": self._login,
            "elsewhere": self._ask_elsewhere,
            "logout": self._logout,
            "list": self._list,
            "inspect": self._inspect,
            "choose": self._choose,
            "check": self._check,
        }
        self._looked_further = False
        self.refresh()
        self._tell()

    def look_further(self) -> None:
        """Offer the keyring and Colab too, once they are found: for after the panel was opened."""
        if not self._looked_further:
            self._looked_further = True
            # Not a daemon: an interpreter that ends while modules are being imported may crash.
            threading.Thread(target=self._look, name="okx-panel-sources").start()

    def refresh(self) -> None:
        """Draw what may have changed, as after each cell."""
        with self._drawing:
            self._view.show("account", self._account())
            logged = self._exchanges()
            self._view.show(
                "requests", {"count": len(logged), "newest": logged[0].id if logged else ""}
            )
            looked_at = self._looked_at(logged)
            if looked_at is None:
                self._view.show("signature", None)
            elif looked_at.id != self._traced:
                self._view.show("signature", looked_at.traced())
            self._traced = looked_at.id if looked_at else ""

    def receive(self, message: Mapping[str, Any]) -> None:
        """Do what a button asks for. ``kind`` names the button; unknown ones do nothing.

        Credentials in it become an object that cannot be read, and are kept in no other form.
        """
        handler = self._handlers.get(_text(message, "kind"))
        if handler is None:
            return
        try:
            handler(message)
        except OkxMagicError as error:
            self._tell(error=error)
        # The view turned its buttons off when it sent the message, and waits for an answer.
        if handler not in (self._list, self._inspect):
            self._answer()

    def _login(self, message: Mapping[str, Any]) -> None:
        source = _text(message, "source")
        if source != TYPED:
            self._log_in(lambda: self._accounts.login_with(source))
            return
        environment = _environment(_text(message, "environment"))
        site = _text(message, "site")
        values = (_text(message, field) for field in ("key", "secret", "passphrase"))
        credentials = Credentials(*values)
        self._log_in(lambda: self._accounts.login_typed(credentials, environment, site))

    def _log_in(self, opened: Callable[[], Session]) -> None:
        self._work(_ASKING, lambda: f"logged in: {opened().account.name}")

    def _ask_elsewhere(self, message: Mapping[str, Any]) -> None:
        from okx_magic.commands.diagnosis import found_elsewhere  # noqa: PLC0415  # slows the opening

        del message

        def ask() -> str:
            notes: list[Note] = []
            # By pressing the button the person agreed.
            found_elsewhere(self._accounts, lambda _: True, notes.append)
            return "\n".join(line for note in notes for line in note.lines)

        self._work("asking elsewhere", ask)

    def _logout(self, message: Mapping[str, Any]) -> None:
        del message
        if self._accounts.current is not None:
            names = self._accounts.close(self._accounts.current)
            self.refresh()
            self._tell(f"logged out: {', '.join(names)}; its credentials are forgotten")

    def _list(self, message: Mapping[str, Any]) -> None:
        """The exchanges since the one of this id, the newest first; all where there is none."""
        from okx_magic.commands.inspector import listed  # noqa: PLC0415  # slows the opening

        since = _text(message, "since")
        rows = []
        for number, done, _ in self._exchanges():
            if number == since:
                break
            rows.append(listed(number, done))
        self._view.tell({"kind": "listed", "since": since, "rows": rows})

    def _inspect(self, message: Mapping[str, Any]) -> None:
        """One exchange with its answer."""
        from okx_magic.commands.inspector import inspected  # noqa: PLC0415  # slows the opening

        asked = _text(message, "id")
        for number, done, session in self._exchanges():
            if number == asked:
                self._view.tell({"kind": "inspected", **inspected(number, done, session)})

    def _choose(self, message: Mapping[str, Any]) -> None:
        # A person who chooses the newest wants to see the newest, also after the next cell.
        logged = self._exchanges()
        chosen = _text(message, "id")
        self._chosen = "" if logged and logged[0].id == chosen else chosen
        self._view.show("verdict", {})
        self.refresh()

    def _check(self, message: Mapping[str, Any]) -> None:
        from okx_magic.detective import Evidence, investigate  # noqa: PLC0415  # on first use

        account = self._asked_account()
        credentials = account.credentials if account else None
        if account is None or credentials is None:
            raise CredentialsError(
                "nobody is logged in: the check needs the secret",
                remedy="log in with the key that the signature was made for",
            )
        evidence = Evidence(
            **{field: _text(message, field) for field in _EVIDENCE}, host=account.host
        )

        def look() -> str:
            found = investigate(evidence, credentials)
            self._view.show("verdict", panel.verdict(found))
            return ""

        self._work("looking for the mistake", look)

    def _look(self) -> None:
        self._unread = self._accounts.choices.unread()
        if self._unread:
            self.refresh()

    def _work(self, label: str, job: Callable[[], str]) -> None:
        """Do a job in a thread; what it says or raises is shown.

        One at a time. The buttons are off meanwhile, so a second one was pressed before its view was
        updated; it will show the result of the first.
        """
        if not self._working.acquire(blocking=False):
            return
        self._tell(busy=label)
        threading.Thread(target=self._do, args=(job,), name="okx-panel", daemon=True).start()

    def _do(self, job: Callable[[], str]) -> None:
        text, failure = "it failed; the log of the kernel says why", None
        try:
            text = job()
        except OkxMagicError as error:
            text, failure = "", error
        finally:
            self._working.release()
            self.refresh()
            self._tell(text, error=failure)

    def _tell(self, text: str = "", *, busy: str = "", error: OkxMagicError | None = None) -> None:
        """Show what is running, or how it ended."""
        places = self._accounts.elsewhere() if isinstance(error, OkxError) else ()
        refusal = panel.refusal(error, places) if error else None
        self._said = {"busy": busy, "text": text, "refusal": refusal}
        self._answer()

    def _answer(self) -> None:
        """Draw the last message. Each has its own number, also where the words are the same."""
        with self._drawing:
            self._told += 1
            self._view.show("work", {"number": self._told, **self._said})

    def _account(self) -> panel.Json:
        sources = panel.offered(self._accounts.choices, self._unread)
        sessions = self._accounts.open_sessions()
        current = self._current(sessions)
        if current is None:
            return {**sources, "current": None}
        others = [session for session in sessions if session is not current]
        return {**sources, "current": panel.account(current, others, self._now())}

    def _exchanges(self) -> list[_Logged]:
        """The exchanges of all sessions, newest first."""
        logged = [
            _Logged(f"{done.account} {done.sent_at!r}", done, session)
            for done, session in self._accounts.exchanges()
        ]
        logged.sort(key=lambda each: each.exchange.sent_at, reverse=True)
        return logged

    def _asked_account(self) -> Account | None:
        """Whose secret the detective tries: that of the exchange looked at, else the current one's."""
        looked_at = self._looked_at(self._exchanges())
        session = looked_at.session if looked_at else self._current(self._accounts.open_sessions())
        return session.account if session else None

    def _current(self, sessions: Sequence[Session]) -> Session | None:
        name = self._accounts.current
        return next((each for each in sessions if each.account.name == name), None)

    def _looked_at(self, logged: list[_Logged]) -> _Logged | None:
        """The exchange that was chosen, else the newest."""
        chosen = (each for each in logged if each.id == self._chosen)
        return next(chosen, logged[0] if logged else None)


class _Logged(NamedTuple):
    """An exchange with the session it was sent by; ``id`` is the same each time."""

    id: str
    exchange: Exchange
    session: Session

    def traced(self) -> panel.Json:
        """The exchange step by step."""
        from okx_magic.advice.trace import trace  # noqa: PLC0415  # slows the opening, on first use

        steps = trace(self.exchange, self.session.account, self.session.known())
        return panel.signature(self.id, self.exchange, steps)


def _text(message: Mapping[str, Any], field: str) -> str:
    """A field of a message; anything but text counts as empty."""
    return value if isinstance(value := message.get(field), str) else ""


def _environment(name: str) -> Environment:
    if name not in get_args(Environment):
        raise CredentialsError("choose an environment: sandbox, demo or live")
    return cast("Environment", name)
