"""A recording is complete once its stream has ended, whoever ended it and whatever came."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from scripted import PATIENCE, Scripted, until

import okx_magic
from okx_magic.errors import CellError
from okx_magic.streams.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from okx_magic.streams.stream import Stream


def test_a_stream_that_has_ended_has_a_complete_file(
    server: Scripted,
    stream: Callable[..., Stream],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that ends by itself is running until its file is written."""
    closing, may_close = threading.Event(), threading.Event()
    close = Recording.close

    def slowly(recording: Recording) -> None:
        closing.set()
        may_close.wait(PATIENCE)
        close(recording)

    monkeypatch.setattr(Recording, "close", slowly)
    trades = stream("trades")
    trades.record(tmp_path / "trades.parquet")
    server.push("trades", [{"tradeId": "1", "px": "2"}])
    until(lambda: trades.total == 1)
    trades.end_after(0)
    assert closing.wait(PATIENCE)
    assert trades.running
    may_close.set()
    until(lambda: not trades.running)
    assert pd.read_parquet(tmp_path / "trades.parquet")["px"].tolist() == ["2"]


def test_a_recording_without_a_row(stream: Callable[..., Stream], tmp_path: Path) -> None:
    """Nothing came: the file is there and has no row, and no other takes its place."""
    trades = stream("trades")
    trades.record(tmp_path / "trades.parquet")
    trades.stop()
    assert len(pd.read_parquet(tmp_path / "trades.parquet")) == 0
    with pytest.raises(CellError, match="there already"):
        Recording(tmp_path / "trades.parquet", "trades")


def test_a_recording_is_opened_typed(
    server: Scripted, stream: Callable[..., Stream], tmp_path: Path
) -> None:
    """Times, numbers and ids as the stream's own frame has them; what only later rows have is a column,
    and a file of another kind is told apart.
    """
    file = tmp_path / "trades.parquet"
    trades = stream("trades")
    trades.record(file)
    row = {"tradeId": "1", "px": "2.5", "ts": "1700000000000", "side": "buy"}
    server.push("trades", [row, {**row, "tradeId": "2", "px": "", "source": "0"}])
    until(lambda: trades.total == 2)
    trades.stop()
    frame = okx_magic.open_recording(file)
    assert frame["px"].tolist()[0] == 2.5
    assert frame["px"].isna().tolist() == [False, True]
    assert frame["ts"].dtype == "datetime64[ms, UTC]"
    assert frame["tradeId"].tolist() == ["1", "2"]
    assert frame["source"].isna().tolist() == [True, False]
    assert "_more" not in frame
    ours = trades.frame(all=True)
    assert {name: frame[name].dtype for name in ours} == dict(ours.dtypes)
    frame.drop(columns=[]).to_parquet(tmp_path / "other.parquet")
    with pytest.raises(CellError, match="no stream's recording"):
        okx_magic.open_recording(tmp_path / "other.parquet")
    with pytest.raises(CellError, match="no file"):
        okx_magic.open_recording(tmp_path / "none.parquet")
