"""The rails with a person, a clock and a file around them."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import RefusedError
from okx_magic.model import Environment, Request
from okx_magic.orders.arming import ARMED_SECONDS, Arming
from okx_magic.orders.gate import Gate
from okx_magic.orders.latch import Latch
from okx_magic.orders.ledger import Entry, Ledger, fingerprint

if TYPE_CHECKING:
    from pathlib import Path

KEY = "985d5b66-57ce-40fb-b714-afc0b9787083"
SENTENCE = "place real orders 7083"
ORDER = Request("POST", "/api/v5/trade/order", '{"instId":"BTC-USDT","side":"buy","sz":"1"}')
CANCEL = Request("POST", "/api/v5/trade/cancel-order", '{"instId":"BTC-USDT","ordId":"1"}')


@dataclass
class Person:
    """Answers each question the same, and remembers it."""

    answer: bool = True
    asked: list[str] = field(default_factory=list)

    def __call__(self, question: str) -> bool:
        self.asked.append(question)
        return self.answer


@dataclass
class Times:
    """Two clocks that a test moves."""

    monotonic: float = 1000.0
    wall: float = 1.7e9

    def arming(self) -> Arming:
        return Arming(SENTENCE, monotonic=lambda: self.monotonic, wall=lambda: self.wall)


def written(folder: Path, *outcomes: str) -> Ledger:
    """A ledger in which the order was sent once for each outcome, a second apart; "" is none yet."""
    now = iter(range(1000))
    ledger = Ledger(folder / "ledger.ndjson", clock=lambda: float(next(now)))
    for outcome in outcomes:
        entry = ledger.open(
            Entry(
                environment="demo",
                account="main",
                key=Gate(account()).key_hash,
                method="POST",
                path=ORDER.path,
                orders=(),
                settles=(),
                fingerprint=fingerprint(ORDER),
            )
        )
        if outcome:
            ledger.close(entry, outcome)
    ledger._clock = lambda: 20.0
    return ledger


def account(environment: Environment = "live") -> Account:
    credentials = Credentials(KEY, "0" * 32, "Correct-Horse-9!")
    return Account("main", environment, credentials, "https://openapi.okx.com", "a test")


def test_the_sentence_names_the_key() -> None:
    """It ends in the last four characters of the key, so that it fits one account only."""
    gate = Gate(account())
    assert gate.arming.sentence == SENTENCE
    assert not gate.arming.armed


@pytest.mark.parametrize(
    "typed", ["", "yes", "place real orders", "place real orders 7084", "True"]
)
def test_only_the_sentence_arms(typed: str) -> None:
    """Nothing else does, and blanks around or between its words do not matter."""
    arming = Times().arming()
    assert not arming.arm(typed)
    assert not arming.armed
    assert arming.arm(f"  {SENTENCE.replace(' ', '  ')} ")
    assert arming.armed


@pytest.mark.parametrize(
    ("monotonic", "wall", "armed"),
    [
        (ARMED_SECONDS - 1, ARMED_SECONDS - 1, True),
        (ARMED_SECONDS, 0, False),
        # The machine slept: its monotonic clock stood still.
        (1, ARMED_SECONDS, False),
        # The clock was set back.
        (ARMED_SECONDS, -3600, False),
        (60, -3600, True),
    ],
)
def test_live_orders_end_by_themselves(monotonic: float, wall: float, armed: bool) -> None:  # noqa: FBT001
    """After a quarter of an hour on either clock, whatever happens to the other."""
    times = Times()
    arming = times.arming()
    arming.arm(SENTENCE)
    times.monotonic += monotonic
    times.wall += wall
    assert arming.armed is armed


def test_live_orders_can_be_switched_off() -> None:
    """At once, and before the time is over."""
    arming = Times().arming()
    arming.arm(SENTENCE)
    arming.disarm()
    assert not arming.armed


def test_a_live_order_needs_the_sentence_and_a_yes() -> None:
    """Without the first nobody is asked; with both it passes, each time with a question of its own."""
    person = Person()
    gate = Gate(account(), confirm=person)
    with pytest.raises(RefusedError, match="read-only"):
        gate.admit(ORDER)
    assert person.asked == []
    gate.arming.arm(SENTENCE)
    gate.admit(ORDER)
    gate.admit(ORDER)
    line = "LIVE main (key 985…083) · buy BTC-USDT · sz 1 · POST /api/v5/trade/order"
    assert person.asked == [line, line]


def test_no_is_no() -> None:
    """Whatever is not yes leaves the order where it is."""
    gate = Gate(account(), confirm=Person(answer=False))
    gate.arming.arm(SENTENCE)
    with pytest.raises(RefusedError, match="yes was not typed"):
        gate.admit(ORDER)


def test_nobody_cannot_say_yes() -> None:
    """A session that no person stands behind sends nothing, armed or not."""
    gate = Gate(account())
    gate.arming.arm(SENTENCE)
    with pytest.raises(RefusedError, match="nobody can confirm"):
        gate.admit(ORDER)


def test_an_answer_that_comes_too_late_does_not_count() -> None:
    """Who says yes after the quarter of an hour has to arm again."""
    times = Times()

    def slow(_: str) -> bool:
        times.monotonic += ARMED_SECONDS
        return True

    gate = Gate(account(), confirm=slow)
    gate.arming = times.arming()
    gate.arming.arm(SENTENCE)
    with pytest.raises(RefusedError, match="read-only"):
        gate.admit(ORDER)


def test_a_cancel_needs_neither() -> None:
    """It can only lessen what an order risks."""
    person = Person()
    Gate(account(), confirm=person).admit(CANCEL)
    assert person.asked == []


def test_a_cancel_does_not_wait_for_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that cannot be read keeps orders from being sent, and no cancel."""
    gate = Gate(account(), confirm=Person(), ledger=written(tmp_path, "done"))
    gate.arming.arm(SENTENCE)

    def denied(*_: object) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", denied)
    gate.admit(CANCEL)
    with pytest.raises(RefusedError, match="cannot be read"):
        gate.admit(ORDER)


def test_a_repetition_is_told_with_the_question(tmp_path: Path) -> None:
    """On live the person decides, and knows."""
    person, ledger = Person(), written(tmp_path, "done")
    gate = Gate(account(), confirm=person, ledger=ledger, clock=lambda: 20.0)
    gate.arming.arm(SENTENCE)
    gate.admit(ORDER)
    assert person.asked[0].endswith("the same request was sent 20 s ago")


@pytest.mark.parametrize(
    ("outcomes", "rule"),
    [
        (["done"], "was sent 20 s ago"),
        (["partly done"], "was sent 20 s ago"),
        (["refused", "done"], "was sent 18 s ago"),
        (["unknown"], "still unknown"),
        ([""], "still unknown"),
        (["", "refused"], "still unknown"),
    ],
)
def test_on_demo_the_same_is_not_sent_twice(tmp_path: Path, outcomes: list[str], rule: str) -> None:
    """A re-run is refused, also while the first is unsettled, unless the person says again."""
    gate = Gate(account("demo"), ledger=written(tmp_path, *outcomes), clock=lambda: 20.0)
    with pytest.raises(RefusedError, match=rule):
        gate.admit(ORDER)
    gate.admit(ORDER, again=True)
    gate.admit(replace(ORDER, body=ORDER.body.replace('"1"', '"2"')))


@pytest.mark.parametrize("outcomes", [[], ["refused"], ["not sent"], ["not done"]])
def test_what_was_not_carried_out_may_be_sent_anew(tmp_path: Path, outcomes: list[str]) -> None:
    """Nothing stands of it, so a second one is the first."""
    Gate(account("demo"), ledger=written(tmp_path, *outcomes), clock=lambda: 20.0).admit(ORDER)


def test_after_a_minute_the_same_is_a_new_order(tmp_path: Path) -> None:
    """By then it is no slip of the hand; an unsettled one still is in the way."""
    for outcome, admitted in (("done", True), ("unknown", False)):
        ledger = written(tmp_path / outcome, outcome)
        ledger._clock = lambda: 61.0 + 1e-3
        gate = Gate(account("demo"), ledger=ledger, clock=lambda: 61.0)
        if admitted:
            gate.admit(ORDER)
        else:
            with pytest.raises(RefusedError):
                gate.admit(ORDER)


def test_the_latch_outlives_its_maker(tmp_path: Path) -> None:
    """A new kernel finds it, every gate obeys it, and lifting it lets orders through again."""
    folder = tmp_path / ".okx_magic"
    assert Latch(folder, "abc", clock=lambda: 1.7e9).set("main")
    found = Latch(folder, "abc")
    assert found
    assert found.since == 1.7e9
    assert not Latch(folder, "another")
    gate = Gate(account("demo"), latch=found)
    with pytest.raises(RefusedError, match="kill switch"):
        gate.admit(ORDER)
    gate.admit(CANCEL)
    found.lift()
    gate.admit(ORDER)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_nobody_else_may_read_the_latch(tmp_path: Path) -> None:
    """Folder 0700, file 0600, and the key is in neither name nor content."""
    folder = tmp_path / ".okx_magic"
    key_hash = account().credentials.key_hash  # type: ignore[union-attr]  # it has some
    Latch(folder, key_hash).set("main")
    (file,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert KEY[:8] not in file.name + file.read_text("utf-8")


def test_a_latch_that_cannot_be_written_holds_all_the_same(tmp_path: Path) -> None:
    """A full disk is told and does not stop the kill; a damaged file counts as on."""
    (tmp_path / "file").write_text("", "utf-8")
    latch = Latch(tmp_path / "file" / "folder", "abc")
    assert not latch
    assert not latch.set("main")
    assert latch
    (tmp_path / "kill-def.json").write_text("damaged", "utf-8")
    damaged = Latch(tmp_path, "def")
    assert damaged
    assert damaged.since is None


@given(st.text(min_size=1))
def test_marks_of_other_keys_differ(other: str) -> None:
    """The mark is the same for the same key, and another for any other."""
    key_hash = Credentials(KEY, "0" * 32, "Correct-Horse-9!").key_hash
    assert key_hash == account().credentials.key_hash  # type: ignore[union-attr]  # it has some
    if other.isascii() and other.isalnum() and other != KEY:
        assert Credentials(other, "0" * 32, "Correct-Horse-9!").key_hash != key_hash
