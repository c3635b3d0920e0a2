"""Orders to an account that looks live, typed by a person in a real JupyterLab."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import trustme

from okx_magic.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Lab, LabNotebook
    from playwright.sync_api import Browser

ORDER = (
    "%%okx order\nPOST /api/v5/trade/order\n"
    '{"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit", "sz": "0.01",'
    ' "px": "100"}'
)
LOGIN, LIVE, SEND = range(3)


@pytest.fixture
def live(lab: Lab, tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox dressed as a live site, and a profile ``main`` for it in Lab's home."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    folder = lab.home / ".okx"
    folder.mkdir(exist_ok=True)
    with Sandbox.start(dress="live", tls=context, addresses=("127.0.0.1",)) as sandbox:
        keys = sandbox.keys
        config = folder / "config.toml"
        config.write_text(
            f"[profiles.main]\ndemo = false\nbase_url = '{sandbox.url}'\n"
            f"ca_bundle = '{tmp_path / 'ca.pem'}'\napi_key = '{keys.key}'\n"
            f"secret_key = '{keys.secret}'\npassphrase = '{keys.passphrase}'\n",
            "utf-8",
        )
        config.chmod(0o600)
        yield sandbox
        config.unlink()


def orders(sandbox: Sandbox) -> int:
    return len(sandbox._exchange._exchange.accounts["live"].orders)


def asked(notebook: LabNotebook, cell: int) -> None:
    """Run a cell up to its question."""
    notebook.run(cell, wait=False)
    notebook.page.wait_for_selector(".jp-Stdin-input", timeout=60_000)


def answer(notebook: LabNotebook, text: str) -> None:
    notebook.page.locator(".jp-Stdin-input").fill(text)
    notebook.page.locator(".jp-Stdin-input").press("Enter")
    notebook.page.wait_for_selector(".jp-Stdin-input", state="detached", timeout=60_000)
    notebook.wait_until("session.kernel.status === 'idle'")


def test_one_yes_is_one_order(lab: Lab, chromium: Browser, live: Sandbox) -> None:
    """The sentence and ``yes`` send exactly one order. The same cell once more asks once more, and to
    interrupt the question, or to Run All without the sentence, sends nothing.
    """
    lab.write("live.ipynb", "%load_ext okx_magic\n%okx_login main", "%okx_live", ORDER)
    notebook = lab.open(chromium, "live.ipynb")
    notebook.run(LOGIN)
    asked(notebook, LIVE)
    answer(notebook, f"place real orders {live.keys.key[-4:]}")
    assert "orders are on until" in notebook.outputs()
    asked(notebook, SEND)
    assert orders(live) == 0
    answer(notebook, "yes")
    assert "order ← POST /api/v5/trade/order" in notebook.outputs()
    assert orders(live) == 1
    # Again, and the person goes away from the question.
    asked(notebook, SEND)
    assert "the same request was sent" in notebook.page.locator(".jp-Stdin").inner_text()
    notebook.command("notebook:interrupt-kernel")
    notebook.wait_until("session.kernel.status === 'idle'")
    assert "KeyboardInterrupt" in notebook.outputs()
    assert orders(live) == 1
    # Run All logs in anew, which switches live orders off, and "yes" is not the sentence.
    notebook.page.evaluate(
        "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
    )
    notebook.page.wait_for_selector(".jp-Stdin-input", timeout=60_000)
    answer(notebook, "yes")
    assert "that was not the sentence" in notebook.outputs()
    assert orders(live) == 1
