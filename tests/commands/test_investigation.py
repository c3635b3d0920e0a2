from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from okx_magic.errors import CellError

if TYPE_CHECKING:
    from conftest import Notebook

    from okx_magic.sandbox import Sandbox

T = "2024-05-06T07:08:09.010Z"
COMPACT = '{"sz":"1","instId":"BTC-USDT"}'
SPACED = '{"sz": "1", "instId": "BTC-USDT"}'
ORDER = f"POST /api/v5/trade/order\n{COMPACT}"
RIGHT = f"{T}POST/api/v5/trade/order{COMPACT}"
SPACES = f"{T}POST/api/v5/trade/order{SPACED}"
HIDDEN = "OK-ACCESS-PASSPHRASE: hidden"
SPACED = "signed with the body as JSON with blanks"

Sign = Callable[..., str]


@pytest.fixture
def sign(elsewhere: Sandbox) -> Sign:
    """The signature of a text under the secret, in three lines of its own."""

    def signed(text: str, secret: str = elsewhere.demo.secret) -> str:
        digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
        return base64.b64encode(digest).decode()

    return signed


@pytest.fixture
def demo(notebook: Notebook, sign: Sign) -> Notebook:
    assert sign
    notebook.run("%okx_login demo")
    return notebook


def test_the_inputs_of_the_last_exchange_are_taken(demo: Notebook, sign: Sign) -> None:
    """Only the signature is given: timestamp, method, target and body are those that were sent."""
    demo.run("%okx GET /api/v5/account/balance?ccy=BTC")
    stamp = accounts_stamp(demo)
    short = sign(f"{stamp}GET/api/v5/account/balance")
    assert "signed with the query left out" in demo.run(f"%okx_debug --check {short}")
    right = sign(f"{stamp}GET/api/v5/account/balance?ccy=BTC")
    assert "the signature is right for these inputs" in demo.run(f"%okx_debug --check {right}")


def accounts_stamp(notebook: Notebook) -> str:
    """The timestamp of the last exchange, as %okx_debug shows it."""
    text = notebook.run("%okx_debug")
    return next(line.split()[1] for line in text.splitlines() if line.startswith("  timestamp "))


def test_an_earlier_exchange_and_another_timestamp(demo: Notebook, sign: Sign) -> None:
    """N chooses the request, --timestamp says when the other signature was made."""
    demo.run("%okx GET /api/v5/account/balance?ccy=BTC")
    demo.run("%okx GET /api/v5/account/positions")
    short = sign(f"{T}GET/api/v5/account/balance")
    text = demo.run(f"%okx_debug 2 --check {short} --timestamp {T}")
    assert "signed with the query left out" in text
    assert "of      GET /api/v5/account/balance?ccy=BTC, number 2 of %okx_debug" in text


CELLS = {
    "a request, the rest on the line": ("--check {signature} --timestamp {T}", ORDER),
    "a request with its headers": (
        "--check",
        f"OK-ACCESS-SIGN: {{signature}}\nOK-ACCESS-TIMESTAMP: {T}\n{HIDDEN}\n{ORDER}",
    ),
    "a printed prehash": ("--check {signature}", RIGHT),
    "a curl command": (
        "--check {signature} --timestamp {T}",
        f"curl -X POST https://www.okx.com/api/v5/trade/order --data-raw '{COMPACT}'",
    ),
}


@pytest.mark.parametrize("case", CELLS)
def test_the_inputs_of_a_cell_are_taken(demo: Notebook, sign: Sign, case: str) -> None:
    """However it was pasted, the mistake is the same."""
    line, cell = CELLS[case]
    wrong, right = sign(SPACES), sign(RIGHT)
    for signature, words in ((wrong, SPACED), (right, "the signature is right")):
        text = demo.run(
            f"%%okx_debug {line.replace('{signature}', signature).replace('{T}', T)}\n"
            + cell.replace("{signature}", signature)
        )
        assert demo.error is None
        assert words in text


def test_variables_of_python_are_taken(demo: Notebook, sign: Sign) -> None:
    """Signature and timestamp as expressions, also of headers by their names, and in the request."""
    demo.shell.user_ns["sent"] = {"OK-ACCESS-SIGN": sign(SPACES), "OK-ACCESS-TIMESTAMP": T}
    demo.shell.user_ns["size"] = "1"
    text = demo.run(
        '%%okx_debug --check {{ sent["OK-ACCESS-SIGN"] }} --timestamp {{ sent["OK-ACCESS-TIMESTAMP"] }}\n'
        + ORDER.replace('"1"', '"{{ size }}"')
    )
    assert demo.error is None
    assert SPACED in text


def test_an_md5_is_called_one(demo: Notebook, sign: Sign) -> None:
    """It has 32 digits, as a secret has, which in small letters OKX gives out to nobody."""
    assert sign
    digest = hashlib.md5(RIGHT.encode(), usedforsecurity=False).hexdigest()
    text = demo.run(f"%%okx_debug --check {digest} --timestamp {T}\n{ORDER}")
    assert "signed with plain MD5 of the prehash, without the secret" in text


def test_what_is_too_short_for_a_signature_is_called_so(demo: Notebook) -> None:
    """At once, with both lengths; no way to sign is tried."""
    text = demo.run(f"%%okx_debug --check abc --timestamp {T}\n{ORDER}")
    assert "this is no signature: 3 characters, and one has 44" in text
    assert "ways to sign" not in text


@pytest.mark.slow
def test_a_foreign_signature_accuses_nobody(demo: Notebook, sign: Sign) -> None:
    """Under another secret nothing is found, and that is said."""
    assert sign
    foreign = base64.b64encode(hashlib.sha256(b"another").digest()).decode()
    text = demo.run(f"%%okx_debug --check {foreign} --timestamp {T}\n{ORDER}")
    assert "no explanation found" in text
    assert "characters" not in text
    text = demo.run(f"%%okx_debug --check {foreign[:-6]} --timestamp {T}\n{ORDER}")
    assert "it has 38 characters, and a signature has 44" in text


@pytest.mark.slow
def test_whose_secret_it_is_can_be_said(demo: Notebook, sign: Sign) -> None:
    """-a names the account; without it the one in use is meant, and the verdict says which."""
    demo.run("%okx_login sandbox")
    cell = f"--check {sign(SPACES)} --timestamp {T}\n{ORDER}"
    assert "no explanation" in demo.run(f"%%okx_debug {cell}")
    text = demo.run(f"%%okx_debug -a demo {cell}")
    assert SPACED in text
    assert "with    the secret of demo (key " in text


@pytest.mark.slow
def test_a_refused_log_in_has_a_secret_to_compute_with(
    notebook: Notebook, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It works without a log-in, when it is needed most: here a secret that lost its last letter."""
    full = sign(RIGHT)
    secret = "0123456789ABCDEF0123456789ABCDE"
    monkeypatch.setenv("OKX_SECRET_KEY", secret)
    notebook.run("%okx_login demo")
    assert notebook.error is not None
    signature = sign(SPACES, secret)
    assert SPACED in notebook.run(f"%%okx_debug --check {signature} --timestamp {T}\n{ORDER}")
    assert "no explanation" in notebook.run(f"%%okx_debug --check {full} --timestamp {T}\n{ORDER}")


def test_two_prehashes_need_no_secret(notebook: Notebook) -> None:
    """The first differing byte is marked, and the mistake between them named, with nobody logged in."""
    text = notebook.run(f"%%okx_debug --compare\n{RIGHT}\n{SPACES}")
    assert "they differ from byte 54 on, in the body" in text
    assert SPACED in text
    assert notebook.shell.magics_manager.registry["OkxMagic"].opened() is None


def test_prehashes_of_several_lines_are_parted_by_dashes(notebook: Notebook) -> None:
    """A body over lines is part of its prehash, and so is a space at its end."""
    long = RIGHT.replace(COMPACT, '{\n "sz": "1"\n}')
    assert "both are the same" in notebook.run(f"%%okx_debug --compare\n{long}\n---\n{long}")
    assert "a blank" in notebook.run(f"%%okx_debug --compare\n{RIGHT} \n{RIGHT}")


def test_prehashes_may_be_expressions(notebook: Notebook) -> None:
    """Text or bytes."""
    notebook.shell.user_ns["mine"], notebook.shell.user_ns["theirs"] = RIGHT, SPACES.encode()
    assert SPACED in notebook.run("%%okx_debug --compare\n{{ mine }}\n{{ theirs }}")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("%okx_debug --check", "which signature"),
        ("%okx_debug --compare", "--compare needs a cell"),
        ("%%okx_debug\nGET /api/v5/account/balance", "needs --check or --compare"),
        ("%%okx_debug --compare\nonly one", "the cell has 1"),
        ("%%okx_debug --compare\n1\n2\n3", "the cell has 3"),
        ("%%okx_debug --check AAAA\nGET /api/v5/account/balance", "there is no timestamp"),
        (f"%%okx_debug --check --timestamp {T}\nGET /api/v5/account/balance", "no signature"),
        (f"%%okx_debug --check AAAA --timestamp {T}\nGET /x\nGET /y", "the cell has 2"),
        (f"%%okx_debug --check AAAA --timestamp {T}\nnonsense", "line"),
        ("%okx_debug 99 --check AAAA", "there are"),
    ],
)
def test_bad_input_is_said(demo: Notebook, cell: str, words: str) -> None:
    """What is missing or too much is named, and nothing is computed."""
    assert words in demo.run(cell)
    assert isinstance(demo.error, CellError)


def test_an_unsigned_request_needs_a_timestamp(demo: Notebook, sign: Sign) -> None:
    """A public request has none of its own."""
    demo.run("%okx GET /api/v5/public/time")
    assert "--timestamp" in demo.run("%okx_debug --check AAAA")
    assert isinstance(demo.error, CellError)
    right = sign(f"{T}GET/api/v5/public/time")
    assert "is right" in demo.run(f"%okx_debug --check {right} --timestamp {T}")


def test_without_an_account_there_is_nothing_to_compute_with(notebook: Notebook) -> None:
    """No sandbox is started for it: its secret would be nobody's."""
    text = notebook.run(f"%%okx_debug --check AAAA --timestamp {T}\n{ORDER}")
    assert "nobody is logged in" in text
    assert "--compare needs none" in text


def test_a_pasted_passphrase_is_refused_and_forgotten(demo: Notebook) -> None:
    """It is not read, and neither output, memory nor the history file keeps it."""
    cell = f"OK-ACCESS-PASSPHRASE: hunter2hunter2\nOK-ACCESS-SIGN: AAAA\n{ORDER}"
    text = demo.run(f"%%okx_debug --check\n{cell}")
    assert isinstance(demo.error, CellError)
    history = demo.shell.history_manager
    kept = text + repr(history.input_hist_raw) + repr(history.input_hist_parsed)
    kept += repr({k: v for k, v in demo.shell.user_ns.items() if k.startswith("_i")})
    assert "hunter2" not in kept


@pytest.mark.slow
def test_no_verdict_holds_a_secret(demo: Notebook, sign: Sign, elsewhere: Sandbox) -> None:
    """Neither of the three values is in what is said, whatever was found."""
    for text in (SPACES, RIGHT, "anything"):
        said = demo.run(f"%%okx_debug --check {sign(text)} --timestamp {T}\n{ORDER}") + demo.html
        values = (elsewhere.demo.key, elsewhere.demo.secret, elsewhere.demo.passphrase)
        assert not any(value in said for value in values)
