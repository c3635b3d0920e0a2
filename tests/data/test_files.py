"""OKX's own files: fetched, resumed, and filed as the same dataset that pages make."""

from __future__ import annotations

import io
import zipfile
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from downloads import digest, session_at
from fileserver import DAY, DAYS, FileServer, serving

import okx_magic
from okx_magic.data.files import FileDownload
from okx_magic.errors import CellError, TransportError
from okx_magic.wire.files import FileSource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from okx_magic.data import Done
    from okx_magic.session import Session

HEAD = "instrument_name,open,high,low,close,vol,vol_ccy,vol_quote,open_time,confirm"


@pytest.fixture
def okx() -> Iterator[Session]:
    with okx_magic.connect("sandbox") as session:
        yield session


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    monkeypatch.setattr("okx_magic.data.files.FileSource", partial(FileSource, pause=0))
    with serving() as started:
        yield started


def zipped(text: str, name: str = "data.csv") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, text)
    return packed.getvalue()


def minutes(day: int, *, head: str = HEAD, order: int = 1) -> str:
    """A day of bars, as a file has them."""
    times = range(DAY + day * DAYS, DAY + (day + 1) * DAYS, 60_000)[::order]
    values = {"open": "1.5", "high": "2", "low": "1", "close": "1.7", "confirm": "1"}
    values |= {"vol": "3", "vol_ccy": "4", "vol_quote": "5", "instrument_name": "BTC-USDT"}
    names = [each.partition("/")[0] for each in head.split(",")]
    rows = (",".join((values | {"open_time": str(time)})[name] for name in names) for time in times)
    return "\n".join([head, *rows])


def bring(
    server: FileServer, to: Path, days: int, what: str = "candles", **more: Any
) -> list[Done]:
    with session_at(server.url) as session:
        run = FileDownload(session.connection, to, most_rows=500)
        return run.bring(what, ["BTC-USDT"], (DAY, DAY + days * DAYS), **more)


def test_files_and_pages_make_the_same_dataset(okx: Session, tmp_path: Path) -> None:
    """Candles and funding, hash by hash; and what is there already is left as it is."""
    # From a day's beginning in UTC+8 to another's end.
    span = {"since": "2025-08-30T16:00", "until": "2025-09-01T16:00"}
    (done,) = okx.download_files("candles", "BTC-USDT", to=tmp_path / "files", **span)
    assert (done.rows, done.fresh, done.requests) == (2880, 2880, 2)
    target = "/api/v5/market/candles?instId=BTC-USDT&bar=1m"
    okx.download(target, to=tmp_path / "pages", **span)
    months = {"since": "2025-07-31T16:00", "until": "2025-08-31T16:00"}
    okx.download_files("funding", "BTC-USD-SWAP", to=tmp_path / "files", **months)
    target = "/api/v5/public/funding-rate-history?instId=BTC-USD-SWAP"
    okx.download(target, to=tmp_path / "pages", **months)
    for name, time in (("market-candles", "ts"), ("public-funding-rate-history", "fundingTime")):
        place = f"endpoint={name}"
        # Of funding the files do not have all that pages have.
        blank = {"formulaType", "method", "realizedRate"}
        files = digest(tmp_path / "files" / place, time, without=blank)
        assert files[0] > 0
        assert files == digest(tmp_path / "pages" / place, time, without=blank)
    (again,) = okx.download_files("candles", "BTC-USDT", to=tmp_path / "files", **span)
    assert (again.rows, again.fresh, again.requests) == (2880, 0, 0)
    (beside,) = okx.download_files("candles", "BTC-USDT", to=tmp_path / "pages", **span)
    assert (beside.rows, beside.fresh) == (2880, 0)


@pytest.mark.slow
def test_trades_of_a_file_are_those_of_the_pages(okx: Session, tmp_path: Path) -> None:
    """The newest of a day, trade by trade."""
    span = {"since": "2025-09-01T20:00", "until": "2025-09-02"}
    (done,) = okx.download_files("trades", "CRV-USDT", to=tmp_path / "files", **span)
    frame = okx_magic.open_data(tmp_path / "files").frame("CRV-USDT")
    assert len(frame) == done.rows > 20_000
    assert frame["ts"].is_monotonic_increasing
    paged = okx.pages(
        "/api/v5/market/history-trades?instId=CRV-USDT", until="2025-09-02T16:00", pages=2
    )
    paged = paged.sort_values("tradeId").reset_index(drop=True)
    newest = frame.tail(len(paged)).reset_index(drop=True)
    pd.testing.assert_frame_equal(newest, paged, check_like=True)


@pytest.mark.parametrize(
    "head",
    [
        ",".join(reversed(HEAD.split(","))),
        "\ufeff" + HEAD,
        HEAD.replace("vol_ccy,", "").replace(",confirm", ""),
        HEAD.replace("open,", "open/开盘价,").replace("instrument_name,", ""),
    ],
)
def test_columns_are_read_by_name(server: FileServer, tmp_path: Path, head: str) -> None:
    """In whatever order, with fewer of them, and with Chinese beside the English."""
    server.files = {"a.zip": zipped(minutes(0, head=head.removeprefix("\ufeff")))}
    (done,) = bring(server, tmp_path / "d", 1)
    assert done.rows == 1440
    frame = okx_magic.open_data(tmp_path / "d").frame("BTC-USDT")
    assert (frame["close"] == 1.7).all()
    assert frame["confirm"].all()
    assert frame["volCcy"].isna().all() == ("vol_ccy" not in head)


def test_rows_may_be_the_newest_first(server: FileServer, tmp_path: Path) -> None:
    """As long as they fit in memory together; else it is said, and nothing is filed wrongly."""
    server.files = {"a.zip": zipped(minutes(0, order=-1))}
    with pytest.raises(TransportError, match="not in the order of time"):
        bring(server, tmp_path / "d", 1)
    with session_at(server.url) as session:
        run = FileDownload(session.connection, tmp_path / "d")
        (done,) = run.bring("candles", ["BTC-USDT"], (DAY, DAY + DAYS))
    assert done.rows == 1440


def test_a_file_goes_on_where_it_stopped(server: FileServer, tmp_path: Path) -> None:
    """Within a call by itself, and from one call to the next by what is on disk."""
    server.files = {"a.zip": zipped(minutes(0)), "b.zip": zipped(minutes(1))}
    size = len(server.files["a.zip"])
    server.cuts = [size // 2, 0, size // 4]
    (done,) = bring(server, tmp_path / "d", 1)
    assert done.rows == 1440
    half, more = size // 2, size // 2 + size // 4
    assert server.ranges == ["", f"bytes={half}-", f"bytes={half}-", f"bytes={more}-"]
    server.cuts, server.ranges = [100, 0, 0, 0, 0], []
    with pytest.raises(TransportError, match=r"b\.zip did not come") as caught:
        bring(server, tmp_path / "d", 2)
    assert "it goes on there" in caught.value.remedy
    server.cuts, server.ranges = [], []
    (done,) = bring(server, tmp_path / "d", 2)
    assert server.ranges == ["bytes=100-"]
    assert (done.rows, done.fresh) == (2880, 1440)
    assert not list((tmp_path / "d").rglob("*.unfinished"))


def test_a_server_that_cannot_resume(server: FileServer, tmp_path: Path) -> None:
    """Then the file begins anew, and is whole."""
    server.files, server.resumes = {"a.zip": zipped(minutes(0))}, False
    server.cuts = [100]
    (done,) = bring(server, tmp_path / "d", 1)
    assert done.rows == 1440


def test_days_without_a_file_are_told(server: FileServer, tmp_path: Path) -> None:
    """And are not taken for complete."""
    server.files = {"a.zip": zipped(minutes(0))}
    (done,) = bring(server, tmp_path / "d", 3)
    assert done.notices == (
        "OKX has no file for 2 days between 2025-09-01 16:00 UTC and 2025-09-03 16:00 UTC",
    )
    (until,) = okx_magic.open_data(tmp_path / "d").contents["until"]
    assert until.timestamp() * 1000 == DAY + DAYS


def test_holes_in_a_file_are_holes(server: FileServer, tmp_path: Path) -> None:
    """As those between pages."""
    lines = minutes(0).split("\n")
    server.files = {"a.zip": zipped("\n".join(lines[:101] + lines[111:]))}
    (done,) = bring(server, tmp_path / "d", 1)
    assert done.rows == 1430
    (holes,) = okx_magic.open_data(tmp_path / "d").contents["holes"]
    assert holes == "2025-08-31 17:40 UTC to 2025-08-31 17:50 UTC"


def test_books_are_left_as_they_are(server: FileServer, tmp_path: Path) -> None:
    """Byte by byte, beside the dataset; asked for once."""
    server.files = {"BTC-USDT-L2orderbook-400lv-2025-09-01.tar.gz": bytes(range(256)) * 99}
    (done,) = bring(server, tmp_path / "d", 1, "books")
    assert (done.target, done.rows, done.requests) == ("BTC-USDT", 0, 1)
    (path,) = (tmp_path / "d" / "_files").iterdir()
    assert {path.name: path.read_bytes()} == server.files
    asked = len(server.ranges)
    assert bring(server, tmp_path / "d", 1, "books")[0].requests == 0
    assert len(server.ranges) == asked


def test_long_spans_are_asked_for_in_pieces(server: FileServer, tmp_path: Path) -> None:
    """Twenty days in a request, each once, by the date in UTC+8."""
    bring(server, tmp_path / "d", 50)
    spans = [(int(each["begin"]), int(each["end"])) for each in server.asked]
    days = [[(moment + 8 * 3_600_000) // DAYS for moment in span] for span in spans]
    first = (DAY + 8 * 3_600_000) // DAYS
    assert days == [[first, first + 19], [first + 20, first + 39], [first + 40, first + 49]]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/a.zip",
        "https://okx.com.evil.example/a.zip",
        "https://evilokx.com/a.zip",
        "http://static.okx.com/a.zip",
        "https://static.okx.com@evil.example/a.zip",
        "ftp://static.okx.com/a.zip",
        "http://127.0.0.1:1/a.zip",
        "file:///etc/passwd",
    ],
)
def test_only_okx_s_hosts(server: FileServer, tmp_path: Path, url: str) -> None:
    """A listing cannot send anybody elsewhere."""
    server.files, server.urls = {"a.zip": b"x"}, {"a.zip": url}
    with pytest.raises(TransportError, match="not OKX's"):
        bring(server, tmp_path / "d", 1)


@pytest.mark.parametrize("name", ["..", ".hidden", "a%2fb", "", "a b"])
def test_no_name_leaves_the_folder(server: FileServer, tmp_path: Path, name: str) -> None:
    """What is no plain name is not fetched."""
    server.files, server.urls = {"a.zip": b"x"}, {"a.zip": f"{server.url}/cdn/{name}"}
    with pytest.raises(TransportError, match="not the name of a file"):
        bring(server, tmp_path / "d", 1)


@pytest.mark.parametrize("status", [301, 403, 404, 500])
def test_what_is_no_file_is_an_error(server: FileServer, tmp_path: Path, status: int) -> None:
    """Redirects too: they are not followed."""
    server.files, server.status = {"a.zip": b"x"}, status
    with pytest.raises(TransportError, match=f"HTTP {status}"):
        bring(server, tmp_path / "d", 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("candels", "BTC-USDT"), "no kind of files"),
        (("candles", []), "no instrument is named"),
        (("candles", "BTC-USD-250926"), "do not tell of which kind"),
    ],
)
def test_what_cannot_be_is_one_line(
    okx: Session, tmp_path: Path, arguments: tuple[str, Any], said: str
) -> None:
    """Before anything is sent."""
    sent = len(okx.log)
    with pytest.raises(CellError, match=said):
        okx.download_files(*arguments, to=tmp_path / "d", since="2025-09-01", until="2025-09-02")
    for span in ({"since": "2099-01-01"}, {"since": "2025-01-02", "until": "2025-01-01"}):
        with pytest.raises(CellError, match="neither in the future"):
            okx.download_files("candles", "BTC-USDT", to=tmp_path / "d", **span)
    assert len(okx.log) == sent
