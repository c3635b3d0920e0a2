"""The newest rows, and how little more than them is kept: ``streams/ring``."""

from __future__ import annotations

import tracemalloc

import pytest

from okx_magic.streams.ring import Ring

ROW = b'{"instId":"BTC-USDT","tradeId":"%08d","px":"39481.3","sz":"0.0123","side":"buy"}'


@pytest.mark.parametrize("keep", [1, 10, 1_000, 3_000])
def test_the_newest_rows_come_back_in_order(keep: int) -> None:
    """However they came, one by one or several at once, and however many were there before."""
    ring, rows = Ring(keep), [ROW % number for number in range(7_000)]
    for start in range(0, 7_000, 7):
        ring.add(rows[start : start + 7])
        if start % 700 == 0:
            assert ring.newest() == rows[max(0, start + 7 - keep) : start + 7]
    assert ring.newest() == rows[-keep:]
    assert ring.newest(1) == rows[-1:]
    assert (ring.total, ring.kept) == (7_000, keep)


@pytest.mark.parametrize("keep", [1, 100, 1_000])
def test_memory_is_as_much_as_is_kept(keep: int) -> None:
    """No more lies there than twice what is kept, though thousands of rows came."""
    ring, most = Ring(keep), 0
    tracemalloc.start()
    for number in range(9_000):
        ring.add([ROW % number])
        most = max(most, tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert most < (len(ROW) + 64) * 2 * max(keep, 100)
