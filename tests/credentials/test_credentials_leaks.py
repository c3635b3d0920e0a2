"""The scorecard: every way in which an object usually gives away what it holds."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import io
import json
import logging
import pickle
import pprint
import string
import sys
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.ultratb import VerboseTB

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import OkxMagicError
from okx_magic.model import Request
from okx_magic.session import Session
from okx_magic.wire.replies import judge
from okx_magic.wire.transport import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "985d5b66-57ce-40fb-b714-afc0b9787083"
SECRET = "0123456789ABCDEF0123456789ABCDEF"
PASSPHRASE = "Correct-Horse-9!"
BALANCE = Request("GET", "/api/v5/account/balance")


@dataclasses.dataclass
class Plain:
    """The control: what one would write without a thought."""

    key: str
    secret: str
    passphrase: str


def account() -> Account:
    return Account("demo", "demo", holder(), "https://www.okx.com", "environment variables")


def holder() -> Credentials:
    return Credentials(KEY, SECRET, PASSPHRASE)


def log_line(thing: object) -> str:
    record = logging.LogRecord("x", logging.INFO, "x", 1, "%r %s", (thing, thing), None)
    return logging.Formatter().format(record)


def failing(thing: object) -> object:
    """Fails with the object in a local variable, as a call in a cell would."""
    return thing.no_such_thing  # type: ignore[attr-defined]  # the failure is wanted


def verbose_traceback(thing: object) -> str:
    shown = io.StringIO()
    try:
        failing(thing)
    except AttributeError:
        VerboseTB(ostream=shown)(*sys.exc_info())
    return shown.getvalue()


def traceback_with_locals(thing: object) -> str:
    try:
        failing(thing)
    except AttributeError as error:
        return "".join(
            traceback.TracebackException.from_exception(error, capture_locals=True).format()
        )
    return ""


def failing_inside(thing: object) -> str:
    """The traceback, with the locals of all frames, of a call that the holder cannot carry out."""
    try:
        thing.headers("t", "GET", "/", "no bytes")  # type: ignore[attr-defined]  # wrong on purpose
    except (TypeError, AttributeError) as error:
        shown = io.StringIO()
        VerboseTB(ostream=shown)(type(error), error, error.__traceback__)
        lines = traceback.TracebackException.from_exception(error, capture_locals=True).format()
        return shown.getvalue() + "".join(lines)
    return ""


CHANNELS: dict[str, Callable[[Any], str]] = {
    "repr": repr,
    "str": str,
    "ascii": ascii,
    "format": format,
    "f-string": lambda thing: f"{thing} {thing!r} {thing!s:>40}",
    "percent": lambda thing: "%s %r" % (thing, thing),  # noqa: UP031 - the channel under test
    "template": lambda thing: string.Template("$x").substitute(x=thing),
    "in a list": lambda thing: repr([thing]) + repr({"x": thing}),
    "pprint": pprint.pformat,
    "log": log_line,
    "vars": lambda thing: repr(vars(thing)),
    "__dict__": lambda thing: repr(thing.__dict__),
    "dir": lambda thing: repr(dir(thing)),
    "values of dir": lambda thing: repr([getattr(thing, name) for name in dir(thing)]),
    "getmembers": lambda thing: repr(inspect.getmembers(thing)),
    "slots": lambda thing: repr([getattr(thing, name) for name in thing.__slots__]),
    "getstate": lambda thing: repr(thing.__getstate__()),
    "reduce": lambda thing: repr(thing.__reduce_ex__(4)),
    "pickle": lambda thing: pickle.dumps(thing).decode("latin-1"),
    "copy": lambda thing: repr(copy.copy(thing)),
    "deepcopy": lambda thing: repr(copy.deepcopy(thing)),
    "json": lambda thing: json.dumps(thing, default=str),
    "json of vars": lambda thing: json.dumps(thing, default=vars),
    "asdict": lambda thing: repr(dataclasses.asdict(thing)),
    "astuple": lambda thing: repr(dataclasses.astuple(thing)),
    "Verbose traceback": verbose_traceback,
    "traceback with locals": traceback_with_locals,
    "traceback from inside": failing_inside,
}


def leaks(thing: object) -> list[str]:
    """The channels through which the secret or the passphrase come out."""
    found = []
    for name, channel in CHANNELS.items():
        try:
            shown = channel(thing)
        # A channel that does not exist for the object, or that it refuses, gives nothing away.
        except (TypeError, AttributeError) as refusal:
            shown = repr(refusal)
        if SECRET in shown or PASSPHRASE in shown:
            found.append(name)
    return found


def test_the_channels_leak_from_a_plain_object() -> None:
    """Control: a plain dataclass leaks through nearly all of them, so they do look."""
    plain = Plain(KEY, SECRET, PASSPHRASE)
    silent = set(CHANNELS) - set(leaks(plain))
    # Names alone tell nothing, and this dataclass has no slots.
    assert silent == {"dir", "slots"}


def session() -> Session:
    return Session(account())


def refusal() -> OkxMagicError:
    """What is raised when a server repeats all that it was sent."""
    opened = session()
    said = json.dumps({"code": "50105", "msg": f"{SECRET} {PASSPHRASE}", "data": [PASSPHRASE]})
    try:
        judge(Answer(401, {}, said.encode()), BALANCE, opened.connection.sender.redact)
    except OkxMagicError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    "make",
    [
        holder,
        account,
        session,
        lambda: session().connection,
        lambda: session().gate,
        lambda: session().connection.transport,
        refusal,
    ],
    ids=["holder", "account", "session", "connection", "gate", "transport", "error"],
)
def test_no_channel_leaks(make: Callable[[], object]) -> None:
    """Neither the credentials nor whatever carries them along leak through any channel."""
    assert leaks(make()) == []


@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy, pickle.dumps])
def test_credentials_cannot_be_duplicated(how: Callable[[object], object]) -> None:
    """Copies and pickles are refused, so no second holder outlives a log-out."""
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        how(holder())


def test_an_account_cannot_leave_the_process() -> None:
    """An account is as unfit to be pickled as the credentials in it."""
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        pickle.dumps(account())


def test_the_proxy_password_is_not_in_the_repr() -> None:
    """A proxy's userinfo stays out of the account's repr and of the name that is shown."""
    made = Account(
        "demo",
        "demo",
        None,
        "https://www.okx.com",
        "typed in",
        proxy="http://someone:Passw0rd@proxy.example:3128",
    )
    assert "Passw0rd" not in repr(made)
    assert made.proxy_name == "http://proxy.example:3128"


@pytest.mark.parametrize(
    "ask",
    [
        lambda keys: keys.pseudonymize("x", "no bytes"),
        lambda keys: keys.pseudonymize(b"no text", b"salt"),
        lambda keys: keys.pseudonyms("no bytes"),
    ],
)
def test_a_failure_while_disguising_shows_nothing(ask: Callable[[Any], object]) -> None:
    """What fails inside comes out without the frames in which the values are."""
    shown = io.StringIO()
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any will do
        ask(holder())
    error = caught.value
    VerboseTB(ostream=shown)(type(error), error, error.__traceback__)
    lines = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    text = shown.getvalue() + "".join(lines)
    assert text
    assert not any(value in text for value in (KEY, SECRET, PASSPHRASE))
