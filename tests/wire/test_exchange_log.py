"""The log keeps exchanges, and no more of their answers than memory allows."""

from __future__ import annotations

from okx_magic.model import Exchange, Request
from okx_magic.wire.exchange_log import LARGEST_KEPT, ExchangeLog


def exchange(number: int) -> Exchange:
    request = Request("GET", f"/api/v5/public/time?n={number}")
    return Exchange(request, "demo", "demo", None, 200, "0", "ok", float(number), 1.0)


def test_answers_of_the_oldest_are_given_up_first() -> None:
    """The newest that fit stay, and every exchange stays."""
    log, done = ExchangeLog(most=250), [exchange(number) for number in range(5)]
    for each in done:
        log.append(each, b"x" * 100)
    assert list(log) == done
    assert [log.answer(each) is not None for each in done] == [False, False, False, True, True]


def test_a_large_answer_is_cut() -> None:
    """No single answer takes all of the memory."""
    log, done = ExchangeLog(), exchange(1)
    log.append(done, b"x" * (LARGEST_KEPT + 1))
    assert len(log.answer(done) or b"") == LARGEST_KEPT


def test_a_thousand_exchanges_are_kept() -> None:
    """An exchange that leaves takes its answer along."""
    log, done = ExchangeLog(), [exchange(number) for number in range(1003)]
    for each in done:
        log.append(each, b"answer")
    assert len(log) == 1000
    assert log[0] is done[3]
    assert log[-1] is done[-1]
    assert log[-2:] == done[-2:]
    assert log.answer(done[2]) is None
    assert log.answer(done[3]) == b"answer"


def test_what_was_not_answered_has_no_answer() -> None:
    """None, as for what is not kept any more."""
    log, done = ExchangeLog(), exchange(1)
    log.append(done)
    assert log.answer(done) is None
