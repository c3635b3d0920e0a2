"""What OKX does not have is in the manifest, and is not asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from downloads import session_at

from okx_magic.data import Done, Download, open_data
from okx_magic.model import Request
from okx_magic.pages.paging import Span

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    import pytest

HOUR = 3_600_000
# 2024-01-01
START = 1_704_067_200_000
TARGET = Request("GET", "/api/v5/market/history-candles?instId=BTC-USDT&bar=1H&limit=100")


def bars_without(*missing: int) -> type:
    """In place of a pull: bars from ``START`` on, without those of these numbers."""

    class Pull:
        notices: tuple[str, ...] = ()

        def __init__(self, _: Any, *, progress: Any, **_options: Any) -> None:
            self._progress = progress

        def pages(self, _: Request, span: Span) -> Generator[list[Any]]:
            assert span.until is not None
            times = range((span.until - 1) // HOUR * HOUR, max(span.since or 0, START) - 1, -HOUR)
            rows = [
                [str(time), "1", "1", "1", "1", "1", "1", "1", "1"]
                for time in times
                if (time - START) // HOUR not in missing
            ]
            for first in range(0, len(rows), 100):
                self._progress.advance()
                yield rows[first : first + 100]

    return Pull


def fetch(folder: Path, since: int, until: int) -> Done:
    with session_at("http://127.0.0.1:1") as session:
        run = Download(session.connection, folder, most_rows=150)
        (done,) = run.bring([TARGET], Span(None, START + since * HOUR, START + until * HOUR))
    return done


def holes(folder: Path) -> list[str]:
    return [text for text in open_data(folder).contents["holes"][0].split(", ") if text]


def test_each_hole_is_named_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a part's edge, at both ends, and over the end of a month, whether or not runs were cut there."""
    absent = (0, 1, 50, 149, 150, 151, *range(700, 800), 998, 999)
    monkeypatch.setattr("okx_magic.data.fetching.Pull", bars_without(*absent))
    for name, runs in {"one": [(0, 1000)], "cut": [(300, 750), (0, 150), (0, 1000)]}.items():
        for run in runs:
            fetch(tmp_path / name, *run)
        stamps = [
            (START + low * HOUR, START + high * HOUR)
            for low, high in ((0, 2), (50, 51), (149, 152), (700, 800), (998, 1000))
        ]
        assert holes(tmp_path / name) == [f"{_text(low)} to {_text(high)}" for low, high in stamps]
        assert len(open_data(tmp_path / name).frame()) == 1000 - len(absent)
        assert fetch(tmp_path / name, 0, 1000).requests == 0


def test_no_bar_missing_is_no_hole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: whatever the edges of the runs, also between bars."""
    monkeypatch.setattr("okx_magic.data.fetching.Pull", bars_without())
    fetch(tmp_path, 10, 500)
    with session_at("http://127.0.0.1:1") as session:
        odd = Span(None, START + 7, START + 600 * HOUR + 7)
        list(Download(session.connection, tmp_path).bring([TARGET], odd))
    assert holes(tmp_path) == []
    assert len(open_data(tmp_path).frame()) == 600


def _text(time: int) -> str:
    stamp = pd.Timestamp(time, unit="ms")
    return f"{stamp:%Y-%m-%d}" if stamp == stamp.normalize() else f"{stamp:%Y-%m-%d %H:%M} UTC"
