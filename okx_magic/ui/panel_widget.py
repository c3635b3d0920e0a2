"""The panel's widget, with JS and CSS of its own that draw it, and the state that they draw.

A stock Password keeps its value in a synced trait, which ends up in saved notebooks. Here secrets are
in no trait: they come in one message, which is emptied as soon as it was read. The state is plain
JSON without secrets, made from sessions and their logs. Texts from a server stay as they came: the
front end inserts them as text, never as HTML.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import anywidget
import traitlets

from okx_magic.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from okx_magic.advice.trace import Trace
    from okx_magic.credentials.account import Account
    from okx_magic.credentials.choices import Choice, Choices
    from okx_magic.detective import Verdict
    from okx_magic.errors import OkxMagicError
    from okx_magic.model import Exchange
    from okx_magic.session import Session

_STATIC: Final = Path(__file__).parent / "static"
_WITHOUT_WIDGETS: Final = (
    "The log-in panel of okx_magic needs a running kernel and a front end that shows widgets."
    " Run %okx_login to open it again; elsewhere %okx_login NAME or %okx_login --prompt log in,"
    " and %okx_debug shows how a request was signed."
)


# What a widget's state may hold.
Json: TypeAlias = dict[str, Any]

_MONEY: Final = {"sandbox": "invented money", "demo": "simulated money"}


class PanelWidget(anywidget.AnyWidget):
    """Draws what ``show`` is given; ``receive`` is called with each message from a button."""

    # One module, in files by page.
    _esm = "\n".join(
        (_STATIC / f"{name}.js").read_text("utf-8")
        for name in ("elements", "account", "requests", "signature", "panel")
    )
    _css = _STATIC / "panel.css"

    account = traitlets.Dict().tag(sync=True)
    work = traitlets.Dict().tag(sync=True)
    requests = traitlets.Dict().tag(sync=True)
    signature = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    verdict = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.receive: Callable[[Mapping[str, Any]], None] | None = None
        self.on_msg(self._on_message)

    def show(self, part: str, value: Any) -> None:
        """Send one part of the state to the front end, if it changed."""
        setattr(self, part, value)

    def tell(self, message: Json) -> None:
        """Send a message, which is kept nowhere."""
        self.send(message)

    @property
    def closed(self) -> bool:
        """Whether it was closed, by ``close`` or by the front end's ``Widget.close_all``."""
        return self.comm is None

    def _on_message(self, _: object, content: Any, __: object) -> None:
        try:
            if self.receive is not None and isinstance(content, dict):
                self.receive(content)
        finally:
            # The kernel keeps the last message that it got.
            content.clear()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is not None:
            bundle[0]["text/plain"] = _WITHOUT_WIDGETS
        return bundle


def offered(choices: Choices, unread: Sequence[Choice]) -> Json:
    """The sources of credentials, the sites for typed ones, and what a cell would use by default. On a
    machine where credentials should not be used, the sandbox alone, and why.
    """
    read = choices.read()
    if refusal := choices.refusal:
        read, unread = read[-1:], ()
    first = next((choice for choice in read if choice.first), read[-1])
    usual = first.problem or first.label
    if unread and first.environment == "sandbox":
        usual = f"{' or '.join(choice.label for choice in unread)}, else {first.label}"
    return {
        "choices": [asdict(choice) for choice in (*read, *unread)],
        "first": first.key,
        "usual": usual,
        "sites": [list(site) for site in choices.sites()],
        "refusal": refusal,
    }


def account(session: Session, others: Iterable[Session], now: datetime) -> Json:
    """The account that cells use, with what is known of its key, and the others that are open."""
    known = session.account
    return {
        "name": known.name,
        "environment": known.environment,
        "money": _money(session, now),
        "host": known.host,
        "hint": known.credentials.hint if known.credentials else "",
        "facts": [list(fact) for fact in _facts(session, now)],
        "warnings": list(session.warnings),
        "others": [f"{other.account.name} ({other.account.environment})" for other in others],
    }


def signature(number: str, done: Exchange, traced: Trace) -> Json:
    """An exchange step by step, and the evidence that a check of its signature starts from."""
    sent = done.sent
    evidence = {
        "signature": sent.signature if sent else "",
        "timestamp": sent.timestamp if sent else "",
        "method": sent.method if sent else done.request.method,
        "target": sent.target if sent else done.request.target,
        "body": sent.body.decode("utf-8") if sent else done.request.body,
    }
    return {"id": number, "evidence": evidence, **asdict(traced)}


def verdict(found: Verdict) -> Json:
    """The finding of the detective, a line each."""
    return {"kind": found.kind, "lines": list(found.lines())}


def refusal(error: OkxMagicError, elsewhere: Sequence[Account]) -> Json:
    """An error as its block: headline, label and text of each further line, and at which other
    hosts the key could be tried. ``network`` says that no answer came, so that nothing is wrong with
    the key.
    """
    return {
        "network": isinstance(error, TransportError),
        "headline": error.headline(),
        "lines": [list(line) for line in error.details()],
        "elsewhere": [f"{place.host} ({place.environment})" for place in elsewhere],
    }


def _money(session: Session, now: datetime) -> str:
    """Which money an order would move, and whether an order would be sent at all."""
    if session.gate.latched:
        return "the kill switch is on: only cancels are sent"
    if session.account.environment != "live":
        return _MONEY[session.account.environment]
    if not session.gate.arming.armed:
        return "real money · read-only until %okx_live"
    until = now + timedelta(seconds=session.gate.arming.seconds_left)
    return f"real money · ORDERS ARE SENT until {until:%H:%M} UTC"


def _facts(session: Session, now: datetime) -> Iterable[tuple[str, str]]:
    from okx_magic.ui.console import seconds_text  # noqa: PLC0415  # slows the opening, on first use
    from okx_magic.ui.receipts import permissions  # noqa: PLC0415  # same

    known, config = session.account, session.config
    yield "key", known.credentials.hint if known.credentials else "none"
    yield "from", known.source
    if config:
        yield "permissions", permissions(config)
        yield "addresses", str(config.get("ip") or "") or "any (the key has no IP allowlist)"
    else:
        yield "permissions", "not known yet: log in"
    if known.created is not None:
        yield "key's age", f"{(now.date() - known.created).days} days, made {known.created}"
    elif known.environment != "sandbox":
        yield "key's age", "not known (a profile can say it: created = …)"
    offset = session.connection.clock.offset
    if offset is not None:
        yield "clock", f"{seconds_text(offset)} to the exchange's"
    if known.proxy_name:
        yield "proxy", known.proxy_name
