"""What a person sees of a request that fails: a short block in each mode of tracebacks, without a secret;
and what a program finds in the exception.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic.catalogue import endpoints
from okx_magic.errors import OkxMagicError
from okx_magic.sandbox.faults import FAULTS

if TYPE_CHECKING:
    from conftest import Notebook

    from okx_magic.sandbox import Sandbox

Keys = Any
XMODES = ("Plain", "Context", "Verbose", "Minimal")
# What is no failure of a GET, or a slow one.
MILD = {"hang", "slow", "delay", "late", "twice", "skew", "no-data"}
CODES = (
    *("50001", "50004", "50011", "50013", "50026", "50040", "50061", "50100", "50101", "50102"),
    *("50103", "50104", "50105", "50106", "50107", "50110", "50111", "50112", "50113", "50119"),
    *("50120", "51000", "51001", "51008", "51016", "51020", "51054", "51149", "51603", "50014"),
)
# Each another path, so that no limit holds one up.
PATHS = [path for (method, path), known in endpoints().items() if method == "GET" and known.private]
ASKING = "%%okx\nGET {1}?fault={0}\nx-sandbox-fault: {0}"
ORDERING = (
    "%%okx\nPOST /api/v5/trade/order\nx-sandbox-fault: {0}\n"
    '{{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","px":"1","sz":"0.{1}"}}'
)
WRONG = (
    "%%okx\nGET /api/v5/account/nothing",
    "%%okx\nPOST /api/v5/trade/order\n{not json}",
    "%%okx\nGET /api/v5/market/ticker?instId={{ 1/0 }}",
    "%%okx -a nobody\nGET /api/v5/account/balance",
    "%okx_login nobody",
    "%okx_live",
    "%okx --nothing",
    "%%okx\nGET https://evil.example/api/v5/account/balance",
    "%%okx\nPOST /api/v5/asset/withdrawal\n{}",
    "%okx_login demo --from=nowhere",
)
LOST = tuple(
    f"{fault}-before" for fault in ("reset", "half", "html", "empty", "502", "50001", "51149")
)
# What happens to streams happens to no request.
ALL = dict.fromkeys(
    (*(name for name, fault in FAULTS.items() if name not in MILD and not fault.stream), *CODES)
)
FAILURES = [
    *(ASKING.format(fault, path) for fault, path in zip(ALL, PATHS, strict=False)),
    *(ORDERING.format(fault, number) for number, fault in enumerate(LOST, 1)),
    *WRONG,
]
# What is said on the way, before anything fails.
NOTICES = ("waiting ", "note: ")
# The lines under the first one, each with what it is.
LABELS = ("means", "item", "checked", "order", "try")


def all_of(error: BaseException) -> str:
    """Whatever a program can find in an exception and in what it drags along."""
    chain: list[BaseException] = []
    queue: list[BaseException | None] = [error]
    while queue:
        link = queue.pop()
        if link is not None and link not in chain:
            chain.append(link)
            queue += [link.__cause__, link.__context__]
    texts = [f"{each!r} {each} {each.args!r} {vars(each)!r}" for each in chain]
    return "\n".join([*texts, repr(pickle.dumps(error))])


def test_there_are_enough_of_them() -> None:
    """At least 60."""
    assert len(set(FAILURES)) == len(FAILURES) >= 60


@pytest.mark.parametrize("xmode", XMODES)
def test_a_failure_is_a_short_block(notebook: Notebook, keys: Keys, xmode: str) -> None:
    """In each mode, and in %tb, one line says what happened, and where OKX or a check has more to say, or
    there is a way out, a labelled line each does. No line of Python, and no secret.
    """
    _, secrets = keys
    notebook.run("%okx_login demo")
    assert notebook.error is None
    notebook.run(f"%xmode {xmode}")
    for cell in FAILURES:
        text = notebook.run(cell)
        error = notebook.error
        assert isinstance(error, OkxMagicError), cell
        again = notebook.run("%tb Verbose")
        for shown in (text, again):
            lines = [line for line in shown.splitlines() if line and not line.startswith(NOTICES)]
            assert lines[0].startswith(type(error).__name__), shown
            assert [line for line in lines[1:] if line.split()[0] not in LABELS] == [], shown
            assert len(lines) <= 6, shown
        assert len(error.message) <= 160, error.message
        for secret in secrets:
            assert secret not in text + again, cell
            assert secret not in all_of(error), cell


def naive_cell(sandbox: Sandbox) -> str:
    """A request as one would write it, to a port where nobody answers."""
    return (
        "import requests\n"
        f"secret, passphrase = {sandbox.demo.secret!r}, {sandbox.demo.passphrase!r}\n"
        "def place(secret, passphrase):\n"
        "    headers = {'OK-ACCESS-PASSPHRASE': passphrase}\n"
        "    return requests.get('http://127.0.0.1:9', headers=headers, timeout=1)\n"
        "place(secret, passphrase)"
    )


@pytest.mark.slow
def test_a_naive_cell_shows_them_in_its_traceback(notebook: Notebook, keys: Keys) -> None:
    """The control: the verbose traceback of a plain call prints the passphrase, in a hundred lines."""
    sandbox, secrets = keys
    notebook.run("%xmode Verbose")
    text = notebook.run(naive_cell(sandbox))
    assert secrets[1] in text
    assert len(text.splitlines()) > 100
