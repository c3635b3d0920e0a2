"""Archives are read, never unpacked: whatever is in one, nothing lands on disk."""

from __future__ import annotations

import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from okx_magic.data.archives import rows_of
from okx_magic.errors import TransportError

if TYPE_CHECKING:
    from pathlib import Path

CSV = b"a,b\n1,2\n3,4\n"
ROWS = [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


def as_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def as_tar(path: Path, members: dict[str, bytes], *links: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as file:
        for link in links:
            file.addfile(link)
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.parametrize("pack", [as_zip, as_tar])
def test_names_lead_nowhere(tmp_path: Path, pack: object) -> None:
    """Paths out of the folder, absolute ones, nested archives: rows are read, no file is made."""
    (tmp_path / "in").mkdir()
    members = {
        "../../out.csv": CSV,
        "/etc/cron.d/x": b"*",
        "deep/inner.zip": b"PK",
        "C:\\x.exe": b"",
    }
    path = pack(tmp_path / "in" / "archive", members)  # type: ignore[operator]
    assert list(rows_of(path, "archive")) == ROWS
    assert [each.name for each in tmp_path.rglob("*")] == ["in", "archive"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_are_passed_over(tmp_path: Path, kind: bytes) -> None:
    """A link that is called as data is no data."""
    secret = tmp_path / "secret.csv"
    secret.write_bytes(b"a,b\n9,9\n")
    link = tarfile.TarInfo("data.csv")
    link.type, link.linkname = kind, str(secret)
    path = as_tar(tmp_path / "archive", {"real.csv": CSV}, link)
    assert list(rows_of(path, "archive")) == ROWS


@pytest.mark.parametrize("pack", [as_zip, as_tar])
@pytest.mark.parametrize("name", ["bomb.csv", "passed-over.bin"])
def test_bombs_are_not_read(tmp_path: Path, pack: object, name: str) -> None:
    """What unpacks to a thousand times its size ends early, also where a tar would pass over it."""
    lines = b"a,b\n" + b"1,2\n" * 10_000_000
    path = pack(tmp_path / "archive", {name: lines, "data.csv": CSV})  # type: ignore[operator]
    if pack is as_zip and name == "passed-over.bin":
        # Of a zip it is not even looked at.
        assert list(rows_of(path, "archive")) == ROWS
        return
    read = map(len, rows_of(path, "archive"))
    with pytest.raises(TransportError, match="unpacks to more than 100 times"):
        sum(read)


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    """Half an archive, something else, one without data, rows that do not fit."""
    lines = b"a,b\n" + b"".join(b"%d,7\n" % number for number in range(999))
    whole = as_zip(tmp_path / "whole", {"x.csv": lines}).read_bytes()
    cases = {
        "damaged": [whole[:200], b"<html>", b"", b"\x1f\x8b\x08junk"],
        "no CSV file": [as_zip(tmp_path / "none", {"x.txt": CSV}).read_bytes()],
        "does not fit its head": [as_zip(tmp_path / "odd", {"x.csv": b"a,b\n1\n"}).read_bytes()],
    }
    for said, contents in cases.items():
        for content in contents:
            path = tmp_path / "archive"
            path.write_bytes(content)
            with pytest.raises(TransportError, match=said):
                list(rows_of(path, "archive"))


def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    """A zip has a sum of each file in it."""
    path = as_zip(
        tmp_path / "archive", {"x.csv": b"a,b\n" + b"".join(b"%d,7\n" % n for n in range(9999))}
    )
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(TransportError):
        list(rows_of(path, "archive"))
