"""What ``%okx_debug --check`` and ``--compare`` do: a verdict on a signature that was made elsewhere.

magic line ─┐
            ├─► taken apart (given) ─► Evidence ─► investigate ─► Note
cell ───────┘

Tested in ``tests/commands/test_investigation.py``.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from okx_magic.cell import fill, parse
from okx_magic.commands.diagnosis import chosen
from okx_magic.commands.given import Question, body_forms, is_variable, text_of
from okx_magic.detective import Evidence, compare, investigate
from okx_magic.detective.evidence import read, told
from okx_magic.errors import CellError
from okx_magic.orders.items import is_ours
from okx_magic.ui.bars import SearchBar
from okx_magic.ui.console import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from okx_magic.accounts import Accounts
    from okx_magic.cell import Template
    from okx_magic.credentials.account import Account
    from okx_magic.credentials.credentials import Credentials
    from okx_magic.detective import Verdict
    from okx_magic.model import Request

# Characters of a signature: Base64 of 32 bytes. Of fewer than the other no digest is made.
_LENGTH: Final = 44
_SHORTEST: Final = 16
_UNSURE: Final = (
    "  sent    which bytes became of a dict is not known: taken as read here, of JSON without blanks and"
    " what json.dumps writes; to be sure, give the text that was sent: {{ text }}"
)
_BETWEEN: Final = re.compile(r"\n[ \t]*---+[ \t]*\n")


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
    seen = (f"  of      {request.method} {request.target}{last}",)
    return _verdict([evidence], account, lambda _: seen)


def check_pasted(
    text: str, accounts: Accounts, question: Question, namespace: Mapping[str, Any]
) -> Note:
    """The verdict on a signature with the inputs in a cell: a request, headers, a prehash."""
    account = _whose(accounts, question.account)
    question, text = question.with_cell(text, namespace)

    def parse_one(cell: str) -> Callable[[], Request]:
        templates = parse(cell, hosts=account.hosts).templates
        if len(templates) != 1:
            raise CellError(
                f"a signature belongs to one request, and the cell has {len(templates)}",
                remedy="keep only the one that was signed",
            )
        return partial(_filled, templates[0], namespace)

    evidence = read(
        text,
        parse_one,
        signature=question.signature,
        timestamp=question.timestamp,
        account=account,
    )
    forms = body_forms(evidence.body, text, namespace)
    sent = [replace(evidence, body=body) for body in forms]
    unsure = (_UNSURE,) if is_variable(evidence.body) and len(sent) > 1 else ()
    return _verdict(sent, account, lambda taken: (*told(taken), *unsure))


def _filled(template: Template, namespace: Mapping[str, Any]) -> Request:
    """The request of a cell, but for a body that is one ``{{ expr }}``: its bytes matter here, so it is
    not made into JSON.
    """
    if not is_variable(template.body):
        return fill(template, namespace)
    return replace(fill(replace(template, content=()), namespace), body=template.body)


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
    # Only an expression is evaluated: a space at the end of a prehash may be the mistake.
    mine, theirs = (text_of(part, namespace) if is_variable(part) else part for part in parts)
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


def _verdict(
    sent: Sequence[Evidence], account: Account, seen: Callable[[Evidence], tuple[str, ...]]
) -> Note:
    """The verdict on what was sent, of which there can be several forms; ``seen`` are the lines that
    tell the form which the verdict is about.
    """
    if account.credentials is None:
        raise CellError(f"{account.name} has no credentials to check with", remedy="-a NAME")
    size = len(sent[0].signature)
    if size < _SHORTEST:
        told = (
            f"this is no signature: {size} characters, and one has {_LENGTH}; nothing was computed"
        )
        return Note((told, "  bring   the text of OK-ACCESS-SIGN as it was sent"))
    whose = f"  with    the secret of {account.name} (key {account.credentials.hint})"
    with SearchBar("looking for the mistake", " signatures") as bar:
        evidence, verdict = _likeliest(sent, account.credentials, bar.reach)
    lines = verdict.lines()
    if verdict.kind == "unexplained" and size != _LENGTH:
        lines = (*lines, f"  but     it has {size} characters, and a signature has {_LENGTH}")
    if typed := _of_typed(evidence, verdict, account.credentials):
        lines = (*typed.lines(), _AS_TYPED)
    # What an expression gave is on no line of the notebook yet.
    shown = map(account.credentials.redact, seen(evidence))
    return Note((*lines, *shown, whose), account.environment)


def _likeliest(
    sent: Sequence[Evidence], credentials: Credentials, progress: Callable[[int, int], None]
) -> tuple[Evidence, Verdict]:
    """The form of what was sent that the signature is right for, or that needs the fewest mistakes."""

    def is_wrong(form: Evidence) -> bool:
        body = form.body.encode("utf-8", "surrogatepass")
        headers = credentials.headers(form.timestamp, form.method, form.target, body)
        return headers["OK-ACCESS-SIGN"] != form.signature

    found = []
    for form in sorted(sent, key=is_wrong) if len(sent) > 1 else sent:
        found.append((form, investigate(form, credentials, progress)))
        if _mistakes(found[-1][1]) <= 1:
            return found[-1]
    return min(found, key=lambda each: _mistakes(each[1]))


def _mistakes(verdict: Verdict) -> float:
    if verdict.kind == "unexplained":
        return math.inf
    return len(verdict.explanations[0].mistakes) if verdict.explanations else 0
