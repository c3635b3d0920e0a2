"""The policy of retries, row by row."""

from __future__ import annotations

import random
from typing import get_args

import pytest

from okx_magic.catalogue import Effect
from okx_magic.errors import OkxError, OkxMagicError, RefusedError, TransportError
from okx_magic.model import Envelope, Request
from okx_magic.wire import retry
from okx_magic.wire.retry import Action, Budget, Heard, RetryState, classify, rule


def okx(code: str, *, status: int = 200, items: tuple[tuple[str, str], ...] = ()) -> OkxError:
    return OkxError(code, "", envelope=Envelope(code, "", [], status=status), items=items)


def lost(*, written: bool, status: int | None = None) -> TransportError:
    return TransportError("lost", written=written, status=status)


@pytest.mark.parametrize(
    ("error", "heard"),
    [
        (lost(written=False), "not sent"),
        (lost(written=True), "no reply"),
        (lost(written=True, status=502), "no reply"),
        (lost(written=True, status=429), "no reply"),
        (okx("50011", status=429), "throttled"),
        (okx("50011"), "throttled"),
        (okx("50061"), "throttled"),
        (okx("50040"), "throttled"),
        (okx("50102", status=401), "clock"),
        (okx("50036"), "clock"),
        (okx("50037"), "refused"),
        (okx("50113", status=401), "refused"),
        (okx("51008"), "refused"),
        (okx("50001", status=503), "doubtful"),
        (okx("50004", status=400), "doubtful"),
        (okx("50013", status=429), "doubtful"),
        (okx("50026", status=500), "doubtful"),
        (okx("51054", status=500), "doubtful"),
        (okx("51149", status=500), "doubtful"),
        (okx("51016"), "doubtful"),
        (okx("50071"), "doubtful"),
        (okx("50042"), "doubtful"),
        (okx("59999", status=500), "doubtful"),
        (okx("59999", status=408), "doubtful"),
        (okx("2", items=(("51008", "no"), ("51149", "?"))), "doubtful"),
    ],
    ids=str,
)
def test_a_failure_is_classed_by_what_was_written_and_said(
    error: OkxError | TransportError, heard: Heard
) -> None:
    """Neither the class of an exception nor the HTTP status of OKX's own codes decides."""
    assert classify(error) == heard


# As the rows of the table: for what was not sent, without a reply, throttled, a wrong clock, refused,
# doubtful; with how many attempts at most.
CLOSED: list[tuple[Action, int]] = [
    ("stop", 1), ("look up", 1), ("stop", 1), ("stop", 1), ("stop", 1), ("look up", 1),
]  # fmt: skip
SETTING: list[tuple[Action, int]] = [
    ("again", 3), ("read back", 1), ("stop", 1), ("resync", 2), ("stop", 1), ("read back", 1),
]  # fmt: skip
TABLE: dict[Effect, list[tuple[Action, int]]] = {
    "read": [("again", 3), ("again", 3), ("again", 3), ("resync", 2), ("stop", 1), ("again", 3)],
    "order": [("again", 2), ("look up", 1), ("again", 3), ("resync", 2), ("stop", 1),
              ("look up", 1)],
    "amend": [("again", 2), ("look up", 1), ("again", 3), ("resync", 2), ("stop", 1),
              ("look up", 1)],
    "cancel": [("again", 3), ("look up", 1), ("again", 3), ("resync", 2), ("stop", 1),
               ("look up", 1)],
    "setting": SETTING,
    "undo": SETTING,
    "transfer": CLOSED,
    "withdraw": CLOSED,
    "subaccount": CLOSED,
    "key": CLOSED,
    "earn": CLOSED,
    "loan": CLOSED,
    "unknown": CLOSED,
}  # fmt: skip
ERRORS: dict[Heard, OkxMagicError] = {
    "not sent": lost(written=False),
    "no reply": lost(written=True),
    "throttled": okx("50011"),
    "clock": okx("50102"),
    "refused": okx("51008"),
    "doubtful": okx("50004", status=400),
}
ROWS = [
    (effect, heard, *what)
    for effect, row in TABLE.items()
    for heard, what in zip(ERRORS, row, strict=True)
]


def course(effect: Effect, *, live: bool = False, budget: Budget | None = None) -> RetryState:
    return RetryState(
        effect, live=live, seconds=15, budget=budget or Budget(), chance=random.Random(1).random  # noqa: S311  # jitter
    )  # fmt: skip


@pytest.mark.parametrize(("effect", "heard", "action", "attempts"), ROWS)
def test_each_row_of_the_policy(
    effect: Effect, heard: Heard, action: Action, attempts: int
) -> None:
    """A request that keeps failing in one way is sent so many times in all, and then left as it is."""
    going = course(effect)
    steps = []
    while not steps or steps[-1].action in {"again", "resync"}:
        going.spent(0.01)
        steps.append(going.after(ERRORS[heard]))
    assert steps[0].action == action
    assert going.attempts == attempts
    if action in {"again", "resync"}:
        assert steps[-1].action == "stop"


def test_the_table_has_every_row() -> None:
    """Each effect has an answer to each class of failure."""
    assert set(TABLE) == set(get_args(Effect)) == set(retry.POLICY)
    assert all(set(row) == set(get_args(Heard)) == set(ERRORS) for row in retry.POLICY.values())


@pytest.mark.parametrize("effect", ["order", "amend"])
def test_a_throttled_live_order_is_not_sent_again(effect: Effect) -> None:
    """The price has moved while one would wait; to read and to cancel is another thing."""
    assert rule(effect, "throttled", live=True).action == "stop"
    assert rule("cancel", "throttled", live=True).action == "again"
    assert rule("read", "throttled", live=True).action == "again"


def test_no_order_that_may_have_been_taken_is_sent_again() -> None:
    """The rule that all else serves: after no reply or a doubtful one nothing but a read goes out."""
    for effect in set(get_args(Effect)) - {"read"}:
        for heard in ("no reply", "doubtful"):
            for live in (True, False):
                assert rule(effect, heard, live=live).action not in {"again", "resync"}  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("method", "path", "effect"),
    [
        ("GET", "/api/v5/trade/order", "read"),
        ("POST", "/api/v5/trade/order-precheck", "read"),
        ("POST", "/api/v5/trade/order", "order"),
        ("POST", "/api/v5/trade/batch-orders", "order"),
        ("POST", "/api/v5/trade/order-algo", "order"),
        ("POST", "/api/v5/trade/close-position", "order"),
        ("POST", "/api/v5/trade/amend-order", "amend"),
        ("POST", "/api/v5/trade/cancel-order", "cancel"),
        ("POST", "/api/v5/trade/cancel-algos", "cancel"),
        ("POST", "/api/v5/account/set-leverage", "setting"),
        ("POST", "/api/v5/asset/withdrawal", "withdraw"),
        ("POST", "/api/v5/asset/transfer", "transfer"),
        ("POST", "/api/v5/users/subaccount/apikey", "key"),
        ("POST", "/api/v5/not/known", "unknown"),
    ],
)
def test_effects(method: str, path: str, effect: Effect) -> None:
    """A request is treated by what it does; what nobody knows as if it moved money."""
    assert Request(method, path, "{}" if method == "POST" else "").effect == effect  # type: ignore[arg-type]  # one of two


def test_waits_are_jittered_and_bounded() -> None:
    """Transient waits lie in U(0, 1) of 0.25, 0.5 s, throttled ones in U(0.5, 1) of 2, 4 s."""
    for seed in range(200):
        for error, low, high in ((lost(written=True), 0.0, 0.25), (okx("50011"), 1.0, 2.0)):
            going = RetryState(
                "read",
                live=False,
                seconds=60,
                budget=Budget(),
                chance=random.Random(seed).random,  # noqa: S311  # jitter
            )
            for doubled in (1, 2):
                going.spent(0.01)
                assert low * doubled <= going.after(error).wait <= high * doubled


def test_retry_after_is_honoured_up_to_the_deadline() -> None:
    """The server's hint is waited for if there is time, and ends the request at once if not."""
    going = course("read")
    going.spent(0.1)
    assert going.after(okx("50011", status=429), 7.0).wait == 7.0
    going.spent(0.1)
    assert going.after(okx("50011", status=429), 9.0).action == "stop"


def test_the_deadline_holds_over_all_attempts() -> None:
    """An attempt that took all the time is the last one."""
    going = course("read")
    going.spent(15.0)
    assert going.after(lost(written=True)).action == "stop"


def test_the_budget_lets_a_storm_die() -> None:
    """Four retries from full, then none until successes have earned five tokens."""
    budget = Budget()
    assert [budget.spend() for _ in range(6)] == [True] * 4 + [False] * 2
    for _ in range(4):
        budget.earn()
    assert not budget.spend()
    budget.earn()
    assert budget.spend()
    for _ in range(100):
        budget.earn()
    assert [budget.spend() for _ in range(5)] == [True] * 4 + [False]


def test_what_is_no_answer_of_the_other_side_stops() -> None:
    """A refusal of our own is not tried again."""
    assert course("read").after(RefusedError("no")).action == "stop"
