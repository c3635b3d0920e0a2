"""What a live picture takes of its stream: no more than is new or changed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from fakestream import bar
from hypothesis import given
from hypothesis import strategies as st

from okx_magic.charts.feeds import BookFeed, CandleFeed, TableFeed, TradeFeed


def test_a_late_bar_takes_its_place() -> None:
    """Whatever the order in which bars come, the picture is that of the bars in order."""
    feed = CandleFeed("x", None)
    for number in (3, 1, 2, 1):
        feed.note(bar(number, 100 + number))
    picture = feed.picture()
    assert list(picture.bars[:, 3]) == [101, 102, 103]
    assert (np.diff(picture.times) == 60_000).all()


def test_trades_are_bars_that_grow() -> None:
    """Open, high, low, close and volume are those of the trades of each five seconds."""
    feed = TradeFeed("x", None)
    for ts, price, size in ((0, 10, 1), (1_000, 12, 2), (4_999, 9, 1), (5_000, 11, 5)):
        feed.note({"ts": str(ts), "px": str(price), "sz": str(size)})
    picture = feed.picture()
    assert picture.bars.tolist() == [[10, 12, 9, 9], [11, 11, 11, 11]]
    assert picture.volume is not None
    assert picture.volume.tolist() == [4, 5]


def test_a_book_is_read_only_when_it_changed() -> None:
    """A paint without news costs nothing."""
    reads = []

    def read() -> pd.DataFrame:
        reads.append(1)
        return pd.DataFrame({"side": ["bid", "ask"], "px": [1.0, 2.0], "sz": [3.0, 4.0]})

    feed = BookFeed("x", read)
    assert feed.changes() is not None
    assert feed.changes() is None
    feed.note({})
    assert feed.changes() is not None
    assert len(reads) == 2


def test_a_table_sends_cells_with_the_digits_of_okx() -> None:
    """Only cells that changed travel; digits stay as they are; up and down are by value, not by text."""
    feed = TableFeed("x", ["instId"])
    feed.note({"instId": "A", "last": "9.10", "vol": "1"})
    feed.note({"instId": "B", "last": "5", "vol": "1"})
    assert feed.changes() == (
        "cells",
        [],
        {"rows": [["A", "9.10", "1"], ["B", "5", "1"]], "cells": []},
    )
    feed.note({"instId": "A", "last": "10.00", "vol": "1"})
    feed.note({"instId": "B", "last": "5.0", "vol": "0.5"})
    change = feed.changes()
    assert change is not None
    assert change[2] == {
        "rows": [],
        "cells": [[0, 1, "10.00", 1], [1, 1, "5.0", 0], [1, 2, "0.5", -1]],
    }
    assert feed.changes() is None


def test_a_tables_rows_stand_in_the_order_of_subscription() -> None:
    """Not as they happen to come: what has not come yet has its row; and a later id is not higher."""
    feed = TableFeed("x", ["instId"], [{"instId": "A"}, {"instId": "B"}])
    feed.note({"instId": "B", "last": "5", "tradeId": "7"})
    assert feed.rows == [["A", "", ""], ["B", "5", "7"]]
    assert feed.picture().numeric == (False, True, True)
    feed.changes()
    feed.note({"instId": "A", "last": "9", "tradeId": "8"})
    feed.note({"instId": "B", "last": "6", "tradeId": "9"})
    change = feed.changes()
    assert change is not None
    assert change[2]["cells"] == [[0, 1, "9", 0], [0, 2, "8", 0], [1, 1, "6", 1], [1, 2, "9", 0]]
    alone = TableFeed("x", ["instId"], [{"instType": "ANY"}])
    alone.note({"instId": "B", "last": "5"})
    assert alone.rows == [["B", "5"]]


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 3), st.booleans()), max_size=40))
def test_what_travelled_adds_up_to_the_table(steps: list[tuple[str, int, bool]]) -> None:
    """A front end that applies each message has the rows that the kernel has."""
    feed, seen = TableFeed("x", ["instId"]), []
    for name, value, look in [*steps, ("A", 0, True)]:
        feed.note({"instId": name, "last": str(value)})
        change = feed.changes() if look else None
        if change is not None:
            seen += [list(row) for row in change[2]["rows"]]
            for row, column, text, _ in change[2]["cells"]:
                seen[row][column] = text
    assert seen == feed.rows
