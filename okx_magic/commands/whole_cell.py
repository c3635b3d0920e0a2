"""What is judged before sending: a request, and a cell of several as a whole. And how to go on
after one of them fails, so that no order is sent twice.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from okx_magic.cell import fill
from okx_magic.cell.account_facts import AccountFacts
from okx_magic.cell.check import check, day_of_bars
from okx_magic.commands.streaming import SUBSCRIBE
from okx_magic.errors import (
    CellError,
    CredentialsError,
    Interrupted,
    OkxError,
    OkxMagicError,
    PartlyRefused,
    Place,
    RefusedError,
)
from okx_magic.model import Request
from okx_magic.orders.outcome import interrupted
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


class Progress:
    """How far a cell has come, and from that how to go on when it stops."""

    def __init__(self, templates: Sequence[Template], session: Session) -> None:
        self._templates = templates
        self._session = session
        # One assignment, so that Ctrl-C finds both or neither: the request that is under way, from 1,
        # and as it was filled.
        self._at: tuple[int, Request | None] = (1, None)

    def begins(self, number: int, request: Request | None = None) -> None:
        """The requests before this one are over."""
        self._at = number, request

    def place(self, error: OkxMagicError) -> Place:
        """Where in the cell a request failed after those before it were sent, and how to go on."""
        number, request = self._at
        if isinstance(error, RefusedError) and self._went_before(request):
            return self._place(number - 1, self._after_repeats(number))
        not_done = isinstance(error, _NOT_DONE) and not isinstance(error, PartlyRefused)
        first = number if not_done else number + 1
        return self._place(number - 1, self._rest(first))

    def interrupted(self, stop: KeyboardInterrupt) -> KeyboardInterrupt:
        """What to raise for Ctrl-C: with what was sent before it, and how to go on."""
        number, request = self._at
        if len(self._templates) < 2 or number > len(self._templates):
            return stop
        if isinstance(stop, Interrupted):
            outcome = stop.outcome
        else:
            # It may have come between the outcome of a request and the word of it.
            outcome = "done" if self._went_before(request) else "not done"
        sent = number if outcome == "done" else number - 1
        place = self._place(sent, self._rest(number if outcome == "not done" else number + 1))
        if type(stop) is KeyboardInterrupt:
            template = self._templates[number - 1]
            asked = request or Request(template.method, template.path)
            stop = interrupted(asked, self._session.account.name, outcome, "interrupted")
        if isinstance(stop, Interrupted):
            stop.place = place
        return stop

    def _place(self, sent: int, rest: str) -> Place:
        number = self._at[0]
        line = self._templates[number - 1].line
        return Place(number, len(self._templates), line, sent, rest)

    def _rest(self, first: int) -> str:
        """What to run when the requests before the ``first`` are not to be sent again."""
        if all(_effect(each) == "read" for each in self._templates[: first - 1]):
            # Nothing to send twice.
            return ""
        if first > len(self._templates):
            return "do not run the whole cell again: what is above this request was sent"
        line = self._templates[first - 1].line
        return f"run only the rest of the cell, from line {line} on: what is above it was sent"

    def _after_repeats(self, number: int) -> str:
        """What to run when a request was refused as sent before: as a rule the whole cell ran twice, so
        that those below it were sent as well.
        """
        last = number
        for each in range(number + 1, len(self._templates) + 1):
            template = self._templates[each - 1]
            if _effect(template) in {"read", "cancel"}:
                continue
            if template.variables or not self._went_before(fill(template, {})):
                break
            last = each
        if last == len(self._templates):
            return "all of the cell was sent already; --again sends all of it once more"
        line = self._templates[last].line
        return (
            f"run only the rest of the cell, from line {line} on: what is above it was sent already;"
            " --again sends all of the cell once more"
        )

    def _went_before(self, request: Request | None) -> bool:
        # A ledger that cannot be read has let nothing through.
        with suppress(RefusedError):
            return request is not None and self._session.gate.went_before(request)
        return False


def _effect(template: Template) -> str:
    if template.method == SUBSCRIBE:
        return "read"
    # A body may be a variable; what it does is told by method and path.
    return Request(template.method, template.path).effect
