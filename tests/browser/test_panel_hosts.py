"""The panel in front ends that cannot be started here: their pages' marks, and a model like theirs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pytest
from panelpage import CONTRASTS, READABLE
from panelview import View

import okx_magic.ui
from okx_magic.accounts import Accounts
from okx_magic.commands.panel_actions import Panel
from okx_magic.sandbox import Sandbox
from okx_magic.ui.panel_widget import PanelWidget

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

STATIC = Path(okx_magic.ui.__file__).parent / "static"
VSCODE_DARK = {"foreground": "#cccccc", "editor-background": "#1f1f1f", "focusBorder": "#0078d4"}
VSCODE_LIGHT = {"foreground": "#3b3b3b", "editor-background": "#ffffff", "focusBorder": "#005fb8"}
VSCODE_CONTRAST = {
    "foreground": "#ffffff",
    "editor-background": "#000000",
    "focusBorder": "#f38518",
}


class Host(NamedTuple):
    """What a front end's page says of its theme, and what the system would rather have."""

    html: str
    body: str
    theme: dict[str, str]
    system: Literal["light", "dark"]
    dark: bool


HOSTS = {
    "VS Code, dark on light": Host("", "class=vscode-dark", VSCODE_DARK, "light", dark=True),
    "VS Code, light on dark": Host("", "class=vscode-light", VSCODE_LIGHT, "dark", dark=False),
    "VS Code, high contrast": Host(
        "", "class=vscode-high-contrast", VSCODE_CONTRAST, "light", dark=True
    ),
    "Colab, dark on light": Host("theme=dark", "", {}, "light", dark=True),
    "Colab, light on dark": Host("theme=light", "", {}, "dark", dark=False),
    "a bare page, light": Host("", "", {}, "light", dark=False),
    "a bare page, dark": Host("", "", {}, "dark", dark=True),
}

# What every front end gives to a widget of anywidget's.
RENDER = """async ([code, state]) => {
  const url = URL.createObjectURL(new Blob([code], {type: 'text/javascript'}));
  const panel = (await import(url)).default;
  const model = {get: name => state[name], on() {}, off() {}, send() {}};
  panel.render({model, el: document.querySelector('main')});
}"""
LIGHTNESS = """() => getComputedStyle(document.querySelector('.okx-panel'))
  .backgroundColor.match(/[\\d.]+/g).slice(0, 3).reduce((sum, each) => sum + Number(each), 0) / 765"""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All that the panel can show: an account, exchanges, and a refusal that was checked."""
    home = tmp_path_factory.mktemp("home")
    view = View()
    with Sandbox.start() as sandbox:
        keys = sandbox.demo
        accounts = Accounts(environ={"OKX_API_BASE_URL": sandbox.url}, home=home)
        panel = Panel(accounts, view, now=lambda: datetime.now(UTC))
        typed = {"source": "typed", "environment": "demo", "site": "other", "key": keys.key}
        for secret in (keys.secret, "0" * 32):
            triple = typed | {"secret": secret, "passphrase": keys.passphrase}
            panel.receive({"kind": "login", **triple})
            view.until_idle()
        signed = {
            "timestamp": "2026-01-31T12:00:00.000Z",
            "method": "GET",
            "target": "/",
            "body": "",
        }
        panel.receive({"kind": "check", "signature": "QzZ2", **signed})
        view.until_idle()
        accounts.close()
    assert "50113" in json.dumps(view.state)
    return view.state


def page_of(chromium: Browser, host: str, state: dict[str, Any]) -> Page:
    html, body, theme, system, _ = HOSTS[host]
    style = "".join(f"--vscode-{name}:{value};" for name, value in theme.items())
    page = chromium.new_context(color_scheme=system).new_page()
    page.set_content(
        f"<!doctype html><html {html}><style>:root{{{style}}}{(STATIC / 'panel.css').read_text()}"
        f"</style><body {body}><main></main></body></html>"
    )
    page.evaluate(RENDER, [str(PanelWidget._esm), state])
    return page


@pytest.mark.parametrize("host", HOSTS)
def test_every_text_can_be_read_in_every_host(
    chromium: Browser, state: dict[str, Any], host: str, tmp_path: Path
) -> None:
    """Whatever the system prefers, the panel has the host's theme, and every text stands out from it."""
    page = page_of(chromium, host, state)
    contrasts: dict[str, float] = {}
    for tab in ("Account", "Requests", "Signature"):
        page.get_by_role("tab", name=tab).click()
        contrasts |= page.evaluate(CONTRASTS)
    page.screenshot(path=str(tmp_path / "panel.png"), full_page=True)
    assert {text: value for text, value in contrasts.items() if value < READABLE} == {}
    assert len(contrasts) > 40
    assert (page.evaluate(LIGHTNESS) < 0.5) == HOSTS[host].dark
    page.context.close()
