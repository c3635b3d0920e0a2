"""The folder of a dataset: whether it is one, who writes in it, and what it has of each target.

``_okx/dataset.json`` makes a folder a dataset; ``_okx/KEY.json`` is the manifest of a target. Readers
of parquet pass over names that begin with ``_``. A file counts once a manifest names it.

Tested in ``tests/data/test_folders.py``.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if sys.platform != "win32":
    import fcntl

from okx_magic.data.recordings import is_recording
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from okx_magic.data.ranges import Range

VERSION: Final = 1
_META: Final = "_okx"
_DATASET: Final = "dataset.json"
# What a file is called until it is whole.
UNFINISHED: Final = ".unfinished"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a dataset has of a target. ``files`` maps a path within the dataset to ``[low, high, rows]``;
    ``covered`` are the ranges of time that are complete, ``holes`` those of them in which OKX has no
    bars; ``notices`` say where its history or an endpoint's window ends.
    """

    key: str
    target: str
    columns: dict[str, str]
    covered: list[Range] = field(default_factory=list)
    holes: list[Range] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    files: dict[str, list[int]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows all files have."""
        return sum(rows for _, _, rows in self.files.values())


def _reader_of(path: Path) -> str:
    """Who reads a file: those of a dataset and others are plain parquet, and no file is a folder."""
    if path.suffix != ".parquet":
        return "name a folder"
    reader = "okx_magic.open_recording" if is_recording(path) else "pandas.read_parquet"
    return f'{reader}("{path}") reads it'


class Folder:
    """A dataset on disk, to write to or to read. Raises CellError for a folder that is something else."""

    def __init__(self, path: str | PathLike[str], *, to_read: bool = False) -> None:
        self.path = Path(path).expanduser()
        if "\0" in str(self.path):
            raise CellError(f"{str(self.path)!r} is no name", remedy="name another folder")
        self._to_read = to_read
        with self._usable():
            if self.path.exists() and not self.path.is_dir():
                raise CellError(
                    f"{self.path} is a file, and a dataset is a folder",
                    remedy=_reader_of(self.path) if to_read else "name a folder",
                )
            self._known = self._checked()
        if to_read and not self._known:
            raise CellError(f"{self.path} has no dataset", remedy=self._where_one_is())

    def _checked(self) -> bool:
        try:
            said = json.loads((self.path / _META / _DATASET).read_text("utf-8"))
        except FileNotFoundError:
            if (
                not self._to_read
                and self.path.is_dir()
                # .DS_Store, .ipynb_checkpoints: what is hidden is made by who looks into a folder.
                and any(each.name[0] != "." for each in self.path.iterdir() if each.name != _META)
            ):
                raise CellError(
                    f"{self.path} has other data", remedy="name an empty folder or a new one"
                ) from None
            return False
        except ValueError:
            said = None
        version = said.get("version") if isinstance(said, dict) else None
        if version != VERSION:
            raise CellError(
                f"{self.path} is a dataset of version {version}, and this is for version {VERSION}",
                remedy="name another folder",
            )
        return True

    def _where_one_is(self) -> str:
        """Where, around the folder, one is; else how to make one."""
        around = [*self.path.parents][:4]
        with suppress(OSError):
            around += sorted(self.path.iterdir())
        found = next((each for each in around if (each / _META / _DATASET).is_file()), None)
        return "%%okx --to FOLDER makes one" if found is None else f"there is one in {found}"

    @contextmanager
    def _usable(self) -> Iterator[None]:
        """What the system refuses is one line."""
        try:
            yield
        except OSError as error:
            raise CellError(
                f"{str(self.path)[:100]} cannot be used: {error.strerror}",
                remedy="name another folder",
            ) from None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Only one at a time writes: raises CellError where another kernel does."""
        with self._usable():
            (self.path / _META).mkdir(parents=True, exist_ok=True)
            lock = (self.path / _META / "lock").open("ab")
        with lock:
            if sys.platform != "win32":
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise CellError(
                        f"another kernel writes to {self.path}",
                        remedy="wait, or name another folder",
                    ) from None
            if not self._known:
                with self._usable():
                    self.write(f"{_META}/{_DATASET}", json.dumps({"version": VERSION}).encode())
                self._known = True
            yield

    def write(self, name: str, content: bytes) -> None:
        """A file that is there whole or not at all, also after the power went."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # Its first character hides it from all that read parquet.
        unfinished = path.with_name(f"_{path.name}{UNFINISHED}")
        try:
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError:
            with suppress(OSError):
                unfinished.unlink()
            raise

    def manifest(self, key: str) -> Manifest | None:
        """The manifest of a target; None where nothing of it was ever fetched."""
        try:
            read: dict[str, Any] = json.loads(
                (self.path / _META / f"{key}.json").read_text("utf-8")
            )
            read["covered"] = [(low, high) for low, high in read["covered"]]
            read["holes"] = [(low, high) for low, high in read["holes"]]
            return Manifest(**read)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError):
            raise CellError(
                f"the manifest {self.path / _META / key}.json cannot be read",
                remedy="name another folder, or delete this one",
            ) from None

    def manifests(self) -> list[Manifest]:
        """Those of all targets."""
        keys = sorted(path.stem for path in (self.path / _META).glob("*.json"))
        found = [self.manifest(key) for key in keys if f"{key}.json" != _DATASET]
        return [each for each in found if each is not None]

    def save(self, manifest: Manifest) -> None:
        """Write the manifest of a target; from then on its files count."""
        self.write(f"{_META}/{manifest.key}.json", json.dumps(asdict(manifest)).encode())

    def clean(self, manifest: Manifest, place: str) -> None:
        """Remove files that no manifest names: they were written just before a kill."""
        for path in (self.path / place).glob(f"month=*/*{manifest.key}*"):
            if path.relative_to(self.path).as_posix() not in manifest.files:
                path.unlink()
