from __future__ import annotations

from itertools import count

from okx_magic.wire.clock import Clock


def test_the_offset_is_measured_once() -> None:
    """The exchange is asked at the first use, and not again."""
    asked = count(1)
    clock = Clock(lambda: next(asked) * 0 + 1_700_000_005_000, local=lambda: 1_700_000_000.0)
    assert [clock.now() for _ in range(3)] == [1_700_000_005_000] * 3
    assert clock.offset == 5_000
    assert next(asked) == 2


def test_the_offset_is_measured_again_after_it_was_forgotten() -> None:
    """After a refusal for the timestamp the exchange is asked anew."""
    theirs = iter([1_000_000, 9_000_000])
    clock = Clock(lambda: next(theirs), local=lambda: 0.0)
    assert clock.now() == 1_000_000
    clock.forget()
    assert clock.now() == 9_000_000


def test_the_answer_was_made_half_way() -> None:
    """Of a slow answer, half of the time it took is not taken for an offset."""
    local = iter([100.0, 104.0, 104.0])
    clock = Clock(lambda: 102_000, local=lambda: next(local))
    assert clock.now() == 104_000
    assert clock.offset == 0
