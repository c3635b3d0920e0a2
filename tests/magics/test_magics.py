from __future__ import annotations

import gc
import os
import re
import threading
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from IPython.core.error import StdinNotImplementedError

from okx_magic.errors import (
    CellError,
    CredentialsError,
    OkxError,
    PartlyRefused,
    RefusedError,
    TransportError,
)

if TYPE_CHECKING:
    from conftest import Notebook

    from okx_magic.sandbox import Sandbox

ORDER = (
    """{"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "100"}"""
)
MAGICS = ("okx", "okx_login", "okx_logout", "okx_debug", "okx_find", "okx_explain", "okx_log")


def test_named_requests_are_assigned_and_have_a_receipt(sandbox_notebook: Notebook) -> None:
    """A chain of requests: each name holds its frame, the second uses the first, a line each tells."""
    text = sandbox_notebook.run(
        "%%okx\n"
        f"order = POST /api/v5/trade/order\n{ORDER}\n"
        "fills = GET /api/v5/trade/fills?ordId={{ order.ordId[0] }}"
    )
    assert sandbox_notebook.error is None
    assert sandbox_notebook["fills"].ordId[0] == sandbox_notebook["order"].ordId[0]
    receipts = [line for line in text.splitlines() if "←" in line]
    assert receipts[0].startswith("[sandbox] order ← POST /api/v5/trade/order · clOrdId om")
    # One fill for each level of the book that it took.
    assert re.match(r"\[sandbox\] fills ← GET /api/v5/trade/fills · \d rows? · ", receipts[1])


def test_a_result_that_hides_a_name_of_pythons_says_so_once(sandbox_notebook: Notebook) -> None:
    """A result may be called ``list``; a person who wonders why list() fails was told how to undo it."""
    cell = "%%okx\nlist = GET /api/v5/public/time"
    assert "list is a result now; del list brings back Python's own" in sandbox_notebook.run(cell)
    assert "del list" not in sandbox_notebook.run(cell)


def test_quotes_around_a_word_of_the_line_mean_nothing(notebook: Notebook) -> None:
    """As in a shell; IPython leaves them on."""
    assert "[sandbox] 127.0.0.1" in notebook.run('%okx_login "sandbox"')
    assert "never the passphrase" in notebook.run("%okx_explain '50113'")


def test_where_no_socket_can_be_opened_the_sandbox_is_refused_in_one_line(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine on which programs may not listen: no traceback, and nothing half started."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("socket.create_server", refused)
    text = notebook.run("%okx_login sandbox")
    assert isinstance(notebook.error, TransportError)
    assert "cannot listen on this machine: Operation not permitted" in text


def test_a_request_without_a_name_is_shown(sandbox_notebook: Notebook) -> None:
    """The frame stands under the cell, the receipt under the frame."""
    text = sandbox_notebook.run("%%okx\nGET /api/v5/market/ticker?instId=BTC-USDT")
    assert text.index("BTC-USDT") < text.index("· 1 row ·")
    assert "<table" in sandbox_notebook.html


def test_the_magic_line_names_the_only_request(sandbox_notebook: Notebook) -> None:
    """%%okx NAME is name = …; with two requests it is refused before anything is sent."""
    sandbox_notebook.run("%%okx ticker\nGET /api/v5/market/ticker?instId=BTC-USDT")
    assert sandbox_notebook["ticker"].instId[0] == "BTC-USDT"
    two = "GET /api/v5/public/time\n" * 2
    sandbox_notebook.run(f"%%okx time\n{two}")
    assert isinstance(sandbox_notebook.error, CellError)
    assert "time" not in sandbox_notebook


def test_a_request_has_one_name(sandbox_notebook: Notebook) -> None:
    """Two that differ are refused before anything is sent: one of them would not be assigned."""
    text = sandbox_notebook.run("%%okx a\nb = GET /api/v5/public/time")
    assert "two names: a on the magic line, b in the cell · line 1 · nothing sent" in text
    assert not {"a", "b"} & sandbox_notebook.shell.user_ns.keys()
    sandbox_notebook.run("%%okx a\na = GET /api/v5/public/time")
    assert "a" in sandbox_notebook


def test_the_line_form_returns_its_frame(sandbox_notebook: Notebook) -> None:
    """Assigning from %okx GET … works, with options before it, and the frame is not shown."""
    sandbox_notebook.run("x = %okx GET /api/v5/market/tickers?instType=SPOT")
    assert isinstance(sandbox_notebook["x"], pd.DataFrame)
    sandbox_notebook.run("y = %okx --raw -q GET /api/v5/public/time")
    assert sandbox_notebook["y"]["code"] == "0"


def test_decimals_are_exact_on_request(sandbox_notebook: Notebook) -> None:
    """--decimal and its setting keep each digit."""
    sandbox_notebook.run("%%okx --decimal a\nGET /api/v5/account/balance?ccy=USDT")
    sandbox_notebook.run("%config OkxMagic.decimal = True")
    sandbox_notebook.run("%%okx b\nGET /api/v5/account/balance?ccy=USDT")
    assert isinstance(sandbox_notebook["a"].cashBal[0], Decimal)
    assert isinstance(sandbox_notebook["b"].cashBal[0], Decimal)


def test_quiet_prints_nothing(sandbox_notebook: Notebook) -> None:
    """-q and its setting leave the cell without a receipt."""
    assert not sandbox_notebook.run("%%okx -q a\nGET /api/v5/public/time").strip()
    sandbox_notebook.run("%config OkxMagic.quiet = True")
    assert not sandbox_notebook.run("%%okx a\nGET /api/v5/public/time").strip()


def test_a_dry_run_sends_nothing(sandbox_notebook: Notebook) -> None:
    """The prehash stands there to the byte, and the exchange never heard of the order."""
    text = sandbox_notebook.run(f"%%okx --dry-run\nPOST /api/v5/trade/order\n{ORDER}")
    assert "dry run · nothing sent" in text
    assert "POST/api/v5/trade/order{" in text
    sandbox_notebook.run("history = %okx GET /api/v5/trade/orders-history?instType=SPOT")
    assert len(sandbox_notebook["history"]) == 0


def test_what_cannot_succeed_is_not_sent_unless_forced(sandbox_notebook: Notebook) -> None:
    """A missing parameter stops the cell before it leaves, named with its request; --force sends it."""
    cell = "first = GET /api/v5/public/time\nsecond = GET /api/v5/market/ticker"
    text = sandbox_notebook.run(f"%%okx\n{cell}")
    assert isinstance(sandbox_notebook.error, CellError)
    assert "needs instId · request 2 of 2, line 2 · nothing sent" in text
    sandbox_notebook.run(f"%%okx --force\n{cell}")
    assert isinstance(sandbox_notebook.error, OkxError)


def test_variables_count_before_the_check(sandbox_notebook: Notebook) -> None:
    """A body that is a variable has its keys; one that lacks some is refused as any other."""
    sandbox_notebook.run(f"order = {ORDER}")
    sandbox_notebook.run("%%okx placed\nPOST /api/v5/trade/order\n{{ order }}")
    assert sandbox_notebook.error is None
    sandbox_notebook.run("%%okx placed\nPOST /api/v5/trade/order\n{{ {'sz': order['sz']} }}")
    assert isinstance(sandbox_notebook.error, CellError)


def test_an_unknown_path_is_sent_with_a_notice(sandbox_notebook: Notebook) -> None:
    """OKX decides, and the nearest paths are there to compare."""
    text = sandbox_notebook.run("%%okx\nGET /api/v5/account/balances")
    assert isinstance(sandbox_notebook.error, OkxError)
    assert "near it: /api/v5/account/balance" in text
    assert "near it" not in sandbox_notebook.run("%%okx --force\nGET /api/v5/account/balances")


def test_find_shows_a_table_and_a_card_without_a_session(notebook: Notebook) -> None:
    """Words give endpoints; a path gives its card, whose cell can be run as it stands."""
    assert "/api/v5/public/funding-rate" in notebook.run("%okx_find funding rate")
    assert "<div" in notebook.html
    card = notebook.run("%okx_find /api/v5/market/candles")
    assert notebook.shell.magics_manager.registry["OkxMagic"].opened() is None
    notebook.run(card[card.index("%%okx") :].strip())
    assert notebook.error is None


def test_the_line_is_not_expanded(sandbox_notebook: Notebook) -> None:
    """IPython leaves $ and braces of our lines alone."""
    sandbox_notebook.run("inst = 'BTC-USDT'")
    sandbox_notebook.run("t = %okx GET /api/v5/market/ticker?instId={{ inst }}")
    assert sandbox_notebook["t"].instId[0] == "BTC-USDT"


def test_a_refusal_is_one_block_that_stops_the_cell(sandbox_notebook: Notebook) -> None:
    """The error is short, says where it stood, and leaves its name and the later requests alone."""
    sandbox_notebook.run("bad = 'kept'")
    text = sandbox_notebook.run(
        "%%okx\n"
        "first = GET /api/v5/public/time\n"
        "bad = GET /api/v5/market/ticker?instId=NO-SUCH\n"
        "never = GET /api/v5/public/time"
    )
    assert isinstance(sandbox_notebook.error, OkxError)
    assert "request 2 of 3, line 2 · 1 sent" in text
    assert "Traceback" not in text
    assert sandbox_notebook["bad"] == "kept"
    assert "first" in sandbox_notebook
    assert "never" not in sandbox_notebook


def test_a_partly_refused_batch_is_assigned_first(sandbox_notebook: Notebook) -> None:
    """The ids of accepted orders are not lost: the frame is there, then the error is raised."""
    good = ORDER
    bad = ORDER.replace('"100"', '"0.0000001"')
    sandbox_notebook.run(f"%%okx\nbatch = POST /api/v5/trade/batch-orders\n[{good}, {bad}]")
    assert isinstance(sandbox_notebook.error, PartlyRefused)
    batch = sandbox_notebook["batch"]
    assert len(batch) == 2
    assert batch.ordId[0]
    assert batch.sCode[1] != "0"


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


def test_with_nothing_set_up_a_cell_goes_to_the_sandbox(notebook: Notebook) -> None:
    """A request without a log-in goes to the sandbox, and a note says so."""
    text = notebook.run("%%okx\ntime = GET /api/v5/public/time")
    assert "the built-in sandbox" in text
    assert len(notebook["time"]) == 1


def test_login_without_anything_set_up_or_anybody_to_ask(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A headless notebook that just logs in gets the sandbox."""

    def nobody_there(label: str) -> str:
        raise StdinNotImplementedError(label)

    monkeypatch.setattr("okx_magic.ui.console.getpass", nobody_there)
    text = notebook.run("%okx_login")
    assert notebook.error is None
    assert text.startswith("[sandbox] 127.0.0.1")


def test_login_by_the_environment(notebook: Notebook, elsewhere: Sandbox) -> None:
    """The variables are a demo account; the receipt names it, its key only shortened."""
    text = notebook.run("%okx_login demo")
    assert text.startswith("[demo] 127.0.0.1")
    assert elsewhere.demo.key not in text
    assert elsewhere.demo.secret not in text


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("OKX_SECRET_KEY", "F" * 32, "50113"),
        ("OKX_PASSPHRASE", "not-the-right-one", "50105"),
        ("OKX_API_KEY", "11111111-2222-3333-4444-555555555555", "50119"),
    ],
)
def test_login_with_a_wrong_credential_is_explained(
    notebook: Notebook,
    elsewhere: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    code: str,
) -> None:
    """A refused log-in says which part is wrong, is not kept, and does not show the value."""
    assert elsewhere.url
    monkeypatch.setenv(variable, value)
    text = notebook.run("%okx_login demo")
    assert isinstance(notebook.error, OkxError)
    assert notebook.error.code == code
    assert "try" in text
    assert value not in text
    assert notebook.shell.magics_manager.registry["OkxMagic"].accounts.current is None


def test_a_live_key_in_the_demo_account_is_told(
    notebook: Notebook, elsewhere: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """50101 comes with the setting that decides."""
    monkeypatch.setenv("OKX_API_KEY", elsewhere.live.key)
    monkeypatch.setenv("OKX_SECRET_KEY", elsewhere.live.secret)
    monkeypatch.setenv("OKX_PASSPHRASE", elsewhere.live.passphrase)
    text = notebook.run("%okx_login demo")
    assert "50101" in text
    assert "OKX_DEMO" in text


def test_an_unreachable_host_is_one_line(notebook: Notebook, elsewhere: Sandbox) -> None:
    """A host that is gone is named, with the way to go on without a network."""
    notebook.run("%okx_login demo")
    elsewhere.stop()
    text = notebook.run("%%okx\nGET /api/v5/public/time")
    assert isinstance(notebook.error, TransportError)
    assert "127.0.0.1" in text


def test_an_account_of_its_own_for_a_cell(notebook: Notebook, elsewhere: Sandbox) -> None:
    """-a sends as another account, logged in or not; the next cell goes where cells went before."""
    assert elsewhere.url
    notebook.run("%okx_login sandbox")
    for _ in range(2):
        assert "[demo]" in notebook.run("%%okx -a demo\nGET /api/v5/account/balance")
        assert "[sandbox]" in notebook.run("%%okx\nGET /api/v5/account/balance")


def test_a_contradicting_header_is_refused(sandbox_notebook: Notebook) -> None:
    """A cell cannot talk itself into another environment."""
    sandbox_notebook.run("%%okx\nGET /api/v5/public/time\nx-simulated-trading: 0")
    assert isinstance(sandbox_notebook.error, RefusedError)


def test_the_log_is_a_frame_without_secrets(sandbox_notebook: Notebook) -> None:
    """Success and refusal are there in order, with code and time."""
    sandbox_notebook.run("%okx GET /api/v5/market/ticker?instId=NO-SUCH")
    sandbox_notebook.run("log = %okx_log")
    log = sandbox_notebook["log"]
    assert list(log.code) == ["0", "51001"]
    assert log.index.is_monotonic_increasing
    assert str(log.index.dtype) == "datetime64[ms, UTC]"


def test_no_kill_switch_is_lifted_without_a_word(sandbox_notebook: Notebook) -> None:
    """Neither by a new exchange nor by logging out of one; what comes after it is told as new."""
    sandbox_notebook.run("%okx_kill")
    assert "the kill switch of the one before" in sandbox_notebook.run("%okx_login sandbox")
    assert "kill switch is on" not in sandbox_notebook.run("%okx_kill --release")
    sandbox_notebook.run("%okx_kill")
    told = sandbox_notebook.run("%okx_logout sandbox")
    assert told.strip() == "logged out: sandbox · its kill switch ended with it"
    sandbox_notebook.run("%okx_login sandbox")
    assert "kill" not in sandbox_notebook.run("%okx_logout")


def test_logout_forgets(sandbox_notebook: Notebook) -> None:
    """After logging out the next cell starts anew."""
    assert "logged out: sandbox" in sandbox_notebook.run("%okx_logout")
    assert "built-in sandbox" in sandbox_notebook.run("%%okx\nGET /api/v5/public/time")


def test_logging_out_of_one_account_says_which_is_next(
    notebook: Notebook, elsewhere: Sandbox
) -> None:
    """Another that is open takes its place, which must not surprise; after the last there is none."""
    assert elsewhere.url
    notebook.run("%okx_login sandbox")
    notebook.run("%okx_login demo")
    assert notebook.run("%okx_logout demo").strip() == "logged out: demo · cells use sandbox now"
    assert "[sandbox]" in notebook.run("%%okx\nGET /api/v5/public/time")
    assert notebook.run("%okx_logout sandbox").strip() == "logged out: sandbox"


def test_explain_says_what_a_code_means(notebook: Notebook) -> None:
    """No session is needed to look up a code."""
    assert "never the passphrase" in notebook.run("%okx_explain 50113")


def test_unload_removes_all_of_it(bare_notebook: Notebook) -> None:
    """Load, unload, load: no magic, no setting, no session, no thread is left between."""
    threads = set(threading.enumerate())
    shell = bare_notebook.shell
    for _ in range(2):
        bare_notebook.run("%load_ext okx_magic")
        bare_notebook.run("%okx_login sandbox")
        assert all(shell.find_line_magic(name) for name in MAGICS)
        bare_notebook.run("%unload_ext okx_magic")
        assert not any(shell.find_line_magic(name) for name in MAGICS)
        assert shell.find_cell_magic("okx") is None
        assert not any("Okx" in type(each).__name__ for each in shell.configurables)
        left = [thread for thread in set(threading.enumerate()) - threads if "okx" in thread.name]
        for thread in left:
            thread.join(5)
        assert not any(thread.is_alive() for thread in left)
    gc.collect()


def test_the_same_order_twice_is_a_slip_unless_it_is_meant(sandbox_notebook: Notebook) -> None:
    """Running a cell again within a minute sends nothing; with --again it is a new order with an id of
    its own, never the same one resent.
    """
    cell = f"%%okx\norder = POST /api/v5/trade/order\n{ORDER}"
    sandbox_notebook.run(cell)
    first = sandbox_notebook["order"].clOrdId[0]
    text = sandbox_notebook.run(cell)
    assert isinstance(sandbox_notebook.error, RefusedError)
    assert "the same request was sent 0 s ago" in text
    sandbox_notebook.run(cell.replace("%%okx", "%%okx --again"))
    assert sandbox_notebook["order"].clOrdId[0] != first
    history = sandbox_notebook.run("h = %okx GET /api/v5/trade/orders-history?instType=SPOT")
    assert "2 rows" in history


def test_the_environment_is_left_alone(notebook: Notebook) -> None:
    """Logging in sets no variable that a cell could print."""
    before = dict(os.environ)
    notebook.run("%okx_login sandbox")
    assert notebook.error is None
    assert dict(os.environ) == before


def test_words_may_be_asked_as_a_person_says_them(notebook: Notebook) -> None:
    """A question with an apostrophe, and a text that OKX said, are no mistake of the line."""
    assert "/api/v5/trade/cancel-all-after" in notebook.run("%okx_find dead man's switch")
    assert "50113" in notebook.run("%okx_explain Invalid Sign")
    assert "an OKX code" in notebook.run("%okx_explain --help")


def test_okx_alone_shows_every_magic_by_task(notebook: Notebook) -> None:
    """The map names all magics that are registered, and none that is not."""
    text = notebook.run("%okx")
    known = {
        name
        for names in notebook.shell.magics_manager.magics.values()
        for name in names
        if name.startswith("okx")
    }
    named = set(re.findall(r"%(okx\w*)", text))
    assert named == known
    assert notebook.error is None


def test_the_kill_switch_does_not_take_an_instrument_for_an_account(notebook: Notebook) -> None:
    """It says what it is for, and where the cell for one instrument is; a profile's name is still one."""
    said = notebook.run("%okx_kill ETH-USDT")
    assert isinstance(notebook.error, CellError)
    assert "%okx_find cancel all orders on ETH-USDT" in said
    notebook.run("%okx_kill nosuch")
    assert isinstance(notebook.error, CredentialsError)


def test_the_log_shows_what_failed(notebook: Notebook) -> None:
    """Only that; without the option all that was sent."""
    notebook.run("%okx_login sandbox")
    notebook.run("%okx GET /api/v5/market/ticker?instId=NO-SUCH")
    notebook.run("failed = %okx_log --failed")
    notebook.run("log = %okx_log")
    assert list(notebook["failed"].code) == ["51001"]
    assert len(notebook["log"]) == 2
