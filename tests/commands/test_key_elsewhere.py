"""A refused key is looked for at the other sites, if the person agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from desk import accounts, log_in_by

import okx_magic.accounts
from okx_magic.errors import OkxError
from okx_magic.wire import probe

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Notebook

    from okx_magic.sandbox import Sandbox

    Answering = Callable[[str], list[str]]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Has each question answered with a word; gives the list of the questions."""

    def with_word(word: str) -> list[str]:
        asked: list[str] = []

        def answer(question: str = "") -> str:
            asked.append(question)
            return word

        monkeypatch.setattr("builtins.input", answer)
        return asked

    return with_word


@pytest.fixture
def two_sites(
    two_sites: tuple[Sandbox, Sandbox], monkeypatch: pytest.MonkeyPatch
) -> tuple[Sandbox, Sandbox]:
    """The key of the second, asked for at the first."""
    here, there = two_sites
    log_in_by(monkeypatch, there, here.url)
    return here, there


def test_the_right_site_is_found_if_the_person_agrees(
    notebook: Notebook, two_sites: tuple[Sandbox, Sandbox], answering: Answering
) -> None:
    """One question, which names the host; then the log-in goes on there, and says how to keep it."""
    here, there = two_sites
    asked = answering("y")
    text = notebook.run("%okx_login demo")
    assert notebook.error is None
    (question,) = asked
    assert here.url.removeprefix("http://") in question
    assert there.url.removeprefix("http://") in question
    assert "set OKX_SITE=there OKX_DEMO=1 in the environment" in text
    assert accounts(notebook).session().account.base_url == there.url


@pytest.mark.parametrize("word", ["", "n", "no", "never"])
def test_without_a_yes_nobody_else_is_asked(
    notebook: Notebook,
    two_sites: tuple[Sandbox, Sandbox],
    answering: Answering,
    monkeypatch: pytest.MonkeyPatch,
    word: str,
) -> None:
    """Only a yes is a yes; without it the refusal stands as it is."""
    assert two_sites
    asked = answering(word)
    monkeypatch.setattr(okx_magic.accounts, "ask", lambda *_: pytest.fail("somebody was asked"))
    notebook.run("%okx_login demo")
    assert len(asked) == 1
    assert isinstance(notebook.error, OkxError)
    assert notebook.error.code == "50119"


def test_where_nobody_can_be_asked_nobody_is(
    notebook: Notebook, two_sites: tuple[Sandbox, Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under nbclient and papermill there is no question, and no other host hears of the key."""
    assert two_sites

    def no_stdin(_: str = "") -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", no_stdin)
    notebook.run("%okx_login demo")
    assert isinstance(notebook.error, OkxError)
    assert notebook.error.code == "50119"


def test_a_key_that_is_known_nowhere_is_told(
    notebook: Notebook,
    two_sites: tuple[Sandbox, Sandbox],
    answering: Answering,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Having asked them all is a finding, too."""
    assert two_sites
    answering("yes")
    monkeypatch.setenv("OKX_API_KEY", "11111111-2222-3333-4444-555555555555")
    text = notebook.run("%okx_login demo")
    assert "none of them knows the key" in text
    assert isinstance(notebook.error, OkxError)


def test_a_live_key_is_found_but_not_logged_in(
    notebook: Notebook,
    two_sites: tuple[Sandbox, Sandbox],
    answering: Answering,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who asked for demo does not find themselves in live trading: the setting is named instead."""
    assert two_sites
    answering("y")

    def at_home(account: probe.Account) -> probe.Asked:
        return probe.Asked(probe.replace(account, base_url="https://www.okx.com"), "50101", "…")

    monkeypatch.setattr(okx_magic.accounts, "ask", at_home)
    text = notebook.run("%okx_login demo")
    assert "it is a live key of www.okx.com" in text
    assert "OKX_DEMO=0 in the environment" in text
    assert isinstance(notebook.error, OkxError)
    assert accounts(notebook).current is None
