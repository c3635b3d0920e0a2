"""A client that is copied from page to page signs one text and sends another. Each way in which it
does so, and what okx_magic makes of the same request; the judge is the sandbox's gate.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import CellError, CredentialsError, OkxError, OkxMagicError, RefusedError
from okx_magic.sandbox import Sandbox
from okx_magic.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conftest import Notebook

    from okx_magic.sandbox.keys import Keys

BALANCE = "/api/v5/account/balance"
ORDER = "/api/v5/trade/order"
BAD_SIGN = "50113"

# What the client is asked to send: method, path and body.
ASKED: dict[str, tuple[str, str, Any]] = {
    "a space in the query": ("GET", f"{BALANCE}?ccy=BTC, ETH", None),
    "Chinese in the query": ("GET", f"{BALANCE}?ccy=龙虾", None),
    "an accent in the query": ("GET", f"{BALANCE}?ccy=é", None),
    "braces in the query": ("GET", f"{BALANCE}?ccy={{}}", None),
    "brackets in the query": ("GET", f"{BALANCE}?ccy=a|b", None),
    "a quote in the query": ("GET", f'{BALANCE}?ccy="BTC"', None),
    "angles in the query": ("GET", f"{BALANCE}?ccy=<BTC>", None),
    "a caret in the query": ("GET", f"{BALANCE}?ccy=^", None),
    "a backslash in the query": ("GET", f"{BALANCE}?ccy=\\", None),
    "a broken escape": ("GET", f"{BALANCE}?ccy=%zz", None),
    "an escape in small letters": ("GET", f"{BALANCE}?ccy=BTC%2cETH", None),
    "an escape that needs none": ("GET", f"{BALANCE}?ccy=%7E", None),
    "a bare question mark": ("GET", f"{BALANCE}?", None),
    "a fragment": ("GET", f"{BALANCE}#top", None),
    "a dot in the path": ("GET", "/api/v5/./account/balance", None),
    "two dots in the path": ("GET", "/api/v5/trade/../account/balance", None),
    "parameters of a GET as a body": ("GET", BALANCE, {"ccy": "BTC"}),
    "an empty object as a body": ("POST", ORDER, {}),
    "an empty array as a body": ("POST", ORDER, []),
}


def snippet(
    base_url: str, keys: Keys, method: str, path: str, body: Any = None
) -> requests.Response:
    """The client: it signs the path as given and the body as it would write it, and leaves both to
    the library to be written once more.
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    text = json.dumps(body) if body else ""
    prehash = now + method.upper() + path + text
    digest = hmac.new(keys.secret.encode(), prehash.encode(), hashlib.sha256).digest()
    headers = {
        "OK-ACCESS-KEY": keys.key,
        "OK-ACCESS-SIGN": base64.b64encode(digest).decode(),
        "OK-ACCESS-TIMESTAMP": now,
        "OK-ACCESS-PASSPHRASE": keys.passphrase,
        "x-simulated-trading": "1",
    }
    if method == "GET":
        return requests.get(base_url + path, headers=headers, timeout=5)
    return requests.post(base_url + path, headers=headers, json=body, timeout=5)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(limits=False) as running:
        yield running


def session(sandbox: Sandbox, **changes: Any) -> Session:
    keys = sandbox.demo
    values = {"secret": keys.secret, "passphrase": keys.passphrase, **changes}
    credentials = Credentials(keys.key, values["secret"], values["passphrase"])
    base_url = changes.get("base_url", sandbox.url)
    return Session(Account("demo", "demo", credentials, base_url, "a test"))


def code_of(send: Callable[[], Any]) -> str:
    """OKX's code, "0" for a success and "refused" for what did not leave."""
    try:
        send()
    except OkxError as error:
        return error.envelope.code
    except (RefusedError, CellError):
        return "refused"
    return "0"


@pytest.mark.parametrize("case", ASKED)
def test_control_the_snippet_is_refused(sandbox: Sandbox, case: str) -> None:
    """The same request by the snippet: 50113 at the gate, of which these are the usual causes."""
    answer = snippet(sandbox.url, sandbox.demo, *ASKED[case])
    assert answer.json()["code"] == BAD_SIGN


@pytest.mark.parametrize("case", ASKED)
def test_python_sends_what_it_signs(sandbox: Sandbox, case: str) -> None:
    """A session either sends a request that the gate accepts as signed, or refuses to send it."""
    method, path, body = ASKED[case]
    with session(sandbox) as okx:
        text = "" if body is None else body
        code = code_of(lambda: okx.request(method, path, text))  # type: ignore[arg-type]  # a table
    assert code != BAD_SIGN


@pytest.mark.parametrize("case", ASKED)
def test_a_cell_sends_what_it_signs(sandbox_notebook: Notebook, case: str) -> None:
    """The same as a cell: query lines are encoded and accepted, what cannot be meant is refused."""
    method, path, body = ASKED[case]
    path, _, query = path.partition("?")
    lines = [f"{method} {path}", *([f"  ?{query}"] if query else [])]
    lines += [json.dumps(body)] if body is not None else []
    sandbox_notebook.run("%%okx --force\n" + "\n".join(lines))
    error = sandbox_notebook.error
    assert error is None or isinstance(error, OkxMagicError)
    assert not (isinstance(error, OkxError) and error.code == BAD_SIGN)


@pytest.mark.parametrize(
    "query", ["BTC, ETH", "龙虾", "é", "a|b", '"BTC"', "<BTC>", "^", "\\", "BTC%2cETH", "%7E"]
)
def test_a_cell_encodes_what_cannot_travel(sandbox_notebook: Notebook, query: str) -> None:
    """What the snippet cannot even ask for is asked for, signed as it travels."""
    sandbox_notebook.run(f"%%okx -q found\nGET {BALANCE}\n  ?ccy={query}")
    assert sandbox_notebook.error is None


@pytest.mark.parametrize("method", ["get", "Get", "post"])
def test_a_method_in_small_letters_is_sent_as_it_is_signed(sandbox: Sandbox, method: str) -> None:
    """The snippet signs GET and then finds no way to send it; here it is one method in both places."""
    path = BALANCE if method.lower() == "get" else ORDER
    with session(sandbox) as okx:
        code = code_of(lambda: okx.request(method, path))  # type: ignore[arg-type]  # wrong on purpose
        assert code != BAD_SIGN
        assert okx.log[-1].sent is not None
        assert okx.log[-1].sent.method == method.upper()


def test_a_base_url_with_a_path_is_refused(sandbox: Sandbox) -> None:
    """/api/v5 in the base URL leaves it out of what the snippet signs; here it is no base URL."""
    answer = snippet(f"{sandbox.url}/api/v5", sandbox.demo, "GET", "/account/balance")
    assert answer.json()["code"] == BAD_SIGN
    with pytest.raises(CredentialsError):
        session(sandbox, base_url=f"{sandbox.url}/api/v5")


def test_a_base_url_with_a_slash_is_mended(sandbox: Sandbox) -> None:
    """The snippet asks for //api/…, which is no path of OKX's; here the slash goes."""
    # Some releases of requests send it as /api/… after all.
    asked = requests.Request("GET", f"{sandbox.url}/{BALANCE}").prepare()
    assert asked.path_url.startswith("//api")
    with session(sandbox, base_url=f"{sandbox.url}/") as okx:
        assert okx.request("GET", BALANCE).code == "0"


@pytest.mark.parametrize("edge", ["\n", " ", "\t", "\r\n"])
def test_spaces_around_a_secret_are_removed(sandbox: Sandbox, edge: str) -> None:
    """A line break that came along with the secret makes the snippet sign something else."""
    keys = replace(sandbox.demo, secret=sandbox.demo.secret + edge)
    assert snippet(sandbox.url, keys, "GET", BALANCE).json()["code"] == BAD_SIGN
    with session(sandbox, secret=keys.secret) as okx:
        assert okx.request("GET", BALANCE).code == "0"


def test_a_body_that_changes_is_signed_as_it_is_sent(sandbox: Sandbox) -> None:
    """The body is written once: what the library would write differently cannot differ."""

    class Compact(dict[str, Any]):
        """Looks another way each time that it is read."""

        reads = 0

        def items(self) -> Any:
            self.reads += 1
            return {**self, "clOrdId": f"read{self.reads}"}.items()

    body: Mapping[str, Any] = Compact(instId="BTC-USDT", tdMode="cash", side="buy", sz="1")
    assert snippet(sandbox.url, sandbox.demo, "POST", ORDER, body).json()["code"] == BAD_SIGN
    with session(sandbox) as okx:
        assert code_of(lambda: okx.request("POST", ORDER, body)) != BAD_SIGN
