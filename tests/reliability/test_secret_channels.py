"""Secrets in a kernel: interrupts, logs, history, files and the environment, each with its control."""

from __future__ import annotations

import http.client
import io
import json
import logging
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import requests
from executed import executed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Notebook

ROOT = Path(__file__).parents[2]
FAULTS = ("lose-answer", "half", "html", "502", "50011")


Keys = Any


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_interrupt_shows_no_secret(
    notebook: Notebook, keys: Keys, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the depths of the HTTP library, whose frames hold the headers, is a short block, too."""
    _, secrets = keys
    notebook.run("%okx_login demo")
    notebook.run("%xmode Verbose")

    def interrupted(*_: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(http.client.HTTPConnection, "getresponse", interrupted)
    path = "/api/v5/account/balance" if method == "GET" else "/api/v5/trade/order"
    order = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "1"}
    body = json.dumps(order) if method == "POST" else ""
    text = notebook.run(f"%%okx\n{method} {path}\n{body}")
    assert isinstance(notebook.error, KeyboardInterrupt)
    monkeypatch.undo()
    for secret in secrets:
        assert secret not in text + notebook.run("%tb Verbose")


@pytest.fixture
def overheard(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """All that any logger says at DEBUG, with http.client told to print what it sends."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    yield heard
    root.removeHandler(handler)
    root.setLevel(before)


def test_no_log_shows_a_secret(
    notebook: Notebook,
    keys: Keys,
    overheard: io.StringIO,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Log-in and ten calls, some of them failing, with everything that can be told to talk talking."""
    _, secrets = keys
    text = notebook.run("%okx_login demo")
    for fault in (*FAULTS, *[""] * 5):
        header = f"\nx-sandbox-fault: {fault}" if fault else ""
        text += notebook.run(f"%%okx\nGET /api/v5/account/balance{header}")
    out, err = capfd.readouterr()
    assert "/api/v5/account/balance" in overheard.getvalue()
    for secret in secrets:
        assert secret not in overheard.getvalue() + text + out + err


def test_a_naive_call_prints_its_headers(
    keys: Keys, overheard: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    """The control: so told, http.client prints the passphrase."""
    sandbox, secrets = keys
    headers = {"OK-ACCESS-PASSPHRASE": secrets[1]}
    requests.get(sandbox.url + "/api/v5/public/time", headers=headers, timeout=5)
    assert "/api/v5/public/time" in overheard.getvalue()
    assert secrets[1] in capsys.readouterr().out


@pytest.mark.slow
def test_history_has_nothing_of_a_log_in(notebook: Notebook, keys: Keys, nobody: Path) -> None:
    """Whether from variables or typed: not in In, Out, %history, %save, %notebook or the file."""
    _, secrets = keys
    notebook.run("%okx_login demo")
    notebook.run("%okx GET /api/v5/account/balance")
    saved, book = nobody / "saved.py", nobody / "book.ipynb"
    text = notebook.run(f"%history -p -o\n%save -f {saved} 1-4\n%notebook {book}")
    notebook.shell.history_manager.writeout_cache()
    kept = repr(notebook.shell.user_ns.get("In")) + repr(notebook.shell.user_ns.get("Out"))
    disk = b"".join(path.read_bytes() for path in nobody.rglob("*") if path.is_file())
    for secret in secrets:
        assert secret not in text + kept
        assert secret.encode() not in disk
    # The control: a secret in a cell is in all of these.
    notebook.run(f"s = {secrets[0]!r}")
    notebook.shell.history_manager.writeout_cache()
    assert secrets[0] in repr(notebook.shell.user_ns["In"])
    assert secrets[0].encode() in (nobody / "history.sqlite").read_bytes()


WRITERS = {
    "parquet": lambda frame, path: frame.to_parquet(path),
    "feather": lambda frame, path: frame.to_feather(path),
    "pickle": lambda frame, path: frame.to_pickle(path),
    "csv": lambda frame, path: frame.to_csv(path),
    "json": lambda frame, path: frame.to_json(path, date_format="iso"),
}
FRAMES = (
    "/api/v5/account/config",
    "/api/v5/account/balance",
    "/api/v5/trade/orders-history?instType=SPOT",
    "/api/v5/trade/fills",
    "/api/v5/market/candles?instId=BTC-USDT",
    "/api/v5/market/books?instId=BTC-USDT",
    "/api/v5/public/time",
)


@pytest.mark.parametrize("kind", WRITERS)
def test_files_of_frames_hold_no_secret_and_no_header(
    notebook: Notebook, keys: Keys, nobody: Path, kind: str
) -> None:
    """Every kind of frame can be written, and what it carries along is no secret."""
    sandbox, secrets = keys
    notebook.run("%okx_login demo")
    for number, target in enumerate(FRAMES):
        notebook.run(f"frame = %okx GET {target}")
        assert notebook.error is None
        frame: pd.DataFrame = notebook["frame"]
        path = nobody / f"{number}.{kind}"
        WRITERS[kind](frame, path)
        written = path.read_bytes() + pickle.dumps(frame) + repr(frame.attrs).encode()
        for secret in (*secrets, sandbox.demo.key, "OK-ACCESS"):
            assert secret.encode() not in written


def test_what_hangs_on_a_naive_frame_is_in_its_file(tmp_path: Path) -> None:
    """The control: the headers that one keeps with a frame travel in its parquet file."""
    frame = pd.DataFrame({"a": [1]})
    frame.attrs["headers"] = {"OK-ACCESS-PASSPHRASE": "fake-pass-1"}
    frame.to_parquet(tmp_path / "frame.parquet")
    assert b"fake-pass-1" in (tmp_path / "frame.parquet").read_bytes()


def test_a_session_cannot_be_pickled(notebook: Notebook, keys: Keys) -> None:
    """%store and joblib get no copy of the credentials."""
    del keys
    notebook.run("%okx_login demo")
    session = notebook.shell.magics_manager.registry["OkxMagic"].accounts.session()
    with pytest.raises(TypeError):
        pickle.dumps(session)


def test_unset_env_leaves_nothing_for_env_to_show(notebook: Notebook, keys: Keys) -> None:
    """After --unset-env neither %env nor a program that a cell starts sees any of the three."""
    sandbox, _ = keys
    values = (sandbox.demo.key, sandbox.demo.secret, sandbox.demo.passphrase)
    program = [sys.executable, "-c", "import os; print(dict(os.environ))"]
    notebook.run("%okx_login demo")
    # The control: as IPython and the system show them.
    assert sandbox.demo.passphrase in notebook.run("%env")
    shown = subprocess.run(program, capture_output=True, text=True, check=True).stdout
    assert sandbox.demo.secret in shown
    text = notebook.run("%okx_login demo --unset-env")
    assert "unset in this kernel: OKX_API_KEY, OKX_SECRET_KEY, OKX_PASSPHRASE" in text
    shown = notebook.run("%env")
    shown += subprocess.run(program, capture_output=True, text=True, check=True).stdout
    for value in values:
        assert value not in shown + repr(dict(os.environ))
    notebook.run("%okx GET /api/v5/account/balance")
    assert notebook.error is None


@pytest.mark.slow
def test_a_notebook_that_was_run_holds_no_secret(
    keys: Keys, nobody: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Executed by nbclient with its widget state and saved: none in the bytes of the file."""
    _, secrets = keys
    monkeypatch.setenv("IPYTHONDIR", str(nobody / "ipython"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    cells = [
        "%load_ext okx_magic",
        "%okx_login demo",
        "%%okx balance\nGET /api/v5/account/balance",
        "%%okx\nGET /api/v5/account/balance\nx-sandbox-fault: 502",
        "%okx_log",
    ]
    text = json.dumps(executed(cells), ensure_ascii=False)
    assert "balance ← GET" in text
    for secret in secrets:
        assert secret not in text
