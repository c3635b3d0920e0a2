"""Many pages by the magic line, on the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from okx_magic.errors import CellError, TransportError
from okx_magic.pages import PullInterrupted
from okx_magic.wire.connection import Connection

if TYPE_CHECKING:
    from conftest import Notebook

    from okx_magic.model import Request

HOURS = "GET /api/v5/market/candles?instId=BTC-USDT&bar=1H"
JANUARY = "--since 2024-01-01 --until 2024-02-01"


def test_a_month_of_hours_is_one_frame(sandbox_notebook: Notebook) -> None:
    """744 bars without a gap, from the history that the recent endpoint does not reach; one receipt."""
    text = sandbox_notebook.run(f"%%okx {JANUARY} c\n{HOURS}")
    assert sandbox_notebook.error is None
    frame = sandbox_notebook["c"]
    assert list(frame.index) == list(
        pd.date_range("2024-01-01", "2024-02-01", freq="h", tz="UTC", inclusive="left")
    )
    assert frame.confirm.all()
    assert text.startswith("[sandbox] c ← GET /api/v5/market/candles · 744 rows · 3 pages · ")
    assert "note: bars older than OKX's recent ones are from /api/v5/market/history-candles" in text


def test_the_newest_bar_is_unfinished(sandbox_notebook: Notebook) -> None:
    """It is there, and says so."""
    sandbox_notebook.run(f"c = %okx --pages 2 {HOURS}&limit=50")
    frame = sandbox_notebook["c"]
    assert len(frame) == 100
    assert list(frame.confirm) == [True] * 99 + [False]


def test_times_may_be_variables(sandbox_notebook: Notebook) -> None:
    """{{ }} on the magic line is Python, with its own spaces and quotes."""
    sandbox_notebook.run("import datetime as dt\nstart = dt.date(2024, 1, 1)")
    sandbox_notebook.run(
        "%%okx --since {{ start }} --until {{ start + dt.timedelta(days=1) }} c\n" + HOURS
    )
    sandbox_notebook.run(
        '%%okx --since "2024-01-01 00:00" --until {{ {"x": "2024-01-02"}["x"] }} d\n' + HOURS
    )
    sandbox_notebook.run('%%okx --since "{{ start }}" --until "2024-01-02" e\n' + HOURS)
    assert sandbox_notebook.error is None
    assert len(sandbox_notebook["c"]) == 24
    assert sandbox_notebook["c"].equals(sandbox_notebook["d"])
    assert sandbox_notebook["c"].equals(sandbox_notebook["e"])


def test_a_history_that_ends_early_is_told(sandbox_notebook: Notebook) -> None:
    """The receipt names the oldest bar there is."""
    text = sandbox_notebook.run(
        '%%okx --since "40 years ago" --until 2019-03-01 c\n'
        "GET /api/v5/market/history-candles?instId=BTC-USDT&bar=1Wutc"
    )
    assert "note: OKX's history ends at 2019-0" in text
    assert "not at 19" in text


def test_orders_are_walked_by_their_ids(sandbox_notebook: Notebook) -> None:
    """Seven orders in pages of three: all of them, newest first, each once."""
    body = '{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","px":"1","sz":"1"}'
    sandbox_notebook.run("%%okx -q --again\n" + f"POST /api/v5/trade/order\n{body}\n" * 7)
    cell = "pending = GET /api/v5/trade/orders-pending?limit=3"
    text = sandbox_notebook.run(f"%%okx --all\n{cell}")
    ids = list(sandbox_notebook["pending"].ordId)
    assert len(ids) == len(set(ids)) == 7
    assert ids == sorted(ids, reverse=True)
    assert "7 rows · 3 pages" in text
    sandbox_notebook.run(f"%%okx --pages 2\n{cell}")
    assert list(sandbox_notebook["pending"].ordId) == ids[:6]
    sandbox_notebook.run(f"%%okx --since 1h --until now\n{cell}")
    assert list(sandbox_notebook["pending"].ordId) == ids
    sandbox_notebook.run(f"%%okx --since now\n{cell}")
    assert len(sandbox_notebook["pending"]) == 0
    assert "ordId" in sandbox_notebook["pending"]


def test_exact_decimals_over_many_pages(sandbox_notebook: Notebook) -> None:
    """--decimal holds for every page."""
    sandbox_notebook.run(f"c = %okx --decimal --pages 2 {HOURS}&limit=5")
    assert {type(each).__name__ for each in sandbox_notebook["c"].close} == {"Decimal"}


@pytest.mark.parametrize(
    ("line", "cell", "words"),
    [
        ("--pages 2", "GET /api/v5/public/time", "has no pages"),
        (
            "--all",
            "a = GET /api/v5/trade/fills\nb = GET /api/v5/public/time",
            "has no pages",
        ),
        ("--all", "POST /api/v5/trade/order\n{}", "only a GET"),
        ("--all --raw", HOURS, "--raw"),
        ("--all --pages 2", HOURS, "contradict"),
        ("--pages 0", HOURS, "1 or more"),
        ("--pages many", HOURS, "invalid int"),
        ("--until 2024-01-01", HOURS, "not where to stop"),
        ("--since soon", HOURS, "is not a time"),
        ("--since 2200-01-01", HOURS, "--since is in the future"),
        ("--since {{ None }}", HOURS, "is not a time"),
        ("--since {{ nothing }}", HOURS, "nothing"),
        ("--since {{ 7", HOURS, "not closed"),
        ("--since 2024-02-01 --until 2024-01-01", HOURS, "before --until"),
    ],
)
def test_what_cannot_be_paged_is_one_clear_line(
    sandbox_notebook: Notebook, line: str, cell: str, words: str
) -> None:
    """A CellError without a traceback, before anything is sent."""
    text = sandbox_notebook.run(f"%%okx {line}\n{cell}")
    assert isinstance(sandbox_notebook.error, CellError)
    assert words in text
    assert "Traceback" not in text
    sandbox_notebook.run("log = %okx_log")
    assert set(sandbox_notebook["log"].target) <= {"/api/v5/account/config"}


@pytest.mark.parametrize(("cell", "name"), [("c = " + HOURS, "c"), (HOURS, "_okx")])
def test_an_interrupted_pull_is_kept(
    sandbox_notebook: Notebook, monkeypatch: pytest.MonkeyPatch, cell: str, name: str
) -> None:
    """What has come is assigned, the note names the cursor, and the cell stops."""

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("okx_magic.ui.bars.PullBar.advance", interrupt)
    text = sandbox_notebook.run(
        f"%%okx {JANUARY}\n{cell}\nnever = GET /api/v5/trade/orders-pending"
    )
    assert isinstance(sandbox_notebook.error, PullInterrupted)
    assert f"{name} ← GET /api/v5/market/candles · 0 rows" in text
    assert "interrupted at after=1706745600000" in text
    assert "with --until 1706745600000 it continues there" in text
    assert "Traceback" not in text
    assert name in sandbox_notebook
    assert "never" not in sandbox_notebook


@pytest.mark.parametrize(("cell", "name"), [("pending = ", "pending"), ("", "_okx")])
def test_a_page_that_fails_stops_the_cell_and_keeps_the_rest(
    sandbox_notebook: Notebook, monkeypatch: pytest.MonkeyPatch, cell: str, name: str
) -> None:
    """What has come is assigned, the note says how to go on, and the error stops the cell."""
    body = '{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","px":"1","sz":"1"}'
    sandbox_notebook.run("%%okx -q --again\n" + f"POST /api/v5/trade/order\n{body}\n" * 7)
    send, sent = Connection.read, []

    def twice(connection: Connection, request: Request, **more: Any) -> Any:
        sent.append(request.target)
        if len(sent) > 2:
            raise TransportError("the line is dead", written=True, request=request)
        return send(connection, request, **more)

    target = "GET /api/v5/trade/orders-pending?limit=3"
    with monkeypatch.context() as patch:
        patch.setattr(Connection, "read", twice)
        text = sandbox_notebook.run(f"%%okx --all\n{cell}{target}\nnever = GET /api/v5/trade/fills")
    assert isinstance(sandbox_notebook.error, TransportError)
    assert "request 1 of 2" in text
    assert "Traceback" not in text
    kept = sandbox_notebook[name]
    assert f"{name} ← GET /api/v5/trade/orders-pending · 6 rows · 2 pages" in text
    cursor = f"after={kept.ordId.iloc[-1]}"
    assert f"stopped at {cursor}: older rows are missing" in text
    assert f"with {cursor} in the query and without --until it continues there" in text
    assert "never" not in sandbox_notebook
    sandbox_notebook.run(f"%%okx --all\nrest = {target}&{cursor}")
    assert len({*kept.ordId, *sandbox_notebook["rest"].ordId}) == 7
    assert len(sandbox_notebook["rest"]) == 1


def test_a_dry_run_shows_the_first_page(sandbox_notebook: Notebook) -> None:
    """And sends nothing."""
    text = sandbox_notebook.run(f"%%okx --dry-run {JANUARY}\n{HOURS}")
    assert (
        "/api/v5/market/history-candles?instId=BTC-USDT&bar=1H&limit=300&after=1706745600000"
        in text
    )
    text = sandbox_notebook.run("%%okx --dry-run --all\nGET /api/v5/trade/fills")
    assert "/api/v5/trade/fills?limit=100" in text


def test_days_of_hong_kong_are_pointed_out_once(sandbox_notebook: Notebook) -> None:
    """The first time, in any kind of request; days of UTC never."""
    day = "GET /api/v5/market/candles?instId=BTC-USDT&limit=1&bar="
    assert "Hong Kong" not in sandbox_notebook.run(f"%%okx\n{day}1Dutc\n{day}4H")
    assert "16:00 UTC" in sandbox_notebook.run(f"%%okx\n{day}1D")
    assert "Hong Kong" not in sandbox_notebook.run(f"%%okx\n{day}1W")


@pytest.mark.slow
def test_run_all_over_a_limit_waits_and_says_so(sandbox_notebook: Notebook) -> None:
    """Six requests where OKX takes five in two seconds: the last one waits, and a note tells why."""
    text = sandbox_notebook.run("%%okx -q\n" + "GET /api/v5/account/config\n" * 5)
    assert sandbox_notebook.error is None
    assert "waiting 2.0 s: OKX takes 5 requests in 2 s" in text or "waiting 1." in text


def test_quiet_pulls_print_nothing(sandbox_notebook: Notebook) -> None:
    """-q leaves the cell without receipt and bar."""
    assert not sandbox_notebook.run(f"%%okx -q {JANUARY} c\n{HOURS}").strip()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("instId=BTC-USDT,ETH-USDT", "one instId at a time, not BTC-USDT,ETH-USDT"),
        ("instId={{ two }}", "one instId at a time, not BTC-USDT,ETH-USDT"),
        ("instId=BTC-USDT&bar=1H%2C4H", "one bar at a time, not 1H,4H"),
    ],
)
def test_a_list_of_series_is_no_pull(sandbox_notebook: Notebook, query: str, said: str) -> None:
    """OKX has pages of one series at a time; it is told where a list goes, and nothing is sent."""
    sandbox_notebook.run('two = ["BTC-USDT", "ETH-USDT"]')
    text = sandbox_notebook.run(f"%okx --since 2d GET /api/v5/market/candles?{query}")
    assert said in text
    assert "several only with --to DIR" in text
    assert "note:" not in text
    assert "nothing sent" in text
