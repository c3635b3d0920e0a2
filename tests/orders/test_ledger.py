from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, NoReturn

import pytest
from entries import ENTRY, KEY

from okx_magic.errors import RefusedError
from okx_magic.model import Request
from okx_magic.orders import ledger_file
from okx_magic.orders.ledger import Ledger, fingerprint

if TYPE_CHECKING:
    from pathlib import Path


def test_a_line_is_on_disk_before_open_returns(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The opening line is written and synced; only the owner may read it."""
    synced: list[int] = []
    sync = os.fsync
    monkeypatch.setattr("os.fsync", lambda fd: (synced.append(fd), sync(fd)))
    Ledger(path, clock=lambda: 1000.0).open(ENTRY)
    line = json.loads(path.read_text())
    assert synced
    assert line["orders"] == [["BTC-USDT", "om1"]]
    assert (line["time"], line["env"], line["key"]) == (1000.0, "demo", KEY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_unsettled_are_those_without_a_known_end(path: Path) -> None:
    """Never closed and closed as unknown are open; of another key they are not ours."""
    ledger = Ledger(path)
    ends = ["done", "unknown", "", "refused", "not done", "not sent", "partly done", "told"]
    ids = {end: ledger.open(ENTRY) for end in ends}
    for end, each in ids.items():
        if end:
            ledger.close(each, end)
    for reader in (ledger, Ledger(path)):
        assert [each.id for each in reader.unsettled(KEY)] == [ids["unknown"], ids[""]]
        assert reader.unsettled("another") == ()


def test_recent_finds_the_same_request(path: Path) -> None:
    """The newest of the same fingerprint within the time, unless it never left."""
    now = [1000.0]
    ledger = Ledger(path, clock=lambda: now[0])
    first = ledger.open(ENTRY)
    ledger.close(first, "done")
    now[0] += 30
    ledger.close(ledger.open(ENTRY), "not sent")
    found = ledger.recent(KEY, "f00", 60)
    assert found is not None
    assert (found.id, found.outcome, found.time) == (first, "done", 1000.0)
    assert ledger.recent(KEY, "other", 60) is None
    now[0] += 31
    assert ledger.recent(KEY, "f00", 60) is None


def test_two_kernels_share_it(path: Path) -> None:
    """What another kernel wrote is seen at the next look."""
    one, other = Ledger(path), Ledger(path)
    assert other.unsettled(KEY) == ()
    opened = one.open(ENTRY)
    assert [each.id for each in other.unsettled(KEY)] == [opened]
    other.close(opened, "done")
    assert one.unsettled(KEY) == ()


def test_half_a_line_spoils_nothing(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A kernel that died while writing leaves the lines before and after readable."""
    ledger = Ledger(path)
    first = ledger.open(ENTRY)
    with path.open("ab") as file:
        file.write(b'{"id":"abc","ti')
    second = ledger.open(ENTRY)
    assert [each.id for each in Ledger(path).unsettled(KEY)] == [first, second]
    assert "cannot be read" in caplog.text


STRANGE: dict[str, object] = {
    "time": "yesterday",
    "orders": [["BTC-USDT", None]],
    "settles": [1],
    "path": None,
    "method": 7,
}


@pytest.mark.parametrize(
    "line",
    [
        *(json.dumps(asdict(ENTRY) | {"env": "demo", name: to}) for name, to in STRANGE.items()),
        json.dumps(asdict(ENTRY) | {"env": "demo", "time": 9e12}),
        '{"id":"mine","closed":1,"outcome":["done"]}',
        "[" * 100_000,
        "7",
        "\0" * 5000,
    ],
    ids=[*STRANGE, "far future", "outcome", "depth", "number", "zeros"],
)
def test_a_line_of_another_hand_spoils_nothing(
    line: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands in the file: the entries before and after are known, and it can be cut."""
    ledger = Ledger(path)
    monkeypatch.setattr("secrets.token_hex", lambda _: "mine")
    ledger.open(ENTRY)
    with path.open("a") as file:
        file.write(line + "\n")
    monkeypatch.setattr("secrets.token_hex", lambda _: "second")
    ledger.open(ENTRY)
    for reader in (ledger, Ledger(path)):
        assert [each.id for each in reader.unsettled(KEY)] == ["mine", "second"]
        assert reader.recent(KEY, "f00", 60) is not None
    monkeypatch.setattr(ledger_file, "LARGEST", 10)
    ledger.close("second", "done")
    assert [each.id for each in Ledger(path).unsettled(KEY)] == ["mine"]


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes among files")
def test_what_is_no_file_is_neither_read_nor_written(path: Path) -> None:
    """A folder or a pipe in its place: nothing is sent, and nothing waits for its end."""
    path.parent.mkdir()
    for make in (path.mkdir, lambda: os.mkfifo(path)):
        make()
        ledger = Ledger(path)
        assert ledger.unsettled(KEY) == ()
        with pytest.raises(RefusedError, match="without a record"):
            ledger.open(ENTRY)
        (path.rmdir if path.is_dir() else path.unlink)()


def test_a_ledger_that_cannot_be_read_refuses(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the same request was sent before is not known then."""
    ledger = Ledger(path)
    ledger.open(ENTRY)
    monkeypatch.setattr("pathlib.Path.open", denied)
    with pytest.raises(RefusedError, match="cannot be read"):
        ledger.recent(KEY, "f00", 60)


def denied(*_: object, **__: object) -> NoReturn:
    raise PermissionError(errno.EACCES, "Permission denied")


def test_a_ledger_that_cannot_be_written_refuses(tmp_path: Path) -> None:
    """Nothing is sent without a record."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(RefusedError, match="without a record"):
        Ledger(blocked / "ledger.ndjson").open(ENTRY)


def test_an_outcome_that_cannot_be_written_leaves_the_entry_open(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The outcome is not lost over a full disk: the caller gets it, the entry is asked about later."""
    ledger = Ledger(path)
    opened = ledger.open(ENTRY)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        ledger.close(opened, "done")
    assert "No space left" in caplog.text


KILLED = """
import os, sys
from pathlib import Path
from tests_entry import ENTRY
from okx_magic.orders.ledger import Ledger
Ledger(Path(sys.argv[1])).open(ENTRY)
os._exit(9)
"""


def test_a_kernel_that_dies_leaves_its_trace(path: Path) -> None:
    """The line survives a process that ends at once, without closing anything."""
    program = KILLED.replace("from tests_entry import ENTRY", "from test_ledger import ENTRY")
    here = os.path.dirname(__file__)  # noqa: PTH120  # for a search path
    environ = os.environ | {"PYTHONPATH": os.pathsep.join([here, *filter(None, sys.path)])}
    command = [sys.executable, "-c", program, str(path)]
    assert subprocess.run(command, env=environ, check=False, timeout=60).returncode == 9
    assert len(Ledger(path).unsettled(KEY)) == 1


@pytest.mark.parametrize(
    "body",
    [
        '{"px":"1.50","sz":"2","reduceOnly":true}',
        '{"px":1.5,"sz":2,"reduceOnly":true}',
        '{"px":"1.5","sz":"2.0","reduceOnly":"true"}',
        '{"px":"1.5","sz":"2","reduceOnly":true,"clOrdId":"","tag":null}',
        '{ "sz" : "2", "reduceOnly": true, "px" : "1.5" }',
    ],
)
def test_a_fingerprint_is_the_same_however_a_value_is_written(body: str) -> None:
    """A number as text or with zeros behind it, an empty id, another order: still the same request."""
    written = Request("POST", "/a", '{"px":"1.5","sz":"2","reduceOnly":true}')
    assert fingerprint(Request("POST", "/a", body)) == fingerprint(written)


@pytest.mark.parametrize(
    "body",
    [
        '{"px":"15","sz":"2","reduceOnly":true}',
        '{"px":"1.5","sz":"20","reduceOnly":true}',
        '{"px":"1.5","sz":"2","reduceOnly":false}',
        '{"px":"1.5","sz":"2"}',
        '{"px":"1.5","sz":"2","reduceOnly":true,"clOrdId":"0"}',
        '[{"px":"1.5","sz":"2","reduceOnly":true}]',
    ],
)
def test_a_fingerprint_tells_other_values_apart(body: str) -> None:
    """Zeros of whole numbers count, and so does what is left out."""
    written = Request("POST", "/a", '{"px":"1.5","sz":"2","reduceOnly":true}')
    assert fingerprint(Request("POST", "/a", body)) != fingerprint(written)


def test_a_fingerprint_knows_a_request_by_what_it_asks() -> None:
    """Blanks and the order of keys do not matter; every value, the path and the method do."""
    order = Request("POST", "/a", '{"px": "1", "sz": "2"}')
    assert fingerprint(order) == fingerprint(Request("POST", "/a", '{"sz":"2","px":"1"}'))
    others = [
        Request("POST", "/a", '{"px": "1", "sz": "3"}'),
        Request("POST", "/b", '{"px": "1", "sz": "2"}'),
        Request("POST", "/a", '{"px": "1", "sz": "2", "clOrdId": "x"}'),
        Request("POST", "/a", "not JSON \ud800"),
        Request("POST", "/a", ""),
    ]
    assert len({fingerprint(each) for each in [order, *others]}) == 6
