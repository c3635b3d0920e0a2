"""The panel in a real JupyterLab: what it does, and that no secret typed into it is ever kept."""

from __future__ import annotations

import base64
import hmac
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from panelpage import PanelPage
from playwright.sync_api import expect

from okx_magic.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Lab
    from playwright.sync_api import Browser

WRONG_PASSPHRASE = "Not-the-right-one-7421"
WRONG_SECRET = "0123456789ABCDEF0123456789ABCDEF"
HALF_TYPED = "HALF-TYPED-SECRET-5309"
LEAKED = "LEAKED-BY-A-STOCK-PASSWORD-8675"

# Waits until the test says so, as a cell that computes for long.
BUSY = "import os, time\nwhile not os.path.exists('go-on'):\n    time.sleep(0.02)"
ORDER = (
    '{"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "0.0001"}'
)


@pytest.fixture
def exchange() -> Iterator[Sandbox]:
    """A sandbox in the test's own process: its keys are known here, and typed by hand."""
    with Sandbox.start() as running:
        yield running


def models(notebook: Path) -> list[dict[str, Any]]:
    """The state of each widget that a saved notebook holds."""
    states = json.loads(notebook.read_text("utf-8"))["metadata"]["widgets"]
    return [
        model["state"]
        for model in states["application/vnd.jupyter.widget-state+json"]["state"].values()
    ]


class Story:
    """One notebook, step by step; each step sees what came of it."""

    def __init__(self, lab: Lab, chromium: Browser, exchange: Sandbox) -> None:
        self.lab = lab
        self.keys = exchange.demo
        self.file = lab.write(
            "panel.ipynb",
            "%load_ext okx_magic",
            f"import os\nos.environ['OKX_API_BASE_URL'] = {exchange.url!r}",
            "%okx_login",
            f"%%okx\norder = POST /api/v5/trade/order\n{ORDER}",
            BUSY,
            "import ipywidgets\nipywidgets.Password(description='stock')",
        )
        self.heard: list[str] = []
        self.notebook = lab.open(chromium, self.file.name, heard=self.heard)
        for cell in range(3):
            self.notebook.run(cell)
        self.panel = PanelPage(self.notebook)

    def opens_with_what_was_found(self) -> None:
        self.panel.sees("NOT LOGGED IN")
        assert "a cell would use: the built-in sandbox" in self.panel.bar()

    def is_refused_in_words(self) -> None:
        keys, panel = self.keys, self.panel
        panel.type_in("demo", keys.key, keys.secret, WRONG_PASSPHRASE)
        panel.press("log in")
        assert panel.typed() == ["", "", ""]
        panel.sees("50105")
        panel.type_in("demo", keys.key, WRONG_SECRET, keys.passphrase)
        panel.field("passphrase").press("Enter")
        assert panel.typed() == ["", "", ""]
        panel.sees("50113")
        assert "NOT LOGGED IN" in panel.bar()

    def logs_in(self) -> None:
        keys, panel = self.keys, self.panel
        panel.type_in("demo", keys.key, keys.secret, keys.passphrase)
        panel.press("log in")
        panel.sees("read, trade")
        assert panel.bar().startswith("DEMO")

    def saves_half_way_through_typing(self) -> None:
        secret = self.panel.field("secret")
        secret.press_sequentially(HALF_TYPED)
        self.notebook.save()
        assert secret.input_value() == HALF_TYPED
        secret.fill("")

    def switches_the_environment(self) -> None:
        panel = self.panel
        panel.switch("sandbox")
        panel.field("source").select_option("sandbox")
        panel.press("log in")
        panel.sees("invented money")
        assert panel.bar().startswith("SANDBOX")

    def opens_a_failed_exchange(self) -> None:
        self.notebook.run(3)
        self.panel.tab("Requests")
        failed = self.panel.root.locator("tr.okx-failed")
        expect(failed).to_have_count(1)
        failed.get_by_role("button").click()
        self.panel.press("how it was signed")
        self.panel.sees("POST /api/v5/trade/order · HTTP 200")
        prehash = self.panel.root.locator(".okx-code:visible").first.inner_text()
        assert re.fullmatch(r"\S+ZPOST/api/v5/trade/order\{.*\}", prehash)

    def asks_the_detective(self) -> None:
        """The signature of the same request with a mistake in it, as another program would make it."""
        panel, host = self.panel, "https://www.okx.com"
        timestamp, target = "2026-01-31T12:00:00.000Z", "/api/v5/account/balance"
        message = f"{timestamp}GET{host}{target}".encode()
        digest = hmac.digest(self.keys.secret.encode(), message, "sha256")
        values = {
            "signature": base64.b64encode(digest).decode(),
            "timestamp": timestamp,
            "method": "GET",
            "path and query": target,
            "body": "",
        }
        panel.tab("Signature")
        for label, value in values.items():
            panel.field(label).fill(value)
        panel.press("find the mistake")
        panel.sees("full URL")
        # The next request of a cell takes the place of the last one, but not of what was typed.
        self.notebook.run(3)
        panel.sees("POST /api/v5/trade/order")
        assert panel.field("signature").input_value() == values["signature"]

    def saves_while_the_kernel_is_busy(self) -> None:
        """The message with the secret may have to wait in the kernel's queue meanwhile."""
        keys, panel = self.keys, self.panel
        panel.tab("Account")
        self.notebook.run(4, wait=False)
        self.notebook.wait_until("session.kernel.status === 'busy'")
        panel.type_in("demo", keys.key, keys.secret, keys.passphrase)
        panel.press("log in")
        assert panel.typed() == ["", "", ""]
        self.notebook.save()
        self.notebook.wait_until("widget.content.widgets[4].model.executionCount === null")
        (self.lab.notebooks / "go-on").touch()
        self.notebook.wait_until("widget.content.widgets[4].model.executionCount !== null")
        panel.sees("simulated money")

    def leaks_by_a_stock_password(self) -> None:
        self.notebook.run(5)
        stock = self.notebook.page.locator(".jupyter-widgets input[type=password]")
        stock.press_sequentially(LEAKED)
        self.notebook.wait_until("session.kernel.status === 'idle'")
        self.notebook.save()


def test_no_secret_typed_into_the_panel_is_kept(
    lab: Lab, chromium: Browser, exchange: Sandbox, tmp_path: Path
) -> None:
    """Log-ins, wrong and right, failed exchanges, saving at the worst moments: then neither files nor
    messages of the kernel hold a secret, though that of a stock Password is found in both.
    """
    story = Story(lab, chromium, exchange)
    story.opens_with_what_was_found()
    story.is_refused_in_words()
    story.logs_in()
    story.saves_half_way_through_typing()
    story.switches_the_environment()
    story.opens_a_failed_exchange()
    story.saves_while_the_kernel_is_busy()
    story.asks_the_detective()
    story.leaks_by_a_stock_password()
    story.notebook.page.screenshot(path=str(tmp_path / "panel.png"))

    saved, written, heard = models(story.file), lab.kept(), "\n".join(story.heard)
    # The search looks where it should: the panel's state is in the file, the cells are in the history.
    assert any(state.get("_anywidget_id", "").endswith("PanelWidget") for state in saved)
    assert b"%okx_login" in next(lab.home.rglob("history.sqlite")).read_bytes()
    assert LEAKED.encode() in written
    assert LEAKED in heard
    keys = exchange.demo
    typed = (keys.key, keys.secret, keys.passphrase, WRONG_SECRET, WRONG_PASSPHRASE, HALF_TYPED)
    for secret in typed:
        assert secret.encode() not in written
        assert secret not in heard
