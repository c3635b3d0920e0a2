"""Magic lines: what is refused, and that no secret on one is kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from okx_magic.errors import (
    CellError,
    CredentialsError,
    RefusedError,
)

if TYPE_CHECKING:
    from conftest import Notebook


def test_quotes_around_a_word_of_the_line_mean_nothing(notebook: Notebook) -> None:
    """As in a shell; IPython leaves them on."""
    assert "[sandbox] 127.0.0.1" in notebook.run('%okx_login "sandbox"')
    assert "never the passphrase" in notebook.run("%okx_explain '50113'")


def test_the_line_is_not_expanded(sandbox_notebook: Notebook) -> None:
    """IPython leaves $ and braces of our lines alone."""
    sandbox_notebook.run("inst = 'BTC-USDT'")
    sandbox_notebook.run("t = %okx GET /api/v5/market/ticker?instId={{ inst }}")
    assert sandbox_notebook["t"].instId[0] == "BTC-USDT"


@pytest.mark.parametrize(
    ("cell", "kind", "words"),
    [
        ("%%okx\nGET / Balance", CellError, "heading"),
        ("%%okx\nPOST /api/v5/trade/order\n{", CellError, "line"),
        ("%%okx\nGET /api/v5/x?a={{ missing }}", CellError, "missing"),
        ("%%okx --nonsense\nGET /api/v5/public/time", CellError, "nonsense"),
        ("%okx -q get /public/time?ccy=BTC", CellError, "is written GET"),
        ("%okx DELETE /api/v5/trade/order", CellError, "OKX does not use the method DELETE"),
        ("%%okx -q POST /api/v5/trade/order\n{}", CellError, "the line below %%okx"),
        ("%okx_login nobody-here", CredentialsError, "nobody-here"),
        ("%okx_login live", CredentialsError, "live"),
        ("%okx_login sandbx", CredentialsError, "did you mean sandbox?"),
        ("%okx_login --unset-evn", CellError, "did you mean --unset-env?"),
        ("%%okx --dryrun\nGET /api/v5/public/time", CellError, "did you mean --dry-run?"),
        ("%okx --raw", CellError, "%okx GET /api/v5/public/time"),
        ("%okx_debug", CellError, "nothing was sent yet"),
        ("%okx_live --off", RefusedError, "is not a live account"),
        ("%%okx\nget_ipython = GET /api/v5/public/time", CellError, "cannot name a result"),
        ("%%okx -a nobody-here\nGET /api/v5/public/time", CredentialsError, "nobody-here"),
        ("%okx_logout nobody-here", CredentialsError, "nobody-here"),
        ("%okx_explain", CellError, "which code"),
        ("%okx_find", CellError, "find what"),
        ("%%okx\nGET /api/v5/market/ticker", CellError, "needs instId"),
        ("%okx POST /api/v5/market/ticker?instId=X", CellError, "is a GET"),
    ],
)
def test_bad_input_is_one_clear_line(
    notebook: Notebook, cell: str, kind: type[Exception], words: str
) -> None:
    """Each mistake is one error of its kind, at most three short lines, and no traceback."""
    before = set(notebook.shell.user_ns)
    text = notebook.run(cell)
    assert isinstance(notebook.error, kind)
    assert words in text
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("note:")]
    assert len(lines) <= 3
    assert set(notebook.shell.user_ns) - before <= {"_i1", "_i2", "_i3"}


@pytest.mark.parametrize(
    "line",
    [
        "%okx_login --secret hunter2hunter2",
        "%okx_login 00000000-aaaa-bbbb-cccc-000000000001",
        "%okx_login main hunter2hunter2 other",
        "%okx_login api_key=hunter2hunter2",
        "%okx_login 0123456789ABCDEF0123456789ABCDEF",
        "%okx_debug --check 0123456789ABCDEF0123456789ABCDEF",
        "%okx --passphrase hunter2hunter2 GET /api/v5/public/time",
        "%%okx --secret-key hunter2hunter2\nGET /api/v5/public/time",
        "%okx_login main \\\n    hunter2hunter2",
    ],
)
def test_a_secret_on_the_line_is_refused_and_forgotten(notebook: Notebook, line: str) -> None:
    """The line is refused, and neither output, memory nor the history file keeps it."""
    text = notebook.run(line)
    assert isinstance(notebook.error, CredentialsError)
    history = notebook.shell.history_manager
    history.writeout_cache()
    kept = text + repr(history.input_hist_raw) + repr(history.input_hist_parsed)
    kept += repr({k: v for k, v in notebook.shell.user_ns.items() if k.startswith("_i")})
    kept += repr(notebook.error.args)
    for path in Path(history.hist_file).parent.glob("history*"):
        kept += path.read_bytes().decode("latin-1")
    secrets = ("hunter2", "00000000-aaaa", "0123456789ABCDEF")
    assert not any(secret in kept for secret in secrets)
    assert "make a new key" in text


@pytest.mark.parametrize(
    "cell",
    [
        "GET /api/v5/public/time\nOK-ACCESS-PASSPHRASE: hunter2 hunter2",
        "curl https://www.okx.com/api/v5/public/time -H 'OK-ACCESS-PASSPHRASE: hunter2'",
        "GET /api/v5/public/time\nok-access-passphrase:hunter2\n\n{not JSON",
    ],
)
def test_a_passphrase_pasted_with_a_request_is_forgotten(notebook: Notebook, cell: str) -> None:
    """Neither memory nor the history file keeps the header, and the rest of the cell is there."""
    notebook.run(f"%%okx\n{cell}")
    history = notebook.shell.history_manager
    history.writeout_cache()
    kept = repr((history.input_hist_raw, history.input_hist_parsed))
    kept += repr({k: v for k, v in notebook.shell.user_ns.items() if k.startswith("_i")})
    for path in Path(history.hist_file).parent.glob("history*"):
        kept += path.read_bytes().decode("latin-1")
    assert "hunter2" not in kept
    assert "/api/v5/public/time" in kept


def test_a_secret_after_a_misplaced_request_is_forgotten(notebook: Notebook) -> None:
    """The line is not the place for the request, nor for what follows it."""
    notebook.run("%%okx GET /api/v5/public/time --secret hunter2hunter2\n{}")
    assert isinstance(notebook.error, CellError)
    assert "hunter2" not in repr(notebook.shell.history_manager.input_hist_raw)
