"""The keyring, Colab and the prompt, each with doubles of its good and bad days."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest

from okx_magic.credentials.external import (
    colab_secrets,
    installed_keyring,
    read_colab,
    read_keyring,
    read_prompt,
    why_no_keyring,
)
from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VALUES = {
    "OKX_API_KEY": "985d5b66-57ce-40fb-b714-afc0b9787083",
    "OKX_SECRET_KEY": "0123456789ABCDEF0123456789ABCDEF",
    "OKX_PASSPHRASE": "Correct-Horse-9!",
    "OKX_DEMO": "0",
    "OKX_SITE": "eea",
}


class Real:
    """A keyring backend that behaves like that of a desktop."""

    priority: float = 5

    def get_password(self, service: str, username: str) -> str | None:
        return VALUES.get(username) if service == "okx_magic" else None


class PlainText(Real):
    """A backend like that of keyrings.alt, which keeps passwords unencrypted."""

    priority = 0.5

    def get_password(self, service: str, username: str) -> str | None:
        pytest.fail(f"{service} {username} was read from a plain-text keyring")


class Locked(Real):
    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked(f"{service} {username}")


class Chain(Real):
    """Several backends under the priority of the chain, as keyring's chainer has it."""

    priority = 10

    def __init__(self, *backends: Real) -> None:
        self.backends = list(backends)


@pytest.mark.parametrize("backend", [Real(), Chain(PlainText(), Real()), Chain(Locked(), Real())])
def test_a_real_keyring_gives_the_account(backend: Real) -> None:
    """Credentials and settings come from the keyring under the names of the variables."""
    assert why_no_keyring(backend) == ""
    found = read_keyring(backend)
    assert found is not None
    assert found.source == "the keyring"
    assert found.credentials.hint == "985…083"
    assert found.settings.demo is False
    assert found.settings.base_url == "https://eea.okx.com"


@pytest.mark.parametrize(
    "backend",
    [
        None,
        keyring.backends.fail.Keyring(),
        keyring.backends.null.Keyring(),
        PlainText(),
        Chain(PlainText()),
    ],
    ids=["none", "fail", "null", "plain text", "chain of plain text"],
)
def test_other_keyrings_are_refused_in_one_line(backend: Real | None) -> None:
    """None, one that fails and one that does not encrypt are not used, for a stated reason."""
    assert read_keyring(backend) is None
    reason = why_no_keyring(backend)
    assert reason
    assert "\n" not in reason


def test_a_naive_look_takes_the_plain_text_or_fails() -> None:
    """The control: asked as keyring's own page does, one tells what lies open, the other raises."""
    with pytest.raises(keyring.errors.NoKeyringError):
        keyring.backends.fail.Keyring().get_password("okx_magic", "secret_key")
    with pytest.raises(pytest.fail.Exception, match="plain-text keyring"):
        PlainText().get_password("okx_magic", "secret_key")


def test_a_locked_keyring_is_no_source() -> None:
    """A keyring that the person does not unlock leaves the turn to the next source."""
    assert read_keyring(Locked()) is None


def test_keyring_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package there is no keyring, and no error."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert installed_keyring() is None


def test_the_installed_keyring_is_the_chosen_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the package its own choice of backend is taken."""
    chosen = keyring.backends.fail.Keyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: chosen)
    assert installed_keyring() is chosen


def test_keyrings_chain_has_backends() -> None:
    """Control: the chain of the real package names its members as the double does."""
    assert hasattr(keyring.backends.chainer.ChainerBackend, "backends")


class SecretNotFoundError(Exception):
    """Stands for the exceptions that Colab alone defines."""


def colab(name: str) -> str:
    if name not in VALUES:
        raise SecretNotFoundError(name)
    return VALUES[name]


def test_colab_gives_the_account() -> None:
    """Secrets under the names of the variables are read, absent ones left out."""
    found = read_colab(colab)
    assert found is not None
    assert found.source == "the Colab secrets"
    assert found.settings.demo is False


@pytest.mark.parametrize("error", [SecretNotFoundError, TimeoutError, RuntimeError])
def test_colab_without_the_key_is_asked_once(error: type[Exception]) -> None:
    """Any failure for the key means that nothing is here, and no further question waits."""
    asked = []

    def get(name: str) -> str:
        asked.append(name)
        raise error

    assert read_colab(get) is None
    assert asked == ["OKX_API_KEY"]


def test_outside_of_colab() -> None:
    """Where google.colab cannot be imported there is no such source."""
    assert colab_secrets() is None
    assert read_colab(None) is None


def answers(*given: str | type[BaseException]) -> Callable[[str, bool], str]:
    """A prompt that gives these answers in turn and then no more."""
    rest: Iterator[str | type[BaseException]] = iter(given)

    def prompt(label: str, secret: bool) -> str:  # noqa: FBT001 - the shape of a prompt
        assert secret is ("demo" not in label)
        answer = next(rest)
        if isinstance(answer, str):
            return answer
        raise answer

    return prompt


TYPED = tuple(VALUES.values())[:3]


@pytest.mark.parametrize(
    ("given", "demo"),
    [(("",), True), (("demo",), True), ((" LIVE ",), False), (("yes", "live"), False)],
)
def test_typed_credentials(given: tuple[str, ...], demo: bool) -> None:  # noqa: FBT001 - a table
    """Typed credentials are demo unless live is answered; an unclear answer is asked again."""
    found = read_prompt(answers(*TYPED, *given), {"OKX_SITE": "us", "OKX_DEMO": "0"})
    assert found is not None
    assert found.source == "typed in"
    assert found.settings.demo is demo
    assert found.settings.base_url == "https://us.okx.com"


def test_an_empty_key_is_no_account() -> None:
    """Enter at the first question leaves the log-in, and nothing more is asked."""
    assert read_prompt(answers(" "), {}) is None


def test_a_magic_at_the_prompt_is_no_key() -> None:
    """Who typed the next cell there is not asked for a secret."""
    with pytest.raises(CredentialsError, match="that is a magic, not a key"):
        read_prompt(answers("%okx_login sandbox"), {})


@pytest.mark.parametrize("end", [KeyboardInterrupt, EOFError])
@pytest.mark.parametrize("typed", range(4))
def test_a_broken_off_log_in_keeps_nothing(end: type[BaseException], typed: int) -> None:
    """An interrupt at any question is one line without what was typed before."""
    with pytest.raises(CredentialsError, match="nothing was kept") as caught:
        read_prompt(answers(*TYPED[:typed], end), {})
    assert not any(value in repr((caught.value, vars(caught.value))) for value in TYPED)


def test_three_unclear_answers_end_the_log_in() -> None:
    """Neither demo nor live, three times, is an error and not a guess."""
    with pytest.raises(CredentialsError, match="neither demo nor live; nothing was kept"):
        read_prompt(answers(*TYPED, "yes", "1", "no"), {})


def test_a_foreign_error_of_the_prompt_passes() -> None:
    """What a front end without a keyboard raises is for the caller to judge."""
    with pytest.raises(RuntimeError):
        read_prompt(answers(RuntimeError), {})
