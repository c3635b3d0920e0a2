from __future__ import annotations

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from desk import accounts, log_in_by

from okx_magic.errors import CellError, OkxError, TransportError
from okx_magic.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Notebook

    Answering = Callable[[str], list[str]]


WRONG = "F" * 32


def test_the_last_exchange_is_shown(sandbox_notebook: Notebook) -> None:
    """Without a number the last one, with 2 the one before; as text and as HTML."""
    sandbox_notebook.run("%okx GET /api/v5/account/balance?ccy=BTC")
    sandbox_notebook.run("%okx GET /api/v5/market/ticker?instId=NO-SUCH")
    last = sandbox_notebook.run("%okx_debug")
    assert last.startswith("[sandbox] GET /api/v5/market/ticker · HTTP 200 · 51001 ")
    assert "no OK-ACCESS headers were sent" in last
    before = sandbox_notebook.run("%okx_debug 2")
    assert "GET /api/v5/account/balance · HTTP 200 · ok" in before
    assert "/api/v5/account/balance?ccy=BTC" in before
    assert "border-bottom:2px" in sandbox_notebook.html


def test_a_refused_log_in_can_be_looked_into(
    notebook: Notebook, elsewhere: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is logged in, and still the exchange is there, with what was checked."""
    assert elsewhere.url
    monkeypatch.setenv("OKX_SECRET_KEY", WRONG)
    block = notebook.run("%okx_login demo")
    assert isinstance(notebook.error, OkxError)
    assert notebook.error.checked
    assert "checked ? secret: OKX has accepted nothing signed with it" in block
    assert "checked ✓ parts: method, target and body keep their rules" in block
    text = notebook.run("%okx_debug")
    assert text.startswith("[demo] GET /api/v5/account/config · HTTP 401 · 50113 Invalid Sign")
    assert "checked   ? secret" in text
    # The list that %okx_debug counts in.
    notebook.run("log = %okx_log")
    assert list(notebook["log"].code) == ["50113"]
    assert accounts(notebook).current is None


def test_logging_out_or_in_forgets_the_refused_one(
    notebook: Notebook, elsewhere: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its credentials are kept no longer than the question of why it was refused."""
    for way in ("%okx_logout", "%okx_login sandbox"):
        monkeypatch.setenv("OKX_SECRET_KEY", WRONG)
        notebook.run("%okx_login demo")
        assert accounts(notebook).refused is not None
        notebook.run(way)
        assert accounts(notebook).refused is None
    assert elsewhere.url


def test_an_account_has_its_own_exchanges(notebook: Notebook, elsewhere: Sandbox) -> None:
    """-a chooses among those of one account; without it the last of all counts."""
    assert elsewhere.url
    notebook.run("%okx_login demo")
    notebook.run("%okx_login sandbox")
    assert notebook.run("%okx_debug").startswith("[sandbox]")
    assert notebook.run("%okx_debug 2").startswith("[demo]")
    assert notebook.run("%okx_debug -a demo").startswith("[demo]")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("%okx_debug", "nothing was sent yet"),
        ("%okx_debug 2", "nothing was sent yet"),
        ("%okx_debug last", "invalid int"),
        ("%okx_debug -a nobody", "nothing was sent by nobody yet"),
    ],
)
def test_bad_input_is_one_line(notebook: Notebook, line: str, words: str) -> None:
    """What cannot be shown is said so."""
    assert words in notebook.run(line)
    assert isinstance(notebook.error, CellError)


@pytest.mark.parametrize("line", ["%okx_debug 0", "%okx_debug 99", "%okx_debug -3"])
def test_a_number_beyond_the_log_is_refused(sandbox_notebook: Notebook, line: str) -> None:
    """There is no exchange before the first or after the last."""
    sandbox_notebook.run(line)
    assert isinstance(sandbox_notebook.error, CellError)


@pytest.mark.parametrize("option", ["", "--curl", "--report"])
def test_no_output_holds_a_secret(notebook: Notebook, elsewhere: Sandbox, option: str) -> None:
    """Trace, script and report, text and HTML: neither key, secret nor passphrase."""
    notebook.run("%okx_login demo")
    text = notebook.run(f"%okx_debug {option}") + notebook.html
    keys = elsewhere.demo
    assert "account/config" in text
    assert not any(value in text for value in (keys.key, keys.secret, keys.passphrase))


def test_a_report_names_what_is_installed_and_set(notebook: Notebook, elsewhere: Sandbox) -> None:
    """Versions and names of variables, never a value; the same pseudonyms in the next one."""
    assert elsewhere.url
    notebook.run("%okx_login demo")
    text = notebook.run("%okx_debug --report")
    assert "okx_magic 0" in text
    assert f"Python {sys.version.split()[0]}" in text
    assert "OKX_SECRET_KEY" in text
    assert "may       read_only,trade" in text
    names = [line for line in text.splitlines() if "«secret" in line]
    assert names
    assert [line for line in notebook.run("%okx_debug --report").splitlines() if line in names]


def test_a_loop_of_refusals_asks_the_time_once(
    notebook: Notebook, elsewhere: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is checked is what is known: no refusal costs another request."""
    assert elsewhere.url
    notebook.run("%okx_login demo")
    session = accounts(notebook).session()
    sent: list[str] = []
    send = session.connection.transport.send

    def counted(request: object, *rest: object, **more: object) -> object:
        sent.append(str(request))
        return send(request, *rest, **more)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(session.connection.transport, "send", counted)
    monkeypatch.setattr(
        "okx_magic.credentials.credentials.signature", lambda *_: "AAAA", raising=True
    )
    for _ in range(5):
        with pytest.raises(OkxError) as caught:
            session.request("GET", "/api/v5/account/balance")
        assert caught.value.code == "50113"
        assert caught.value.checked
    assert sent == ["GET /api/v5/account/balance"] * 5


def test_success_never_loads_what_explains_failure() -> None:
    """A request that is answered costs nothing of the debugger."""
    code = (
        "import sys, okx_magic\n"
        "with okx_magic.connect('sandbox') as okx:\n"
        "    okx.request('GET', '/api/v5/account/balance')\n"
        "print([name for name in sys.modules if name.startswith('okx_magic.advice')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_explain_checks_what_it_can(sandbox_notebook: Notebook) -> None:
    """Once somebody is logged in, a code comes with what is known here; WebSocket codes, too."""
    assert "checked ✓ clock: this computer's clock " in sandbox_notebook.run("%okx_explain 60006")
    assert "checked ? site: asked at 127.0.0.1" in sandbox_notebook.run("%okx_explain 60032")
    sandbox_notebook.run("%okx_logout")
    assert "checked" not in sandbox_notebook.run("%okx_explain 60006")


@pytest.mark.parametrize(
    ("options", "cell", "code", "words"),
    [
        (
            {"permissions": ("read_only",)},
            "POST /api/v5/trade/order\n{}",
            "50120",
            "checked ✗ permission: the endpoint needs Trade; the key may read",
        ),
        (
            {"faults": "every GET /api/v5/account/balance: 50102"},
            "GET /api/v5/account/balance",
            "50102",
            "exchange's, and the timestamp was corrected by that; the answer has no date to compare",
        ),
        (
            {},
            "POST /api/v5/trade/order\nexpTime: 1714979289\n{}",
            "50036",
            "checked ✗ expTime: 1714979289 is not in milliseconds since 1970",
        ),
    ],
)
def test_refusals_of_the_sandbox_are_checked(
    notebook: Notebook,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, Any],
    cell: str,
    code: str,
    words: str,
) -> None:
    """What an exchange refuses for a real reason is traced to that reason, under the cell."""
    with Sandbox.start(**options) as sandbox:
        log_in_by(monkeypatch, sandbox, sandbox.url)
        notebook.run("%okx_login demo")
        assert notebook.error is None
        block = notebook.run(f"%%okx --force\n{cell}")
    assert isinstance(notebook.error, OkxError)
    assert notebook.error.code == code
    assert words in block


def test_an_address_that_the_key_is_not_bound_to_is_named(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that the exchange saw, out of its own message."""
    with Sandbox.start(addresses=("203.0.113.7",)) as sandbox:
        log_in_by(monkeypatch, sandbox, sandbox.url)
        block = notebook.run("%okx_login demo")
    assert "50110" in block
    assert "checked ? address: OKX saw 127.0.0.1, an IPv4 address" in block


def test_a_page_in_place_of_json_is_traced(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A portal that answers everything with HTML is found at the first question for the time."""

    class Portal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<html><script>alert(1)</script>")

        def log_message(self, *_: object) -> None:
            """Be silent."""

    server = HTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with Sandbox.start() as sandbox:
        log_in_by(monkeypatch, sandbox, f"http://127.0.0.1:{server.server_port}")
    block = notebook.run("%okx_login demo")
    server.shutdown()
    server.server_close()
    assert isinstance(notebook.error, TransportError)
    assert "checked ✗ answer: HTTP 200, from BaseHTTP" in block
    assert "text/html: HTML came instead of JSON" in block
    assert "GET /api/v5/public/time · HTTP 200" in notebook.run("%okx_debug")
