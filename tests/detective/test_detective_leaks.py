"""No failure and no interruption of an investigation shows what it was made with."""

from __future__ import annotations

import io
import sys
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from byhand import Sent, signed_with
from chance import credentials, dice, evidence
from IPython.core.ultratb import VerboseTB

from okx_magic.credentials import credentials as holder
from okx_magic.credentials import derived
from okx_magic.credentials.derived import PASSPHRASE, SECRET
from okx_magic.credentials.macs import RIGHT, Scheme
from okx_magic.detective import investigate

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

SENT = Sent(
    "2024-05-06T07:08:09.010Z",
    "GET",
    "/api/v5/account/balance",
    "",
    "",
    "0123456789ABCDEF0123456789ABCDEF",
)
# Found among the secrets, so that all forms are made and used.
EVIDENCE = evidence(SENT, signed_with(SENT, "the secret in lower case"))
# Made here, so that no frame of an action has the plain values.
HOLDER = credentials(SENT)
LINES = 100


def shown(error: BaseException, *, verbose: bool = True) -> str:
    """All that a traceback can show: source, locals and their values."""
    text = io.StringIO()
    if verbose:
        VerboseTB(ostream=text)(type(error), error, error.__traceback__)
    lines = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    return text.getvalue() + "".join(lines)


def told(text: str) -> list[str]:
    """The forms of the secret and the passphrase that stand in a text."""
    forms = (SENT.secret, SENT.secret.lower(), SENT.secret[1:], SENT.secret[:-1], SENT.passphrase)
    return [form for form in forms if form in text]


class Interrupted:
    """Presses stop at the n-th line of okx_magic's code that is run."""

    def __init__(self, after: int) -> None:
        self._left = after
        self.lines = 0

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> Interrupted | None:
        if "okx_magic" not in frame.f_code.co_filename:
            return None
        if event == "line":
            self.lines += 1
            self._left -= 1
            if self._left == 0:
                raise KeyboardInterrupt
        return self


def interrupted(after: int, action: Callable[[], object]) -> tuple[BaseException | None, int]:
    """The interruption as it comes out of the action, and how many lines were run."""
    tracer, before = Interrupted(after), sys.gettrace()
    sys.settrace(tracer)
    try:
        action()
    except KeyboardInterrupt as error:
        return error, tracer.lines
    finally:
        sys.settrace(before)
    return None, tracer.lines


def look() -> None:
    """A whole investigation."""
    investigate(EVIDENCE, HOLDER)


def every_form() -> None:
    """All that goes through the seam."""
    for form in HOLDER.wrong_forms():
        form.what(RIGHT)(b"message")
    for scheme in (RIGHT, Scheme("no key", "md5")):
        HOLDER.filled_mac(scheme)(SECRET + b"message" + PASSPHRASE)
    forms = HOLDER.wrong_forms()[:3]
    for construction in ("no key", "message then key", "key and message swapped", "hmac twice"):
        for form in forms:
            form.what(Scheme(construction, "sha256"))(b"message" * 20)


def test_a_wrong_call_shows_nothing() -> None:
    """A digest of what is no bytes, and a scheme that does not exist, fail without the secret."""
    form = HOLDER.wrong_forms()[0]
    wrong: list[Callable[[], object]] = [
        lambda: form.what(RIGHT)("no bytes"),  # type: ignore[arg-type]  # the failure is wanted
        lambda: form.what(Scheme("key and message swapped", "sha256"))("no bytes"),  # type: ignore[arg-type]  # same
        lambda: form.what(Scheme("message then key", "sha256"))(None),  # type: ignore[arg-type]  # same
        lambda: form.what(Scheme("no such", "sha256")),  # type: ignore[arg-type]  # same
        lambda: form.what(Scheme("hmac", "no such")),
        lambda: HOLDER.filled_mac(RIGHT)("no bytes"),  # type: ignore[arg-type]  # same
        lambda: HOLDER.filled_mac(Scheme("hmac", "no such")),
        lambda: form.what(None),  # type: ignore[arg-type]  # same
    ]
    for call in wrong:
        with pytest.raises((TypeError, KeyError, ValueError, AttributeError)) as caught:
            call()
        assert told(shown(caught.value)) == []


@pytest.mark.parametrize("thing", ["form", "mac", "swapped", "filled"])
def test_what_goes_through_the_seam_shows_nothing(thing: str) -> None:
    """Neither a form nor its functions have the secret in their repr or attributes."""
    form = HOLDER.wrong_forms()[0]
    made = {
        "form": form,
        "mac": form.what,
        "swapped": form.what(Scheme("key and message swapped", "sha256")),
        "filled": HOLDER.filled_mac(RIGHT),
    }[thing]
    text = repr(made) + repr([getattr(made, name) for name in dir(made) if name != "__globals__"])
    assert told(text) == []


@pytest.mark.slow
def test_stop_at_any_line_shows_nothing() -> None:
    """Wherever an interrupt strikes, in the seam or in the search, its traceback holds no secret."""
    look()  # What is made once is made before lines are counted.
    _, lines = interrupted(-1, every_form)
    _, more = interrupted(-1, look)
    assert lines > 2_000
    assert more > 10_000
    rng = dice("stop")
    for number in range(LINES):
        for action, count in ((every_form, lines), (look, more)):
            error, _ = interrupted(rng.randrange(1, count), action)
            assert error is not None
            assert told(shown(error, verbose=number < 5)) == []


def test_without_the_seal_a_stop_would_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: with the frames of the derivations in the traceback, the same search finds secrets."""

    def unsealed(function: Any) -> Any:
        return function

    monkeypatch.setattr(derived, "sealed", unsealed)
    monkeypatch.setattr(holder, "sealed", unsealed)
    _, lines = interrupted(-1, every_form)
    rng = dice("control")
    errors = [interrupted(rng.randrange(1, lines), every_form)[0] for _ in range(LINES)]
    assert any(told(shown(error, verbose=False)) for error in errors if error is not None)


def test_the_verdict_holds_no_secret() -> None:
    """What is found is told by names; no form of the secret is in the record or its lines."""
    found = investigate(EVIDENCE, HOLDER)
    assert found.kind == "explained"
    assert told(repr(found) + "\n".join(found.lines())) == []
