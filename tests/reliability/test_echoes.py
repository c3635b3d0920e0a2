"""Servers that repeat what they were sent: nothing of the credentials comes back in a message."""

from __future__ import annotations

import base64
import json
import pickle
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests
from faketime import FakeTime

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import OkxMagicError, OutcomeUnknown
from okx_magic.model import Request
from okx_magic.session import Session
from okx_magic.wire.pacing import Pacer
from okx_magic.wire.replies import judge
from okx_magic.wire.transport import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "985d5b66-57ce-40fb-b714-afc0b9787083"
SECRET = "0123456789ABCDEF0123456789ABCDEF"
PASSPHRASE = 'Correct "Horse" <9>!'
SECRETS = (SECRET, PASSPHRASE)
BALANCE = Request("GET", "/api/v5/account/balance")
ORDER = Request("POST", "/api/v5/trade/order", '{"instId":"BTC-USDT"}')

WRITTEN = {
    "plain": lambda text: text,
    "quoted": lambda text: quote(text, safe=""),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "repr": repr,
    "lower": str.lower,
    "each character": lambda text: "".join(f"%{ord(char):02x}" for char in text),
    "over lines": lambda text: f"{text[:7]}\n  {text[7:]}",
}


def refusal(said: str) -> bytes:
    return json.dumps({"code": "50105", "msg": said, "data": []}).encode()


def item(said: str) -> bytes:
    data = [{"ordId": "", "sCode": "51000", "sMsg": said, "clOrdId": said}]
    return json.dumps({"code": "1", "msg": "", "data": data}).encode()


# Each is what a server in trouble sends back; {} stands for what it repeats.
ANSWERS: dict[str, Any] = {
    "refusal": lambda said: Answer(401, {}, refusal(said)),
    "refused item": lambda said: Answer(200, {}, item(said)),
    "broken JSON": lambda said: Answer(500, {}, b'{"code": ' + said.encode()),
    "HTML": lambda said: Answer(502, {}, b"<html>" + said.encode()),
    "text": lambda said: Answer(200, {}, said.encode()),
    "a code of its own": lambda said: Answer(200, {}, json.dumps({"code": said}).encode()),
    "redirect": lambda said: Answer(302, {"location": f"https://{said}.example/"}, b""),
    "telling headers": lambda said: Answer(500, {"server": said, "via": said}, b"x"),
    "not UTF-8": lambda said: Answer(500, {}, b'\xff{"code":"1"} ' + said.encode()),
}


@contextmanager
def logged_in(passphrase: str = PASSPHRASE) -> Iterator[Session]:
    """A session whose time passes at once."""
    credentials, time = Credentials(KEY, SECRET, passphrase), FakeTime()
    account = Account("demo", "demo", credentials, "https://www.okx.com", "a test")
    with Session(account, pacer=Pacer(clock=time.now, sleep=time.sleep)) as opened:
        opened.connection.clock.offset = 0
        opened.connection.timing = time.timing()
        yield opened


@pytest.fixture
def session() -> Iterator[Session]:
    with logged_in() as opened:
        yield opened


def all_of(error: BaseException, session: Session) -> str:
    """Whatever of an error, of its context and of the log a person or a program may come to see."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None:
        chain.append(link)
        link = link.__cause__ or link.__context__
    texts = [
        f"{each!r} {each} {each.args} {vars(each)} {pickle.dumps(each)!r}"
        + "".join(getattr(each, "_render_traceback_", list)())
        for each in chain
    ]
    return "\n".join([*texts, repr(session.log)])


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("request_", [BALANCE, ORDER], ids=str)
def test_an_echo_is_taken_out_of_the_error(
    session: Session, monkeypatch: pytest.MonkeyPatch, answer: str, written: str, request_: Request
) -> None:
    """Neither secret nor passphrase in the error, its pickle, its context or the log, in any form."""
    said = " ".join(map(WRITTEN[written], SECRETS))
    made = ANSWERS[answer](said)
    monkeypatch.setattr(session.connection.transport, "send", lambda *_, **__: made)
    with pytest.raises(OkxMagicError) as caught:
        session.send(request_)
    shown = all_of(caught.value, session)
    for secret in SECRETS:
        for form in WRITTEN.values():
            assert form(secret) not in shown


@pytest.mark.parametrize("answer", ["refusal", "refused item"])
def test_without_the_redactor_the_echo_would_show(answer: str) -> None:
    """The control: the same answers, judged without it, do hold the passphrase."""
    with pytest.raises(OkxMagicError) as caught:
        judge(ANSWERS[answer](PASSPHRASE), ORDER)
    assert PASSPHRASE in str(caught.value)


def test_a_passphrase_that_is_a_word_of_okx_hides_no_refusal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Taking ``sCode`` out of an answer must not turn a refused order into one that stands."""
    with logged_in("sCode") as odd:
        body = json.dumps({"code": "0", "msg": "", "data": [{"sCode": "51008", "sMsg": "no"}]})
        monkeypatch.setattr(
            odd.connection.transport, "send", lambda *_, **__: Answer(200, {}, body.encode())
        )
        with pytest.raises(OutcomeUnknown, match="repeats our credentials"):
            odd.send(ORDER)


def test_a_naive_client_shows_them() -> None:
    """The control: requests keeps the headers with its exception, and its pickle takes them along."""
    headers = {"OK-ACCESS-PASSPHRASE": PASSPHRASE}
    with pytest.raises(requests.ConnectionError) as caught:
        requests.get("http://127.0.0.1:9", headers=headers, timeout=1)
    assert caught.value.request is not None
    assert caught.value.request.headers["OK-ACCESS-PASSPHRASE"] == PASSPHRASE
    assert PASSPHRASE.encode() in pickle.dumps(caught.value)
