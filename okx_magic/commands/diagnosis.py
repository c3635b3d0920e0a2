"""What ``%okx_debug`` does: a trace, a script, a report, a verdict on a signature that is wrong. And what
a refused log-in does: look for the place where the key is known.
"""

from __future__ import annotations

import os
import platform
import re
import ssl
import sys
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from okx_magic import __version__
from okx_magic.advice.causes import Case, causes
from okx_magic.advice.trace import signing_script, trace
from okx_magic.cell import evaluate, fill, parse
from okx_magic.credentials.account import PROXY_VARIABLES
from okx_magic.credentials.source_values import NAMES
from okx_magic.detective import Evidence, compare, investigate
from okx_magic.detective.evidence import read, told
from okx_magic.errors import CellError
from okx_magic.orders.items import is_ours
from okx_magic.ui.bars import SearchBar
from okx_magic.ui.console import Note
from okx_magic.ui.report import Surroundings, TraceView, report
from okx_magic.wire.probe import setting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.accounts import Accounts
    from okx_magic.advice.causes import Cause
    from okx_magic.credentials.account import Account
    from okx_magic.credentials.credentials import Credentials
    from okx_magic.detective import Verdict
    from okx_magic.model import Exchange, Request
    from okx_magic.session import Session

_PACKAGES = ("ipython", "ipykernel", "requests", "urllib3", "pandas")
# Characters of a signature: Base64 of 32 bytes. Of fewer than the other no digest is made.
_LENGTH: Final = 44
_SHORTEST: Final = 16
_BETWEEN: Final = re.compile(r"\n[ \t]*---+[ \t]*\n")
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


@dataclass(frozen=True, slots=True)
class Question:
    """What the magic line says: ``signature`` and ``timestamp``, "" for none, each also as
    ``{{ expr }}``, and the name of the ``account`` whose secret is used.
    """

    signature: str
    timestamp: str
    account: str | None

    def filled(self, namespace: Mapping[str, Any]) -> Question:
        """The question with the values of its expressions."""
        signature, timestamp = (
            str(evaluate(text, namespace)) for text in (self.signature, self.timestamp)
        )
        return Question(signature, timestamp, self.account)


def check_sent(accounts: Accounts, number: int, question: Question) -> Note:
    """The verdict on a signature of the request of an exchange, with the exchange's own timestamp if
    none is given.
    """
    if not question.signature:
        raise CellError("which signature?", remedy="%okx_debug --check SIGNATURE")
    exchange, session = chosen(accounts, number, question.account)
    request, account = exchange.request, session.account
    stamp = question.timestamp or (exchange.sent.timestamp if exchange.sent else "")
    if not stamp:
        raise CellError(
            f"{request} was not signed, so it has no timestamp", remedy="give it: --timestamp T"
        )
    evidence = Evidence(
        question.signature, stamp, request.method, request.target, request.body, account.host
    )
    last = ", the last one sent" if number == 1 else f", number {number} of %okx_debug"
    return _verdict(evidence, account, (f"  of      {request.method} {request.target}{last}",))


def check_pasted(
    text: str, accounts: Accounts, question: Question, namespace: Mapping[str, Any]
) -> Note:
    """The verdict on a signature with the inputs in a cell: a request, headers, a prehash."""
    account = _whose(accounts, question.account)

    def parse_one(cell: str) -> Request:
        templates = parse(cell, hosts=account.hosts).templates
        if len(templates) != 1:
            raise CellError(
                f"a signature belongs to one request, and the cell has {len(templates)}",
                remedy="keep only the one that was signed",
            )
        return fill(templates[0], namespace)

    evidence = read(
        text,
        parse_one,
        signature=question.signature,
        timestamp=question.timestamp,
        account=account,
    )
    return _verdict(evidence, account, told(evidence))


def compared(text: str, namespace: Mapping[str, Any]) -> Note:
    """Two prehashes side by side: each on its own line, or with a line ``---`` between them."""
    parts = _BETWEEN.split(text.strip("\n"))
    if len(parts) == 1:
        parts = [line for line in text.split("\n") if line.strip()]
    if len(parts) != 2:
        raise CellError(
            f"two prehashes are compared, and the cell has {len(parts)}",
            remedy="each on its own line, or with a line --- between them; {{ … }} is Python",
        )
    mine, theirs = (_text(part, namespace) for part in parts)
    return Note(compare(mine, theirs).lines())


def _whose(accounts: Accounts, name: str | None) -> Account:
    """The account whose secret is used: the named one, the one in use, or the one just refused."""
    if name is not None or accounts.current is not None:
        return accounts.session(name).account
    if accounts.refused is not None:
        return accounts.refused.account
    raise CellError(
        "nobody is logged in, so there is no secret to check with",
        remedy="%okx_login NAME, or -a NAME; %%okx_debug --compare needs none",
    )


_ADDED: Final = re.compile(r',?"(?:clOrdId|algoClOrdId|attachAlgoClOrdId|clReqId)":"([^"]*)"')
_AS_TYPED = "  of      the order as it was typed, without the clOrdId that was added to it"


def _typed(evidence: Evidence) -> Evidence | None:
    """The evidence with the body as it was typed, where we added an id to it; None where we did not."""
    ours = [match for match in _ADDED.finditer(evidence.body) if is_ours(match[1])]
    if not ours:
        return None
    body = evidence.body
    for match in ours:
        body = body.replace(match[0], "")
    return replace(evidence, body=body)


def _of_typed(evidence: Evidence, verdict: Verdict, credentials: Credentials) -> Verdict | None:
    """The verdict on the order as typed, where that says more than the one on the order as sent."""
    typed = _typed(evidence)
    told = verdict.explanations[0].mistakes if verdict.explanations else ()
    if (
        typed is None
        or verdict.kind == "right"
        or (len(told) == 1 and "without its" not in told[0])
    ):
        return None
    other = investigate(typed, credentials)
    if other.kind == "explained":
        fewer = verdict.kind != "explained" or len(other.explanations[0].mistakes) < len(told)
        return other if fewer else None
    return other if other.kind == "right" else None


def _verdict(evidence: Evidence, account: Account, seen: tuple[str, ...] = ()) -> Note:
    if account.credentials is None:
        raise CellError(f"{account.name} has no credentials to check with", remedy="-a NAME")
    size = len(evidence.signature)
    if size < _SHORTEST:
        told = (
            f"this is no signature: {size} characters, and one has {_LENGTH}; nothing was computed"
        )
        return Note((told, "  bring   the text of OK-ACCESS-SIGN as it was sent"))
    whose = f"  with    the secret of {account.name} (key {account.credentials.hint})"
    with SearchBar("looking for the mistake", " signatures") as bar:
        verdict = investigate(evidence, account.credentials, bar.reach)
    lines = verdict.lines()
    if verdict.kind == "unexplained" and size != _LENGTH:
        lines = (*lines, f"  but     it has {size} characters, and a signature has {_LENGTH}")
    if typed := _of_typed(evidence, verdict, account.credentials):
        lines = (*typed.lines(), _AS_TYPED)
    return Note((*lines, *seen, whose), account.environment)


def _text(part: str, namespace: Mapping[str, Any]) -> str:
    # Only an expression is evaluated: a space at the end of a prehash may be the mistake.
    if not part.strip().startswith("{{"):
        return part
    value = evaluate(part.strip(), namespace)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
