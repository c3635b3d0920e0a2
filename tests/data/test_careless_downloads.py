"""Downloads by people who do not look (module: data/download, data/folder)."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

import okx_magic
from okx_magic.data.folder import Folder
from okx_magic.errors import CellError, OkxError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from okx_magic.session import Session

HOURS = "/api/v5/market/candles?instId=BTC-USDT&bar=1H"
SPAN = {"since": "2024-01-01", "until": "2024-01-03"}


@pytest.fixture
def okx() -> Iterator[Session]:
    with okx_magic.connect("sandbox") as session:
        yield session


def test_an_instrument_that_does_not_exist_holds_up_no_others(okx: Session, tmp_path: Path) -> None:
    """Of a long list the others are fetched; then each that OKX refused is named."""
    several = "/api/v5/market/candles?instId=BTC-USDT,NOPE-USDT,ETH-USDT,NADA-USDT&bar=1H"
    with pytest.raises(OkxError) as caught:
        okx.download(several, to=tmp_path, **SPAN)
    said = [each for each in caught.value.checked if each.startswith("target ")]
    assert [each.partition(": ")[0] for each in said] == ["target 2 of 4", "target 4 of 4"]
    assert "instId=NOPE-USDT" in said[0]
    assert "instId=NADA-USDT" in said[1]
    dataset = okx_magic.open_data(tmp_path)
    assert [len(dataset.frame(name)) for name in ("BTC-USDT", "ETH-USDT")] == [48, 48]


def test_another_refusal_ends_the_download(okx: Session, tmp_path: Path) -> None:
    """What is wrong with one target would be so with all: the target is named, and no more are tried."""
    sent = len(okx.log)
    with pytest.raises(OkxError) as caught:
        okx.download("/api/v5/market/candles?instId=BTC-USDT,ETH-USDT&bar=7H", to=tmp_path, **SPAN)
    assert caught.value.checked[0].startswith("target 1 of 2: ")
    assert len(okx.log) == sent + 1


def test_files_that_somebody_took_are_fetched_again(okx: Session, tmp_path: Path) -> None:
    """And nothing else: the other month is there, and is not asked for."""
    span = {"since": "2024-01-20", "until": "2024-02-10"}
    (whole,) = okx.download(HOURS, to=tmp_path, **span)
    frame = okx_magic.open_data(tmp_path).frame("BTC-USDT")
    shutil.rmtree(next(tmp_path.rglob("month=2024-02")))
    (again,) = okx.download(HOURS, to=tmp_path, **span)
    assert (again.rows, again.fresh) == (whole.rows, 9 * 24)
    assert okx_magic.open_data(tmp_path).frame("BTC-USDT").equals(frame)
    (nothing,) = okx.download(HOURS, to=tmp_path, **span)
    assert (nothing.fresh, nothing.requests) == (0, 0)


@pytest.mark.parametrize("left", [0, 0.5])
def test_a_damaged_file_is_fetched_again(okx: Session, tmp_path: Path, left: float) -> None:
    """What a full disk or a broken copy left of it counts as nothing, and its months come anew."""
    span = {"since": "2024-01-20", "until": "2024-02-10"}
    (whole,) = okx.download(HOURS, to=tmp_path, **span)
    frame = okx_magic.open_data(tmp_path).frame("BTC-USDT")
    file = next(next(tmp_path.rglob("month=2024-02")).glob("*.parquet"))
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * left)])
    with pytest.raises(CellError) as error:
        okx_magic.open_data(tmp_path).frame("BTC-USDT")
    assert error.value.remedy == "the same download again fetches its rows anew"
    (again,) = okx.download(HOURS, to=tmp_path, **span)
    assert (again.rows, again.fresh) == (whole.rows, 9 * 24)
    assert okx_magic.open_data(tmp_path).frame("BTC-USDT").equals(frame)


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_name_that_no_folder_can_have_is_one_line(
    okx: Session, tmp_path: Path, name: str
) -> None:
    """Too long, or with a NUL."""
    sent = len(okx.log)
    with pytest.raises(CellError, match=r"cannot be used|is no name"):
        okx.download(HOURS, to=tmp_path / name, **SPAN)
    assert len(okx.log) == sent


def test_a_lock_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    """As in a dataset of somebody else, to which one may not write; a folder stands for it: root may."""
    (tmp_path / "_okx/lock").mkdir(parents=True)
    with pytest.raises(CellError, match="cannot be used"), Folder(tmp_path).writing():
        pass


def test_what_a_viewer_hides_in_a_folder_is_no_other_data(okx: Session, tmp_path: Path) -> None:
    """Jupyter and a Mac leave something where one looks in; the control is in test_folders."""
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".DS_Store").write_bytes(b"x")
    (done,) = okx.download(HOURS, to=tmp_path, **SPAN)
    assert (done.rows, len(okx_magic.open_data(tmp_path).frame("BTC-USDT"))) == (48, 48)


def test_years_before_there_was_an_exchange_are_empty(okx: Session, tmp_path: Path) -> None:
    """Before 1970, too, of which OKX takes no time."""
    for span in (("1990-01-01", "1991-01-01"), ("1960-01-01", "1961-01-01")):
        (done,) = okx.download(HOURS, to=tmp_path / span[0], since=span[0], until=span[1])
        assert done.rows == 0


def test_a_folder_behind_a_link_is_a_folder(okx: Session, tmp_path: Path) -> None:
    """A link to nowhere is not."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "lost").symlink_to(tmp_path / "nowhere")
    okx.download(HOURS, to=tmp_path / "link", **SPAN)
    assert len(okx_magic.open_data(tmp_path / "real").frame("BTC-USDT")) == 48
    with pytest.raises(CellError, match="cannot be used"):
        okx.download(HOURS, to=tmp_path / "lost", **SPAN)


def test_an_hour_that_the_clock_has_twice_is_two(okx: Session, tmp_path: Path) -> None:
    """By its offset each instant is one: the night of 2024-10-27 in Europe has 25 hours from 0 to 0."""
    (done,) = okx.download(
        HOURS, to=tmp_path, since="2024-10-27T00:00+02:00", until="2024-10-28T00:00+01:00"
    )
    assert done.rows == 25
