"""What ``%okx_debug`` does with what was sent: a trace, a script, a report. And what a refused log-in
does: look for the place where the key is known. Signatures made elsewhere: ``signature_check``.
"""

from __future__ import annotations

import os
import platform
import ssl
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from okx_magic import __version__
from okx_magic.advice.causes import Case, causes
from okx_magic.advice.trace import signing_script, trace
from okx_magic.credentials.account import PROXY_VARIABLES
from okx_magic.credentials.source_values import NAMES
from okx_magic.errors import CellError
from okx_magic.ui.console import Note
from okx_magic.ui.report import Surroundings, TraceView, report
from okx_magic.wire.probe import setting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.accounts import Accounts
    from okx_magic.advice.causes import Cause
    from okx_magic.model import Exchange
    from okx_magic.session import Session

_PACKAGES = ("ipython", "ipykernel", "requests", "urllib3", "pandas")
_TELLING_VARIABLES = (*NAMES, *PROXY_VARIABLES, "SSLKEYLOGFILE", "REQUESTS_CA_BUNDLE")


def chosen(accounts: Accounts, number: int, name: str | None) -> tuple[Exchange, Session]:
    """The exchange of that number, 1 being the last one, and its session; only those of an account if
    one is named. A refused log-in counts too. Raises CellError if there is none.
    """
    found = sorted(accounts.exchanges(name), key=lambda each: each[0].sent_at)
    if not 1 <= number <= len(found):
        whose = f" by {name}" if name else ""
        if not found:
            raise CellError(f"nothing was sent{whose} yet", remedy="%okx GET /api/v5/public/time")
        raise CellError(
            f"there are {len(found)} exchanges{whose}",
            remedy="%okx_log lists them; %okx_debug 1 is the last one",
        )
    return found[-number]


def view(exchange: Exchange, session: Session) -> TraceView:
    """The trace of an exchange, to be shown."""
    return TraceView(trace(exchange, session.account, session.known()), exchange.code)


def script(exchange: Exchange, session: Session) -> Note:
    """The exchange as a script that signs by itself."""
    return Note(tuple(signing_script(exchange, session.account).split("\n")))


def postable(exchange: Exchange, session: Session, *, salt: bytes) -> Note:
    """The report of an exchange, as text to be copied."""
    around = surroundings(os.environ, Path.home())
    text = report(exchange, session.account, session.known(), around, salt=salt)
    return Note(tuple(text.split("\n")))


def checked(code: str, accounts: Accounts) -> tuple[Cause, ...]:
    """The causes of a code that can be checked with the account in use: by the last exchange of the
    session that ended in it, or by what is known without one.
    """
    if accounts.current is None:
        return ()
    session = accounts.session()
    ended = (exchange for exchange in reversed(session.log) if exchange.code == code)
    return causes(Case(code, session.account, next(ended, None), session.known()))


def surroundings(environ: Mapping[str, str], home: Path) -> Surroundings:
    """What is installed and which variables are set, by name only, without values."""
    packages = (f"{name} {_version(name)}" for name in _PACKAGES)
    kernel = "a Jupyter kernel" if "ipykernel" in sys.modules else "a terminal or plain Python"
    names = [name for name in _TELLING_VARIABLES if environ.get(name)]
    return Surroundings(
        versions=" · ".join(
            (f"okx_magic {__version__}", f"Python {platform.python_version()}", *packages)
        ),
        facts=(
            f"{platform.system()} {platform.release()} {platform.machine()} · {ssl.OPENSSL_VERSION}",
            f"in {kernel}",
            f"variables that are set: {', '.join(names) or 'none'}",
        ),
        home=str(home),
    )


def found_elsewhere(
    accounts: Accounts, confirm: Callable[[str], bool], show: Callable[[Note], None]
) -> Session | None:
    """After a refused log-in: where else the key is known, asked only if the person agrees.

    Returns the session at the host that accepts it, logged in; None where no host does, or where the
    key is live and the person did not ask for live. Shows what was found and how to keep it.
    """
    places, refused = accounts.elsewhere(), accounts.refused
    if refused is None or not places:
        return None
    listed = " and ".join(f"{place.host} ({place.environment})" for place in places)
    if not confirm(f"OKX refused the key at {refused.account.host}. Ask {listed} too?"):
        return None
    answers = accounts.ask_elsewhere()
    lines = [f"asked {answer}" for answer in answers]
    known = next(filter(lambda each: each.home is not None, answers), None)
    home = known.home if known else None
    if home is None:
        show(Note((*lines, "none of them knows the key: it was deleted, or has a typo")))
        return None
    show(Note((*lines, f"it is a {home.environment} key of {home.host}: set {setting(home)}")))
    if home.environment == "live" and refused.account.environment != "live":
        return None
    return accounts.login_elsewhere(home)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
