from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from cases import KEY, PASSPHRASE, SECRET, SENT_AT, TIMESTAMP, account, exchange, sent
from hypothesis import given
from hypothesis import strategies as st

from okx_magic.advice.trace import curl, signing_script, trace
from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import OkxError
from okx_magic.model import Exchange, Request, Sent
from okx_magic.sandbox import Sandbox
from okx_magic.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


ORDER = Request(
    "POST", "/api/v5/trade/order", '{"instId": "BTC-USDT", "note": "ü \' 龙"}', (("expTime", "1"),)
)


def part(name: str, which: Exchange) -> tuple[bool | None, str]:
    """Whether the part keeps its rule, and what was found."""
    found = next(each for each in trace(which, account()).parts if each.name == name)
    return found.kept, found.found


def changed(**changes: str | bytes) -> Exchange:
    """An exchange of which other bytes were signed than sent."""
    return exchange(sent=dataclasses.replace(sent(exchange().request), **changes))


def test_the_parts_make_the_signature() -> None:
    """The HMAC of the joined parts under the secret gives digest and signature."""
    seen = trace(exchange(ORDER), account())
    joined = "".join(part.text for part in seen.parts).encode()
    digest = hmac.new(SECRET.encode(), joined, hashlib.sha256).digest()
    assert [part.name for part in seen.parts] == ["timestamp", "method", "target", "body"]
    assert seen.size == len(joined)
    assert seen.digest == digest.hex()
    assert seen.signature == base64.b64encode(digest).decode()
    assert all(part.kept for part in seen.parts)


def test_the_title_says_how_it_ended() -> None:
    """Request, HTTP status and OKX's answer; of an answer that never came, that."""
    assert (
        trace(exchange(ORDER), account()).title
        == "POST /api/v5/trade/order · HTTP 401 · 50113 Invalid Sign"
    )
    lost = exchange(code="", outcome="no complete answer within 15 s", status=None)
    assert "· no answer · no complete" in trace(lost, account()).title


def test_no_secret_is_in_it() -> None:
    """Neither key, secret nor passphrase; the key is shortened, the passphrase named hidden."""
    text = repr(trace(exchange(ORDER), account()))
    assert not any(secret in text for secret in (KEY, SECRET, PASSPHRASE))
    assert "985…083" in text
    assert "('OK-ACCESS-PASSPHRASE', 'hidden')" in text


@pytest.mark.parametrize(
    ("timestamp", "kept"),
    [
        (TIMESTAMP, True),
        ("2024-05-06T07:08:39.009Z", True),
        ("2024-05-06T07:08:40.000Z", False),
        ("2024-05-06T07:07:39.000Z", False),
        ("2024-05-06T07:08:09Z", False),
        ("2024-05-06T07:08:09.010+00:00", False),
        ("1714979289010", False),
    ],
)
def test_a_timestamp_has_one_form_and_is_fresh(timestamp: str, kept: bool) -> None:  # noqa: FBT001 - a table
    """24 characters with milliseconds and Z, within 30 s of the exchange's clock."""
    assert part("timestamp", changed(timestamp=timestamp))[0] is kept


def test_the_clock_that_counts_is_the_exchanges() -> None:
    """A computer an hour behind has a timestamp an hour ahead of its own clock, and that is right."""
    behind = exchange(sent_at=SENT_AT - 3600, offset=3_600_000)
    kept, found = part("timestamp", behind)
    assert kept
    assert "3600.0 s behind the exchange's" in found
    assert part("timestamp", exchange(sent_at=SENT_AT - 3600, offset=0))[0] is False


@pytest.mark.parametrize(
    ("target", "kept", "words"),
    [
        ("/api/v5/account/balance?ccy=BTC,ETH", True, "the catalogue has the path"),
        ("/api/v5/account/balance?ccy=BTC%2CETH", True, "the catalogue has the path"),
        ("/api/v5/account/balances", True, "near it: /api/v5/account/balance"),
        ("https://www.okx.com/api/v5/account/balance", False, "does not begin with /api/v5/"),
        ("/account/balance", False, "does not begin with /api/v5/"),
        ("/api/v5/account/balance?ccy=BTC ETH", False, "character 32 must be percent-encoded"),
        ("/api/v5/account/balance?ccy=é", False, "must be percent-encoded"),
        ("/api/v5/account/balance?ccy=%zz", False, "must be percent-encoded"),
        ("/api/v5/account/balance#top", False, "must be percent-encoded"),
        ("/api/v5/account/balance?", False, "a bare ?"),
        ("/api/v5//account/balance", False, "//"),
        ("/api/v5/account/../balance", False, "/../"),
    ],
)
def test_a_target_is_what_travels(target: str, kept: bool, words: str) -> None:  # noqa: FBT001 - a table
    """From /api/v5/ on, percent-encoded, nothing that a library would change; and known, or what is
    near it.
    """
    found = part("target", exchange(Request("GET", target)))
    assert found[0] is kept
    assert words in found[1]


@pytest.mark.parametrize(
    ("request_", "kept", "words"),
    [
        (Request("GET", "/api/v5/account/balance"), True, "no body"),
        (Request("POST", "/api/v5/trade/order"), True, "no body"),
        (ORDER, True, "42 bytes of JSON"),
        (Request("POST", "/api/v5/trade/order", "[]"), True, "2 bytes"),
        (Request("GET", "/api/v5/account/balance", '{"ccy":"BTC"}'), False, "a GET with a body"),
        (Request("POST", "/api/v5/trade/order", "{'sz': 1}"), False, "not JSON"),
        (Request("POST", "/api/v5/trade/order", "sz=1"), False, "not JSON"),
        (Request("POST", "/api/v5/trade/order", '"{}"'), False, "encoded twice"),
    ],
)
def test_a_body_is_json_and_only_of_a_post(request_: Request, kept: bool, words: str) -> None:  # noqa: FBT001 - a table
    """JSON text, an object or an array; a GET has none."""
    found = part("body", exchange(request_))
    assert found[0] is kept
    assert words in found[1]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("method", {"method": "get"}),
        ("target", {"target": "/api/v5/account/balance"}),
        ("body", {"body": b"{}"}),
    ],
)
def test_what_was_signed_is_what_was_sent(name: str, changes: dict[str, str | bytes]) -> None:
    """A part that was signed in another form than it was sent does not keep its rule; all others do."""
    seen = trace(changed(**changes), account())
    assert [part.name for part in seen.parts if part.kept is False] == [name]


def test_an_unsigned_request_has_no_signature() -> None:
    """A public endpoint has no timestamp, no HMAC and no OK-ACCESS header."""
    seen = trace(exchange(Request("GET", "/api/v5/public/time"), signed=False), account())
    assert (seen.size, seen.digest, seen.signature) == (0, "", "")
    assert seen.parts[0].kept is None
    assert "OK-ACCESS" not in repr(seen.headers) + seen.curl


@given(st.text(), st.text(), st.text(), st.text())
def test_nothing_that_was_signed_breaks_it(
    timestamp: str, method: str, target: str, body: str
) -> None:
    """Whatever stands in the parts, there is a trace of it, with the parts as they are."""
    signed = Sent(method, target, body.encode(), timestamp, "AAAA")
    parts = trace(exchange(sent=signed), account()).parts
    assert [part.text for part in parts] == [timestamp, method, target, body]


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
