"""Whatever is raised at whatever instant of a send: told and written are the same, and no frame that it
leads to holds a secret.

Forty instants each; ``-m slow`` tries 150, in full 600.
"""

from __future__ import annotations

import random
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from lab import Lab, order
from many import many
from raiser import LIBRARIES, OURS, ForeignError, Raiser, signatures, struck

from okx_magic.errors import Interrupted
from okx_magic.orders.latch import Permit
from okx_magic.session import Session
from okx_magic.wire import sender
from okx_magic.wire.retry import RetryState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from okx_magic.model import Request
    from okx_magic.wire.retry import Step

QUICK = 40
SLOW = pytest.param(many(600, 150), marks=pytest.mark.slow)
# As the ledger names what a person is told.
WRITTEN = {"not done": {"not sent", "not done", ""}, "done": {"done"}, "unknown": {"unknown"}}


def instants(
    bench: Lab,
    error: type[BaseException],
    places: tuple[str, ...],
    count: int,
    act: Callable[[Session, Request], object] = Session.send,
) -> Iterator[tuple[BaseException | None, Raiser]]:
    """An order each, sent or what ``act`` does with it, struck at a random line of all that one runs
    through.
    """
    act(bench.session, order(px="9999"))
    whole = Raiser(10**9, error, places)
    assert struck(whole, lambda: act(bench.session, order(px="9998"))) is None
    lines, draw = 10**9 - whole.left, random.Random(12)  # noqa: S311  # a draw of instants
    for number in range(1, count + 1):
        bench.forget_orders()
        raiser = Raiser(draw.randint(1, lines), error, places)
        request = order(px=str(number))
        yield struck(raiser, lambda: act(bench.session, request)), raiser  # noqa: B023  # at once


def written(bench: Lab) -> str:
    """The outcome of the last entry in the ledger; "open" where it has none."""
    return bench.told()[-1][1] or "open"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("count", [QUICK, SLOW])
def test_ctrl_c_leaves_the_ledger_as_it_is_told(bench: Lab, count: int) -> None:
    """Also inside the ledger's own write: no entry stays open that a person was told the end of."""
    entries, seen = 2, set[str]()
    for error, raiser in instants(bench, KeyboardInterrupt, OURS, count):
        now = len(bench.told())
        outcome = written(bench) if now > entries else ""
        entries = now
        if isinstance(error, Interrupted):
            assert outcome in WRITTEN[error.outcome], (error.outcome, outcome)
            seen.add(error.outcome)
        elif error is None:
            assert outcome == "done", raiser.left
        else:
            assert type(error) is KeyboardInterrupt
            assert outcome in WRITTEN["not done"], outcome
    assert {"done", "not done"} <= seen


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("count", [QUICK, SLOW])
def test_whatever_else_stops_an_order_leaves_it_open_only_if_it_left(
    bench: Lab, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """An alarm's error tells nobody an outcome: what may have been carried out is open, what never left
    is not, so that the same may be sent at once.
    """
    taken: list[str] = []
    refused: list[Step] = []
    take, after = Permit.take, RetryState.after

    def noted(permit: Permit) -> None:
        take(permit)
        taken.append(permit.request.path)

    def stepped(state: RetryState, *failure: Any) -> Step:
        refused.append(after(state, *failure))
        return refused[-1]

    monkeypatch.setattr(Permit, "take", noted)
    monkeypatch.setattr(RetryState, "after", stepped)
    entries, seen = 2, set[str]()
    for error, raiser in instants(bench, ForeignError, OURS, count):
        now = len(bench.told())
        outcome = written(bench) if now > entries else ""
        if error is not None:
            # Refused, as one of too many on a busy machine, it has not left till it goes again.
            expected = {"open", "done"} if taken else {"not sent", ""}
            assert outcome in expected or refused, (outcome, raiser.left)
        if outcome == "not sent":
            assert bench.booked(bench.told()[-1][0]) == 0
        seen.add(outcome)
        entries = now
        taken.clear()
        refused.clear()
    assert {"open", "not sent"} <= seen


def held(error: BaseException) -> Iterator[str]:
    """All that a verbose traceback could show: the locals of every frame that the error, its causes and
    its contexts lead to, and what these hold.
    """
    chain, seen = [error], set[int]()
    while chain:
        each = chain.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        chain += [link for link in (each.__cause__, each.__context__) if link is not None]
        yield repr((each, each.args, vars(each)))
        trace = each.__traceback__
        while trace is not None:
            name = trace.tb_frame.f_code.co_filename
            if name != __file__:
                for local in list(trace.tb_frame.f_locals.values()):
                    yield from reprs(local, 3)
            trace = trace.tb_next


def reprs(value: Any, depth: int) -> Iterator[str]:
    # What was struck in the middle of its making has none, and a verbose traceback shows none.
    with suppress(AttributeError):
        yield repr(value)
    if depth == 0:
        return
    if isinstance(value, dict):
        inner = list(value.values())
    elif isinstance(value, list | tuple | set | frozenset):
        inner = list(value)
    else:
        inner = []
    for each in inner:
        yield from reprs(each, depth - 1)


def leaks(
    bench: Lab,
    count: int,
    places: tuple[str, ...] = LIBRARIES,
    act: Callable[[Session, Request], object] = Session.send,
) -> tuple[int, int]:
    """How many errors lead to a secret, and how many there were."""
    keys, found, errors = bench.sandbox.demo, 0, 0
    with pytest.MonkeyPatch.context() as patch:
        signs = signatures(patch)
        for error, _ in instants(bench, ForeignError, places, count, act):
            if error is not None:
                shown = "\n".join(held(error))
                errors += 1
                found += any(each in shown for each in (keys.secret, keys.passphrase, *signs[-1:]))
    return found, errors


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("count", [QUICK, SLOW])
def test_no_frame_of_a_foreign_error_holds_a_secret(bench: Lab, count: int) -> None:
    """Neither secret, passphrase nor signature, in whatever frame."""
    found, errors = leaks(bench, count)
    assert found == 0
    assert errors > count // 2


@pytest.mark.parametrize("count", [QUICK, SLOW])
def test_none_where_a_request_is_only_previewed(bench: Lab, count: int) -> None:
    """``--dry-run`` signs as a send does."""
    found, errors = leaks(
        bench, count, act=lambda session, request: session.orders.preview(request)
    )
    assert found == 0
    assert errors > count // 2


def test_none_while_secrets_are_handled(bench: Lab) -> None:
    """Lines of credentials alone, which are few among all: signing, and looking for echoes."""
    assert leaks(bench, 4 * QUICK, ("/okx_magic/credentials/",))[0] == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_with_its_frames_it_would(bench: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: an error that keeps the frames it came through leads to the signed headers."""
    monkeypatch.setattr(sender, "without_frames", lambda error: error)
    assert leaks(bench, 2 * QUICK)[0] > 0
