"""A lab on the sandbox; a sandbox dressed as live, a profile for it, and a person to answer."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import trustme
from faketime import FakeTime
from IPython.core.error import StdinNotImplementedError
from lab import Lab, hurried, lab

from okx_magic.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Notebook


@dataclass
class Person:
    """Answers questions in turn with ``answers``; when there are none left, nobody is there."""

    answers: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __call__(self, label: str = "") -> str:
        self.asked.append(label)
        if not self.answers:
            raise StdinNotImplementedError
        return self.answers.pop(0)


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Person:
    """Nobody, until a test gives answers."""
    someone = Person()
    monkeypatch.setattr("builtins.input", someone)
    return someone


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def dress_live(authority: trustme.CA, nobody: Path) -> Iterator[Callable[..., Sandbox]]:
    """Start sandboxes that look like live sites, with a profile ``main`` for the last of them.

    Takes the arguments of ``Sandbox.start``, and ``allow`` of the profile as TOML.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(nobody / "ca.pem"))
    running: list[Sandbox] = []

    def start(*, allow: str = "[]", **options: object) -> Sandbox:
        options = {"limits": False, "addresses": ("127.0.0.1",), **options}
        sandbox = Sandbox.start(dress="live", tls=context, **options)  # type: ignore[arg-type]  # passed on
        running.append(sandbox)
        folder = nobody / ".okx"
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(
            f"[profiles.main]\ndemo = false\nbase_url = '{sandbox.url}'\nca_bundle = 'ca.pem'\n"
            f"api_key = '{sandbox.keys.key}'\nsecret_key = '{sandbox.keys.secret}'\n"
            f"passphrase = '{sandbox.keys.passphrase}'\nallow = {allow}\n",
            "utf-8",
        )
        (folder / "config.toml").chmod(0o600)
        return sandbox

    yield start
    for sandbox in running:
        sandbox.stop()


@pytest.fixture
def live(dress_live: Callable[..., Sandbox]) -> Sandbox:
    return dress_live()


@pytest.fixture
def live_notebook(live: Sandbox, notebook: Notebook) -> Notebook:  # noqa: ARG001  # it must run first
    """A notebook logged in to the account that looks live."""
    notebook.run("%okx_login main")
    assert notebook.error is None
    return notebook


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Lab]:
    """A sandbox and a connection to it, on a clock that passes without waiting."""
    with lab(tmp_path) as running:
        yield running


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[Lab]:
    """The same, for what really hangs."""
    with lab(tmp_path) as running, hurried(running):
        yield running


@pytest.fixture
def keys(
    nobody: Path,  # noqa: ARG001  # it must run first
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[Sandbox, tuple[str, ...]]]:
    """A sandbox whose demo keys stand in the environment, and the two secrets among them."""
    with Sandbox.start(limits=False) as sandbox:
        demo = sandbox.demo
        monkeypatch.setenv("OKX_API_KEY", demo.key)
        monkeypatch.setenv("OKX_SECRET_KEY", demo.secret)
        monkeypatch.setenv("OKX_PASSPHRASE", demo.passphrase)
        monkeypatch.setenv("OKX_API_BASE_URL", sandbox.url)
        monkeypatch.setenv("OKX_TIMEOUT_MS", "1000")
        # The waits between attempts are of no interest here.
        monkeypatch.setattr("okx_magic.wire.retry.Timing", FakeTime().timing)
        yield sandbox, (demo.secret, demo.passphrase)
