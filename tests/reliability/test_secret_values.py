"""Secrets that get into a cell or a call by an expression: no error, no list and no repr shows them."""

from __future__ import annotations

import asyncio
import json
import threading
import traceback
from typing import TYPE_CHECKING, Any

import pytest

import okx_magic
from okx_magic.credentials.credentials import Credentials
from okx_magic.credentials.redaction import without_frames
from okx_magic.errors import CellError, OkxMagicError
from okx_magic.wire.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Notebook

    from okx_magic.model import Request
    from okx_magic.session import Session

Keys = Any
BALANCE = "GET /api/v5/account/balance"
ORDER = "POST /api/v5/trade/order"
# «S» stands for an expression whose value is a secret. What Python says of it holds it.
CELLS = (
    f"{BALANCE}?ccy={{{{ int(«S») }}}}",
    f"{BALANCE}?ccy={{{{ {{}}[«S»] }}}}",
    f"{BALANCE}?ccy={{{{ getattr(os, «S») }}}}",
    f"{BALANCE}?ccy={{{{ open(«S») }}}}",
    f"{BALANCE}?ccy={{{{ __import__(«S») }}}}",
    f"{BALANCE}?ccy={{{{ [].index(«S») }}}}",
    f"{BALANCE}?ccy={{{{ «S».encode() }}}}",
    f"{BALANCE}?ccy={{{{ {{«S»}} }}}}",
    f"{BALANCE}?ccy={{{{ ValueError(«S») }}}}",
    f"{BALANCE}?ccy={{{{ «S».lower() }}}}",
    f"{BALANCE}?ccy={{{{ [«S», 'BTC'] }}}}",
    f'{ORDER}\n{{"tag": {{{{ [[«S»]] }}}}}}',
    f'{ORDER}\n{{"tag": {{{{ {{«S»: 1}} }}}}}}',
    f'{ORDER}\n{{"clOrdId": "x{{{{ «S» }}}}"}}',
    f'{ORDER}\n{{"side": "{{{{ «S» }}}}"}}',
    f'{ORDER}\n{{"{{{{ «S» }}}}": "1"}}',
    f"{BALANCE}\nx-note: {{{{ «S» }}}}",
    "SUBSCRIBE tickers?instId={{ «S» }}",
    "GET /api/v5/market/candles?instId=BTC-USDT&bar={{ «S» }}",
)
OPTIONS = (
    "%%okx --since {{ «S» }}\nGET /api/v5/market/candles?instId=BTC-USDT",
    "%%okx --until {{ «S» }} --pages 1\nGET /api/v5/market/candles?instId=BTC-USDT",
    "%okx_login {{ «S» }}",
)
CALLS = (
    f"session.request(*'{ORDER}'.split(), {{'clOrdId': 'x' + «S»}})",
    f"session.request(*'{ORDER}'.split(), {{'side': «S»}})",
    f"session.request(*'{ORDER}'.split(), {{«S»: '1'}})",
    f"session.request(*'{ORDER}'.split(), '{{\"tag\": \"' + «S»)",
    f"session.request(*'{ORDER}'.split(), «S».encode())",
    f"session.request(«S», '{BALANCE.partition(' ')[2]}')",
    "session.request('GET', '/api/v5/' + «S»)",
    "session.frame('GET', '/api/v5/market/candles?bar=' + «S»)",
    "session.pages('/api/v5/market/candles?instId=BTC-USDT&bar=' + «S»)",
    f"session.request(*'{BALANCE}'.split(), headers={{'x': «S»}})",
    "session.stream('tickers', instId=«S»)",
)
SHOWN = (
    *("session", "session.account", "vars(session)", "session.account.credentials"),
    *("[getattr(session, each) for each in dir(session)]", "session.connection.__dict__"),
    *("session.log", "session.orders.__dict__", "session.gate.__dict__"),
)


@pytest.mark.slow
@pytest.mark.parametrize("which", [0, 1], ids=["secret", "passphrase"])
def test_nothing_shows_it(notebook: Notebook, keys: Keys, which: int) -> None:
    """Neither what is shown, nor %tb, the log, a warning or the history of a cell that was refused."""
    sandbox, secrets = keys
    notebook.run("import os, okx_magic\n%okx_login demo\nsession = okx_magic.connect('demo')")
    notebook.run("%xmode Verbose")
    notebook.shell.user_ns["hidden"] = secrets[which]
    seen = ""
    for text in (*(f"%%okx\n{each}" for each in CELLS), *OPTIONS, *CALLS):
        seen += notebook.run(text.replace("«S»", "hidden"))
        # The frame of the cell itself would show all that it names: ours alone are of interest.
        error = notebook.error
        assert isinstance(error, OkxMagicError), text
        seen += f"{error.__cause__!r} {error.__context__!r}" + notebook.run("%tb Verbose")
        assert secrets[which] not in seen, text
    for each in SHOWN:
        seen += notebook.run(f"{each}\nprint({each})") + notebook.run("%okx_log")
    notebook.run("session.close()")
    assert secrets[which] not in seen
    assert not sandbox._exchange._exchange.accounts["demo"].orders


def test_what_python_says_of_it_holds_it(notebook: Notebook, keys: Keys) -> None:
    """The control: where nobody takes it out, the error of an expression shows it."""
    _, secrets = keys
    notebook.run("%okx_login sandbox")
    notebook.shell.user_ns["hidden"] = secrets[0]
    said = notebook.run(f"%%okx\n{CELLS[0]}".replace("«S»", "hidden"))
    assert isinstance(notebook.error, CellError)
    assert secrets[0] in said


class BoomError(Exception):
    """As a library raises it, in the midst of a send."""


def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every send fails where the signed headers are among the names."""
    real = Transport.send

    def send(transport: Transport, request: Request, authorise: Any, **given: Any) -> Any:
        if authorise is None:
            return real(transport, request, authorise, **given)
        headers = authorise("GET", "/", b"")
        raise BoomError(len(headers), request)

    monkeypatch.setattr(Transport, "send", send)


def shown(error: BaseException) -> str:
    """A traceback with all names of all frames."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(told.format())


@pytest.fixture
def logged_in(keys: Keys) -> Iterator[Session]:
    del keys
    with okx_magic.connect("demo") as session:
        yield session


def test_no_thread_shows_it(
    logged_in: Session, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a thread's own hook is given, with the names of all frames."""
    told: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda hook: told.append(shown(hook.exc_value)))
    failing(monkeypatch)
    thread = threading.Thread(target=logged_in.request, args=("GET", "/api/v5/account/balance"))
    thread.start()
    thread.join()
    assert "BoomError" in told[0]
    assert not any(each in told[0] for each in (*keys[1], "OK-ACCESS"))


def test_no_task_shows_it(logged_in: Session, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor the group of errors that several tasks leave."""
    failing(monkeypatch)

    async def ask() -> list[Any]:
        asked = [
            asyncio.to_thread(logged_in.request, "GET", "/api/v5/account/balance") for _ in range(3)
        ]
        return await asyncio.gather(*asked, return_exceptions=True)

    told = "".join(map(shown, asyncio.run(ask())))
    assert told.count("BoomError") >= 3
    assert not any(each in told for each in (*keys[1], "OK-ACCESS"))


def test_of_a_group_of_errors_all_lose_their_frames() -> None:
    """Whoever raises several at once, each of them came through the frames that sign."""

    def failed() -> ValueError:
        headers = {"OK-ACCESS-PASSPHRASE": "Fake-pass-1"}
        with pytest.raises(ValueError) as caught:  # noqa: PT011  # of a library's own text
            int(f"{len(headers)}x")
        return caught.value

    group = ExceptionGroup("several", [failed(), ExceptionGroup("more", [failed()])])
    assert "Fake-pass-1" in shown(group)
    assert "Fake-pass-1" not in shown(without_frames(group))


def test_a_secret_in_the_place_of_the_key_is_one() -> None:
    """The two were swapped: no hint shows its ends, and no text keeps it."""
    secret, key = "0123456789ABCDEF0123456789ABCDEF", "985d5b66-57ce-40fb-b714-afc0b9787083"
    swapped = Credentials(secret, key, "Correct-Horse-9!")
    assert (swapped.hint, swapped.tail) == ("…", "")
    assert swapped.redact(f"Invalid key {secret}") == "Invalid key «secret»"
    assert Credentials(key, secret, "Correct-Horse-9!").redact(key) == key


@pytest.mark.parametrize("body", ['{"a": ', '{"a": 1}}', "a=1", b"{}", bytearray(b"{}")])
def test_a_body_that_is_no_json_is_refused(logged_in: Session, body: Any) -> None:
    """A text that breaks off, one of another kind, or bytes: nothing is sent, and nothing repeated."""
    with pytest.raises(CellError, match="the body is"):
        logged_in.request("POST", "/api/v5/trade/order", body)
    assert not any(each.request.method == "POST" for each in logged_in.log)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "GTE", "", "SUBSCRIBE"])
def test_a_method_that_okx_has_not_is_refused(logged_in: Session, method: Any) -> None:
    """It was signed and sent before. The control: small letters are meant."""
    with pytest.raises(CellError, match="neither GET nor POST"):
        logged_in.request(method, "/api/v5/public/time")
    small: Any = "get"
    assert json.dumps(logged_in.request(small, "/api/v5/public/time").data)
