"""The judge of the soak finds what is lost, and does not take a ring's edge for a hole."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import pytest
import soak

from okx_magic.streams.gaps import Gap
from okx_magic.streams.ring import Ring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

KEPT = 100


class Fake:
    """A stream that keeps what comes."""

    def __init__(self) -> None:
        self.ring = Ring(KEPT)
        self.gaps: tuple[Gap, ...] = ()
        self.calls: list[Callable[[dict[str, Any]], None]] = []

    def on(self, call: Callable[[dict[str, Any]], None]) -> None:
        self.calls.append(call)

    def frame(self, all: bool) -> pd.DataFrame:  # noqa: A002, ARG002, FBT001  # as a stream's
        return pd.DataFrame({"tradeId": [row.decode() for row in self.ring.newest()]})

    def come(self, numbers: Iterable[int], *, kept: bool = True) -> None:
        for number in numbers:
            if kept:
                self.ring.add([str(number).encode()])
            for call in self.calls:
                call({"tradeId": str(number)})

    @property
    def numbers(self) -> list[int]:
        return sorted(map(int, self.frame(all=True)["tradeId"]))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    monkeypatch.setattr(soak, "KEPT", KEPT)
    return Fake()


def test_an_edge_of_the_ring_is_no_hole(fake: Fake) -> None:
    """A long hole that is filled page by page while more trades come falls out of the ring in that order:
    the ring has holes then in its newer half, and nothing was lost.
    """
    trades = soak.Trades(cast("Any", fake))
    fake.come(range(1, 101))
    fake.come(range(301, 311))
    for page in range(281, 100, -20):
        fake.come(range(page, page + 20))
        fake.come([311 + (281 - page) // 20])
    assert list(trades.wrong()) == []
    kept = fake.numbers
    newer = kept[len(kept) // 2 :]
    assert any(b != a + 1 for a, b in pairwise(newer)), "control: one that looks there finds holes"
    assert trades.judged == 320


def test_what_is_lost_or_comes_twice_is_found(fake: Fake) -> None:
    """Also where it fell out of the ring long ago."""
    trades = soak.Trades(cast("Any", fake))
    fake.come([*range(1, 50), *range(51, 400)])
    assert list(trades.wrong()) == ["of 398 trades [50] are missing, [] came twice"]
    fake.come([400, 399])
    assert list(trades.wrong())[-1] == "of 2 trades [] are missing, [399] came twice"


def test_an_open_gap_is_no_loss(fake: Fake) -> None:
    """What is missing is told while a gap is open, and judged when it has ended."""
    trades = soak.Trades(cast("Any", fake))
    fake.gaps = (Gap(0.0, None, "the connection broke"),)
    fake.come([1, 10])
    assert list(trades.wrong()) == []
    assert trades.judged == 0
    fake.gaps = (Gap(0.0, 1.0, "the connection broke", missed=0),)
    fake.come(range(2, 10))
    assert list(trades.wrong()) == []


def test_a_ring_that_loses_a_row_is_found(fake: Fake) -> None:
    """A row that came later than others which are kept is kept, too."""
    trades = soak.Trades(cast("Any", fake))
    fake.come(range(1, 300))
    fake.come([300], kept=False)
    fake.come(range(301, 310))
    assert list(trades.wrong()) == ["keeps 100 trades of 200, without [300]"]
