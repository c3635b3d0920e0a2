"""What is judged before sending: the options of the magic line, a request, and a cell of several as a
whole. And how to go on after one of them fails, so that no order is sent twice.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from okx_magic.cell import SUBSCRIBE, fill
from okx_magic.cell.check import check, day_of_bars, refuse_secrets
from okx_magic.cell.check_account import AccountFacts
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
    from collections.abc import Iterable, Mapping, Sequence
    from concurrent.futures import Executor

    from okx_magic.cell import Template
    from okx_magic.charts.chart import Chart
    from okx_magic.pages.paging import Span
    from okx_magic.pages.team import Client
    from okx_magic.session import Session
    from okx_magic.ui.console import Note

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)([smhd])", re.ASCII)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
# After these nothing of the request was carried out, so it may be sent once more.
_NOT_DONE: Final = (CellError, CredentialsError, RefusedError, OkxError)
# After these what the session knows of the account may hold no longer.
_CHANGES: Final = frozenset({"setting", "unknown"})


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the magic line. ``name`` is the name for the only request of the cell."""

    name: str | None = None
    dry_run: bool = False
    raw: bool = False
    decimal: bool = False
    as_typed: bool = False
    again: bool = False
    force: bool = False
    quiet: bool = False
    chart: bool = False
    pages: int | None = None
    everything: bool = False
    since: str | None = None
    until: str | None = None
    to: str | None = None
    executor: str | None = None
    keep: int | None = None
    record: str | None = None
    duration: str | None = None

    @property
    def streamed(self) -> bool:
        """Whether it asks for what only streams have."""
        return (self.keep, self.record, self.duration) != (None, None, None)

    @property
    def paged(self) -> bool:
        """Whether it asks for more than one page."""
        return self.everything or (self.pages, self.since, self.until) != (None, None, None)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a cell: what it asks for, as whom, and where its values go. ``span`` is None where
    the magic line asks for no pages; ``executor`` fetches them, too.
    """

    templates: tuple[Template, ...]
    session: Session
    namespace: Mapping[str, Any]
    output: Output
    options: Options
    span: Span | None = None
    executor: Executor | Client | None = None


class Output(Protocol):
    """Where results go: the shell's namespace and the output of the cell."""

    def deliver(self, name: str | None, value: Any, picture: Chart | None = None) -> None:
        """Assign a value to its name, or show it when it has none; a ``picture`` is shown in its place,
        under a name too.
        """

    def note(self, note: Note | Chart) -> None:
        """Show a receipt, a notice or a picture."""

    def note_once(self, key: str, note: Note) -> None:
        """Show a notice, if none of the same key was shown in this kernel before."""


def picture(value: Any) -> Chart:
    """What ``--chart`` shows of a value."""
    from okx_magic.charts.chart import Chart  # noqa: PLC0415  # on first use

    return Chart(value)


def check_options(templates: Iterable[Template], options: Options) -> None:
    """Raises CellError for options of the magic line that do not go with what the cell has."""
    streams = [each for each in templates if each.method == SUBSCRIBE]
    others = [each for each in templates if each.method != SUBSCRIBE]
    if options.streamed and not streams:
        raise CellError(
            "--keep, --record and --for are for streams",
            remedy="ticks = SUBSCRIBE tickers?instId=BTC-USDT",
        )
    if options.record and len(streams) > 1:
        raise CellError(
            f"--record names one file, and the cell has {len(streams)} streams",
            remedy="a cell for each, or NAME.record(path)",
        )
    if streams and not others and (options.paged or options.raw or options.chart):
        raise CellError(
            "--pages, --all, --since, --until, --raw and --chart are for requests",
            remedy="a stream has frame(), frame(all=True), last and record(path)",
        )
    if options.chart and options.raw:
        raise CellError(
            "--chart draws frames, and --raw makes none", remedy="leave out one of them"
        )
    if options.executor and not options.paged:
        raise CellError("--executor is for many pages", remedy="add --since, --pages or --all")
    if options.duration:
        seconds(options.duration)
    if options.keep is not None and options.keep < 1:
        raise CellError("a stream keeps one row at least", remedy="--keep 100000")


def seconds(text: str) -> float:
    """The seconds of ``90s``, ``5m``, ``24h``, ``2d``. Raises CellError."""
    match = _DURATION.fullmatch(text)
    if match is None or not float(match[1]):
        raise CellError(f"--for {text} is no length of time", remedy="--for 90s, 5m, 24h or 2d")
    return float(match[1]) * _SECONDS[match[2]]


def judge(requests: Iterable[Request], session: Session, output: Output, options: Options) -> None:
    """Show what speaks against filled requests, each notice once; raises CellError for one that cannot
    succeed, and CredentialsError for one that has a secret in its query, whatever the options say.
    """
    said: dict[str, None] = {}
    days: list[str] = []
    for request in requests:
        refuse_secrets(request, session.account.credentials)
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
                refuse_secrets(request, session.account.credentials)
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
