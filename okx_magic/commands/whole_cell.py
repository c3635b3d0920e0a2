"""What is judged before sending: a request, and a cell of several as a whole. And how to go on
after one of them fails, so that no order is sent twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from okx_magic.cell import fill
from okx_magic.cell.account_facts import AccountFacts
from okx_magic.cell.check import check, day_of_bars
from okx_magic.commands.streaming import SUBSCRIBE
from okx_magic.errors import (
    CellError,
    CredentialsError,
    OkxError,
    OkxMagicError,
    PartlyRefused,
    Place,
    RefusedError,
)
from okx_magic.model import Request
from okx_magic.ui import receipts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from okx_magic.cell import Template
    from okx_magic.commands.options import Options, Output
    from okx_magic.session import Session

# After these nothing of the request was carried out, so it may be sent once more.
_NOT_DONE: Final = (CellError, CredentialsError, RefusedError, OkxError)
# After these what the session knows of the account may hold no longer.
_CHANGES: Final = frozenset({"setting", "unknown"})


def judge(requests: Iterable[Request], session: Session, output: Output, options: Options) -> None:
    """Show what speaks against filled requests, each notice once; raises CellError for one that cannot
    succeed, and CredentialsError for one that has a secret in its query, whatever the options say.
    """
    said: dict[str, None] = {}
    days: list[str] = []
    for request in requests:
        session.refuse_secrets(request)
        if not options.force:
            said |= dict.fromkeys(check(request, session.facts()))
        days += filter(None, [day_of_bars(request)])
    if said:
        output.note(receipts.notices(said))
    if days:
        output.note_once("day", receipts.notices(days[:1]))


def check_all(templates: Sequence[Template], session: Session, *, force: bool) -> None:
    """Raises, before anything is sent, what the check of a request without variables would raise just
    before it is sent. The others wait for their values, and streams for their connection.
    """
    if len(templates) < 2:
        return
    facts = session.facts()
    for number, template in enumerate(templates, start=1):
        if not template.variables and template.method != SUBSCRIBE:
            try:
                request = fill(template, {})
                session.refuse_secrets(request)
                if not force:
                    check(request, facts)
            except OkxMagicError as error:
                error.place = Place(number, len(templates), template.line, None)
                raise
        if _effect(template) in _CHANGES:
            facts = AccountFacts()


def place_of(error: OkxMagicError, number: int, templates: Sequence[Template]) -> Place:
    """Where in the cell a request failed after those before it were sent, and how to go on."""
    template = templates[number - 1]
    sent = number - 1
    return Place(number, len(templates), template.line, sent, _rest(error, number, templates))


def _rest(error: OkxMagicError, number: int, templates: Sequence[Template]) -> str:
    if all(_effect(each) == "read" for each in templates[: number - 1]):
        # Nothing to send twice.
        return ""
    not_done = isinstance(error, _NOT_DONE) and not isinstance(error, PartlyRefused)
    left = templates[number - 1 if not_done else number :]
    if not left:
        return "do not run the whole cell again: what is above this request was sent"
    return f"run only the rest of the cell, from line {left[0].line} on: what is above it was sent"


def _effect(template: Template) -> str:
    if template.method == SUBSCRIBE:
        return "read"
    # A body may be a variable; what it does is told by method and path.
    return Request(template.method, template.path).effect
