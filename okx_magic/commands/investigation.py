"""What ``%okx_debug --check`` and ``--compare`` do: bring the inputs of a signature to the detective."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from okx_magic.cell import evaluate, fill, parse
from okx_magic.commands.diagnosis import chosen
from okx_magic.detective import Evidence, compare, investigate
from okx_magic.detective.evidence import read
from okx_magic.errors import CellError
from okx_magic.ui.notes import Note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.accounts import Accounts
    from okx_magic.credentials.account import Account
    from okx_magic.model import Request

_BETWEEN: Final = re.compile(r"\n[ \t]*---+[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Question:
    """What the magic line gives: ``signature`` and ``timestamp``, "" for none, each also as
    ``{{ expr }}``, and the name of the ``account`` whose secret is meant.
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
    return _verdict(evidence, account)


def check_pasted(
    text: str, accounts: Accounts, question: Question, namespace: Mapping[str, Any]
) -> Note:
    """The verdict on a signature with the inputs that a cell holds: a request, headers, a prehash."""
    account = _whose(accounts, question.account)

    def parse_one(cell: str) -> Request:
        templates = parse(cell, hosts=account.hosts).templates
        if len(templates) != 1:
            raise CellError(
                f"a signature belongs to one request, and the cell has {len(templates)}",
                remedy="leave the one that was signed",
            )
        return fill(templates[0], namespace)

    evidence = read(
        text,
        parse_one,
        signature=question.signature,
        timestamp=question.timestamp,
        account=account,
    )
    return _verdict(evidence, account)


def compared(text: str, namespace: Mapping[str, Any]) -> Note:
    """Two prehashes side by side: each on a line of its own, or with a line ``---`` between them."""
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
    """The account whose secret is meant: the named one, the one in use, or the one just refused."""
    if name is not None or accounts.current is not None:
        return accounts.session(name).account
    if accounts.refused is not None:
        return accounts.refused.account
    raise CellError(
        "nobody is logged in, so there is no secret to compute with",
        remedy="%okx_login NAME, or -a NAME; %%okx_debug --compare needs none",
    )


def _verdict(evidence: Evidence, account: Account) -> Note:
    if account.credentials is None:
        raise CellError(f"{account.name} has no credentials to compute with", remedy="-a NAME")
    whose = f"  with    the secret of {account.name} (key {account.credentials.hint})"
    lines = investigate(evidence, account.credentials).lines()
    return Note((*lines, whose), account.environment)


def _text(part: str, namespace: Mapping[str, Any]) -> str:
    # Only an expression is read: a blank at the end of a prehash may be what is looked for.
    if not part.strip().startswith("{{"):
        return part
    value = evaluate(part.strip(), namespace)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
