"""The script that signs the last request again, in a real bash."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from cases import account, exchange

from okx_magic.advice.trace import curl, signing_script
from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import OkxError
from okx_magic.model import Request
from okx_magic.sandbox import Sandbox
from okx_magic.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


MISSING = [name for name in ("bash", "openssl", "curl") if shutil.which(name) is None]
BASH = shutil.which("bash") or "bash"
needs_programs = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
REQUESTS = {
    "a GET with a query": ("GET", "/api/v5/account/balance?ccy=BTC,USDT", ""),
    "escapes in a query": ("GET", "/api/v5/account/balance?ccy=BTC%2CUSDT", ""),
    "brackets that curl would expand": ("GET", "/api/v5/account/balance?ccy=%5B1-3%5D", ""),
    "a POST without a body": ("POST", "/api/v5/trade/order", ""),
    "quotes, Unicode and the shell's own characters": (
        "POST",
        "/api/v5/trade/order",
        """{"instId": "BTC-USDT", "tag": "it's $HOME `id` \\\\ \\" 龙 ü %s !", "sz": "1"}""",
    ),
    "a body over lines": ("POST", "/api/v5/trade/order", '{\n  "instId": "BTC-USDT"\n}\n'),
    "an array": ("POST", "/api/v5/trade/batch-orders", '[{"instId": "NO-SUCH"}]'),
}
# The codes that the gate gives before anything else is looked at.
_AT_THE_DOOR = tuple(str(code) for code in range(50100, 50120))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(limits=False) as running:
        yield running


@pytest.fixture
def session(sandbox: Sandbox) -> Iterator[Session]:
    keys = sandbox.demo
    credentials = Credentials(keys.key, keys.secret, keys.passphrase)
    with Session(Account("demo", "demo", credentials, sandbox.url, "a test")) as opened:
        yield opened


def run(script: str, sandbox: Sandbox, **environ: str) -> subprocess.CompletedProcess[str]:
    """The script in a shell of its own, with the sandbox's credentials in the environment."""
    keys = sandbox.demo
    credentials = {
        "OKX_API_KEY": keys.key,
        "OKX_SECRET_KEY": keys.secret,
        "OKX_PASSPHRASE": keys.passphrase,
    }
    return subprocess.run(
        [BASH, "-c", script],
        env={**os.environ, **credentials, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@needs_programs
@pytest.mark.parametrize("case", REQUESTS)
def test_the_script_signs_what_okx_accepts(sandbox: Sandbox, session: Session, case: str) -> None:
    """bash, openssl and curl make a signature of their own, and the gate lets the request pass."""
    method, target, body = REQUESTS[case]
    try:
        session.request(method, target, body)  # type: ignore[arg-type]  # from a table
        code = "0"
    except OkxError as error:
        code = error.envelope.code
    done = run(signing_script(session.log[-1], session.account), sandbox)
    assert done.returncode == 0
    answered = json.loads(done.stdout)["code"]
    assert answered not in _AT_THE_DOOR
    # A second order with the same clOrdId is refused as such: it was understood.
    assert (answered == "0") == (code == "0") or method == "POST"
    assert f"Z{method}{target}{session.log[-1].request.body}" in done.stderr


@needs_programs
def test_control_a_wrong_secret_is_refused(sandbox: Sandbox, session: Session) -> None:
    """The gate does look at what the script signed."""
    session.request("GET", "/api/v5/account/balance")
    script = signing_script(session.log[-1], session.account)
    assert '"50113"' in run(script, sandbox, OKX_SECRET_KEY="F" * 32).stdout


@needs_programs
def test_without_credentials_nothing_is_sent(sandbox: Sandbox, session: Session) -> None:
    """An unset variable is named, and curl does not run."""
    session.request("GET", "/api/v5/account/balance")
    script = signing_script(session.log[-1], session.account)
    done = run(script, sandbox, OKX_PASSPHRASE="")
    assert done.returncode != 0
    assert "OKX_PASSPHRASE" in done.stderr
    assert not done.stdout


@needs_programs
def test_the_list_of_processes_shows_the_secret_to_openssl_alone(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    """Of all that programs are started with, only one argument of openssl is secret, as it says."""
    for name in ("openssl", "curl", "date"):
        program = tmp_path / name
        program.write_text(
            f'#!/bin/bash\nprintf "%s\\n" "{name} $*" >>"{tmp_path}/started"\n'
            f'exec {shutil.which(name)} "$@"\n'
        )
        program.chmod(0o755)
    session.request("GET", "/api/v5/account/balance")
    script = signing_script(session.log[-1], session.account)
    done = run(script, sandbox, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert '"code":"0"' in done.stdout
    started = (tmp_path / "started").read_text().splitlines()
    keys = sandbox.demo
    assert [line.split()[0] for line in started if keys.secret in line] == ["openssl"]
    assert "curl" in {line.split()[0] for line in started}
    assert not any(keys.key in line or keys.passphrase in line for line in started)


def test_the_script_itself_is_free_of_secrets(sandbox: Sandbox, session: Session) -> None:
    """What stands in the notebook's output holds none of the three values."""
    session.request("GET", "/api/v5/account/balance")
    keys = sandbox.demo
    text = signing_script(session.log[-1], session.account)
    text += curl(session.log[-1].request, session.log[-1].sent, session.account)
    assert not any(value in text for value in (keys.key, keys.secret, keys.passphrase))


def test_the_script_says_what_to_mind() -> None:
    """That a POST is sent once more, that a clock is off, and that expTime has passed."""
    headers = (("expTime", "1714979299010"),)
    order = Request("POST", "/api/v5/trade/order", "{}", headers)
    text = signing_script(exchange(order, offset=-90_000), account())
    assert "# It sends the POST once more." in text
    assert "# Add -90 s to the timestamp" in text
    assert "# expTime is left out" in text
    assert "1714979299010" not in text


def test_a_proxy_is_named_without_its_password() -> None:
    """The script goes the way that the request went."""
    through = account(proxy="http://me:hunter2@proxy.example:3128", ca_bundle="/etc/it's.pem")
    text = signing_script(exchange(), through)
    assert "--proxy 'http://proxy.example:3128' --cacert '/etc/it'\\''s.pem'" in text
    assert "hunter2" not in text


@needs_programs
def test_nothing_in_a_request_becomes_a_command(tmp_path: Path) -> None:
    """A path with a line break, a body with quotes and a header with both stay words."""
    bad = f"'; touch {tmp_path}/done; '\ntouch {tmp_path}/done\n$(touch {tmp_path}/done)"
    request = Request("POST", f"/api/v5/x{bad}", bad, (("x-note", bad),))
    script = signing_script(exchange(request), account(base_url="https://www.okx.com"))
    # curl must not leave this machine.
    (tmp_path / "curl").write_text("#!/bin/sh\nexit 0\n")
    (tmp_path / "curl").chmod(0o755)
    environ = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "OKX_API_KEY": "k"}
    environ |= {"OKX_SECRET_KEY": "s", "OKX_PASSPHRASE": "p"}
    subprocess.run([BASH, "-c", script], env=environ, check=True, capture_output=True, timeout=30)
    assert not (tmp_path / "done").exists()
