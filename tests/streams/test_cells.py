"""SUBSCRIBE in cells: what a person sees, and what is refused before a socket opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scripted import until

import okx_magic
from okx_magic.errors import CellError, OkxMagicError

if TYPE_CHECKING:
    from pathlib import Path

# A cell, and what its one block says: the reason, and the way out.
MISTAKES = [
    ("SUBSCRIBE ticker?instId=BTC-USDT", "unknown channel ticker", "nearest: tickers"),
    ("SUBSCRIBE tickers", "needs instId", "add ?instId=BTC-USDT"),
    ("SUBSCRIBE candle1h?instId=BTC-USDT", "the bar is 1H", "SUBSCRIBE candle1H"),
    ('{"op": "subscribe", "args": {"channel": "tickers"}}', "args is a list", "60012"),
    ("SUBSCRIBE wss://ws.okx.com:8443/ws/v5/public", "is not needed", "SUBSCRIBE tickers"),
    ("wss://ws.okx.com:8443/ws/v5/public", "subscribes to nothing", "SUBSCRIBE tickers"),
    ("SUBSCRIBE TICKERS?instId=BTC-USDT", "unknown channel", "nearest: tickers"),
    ("subscribe tickers?instId=BTC-USDT", "is written SUBSCRIBE", "SUBSCRIBE tickers"),
    ("SUBSCRIBE", "the channel is missing after", "SUBSCRIBE tickers"),
    ("SUBSCRIBE tickers ?instId=BTC-USDT&x=1 y", "space", "%20"),
    ("SUBSCRIBE tickers?instid=BTC-USDT", "no key instid", "takes instId"),
    ("SUBSCRIBE tickers?instId=", "instId is empty", "instId=BTC-USDT"),
    ("SUBSCRIBE tickers?instId=A-B&instId=C-D", "given twice", "instId=A-B,C-D"),
    ("SUBSCRIBE candle?instId=BTC-USDT&bar=1m", "part of a candle's name", "candle1m"),
    ("SUBSCRIBE candle1m?instId=BTC-USDT&bar=1m", "no key bar", "candle1m"),
    ("SUBSCRIBE books?instId=A-B,C-D", "has one instId", "for each instId"),
    ("SUBSCRIBE orders", "needs instType", "instType=SPOT"),
    ("SUBSCRIBE orders?instType=spot", "none of OKX's", "in capitals"),
    ("SUBSCRIBE option-trades?instType=OPTION", "instId or instFamily", "add &"),
    ('{"op": "subscribe", "args": []}', "list of objects", "channel"),
    ('{"op": "subscribe", "args": [{"instId": "A"}]}', "needs a channel", "tickers"),
    ('{"op": "subscribe", "args": [{"channel": "tickers", "instId": 1}]}', "in quotes", "instId"),
    ('{"op": "unsubscribe", "args": [{"channel": "tickers"}]}', "only subscribes", "%okx_streams"),
    ('{"op": "order", "args": [{"side": "buy"}]}', "'order', not subscribe", "POST"),
    ('{"op": "subscribe", "args": [{"channel": "tickers"}]', "not JSON", '"args"'),
    ("SUBSCRIBE tickers?instId=BTC-USDT\n{}", "belongs to no request", "?instId="),
    ("SUBSCRIBE {{ x }}?instId=BTC-USDT", "a variable in the channel", "SUBSCRIBE tickers"),
    ("SUBSCRIBE tickers?instId={{ nothing }}", "nothing", "try"),
    ("SUBSCRIBE trades?instType=SPOT,SWAP&instId=A", "no key instType", "takes instId"),
    ("SUBSCRIBE books-l2?instId=BTC-USDT", "unknown channel", "books"),
]
LINES = [
    ("--keep 0", "SUBSCRIBE tickers?instId=BTC-USDT", "one row", "--keep"),
    ("--for 5", "SUBSCRIBE tickers?instId=BTC-USDT", "length of time", "--for 90s"),
    ("--all", "SUBSCRIBE tickers?instId=BTC-USDT", "for requests", "frame(all=True)"),
    ("--record x.parquet", "GET /api/v5/public/time", "for streams", "SUBSCRIBE"),
    (
        "--record x.parquet",
        "SUBSCRIBE tickers?instId=BTC-USDT\nSUBSCRIBE trades?instId=BTC-USDT",
        "names one file",
        "a cell for each",
    ),
]
TICKS = "ticks = SUBSCRIBE tickers?instId=BTC-USDT"


def test_mistakes(sandbox_notebook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is one block with its way out, and no socket opens for it."""
    from okx_magic.streams import socket  # noqa: PLC0415

    async def forbidden(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "opened", forbidden)
    cells = [("", *each) for each in MISTAKES] + LINES
    assert len(cells) >= 30
    for options, cell, reason, remedy in cells:
        shown = sandbox_notebook.run(f"%%okx {options}\n{cell}")
        error = sandbox_notebook.error
        assert isinstance(error, CellError), (cell, shown)
        block = "\n".join(error._render_traceback_())
        assert reason in block, (cell, block)
        assert remedy in block, (cell, block)
        assert "Traceback" not in shown
        assert len(error._render_traceback_()) <= 3


def test_a_stream_in_a_cell(sandbox_notebook: Any) -> None:
    """A name holds the stream, the receipt says how it ends, and the same cell goes on with it."""
    shown = sandbox_notebook.run(f"%%okx\n{TICKS}")
    assert "ticks · tickers BTC-USDT · streaming" in shown
    assert "%okx_streams stop ticks" in shown
    ticks = sandbox_notebook["ticks"]
    ticks.wait(timeout=20)
    assert ticks.frame()["last"].dtype == "float64"
    assert "streams already" in sandbox_notebook.run(f"%%okx\n{TICKS}")
    assert sandbox_notebook["ticks"] is ticks
    sandbox_notebook.run("listed = %okx_streams")
    assert sandbox_notebook["listed"][["name", "state"]].to_numpy().tolist() == [
        ["ticks", "streaming"]
    ]
    assert "stopped: ticks" in sandbox_notebook.run("%okx_streams stop ticks")
    assert not ticks.running


def test_a_frame_as_printed(sandbox_notebook: Any) -> None:
    """Each arg of a pasted frame gets the channel's name, a second one its instrument's, too."""
    cell = """{
      "id": "1512",
      "op": "subscribe",
      "args": [
        {"channel": "mark-price", "instId": "BTC-USDT"},
        {"channel": "trades", "instId": "BTC-USDT"},
        {"channel": "trades", "instId": "ETH-USDT"}
      ]
    }"""
    sandbox_notebook.run("trades = 1")
    shown = sandbox_notebook.run(f"%%okx\n{cell}")
    assert sandbox_notebook.error is None, shown
    assert "trades had another value" in shown
    for name in ("mark_price", "trades", "trades_ETH_USDT"):
        assert sandbox_notebook[name].running


def test_one_that_is_refused(sandbox_notebook: Any) -> None:
    """An instrument that OKX does not have is named, with the nearest; the others stream."""
    shown = sandbox_notebook.run("%%okx\nbad = SUBSCRIBE tickers?instId=BTC-USDT-SWAPS\n" + TICKS)
    assert "60018" in shown
    assert "nearest instruments: BTC-USDT-SWAP" in shown
    assert "bad" not in sandbox_notebook
    assert sandbox_notebook["ticks"].running


def test_a_dry_run(sandbox_notebook: Any) -> None:
    """The frames to the byte and the log-in's prehash are shown; no secret is, and nothing streams."""
    shown = sandbox_notebook.run("%%okx --dry-run\nSUBSCRIBE orders?instType=ANY")
    assert (
        '74 bytes: {"id":"1","op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]}'
        in shown
    )
    assert "GET/users/self/verify" in shown
    assert "/ws/v5/private" in shown
    assert not len(sandbox_notebook.shell.run_line_magic("okx_streams", ""))


def test_a_pasted_login(sandbox_notebook: Any) -> None:
    """A log-in frame is dropped, said, and taken out of the history."""
    frame = '{"op": "login", "args": [{"apiKey": "aaa", "passphrase": "not-a-real-one"}]}'
    shown = sandbox_notebook.run(f"%%okx\n{frame}")
    assert "log-in frame is dropped" in shown
    inputs = sandbox_notebook.shell.history_manager.input_hist_raw
    assert not any("not-a-real-one" in text for text in inputs)


def test_an_order_on_its_own_stream(sandbox_notebook: Any) -> None:
    """An order is seen on the stream that the same cell began before it."""
    shown = sandbox_notebook.run(
        "%%okx\nmine = SUBSCRIBE orders?instType=ANY\nsent = POST /api/v5/trade/order\n"
        '{"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "100"}'
    )
    assert sandbox_notebook.error is None, shown
    filled = sandbox_notebook["mine"].wait(state="filled", timeout=20)
    assert filled["ordId"] == sandbox_notebook["sent"]["ordId"][0]


@pytest.mark.parametrize("code", ["60004", "60005", "60006", "60007", "60024", "60032"])
def test_a_refused_login(notebook: Any, code: str) -> None:
    """A refused log-in is one block with its checked causes, and %okx_debug explains it."""
    notebook.run(f"%okx_login sandbox --faults {code}")
    assert notebook.error is None
    shown = notebook.run("%%okx\nSUBSCRIBE orders?instType=ANY")
    assert f"OkxError {code}" in shown
    assert "checked" in shown
    traced = notebook.run("%okx_debug")
    assert "/users/self/verify" in traced
    assert "seconds since 1970" in traced
    assert "prehash" in traced


def test_an_end_by_itself_and_a_recording(sandbox_notebook: Any, tmp_path: Path) -> None:
    """``--for`` ends a stream while no cell waits, and completes the file of ``--record``."""
    import pandas as pd  # noqa: PLC0415

    path = tmp_path / "ticks.parquet"
    shown = sandbox_notebook.run(f"%%okx --record {path} --for 1.5s\n{TICKS}")
    assert "ends after 1.5s" in shown
    until(lambda: not sandbox_notebook["ticks"].running)
    assert len(pd.read_parquet(path)) == sandbox_notebook["ticks"].total
    with pytest.raises(OkxMagicError):
        sandbox_notebook["ticks"].wait(rows=10_000, timeout=20)


def test_one_without_a_name_says_how_it_gets_one(sandbox_notebook: Any) -> None:
    """The name in its receipt is none in Python; one that is named hears nothing of it."""
    text = sandbox_notebook.run("%%okx\nSUBSCRIBE tickers?instId=BTC-USDT")
    assert sandbox_notebook.error is None
    assert "tickers" not in sandbox_notebook.shell.user_ns
    assert "tickers = SUBSCRIBE … gives it that name in Python, too" in text
    text = sandbox_notebook.run(f"%%okx\n{TICKS}")
    assert "gives it that name" not in text
    sandbox_notebook.run("%okx_streams stop --all")


def test_a_cell_that_runs_again_does_what_it_asks_for(
    sandbox_notebook: Any, tmp_path: Path
) -> None:
    """The stream goes on, and is recorded and ended as the second run says; a file goes on, too."""
    first, other = tmp_path / "ticks.parquet", tmp_path / "other.parquet"
    sandbox_notebook.run(f"%%okx\n{TICKS}")
    stream = sandbox_notebook["ticks"]
    for _ in range(2):
        shown = sandbox_notebook.run(f"%%okx --record {first} --decimal\n{TICKS}")
        assert sandbox_notebook["ticks"] is stream
        assert "streams already" in shown
        assert f"recorded to {first}" in shown
        assert stream.decimal
    sandbox_notebook.run(f"%%okx --record {other}\n{TICKS}")
    assert f"is being recorded to {first}" in str(sandbox_notebook.error)
    assert not other.exists()
    stream.wait(rows=stream.total + 1, timeout=20)
    sandbox_notebook.run(f"%%okx --for 1s\n{TICKS}")
    until(lambda: not stream.running)
    assert first.exists()


def test_a_recording_is_named_as_what_it_is(sandbox_notebook: Any, tmp_path: Path) -> None:
    """Another program would read a file by its name."""
    sandbox_notebook.run(f"%%okx --record {tmp_path / 'ticks.csv'}\n{TICKS}")
    assert "name it ticks.parquet" in str(sandbox_notebook.error.remedy)
    assert not (tmp_path / "ticks.csv").exists()


def test_what_streams_were_answered_is_not_kept(okx_sandbox: Any) -> None:
    """Memory holds no answer to what streams ask of REST by themselves; of what a person asks it does."""
    ticker = "/api/v5/market/ticker?instId=BTC-USDT"
    with okx_magic.connect(okx_sandbox) as session:
        session.request("GET", ticker)
        session.streaming.rest(ticker)
        connection: Any = session.streaming._connection
        theirs, mine = connection.log, session.connection.log
        assert [theirs.answer(each) for each in theirs] == [None]
        assert mine.answer(mine[-1]), "control"
