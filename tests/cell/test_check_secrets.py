"""A secret typed into a query is neither sent nor kept: ``cell/check``."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic.cell.check import refuse_secrets, typed_secrets
from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import CredentialsError
from okx_magic.model import Request
from okx_magic.pages.paging import Span
from okx_magic.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Notebook

    from okx_magic.sandbox import Sandbox

VALUE = "Correct-Horse-9"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "secret",
            "Secret",
            "secretKey",
            "secret_key",
            "apiSecret",
            "OKX_API_SECRET",
            "passphrase",
        ),
        *(
            "OK-ACCESS-PASSPHRASE",
            "OK-ACCESS-KEY",
            "password",
            "apiKey",
            "api_key",
            "api-key",
            "sign",
        ),
        *("signature", "privateKey"),
        *("passPhrase", "pass_phrase", "pwd", "passcode", "access_token", "secret[]", "se%63ret"),
    ],
)
def test_a_name_of_a_secret_is_refused(name: str) -> None:
    """However it is written; the error repeats the name and not the value."""
    with pytest.raises(CredentialsError) as caught:
        refuse_secrets(Request("GET", f"/api/v5/account/balance?ccy=BTC&{name}={VALUE}"))
    assert VALUE not in f"{caught.value.message}{caught.value.remedy}"
    assert typed_secrets(f"GET /x?{name}={VALUE}&a=b") == (f"{name}={VALUE}",)


@pytest.mark.parametrize("body", [{"secretKey": VALUE}, [{"sz": "1"}, {"passphrase": VALUE}]])
def test_a_secret_in_a_body_is_refused_as_well(body: object) -> None:
    """An order with a secret in it would be logged; where a key is made, its passphrase belongs."""
    text = json.dumps(body)
    with pytest.raises(CredentialsError) as caught:
        refuse_secrets(Request("POST", "/api/v5/trade/order", text))
    assert VALUE not in f"{caught.value.message}{caught.value.remedy}"
    (pair,) = typed_secrets(f"POST /api/v5/trade/order\n{text}")
    assert VALUE in pair
    refuse_secrets(
        Request("POST", "/api/v5/users/subaccount/apikey", f'{{"passphrase": "{VALUE}"}}')
    )


@pytest.mark.parametrize(
    "target",
    [
        "/api/v5/account/balance?ccy=BTC&token=BTC",
        "/api/v5/users/subaccount/apikey?subAcct=a&apiKey=b",
        "/api/v5/trade/order?instId=BTC-USDT&clOrdId=0123456789ABCDEF0123456789ABCDEF",
        "/api/v5/asset/currencies?ccy=SIGN&keyword=design",
    ],
)
def test_what_is_no_secret_passes(target: str) -> None:
    """Also a key that the endpoint itself asks for."""
    refuse_secrets(Request("GET", target))


@pytest.mark.parametrize(
    "cell",
    [
        f"%okx GET /api/v5/public/time?secret={VALUE}",
        f"%okx --force GET /api/v5/public/time?secret={VALUE}",
        f"%%okx\nGET /api/v5/public/time\nGET /api/v5/public/time\n  & passphrase = {VALUE}",
        f"%%okx --dry-run\ncurl 'https://www.okx.com/api/v5/public/time?apiKey={VALUE}'",
        f"hidden = '{VALUE[:7]}' + '{VALUE[7:]}'\n%okx GET /api/v5/public/time?secret={{{{ hidden }}}}",
    ],
)
def test_it_is_neither_sent_nor_kept(sandbox_notebook: Notebook, cell: str) -> None:
    """Nothing of the cell is sent, and neither history, log nor what is shown has the value."""
    said = sandbox_notebook.run(cell)
    assert isinstance(sandbox_notebook.error, CredentialsError), said
    log = sandbox_notebook.run("%okx_log")
    history = sandbox_notebook.run("%history -n")
    assert "public/time" not in log
    assert VALUE not in said + log + history + str(
        sandbox_notebook.shell.history_manager.input_hist_raw
    )


ORDER = (
    'POST /api/v5/trade/order\n{"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", '
    '"ordType": "market", "sz": "10", '
)


@pytest.mark.parametrize("which", ["secret", "passphrase"])
@pytest.mark.parametrize(
    "cell",
    [
        "%okx GET /api/v5/account/balance?ccy=<>",
        "%%okx --dry-run\nGET /api/v5/account/balance\n  & ccy = <>",
        f'%%okx --force\n{ORDER}"clOrdId": "<>"}}',
        f'%%okx\n{ORDER}"attachAlgoOrds": [{{"slTriggerPx": "1", "slOrdPx": "-1", "tag": "<>"}}]}}',
        "%%okx --pages 2\nGET /api/v5/account/bills?after=<>",
    ],
)
def test_the_accounts_own_secret_is_known_by_its_value(
    elsewhere: Sandbox, notebook: Notebook, cell: str, which: str
) -> None:
    """Under whatever name: nothing is sent, and neither ledger, history, log nor what is shown has it."""
    notebook.run("%okx_login demo")
    value = getattr(elsewhere.demo, which)
    said = notebook.run(cell.replace("<>", value))
    assert isinstance(notebook.error, CredentialsError), said
    log = notebook.run("%okx_log")
    history = notebook.run("%history -n")
    kept = str(notebook.shell.history_manager.input_hist_raw) + repr(notebook.error)
    assert value not in said + log + history + kept
    assert not any(value in path.read_text() for path in Path.home().rglob("*.ndjson"))


def test_other_values_pass(elsewhere: Sandbox, notebook: Notebook) -> None:
    """The control: a clOrdId that looks as a secret is sent."""
    notebook.run("%okx_login demo")
    notebook.run(f'%%okx\n{ORDER}"clOrdId": "{elsewhere.demo.secret[::-1]}"}}')
    assert notebook.error is None


OWN = Credentials("00000000-aaaa-bbbb-cccc-000000000001", "FAKE0SECRET" * 3, "Fake-pass-1!")


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("balance?ccy=BTC,<S>", ""),
        ("balance?ccy=x<S>y", ""),
        ("balance?<S>=1", ""),
        ("<S>", ""),
        ("balance?a=Fake-pass-1%21", ""),
        ("balance?a=Fake-pass-1%2521", ""),
        ("balance?a=BTC,Fake-pass-1!", ""),
        ("order", '{"tag": "my <S>"}'),
        ("order", '{"<S>": "1"}'),
        ("order", '[{"a": {"b": ["Fake-pass-1!"]}}]'),
        ("order", '{"tag": "FAKE0\\u0053ECRETFAKE0SECRETFAKE0SECRET"}'),
        ("order", '{"tag": "RkFLRTBTRUNSRVRGQUtFMFNFQ1JFVEZBS0UwU0VDUkVU"}'),
    ],
)
def test_its_own_values_are_found_wherever_they_stand(target: str, body: str) -> None:
    """In a list, in the midst of a text, as a name, in the path, encoded twice, escaped, in Base64; and
    the error does not repeat them.
    """
    secret = "FAKE0SECRET" * 3
    method: Any = "POST" if body else "GET"
    request = Request(
        method, f"/api/v5/account/{target}".replace("<S>", secret), body.replace("<S>", secret)
    )
    with pytest.raises(CredentialsError) as caught:
        refuse_secrets(request, OWN)
    assert secret not in str(caught.value)
    assert "Fake-pass" not in str(caught.value)


def test_a_header_with_a_secret_is_refused() -> None:
    """A header travels and is logged, too; others pass."""
    for value, refused in (("FAKE0SECRET" * 3, True), ("1700000000000", False)):
        request = Request("GET", "/api/v5/account/balance", headers=(("expTime", value),))
        with pytest.raises(CredentialsError) if refused else nullcontext():
            refuse_secrets(request, OWN)


@pytest.mark.parametrize(
    "target", ["trade/order?instId=BTC-USDT", "account/trader?a=traders,tradeable", "market/trades"]
)
def test_a_passphrase_that_is_a_word_spoils_no_other_word(target: str) -> None:
    """The control: ``trade`` as a passphrase is found where it stands for itself, and only there."""
    own = Credentials("00000000-aaaa-bbbb-cccc-000000000001", "FAKE0SECRET" * 3, "trade")
    refuse_secrets(Request("GET", f"/api/v5/{target}"), own)
    with pytest.raises(CredentialsError):
        refuse_secrets(Request("GET", f"/api/v5/{target}&b=a,trade".replace("s&", "s?")), own)


@pytest.mark.parametrize("call", [Session.send, Session.pull])
def test_no_way_of_a_program_sends_it(call: Callable[..., Any]) -> None:
    """One request or many pages: it is refused before the session is asked for anything."""
    nothing = object.__new__(Session)
    nothing.account = Account("a", "live", None, "https://www.okx.com", "test")
    target = f"/api/v5/market/candles?instId=BTC-USDT&secret={VALUE}"
    more = (Span(pages=1),) if call is Session.pull else ()
    with pytest.raises(CredentialsError, match="secret in the query"):
        call(nothing, Request("GET", target), *more)
