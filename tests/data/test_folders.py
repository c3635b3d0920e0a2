"""What is wrong with a folder is one line, and nothing in it is touched."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import okx_magic
from okx_magic.data.folder import Folder
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from okx_magic.session import Session

HOURS = "/api/v5/market/candles?instId=BTC-USDT&bar=1H"


@pytest.fixture
def okx() -> Iterator[Session]:
    with okx_magic.connect("sandbox") as session:
        yield session


def fetch(okx: Session, folder: Path, since: str = "2024-01-01") -> Any:
    return okx.download(HOURS, to=folder, since=since, until="2024-02-10")


def listing(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path): path.read_bytes() for path in files}


def other_data(folder: Path) -> None:
    (folder / "mine.csv").write_text("a,b", "utf-8")


def other_version(folder: Path) -> None:
    (folder / "_okx").mkdir()
    (folder / "_okx/dataset.json").write_text('{"version": 99}', "utf-8")


def no_json(folder: Path) -> None:
    (folder / "_okx").mkdir()
    (folder / "_okx/dataset.json").write_text("{", "utf-8")


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (other_data, "has other data"),
        (other_version, "is a dataset of version 99"),
        (no_json, "is a dataset of version None"),
    ],
)
def test_a_folder_that_is_something_else(
    okx: Session, tmp_path: Path, prepare: Callable[[Path], None], said: str
) -> None:
    """It is left as it was, and nothing is sent."""
    prepare(tmp_path)
    before, sent = listing(tmp_path), len(okx.log)
    with pytest.raises(CellError, match=said):
        fetch(okx, tmp_path)
    assert listing(tmp_path) == before
    assert len(okx.log) == sent


def test_a_dataset_with_other_columns(okx: Session, tmp_path: Path) -> None:
    """As after an update in which a type changed."""
    fetch(okx, tmp_path)
    (path,) = (each for each in (tmp_path / "_okx").glob("*.json") if each.stem != "dataset")
    said = json.loads(path.read_text("utf-8"))
    said["columns"]["open"] = "string"
    path.write_text(json.dumps(said), "utf-8")
    before = listing(tmp_path)
    with pytest.raises(CellError, match="with other columns"):
        fetch(okx, tmp_path, since="2023-12-01")
    assert listing(tmp_path) == before


def test_two_kernels_do_not_write_to_one_folder(okx: Session, tmp_path: Path) -> None:
    """The second is told; when the first is done it may."""
    with Folder(tmp_path).writing(), pytest.raises(CellError, match="another kernel writes"):
        fetch(okx, tmp_path)
    assert fetch(okx, tmp_path)[0].rows == 40 * 24


def test_no_space_is_told_before_it_starts(
    okx: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As far as it can be known."""

    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(1000))
    sent = len(okx.log)
    with pytest.raises(CellError, match="GB are needed"):
        fetch(okx, tmp_path)
    assert len(okx.log) == sent


def test_a_disk_that_gets_full_loses_nothing(
    okx: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written before stays whole; with room again it goes on there."""
    replace = Path.replace

    def full(path: Path, target: Path) -> Path:
        if "month=2024-01" in str(path):
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(CellError, match="no space is left; what came before is whole"):
        fetch(okx, tmp_path)
    assert not list(tmp_path.rglob("*.unfinished"))
    monkeypatch.undo()
    (done,) = fetch(okx, tmp_path)
    assert (done.rows, done.fresh) == (40 * 24, 31 * 24)


def test_without_pyarrow_it_says_what_to_install() -> None:
    """In one line, where it is asked for."""
    script = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import okx_magic\n"
        "try:\n    okx_magic.open_data('x')\n"
        "except okx_magic.errors.CellError as error:\n    print(error, error.remedy)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", "import okx_magic.errors\n" + script],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == 'data on disk needs pyarrow %pip install "okx-magic[data]"\n'


def test_a_target_that_is_named_twice_is_one(okx: Session, tmp_path: Path) -> None:
    """Nothing is fetched twice; and nothing at all is no target."""
    done = okx.download([HOURS, HOURS], to=tmp_path, since="2024-01-01", until="2024-01-02")
    assert [(each.rows, each.requests) for each in done] == [(24, 1)]
    with pytest.raises(CellError, match="no target is named"):
        okx.download([], to=tmp_path, since="2024-01-01")


def test_a_folder_that_cannot_be_used(okx: Session, tmp_path: Path) -> None:
    """Where a file is in its way."""
    (tmp_path / "file").write_text("mine", "utf-8")
    with pytest.raises(CellError, match="cannot be used: Not a directory"):
        fetch(okx, tmp_path / "file" / "data")
    assert (tmp_path / "file").read_text("utf-8") == "mine"


@pytest.mark.parametrize("content", [None, b"", b"PAR1 and no more"])
def test_a_file_that_somebody_took_or_changed(
    okx: Session, tmp_path: Path, content: bytes | None
) -> None:
    """One line that names it."""
    fetch(okx, tmp_path)
    path = min(tmp_path.rglob("*.parquet"))
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CellError, match="is missing" if content is None else "cannot be read"):
        okx_magic.open_data(tmp_path).frame("BTC-USDT")


def test_a_folder_without_a_dataset_cannot_be_opened(tmp_path: Path) -> None:
    """Nor one that is not there."""
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(CellError, match="has no dataset"):
            okx_magic.open_data(path)


def test_what_is_not_there_is_named(okx: Session, tmp_path: Path) -> None:
    """The error lists what is."""
    fetch(okx, tmp_path)
    with pytest.raises(CellError, match="no target is instId=ETH-USDT") as caught:
        okx_magic.open_data(tmp_path).frame("ETH-USDT")
    assert "instId=BTC-USDT bar=1H" in caught.value.remedy


def test_a_target_is_named_by_what_tells_it_from_the_others(okx: Session, tmp_path: Path) -> None:
    """In the order of their names, whatever came first; nothing named is no error of one target."""
    two = "/api/v5/market/candles?instId=SOL-USDT,BTC-USDT&bar=1H"
    okx.download(two, to=tmp_path, since="2024-01-01", until="2024-01-02")
    data = okx_magic.open_data(tmp_path)
    for asked, said in (({}, "has 2 targets: name one"), ({"bar": "1H"}, "2 targets with bar=1H:")):
        with pytest.raises(CellError, match=said) as caught:
            data.frame(**asked)
        assert caught.value.remedy == "there is instId=BTC-USDT, instId=SOL-USDT"
    assert list(data.contents["instId"]) == ["BTC-USDT", "SOL-USDT"]


def test_a_dataset_shows_its_contents(okx: Session, tmp_path: Path) -> None:
    """As text and as a table, without columns that say nothing; and so does one without targets."""
    fetch(okx, tmp_path)
    data = okx_magic.open_data(tmp_path)
    for shown in (repr(data), data._repr_html_()):
        assert all(text in shown for text in (str(tmp_path), "1 target", "BTC-USDT", "960"))
        assert "query" not in shown
    for path in (tmp_path / "_okx").glob("*.json"):
        if path.name != "dataset.json":
            path.unlink()
    empty = okx_magic.open_data(tmp_path)
    assert "0 targets" in repr(empty)
    with pytest.raises(CellError, match="no target yet"):
        empty.frame()


def test_what_cannot_be_opened_says_where_its_data_are(okx: Session, tmp_path: Path) -> None:
    """A folder beside or within a dataset, and a file of it: never that they should be emptied."""
    fetch(okx, tmp_path / "mine")
    for path in (tmp_path, *(tmp_path / "mine").glob("endpoint=*")):
        with pytest.raises(CellError, match="has no dataset") as caught:
            okx_magic.open_data(path)
        assert caught.value.remedy == f"there is one in {tmp_path / 'mine'}"
    with pytest.raises(CellError, match="is a file") as caught:
        okx_magic.open_data(min(tmp_path.rglob("*.parquet")))
    assert caught.value.remedy.startswith('pandas.read_parquet("')


@pytest.mark.parametrize(
    ("content", "reader"),
    [
        ({"okx_channel": "tickers"}, "okx_magic.open_recording"),
        ({"other": "tickers"}, "pandas.read_parquet"),
        (None, "pandas.read_parquet"),
    ],
)
def test_a_recording_is_opened_by_what_types_it(
    tmp_path: Path, content: dict[str, str] | None, reader: str
) -> None:
    """Who takes a file for a dataset is told what reads it; one that is not whole counts as any other."""
    file = tmp_path / "ticks.parquet"
    file.write_bytes(b"PAR1")
    if content is not None:
        pq.write_table(pa.table({"px": ["1"]}).replace_schema_metadata(content), file)
    with pytest.raises(CellError, match="is a file") as caught:
        okx_magic.open_data(file)
    assert caught.value.remedy == f'{reader}("{file}") reads it'
